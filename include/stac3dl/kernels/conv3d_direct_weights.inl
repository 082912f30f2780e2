// kernels/conv3d_direct_weights.inl: see conv3d_direct_weights.hpp.

template <class Real>
void conv3d_backward_weights_lines_run(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                       const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (dy.empty()) return;
  if (db) conv3d_backward_bias_run<Real>(dy, db);
  constexpr Index W = Pack<Real>::width, tile = 128 * W;
  const Conv3dSizes s = conv3d_sizes(x.shape(), dy.shape(), spec);
  const Index C = s.in_channels, O = s.out_channels, taps = s.taps(), rows = C * taps, work = dy.size() * rows;
  // Rows and outputs are filled up to whole blocks: the last row repeats, the last outputs are lines of zeros.
  const Index all_rows = ceil_div(rows, dots_rows) * dots_rows, all_outputs = ceil_div(O, dots_outputs) * dots_outputs;
  const Index most = (Index{1} << 20) / (all_outputs * all_rows);  // sums of all parts: about 2^20
  LinePlan plan = plan_lines(C, work, [&](Index budget) { return cut_input(s, tile, budget); });
  if (!plan.shared && worth_sharing(work) && most < 8) plan = {cut_input(s, tile, large_lines), true};
  const LineCut& cut = plan.cut;
  const Index channel = cut.lines.phases() * cut.lines.length(), units = cut.units();

  Workspace::Scope scope(ws);
  const View<Index, 1> row = ws.take<Index>(all_rows);
  for (Index r = 0; r < all_rows; ++r) {
    const Index last = std::min(r, rows - 1);
    row[r] = last / taps * channel + tap_offset(s, cut.lines, last % taps);
  }
  Lines dy_lines = cut.lines;  // the same places, without phases
  for (std::size_t a = 0; a < 3; ++a)
    dy_lines.axis[a] = {s.out[a], 1, 0, 1, std::min(s.out[a], cut.lines.axis[a].count), cut.lines.axis[a].pitch};
  dy_lines.axis[cut.axis].count = cut.step;
  const Index dy_channel = dy_lines.length();

  const Index slots = plan.shared ? 1 : num_threads();
  const Index parts = plan.shared ? 1 : std::max<Index>(1, std::min({units, Index{16}, most}));
  const View<Real, 3> sums = ws.take<Real>(Shape<3>{parts, all_outputs, all_rows});
  const View<Real, 2> x_slots = ws.take<Real>(Shape<2>{slots, C * channel});
  const View<Real, 2> dy_slots = ws.take<Real>(Shape<2>{slots, all_outputs * dy_channel});
  const auto gather_x = [&](const LineUnit& unit, Index c, Real* to) {
    gather_line(x.data() + (unit.sample * C + c) * s.in_size(), C * s.in_size(), unit.samples, unit.lines, to);
  };
  const auto gather_dy = [&](const LineUnit& unit, Index o, Real* to) {
    if (o >= O) return static_cast<void>(std::fill_n(to, dy_channel, Real(0)));
    Lines own = dy_lines;
    own.axis[cut.axis].lead = -unit.first[cut.axis];
    gather_line(dy.data() + (unit.sample * O + o) * s.out_size(), O * s.out_size(), unit.samples, own, to);
  };
  /// A unit's products of outputs [o0, o1) with rows [r0, r1), both at blocks' starts, at places [q0, q1).
  const auto multiply = [&](const LineStretch& stretch, Index q0, Index q1, const Real* x_lines, const Real* lines,
                            Index o0, Index o1, Index r0, Index r1, Real* into) {
    for (Index p = q0 / W; p < ceil_div(q1, W); p += tile / W) {
      const LineSpan span{stretch.count, stretch.step, std::min(tile / W, ceil_div(q1, W) - p)};
      for (Index o = o0; o < o1; o += dots_outputs)
        for (Index r = r0; r < r1; r += dots_rows)
          line_dots<Real, dots_outputs, dots_rows>(lines + o * dy_channel + p * W, dy_channel, x_lines + p * W,
                                                   row.data() + r, span, into + o * all_rows + r, all_rows);
    }
  };
  if (plan.shared) {
    const Index o_blocks = all_outputs / dots_outputs, r_blocks = all_rows / dots_rows;
    const Index o_parts = std::min<Index>(o_blocks, 16), r_parts = std::min(r_blocks, ceil_div(16, o_parts));
    for (Index u = 0; u < units; ++u) {
      const LineUnit unit = line_unit(cut, u);
      parallel_for(C + all_outputs, [&](Index i) {
        if (i < C) gather_x(unit, i, x_slots.data() + i * channel);
        else gather_dy(unit, i - C, dy_slots.data() + (i - C) * dy_channel);
        if (i >= C && u == 0) std::fill_n(sums.data() + (i - C) * all_rows, all_rows, Real(0));
      });
      // A stretch of all rows at a time, so that they stay in the caches while the outputs pass by.
      const LineStretch stretch = line_stretch(unit.lines, unit.samples, unit.out, W);
      const Index places = std::max<Index>(1, small_lines / (C * cut.lines.phases() * tile)) * tile;
      for (Index q = 0; q < stretch.places; q += places)
        parallel_for(o_parts * r_parts, [&](Index i) {
          const Index o = i / r_parts, r = i % r_parts;
          multiply(stretch, q, std::min(stretch.places, q + places), x_slots.data(), dy_slots.data(),
                   o * o_blocks / o_parts * dots_outputs, (o + 1) * o_blocks / o_parts * dots_outputs,
                   r * r_blocks / r_parts * dots_rows, (r + 1) * r_blocks / r_parts * dots_rows, sums.data());
        });
    }
  } else {
    for_each_unit(parts, work, [&](Index part, int slot) {
      Real* into = sums.data() + part * all_outputs * all_rows;
      std::fill_n(into, all_outputs * all_rows, Real(0));
      Real* x_lines = x_slots.data() + slot * C * channel;
      Real* lines = dy_slots.data() + slot * all_outputs * dy_channel;
      for (Index u = part * units / parts; u < (part + 1) * units / parts; ++u) {
        const LineUnit unit = line_unit(cut, u);
        for (Index c = 0; c < C; ++c) gather_x(unit, c, x_lines + c * channel);
        for (Index o = 0; o < all_outputs; ++o) gather_dy(unit, o, lines + o * dy_channel);
        const LineStretch stretch = line_stretch(unit.lines, unit.samples, unit.out, W);
        multiply(stretch, 0, stretch.places, x_lines, lines, 0, all_outputs, 0, all_rows, into);
      }
    });
  }
  for_each_unit(O, 4 * parts * O * rows, [&](Index o, int) {
    for (Index part = 0; part < parts; ++part)
      for (Index r = 0; r < rows; ++r)
        dw.data()[o * rows + r] += sums.data()[(part * all_outputs + o) * all_rows + r];
  });
}

template <class Real>
void conv3d_backward_weights_direct_run(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                        const Conv3dSpec& spec, Workspace& ws) {
  constexpr Index W = Pack<Real>::width;
  const auto s = detail::batch_sizes(x.shape(), dy.shape(), spec);
  if (detail::batch_pays(s, W) && detail::batch_sums_fit(s, W))
    return conv3d_backward_weights_batch_run<Real>(x, dy, dw, db, spec, ws);
  conv3d_backward_weights_lines_run<Real>(x, dy, dw, db, spec, ws);
}
