// kernels/conv3d_direct.inl: see conv3d_direct.hpp.

template <class Real>
void conv3d_forward_lines_run(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                              const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (y.empty()) return;
  const Index panel = line_panel<Real>;
  const Conv3dSizes s = conv3d_sizes(x.shape(), y.shape(), spec);
  const Index C = s.in_channels, O = s.out_channels, panels = ceil_div(O, panel), taps = s.taps(), rows = C * taps;
  const Index work = y.size() * rows;
  const LinePlan plan = plan_lines(C, work, [&](Index budget) {
    return cut_input(s, 16 * Pack<Real>::width, budget);
  });
  const LineCut& cut = plan.cut;

  Workspace::Scope scope(ws);
  const View<Index, 1> offset = ws.take<Index>(taps);
  for (Index tap = 0; tap < taps; ++tap) offset[tap] = tap_offset(s, cut.lines, tap);
  const View<Real, 3> packed = ws.take<Real>(Shape<3>{panels, panel, rows});
  for_each_unit(panels, 4 * w.size(), [&](Index at, int) {
    Real* to = packed.data() + at * panel * rows;
    pack_line_weights(w.data() + at * panel * rows, rows, std::min(panel, O - at * panel), rows,
                      [&](Index block, Index k) { return to + (block * rows + k) * line_outputs; });
  });
  const View<Real, 2> tile_slots = ws.take<Real>(Shape<2>{num_threads(), line_outputs * line_tile<Real>});
  const LineUnit first = line_unit(cut, 0);
  const Index tiles = line_tiles<Real>(first.lines, first.samples, first.out);
  for_each_line_unit<Real>(
      plan, x.data(), s.in_size(), C, O, tiles, work, ws,
      [&](const LineUnit& unit, const Real* lines, Index tile0, Index tile1, Index o0, Index o1, int slot) {
        convolve_lines<Real>(lines, C, unit.lines, unit.samples, {packed.data(), offset.data(), taps}, b.data(), o0, o1,
                             tile0, tile1, {s.out, unit.first, {1, 1, 1}, unit.out},
                             y.data() + unit.sample * O * s.out_size(), O,
                             tile_slots.data() + slot * line_outputs * line_tile<Real>);
      });
}

template <class Real>
void conv3d_forward_direct_run(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                               const Conv3dSpec& spec, Workspace& ws) {
  if (detail::batch_pays(detail::batch_sizes(x.shape(), y.shape(), spec), Pack<Real>::width))
    return conv3d_forward_batch_run<Real>(x, w, b, y, spec, ws);
  conv3d_forward_lines_run<Real>(x, w, b, y, spec, ws);
}
