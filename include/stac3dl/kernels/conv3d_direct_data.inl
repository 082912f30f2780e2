// kernels/conv3d_direct_data.inl: see conv3d_direct_data.hpp.

template <class Real>
void conv3d_backward_data_lines_run(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                    Workspace& ws) {
  using namespace detail;
  if (dx.empty()) return;
  const Index panel = line_panel<Real>;
  const Conv3dSizes s = conv3d_sizes(dx.shape(), dy.shape(), spec);
  std::array<LineAxis, 3> axis;
  std::array<Index, 3> reach, most;
  for (std::size_t a = 0; a < 3; ++a) {
    Index lead = 0, count = 0;
    most[a] = 0;
    for (Index f = 0; f < s.stride[a]; ++f) {
      const DataPhase phase = data_phase(s, a, f);
      if (phase.taps > 0) lead = std::max(lead, phase.taps - 1 - phase.place);
      if (phase.taps > 0) count = std::max(count, phase.place + phase.count);
      most[a] = std::max(most[a], phase.count);
    }
    axis[a] = {s.out[a], 1, lead, 1, 0};
    reach[a] = std::max<Index>(0, count + lead - most[a]);
  }
  const Index C = s.in_channels, K = s.out_channels, panels = ceil_div(C, panel), taps = s.taps();
  const Index work = dy.size() * C * taps;
  const LinePlan plan = plan_lines(K, work, [&](Index budget) {
    return cut_lines(axis, reach, most, K, s.samples, 16 * Pack<Real>::width, budget);
  });
  const LineCut& cut = plan.cut;

  Workspace::Scope scope(ws);
  const View<Index, 1> offset = ws.take<Index>(taps);
  const View<Real, 4> packed = ws.take<Real>(Shape<4>{taps, panels, panel, K});  // tap: phase by phase
  /// Where tap `tap` of w goes: numbers from the packed weights' start, from block to block, from o to o.
  struct Place {
    Index start, step, next;
  };
  const View<Place, 1> place = ws.take<Place>(taps);
  for (Index tap = 0; tap < taps; ++tap) place.data()[tap] = {-1, 0, 0};  // reaches no element
  /// visit(phases of the three axes, their numbers, first tap)
  const auto for_each_phase = [&](auto&& visit) {
    Index first = 0;
    for (Index f0 = 0; f0 < s.stride[0]; ++f0)
      if (const DataPhase t = data_phase(s, 0, f0); t.count > 0)
        for (Index f1 = 0; f1 < s.stride[1]; ++f1)
          if (const DataPhase y = data_phase(s, 1, f1); y.count > 0)
            for (Index f2 = 0; f2 < s.stride[2]; ++f2)
              if (const DataPhase x = data_phase(s, 2, f2); x.count > 0) {
                visit(std::array{t, y, x}, std::array{f0, f1, f2}, first);
                first += t.taps * y.taps * x.taps;
              }
  };
  for_each_phase([&](const std::array<DataPhase, 3>& phase, const std::array<Index, 3>& f, Index first) {
    const DataPhase t = phase[0], y = phase[1], x = phase[2];
    const Index count = t.taps * y.taps * x.taps;
    for (Index r = 0; r < count; ++r) {
      offset[first + r] = cut.lines.offset(0, axis[0].lead + t.place - r / x.taps / y.taps,
                                           axis[1].lead + y.place - r / x.taps % y.taps,
                                           axis[2].lead + x.place - r % x.taps);
      const Index i = f[0] + s.stride[0] * (r / x.taps / y.taps), j = f[1] + s.stride[1] * (r / x.taps % y.taps);
      place.data()[(i * s.kernel[1] + j) * s.kernel[2] + f[2] + s.stride[2] * (r % x.taps)] = {
          first * panels * panel * K + r * line_outputs, count * K * line_outputs, count * line_outputs};
    }
  });
  for_each_unit(panels, 4 * w.size(), [&](Index at, int) {
    const Index block0 = at * panel / line_outputs;
    for (Index o = 0; o < K; ++o)
      pack_line_weights(w.data() + (o * C + at * panel) * taps, taps, std::min(panel, C - at * panel), taps,
                        [&](Index block, Index tap) {
                          const Place& to = place.data()[tap];
                          return to.start < 0 ? nullptr
                                              : packed.data() + to.start + (block0 + block) * to.step + o * to.next;
                        });
  });

  const View<Real, 2> tile_slots = ws.take<Real>(Shape<2>{num_threads(), line_outputs * line_tile<Real>});
  const auto phase_target = [&](const std::array<DataPhase, 3>& phase, const LineUnit& unit) {
    LineTarget target{s.in, {}, s.stride, {}};
    for (std::size_t a = 0; a < 3; ++a) {
      target.first[a] = phase[a].first + s.stride[a] * unit.first[a];
      target.count[a] = std::max<Index>(0, std::min(unit.out[a], phase[a].count - unit.first[a]));
    }
    return target;
  };
  Index tiles = 0;
  for_each_phase([&](const std::array<DataPhase, 3>& phase, const std::array<Index, 3>&, Index) {
    const LineUnit unit = line_unit(cut, 0);
    tiles = std::max(tiles, line_tiles<Real>(unit.lines, unit.samples, phase_target(phase, unit).count));
  });
  for_each_line_unit<Real>(
      plan, dy.data(), s.out_size(), K, C, tiles, work, ws,
      [&](const LineUnit& unit, const Real* lines, Index tile0, Index tile1, Index c0, Index c1, int slot) {
        for_each_phase([&](const std::array<DataPhase, 3>& phase, const std::array<Index, 3>&, Index first) {
          const LineTarget target = phase_target(phase, unit);
          if (target.count[0] * target.count[1] * target.count[2] == 0) return;
          const Index count = phase[0].taps * phase[1].taps * phase[2].taps;
          convolve_lines<Real>(lines, K, unit.lines, unit.samples,
                               {packed.data() + first * panels * panel * K, offset.data() + first, count}, nullptr, c0,
                               c1, tile0, tile1, target, dx.data() + unit.sample * C * s.in_size(), C,
                               tile_slots.data() + slot * line_outputs * line_tile<Real>);
        });
      });
}

template <class Real>
void conv3d_backward_data_direct_run(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                     Workspace& ws) {
  if (detail::batch_pays(detail::batch_sizes(dx.shape(), dy.shape(), spec), Pack<Real>::width))
    return conv3d_backward_data_batch_run<Real>(dy, w, dx, spec, ws);
  conv3d_backward_data_lines_run<Real>(dy, w, dx, spec, ws);
}
