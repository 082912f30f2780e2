// kernels/conv3d_direct_batch_weights.inl - weights' gradients with samples side by side; see conv3d_direct_batch.hpp.

/// Adds to the vectors of an O x R block of sums (outputs `sums_step` apart) the products of `count` places.
template <class Real, Index O, Index R>
void batch_dots(const Real* const* dy, const Real* const* x, const Index* base, Index count, Index lanes, Index used,
                Real* const* sums) {
  using P = Pack<Real>;
  P sum[O][R];
  unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { sum[o][r] = P::load(sums[o] + r * P::width); });
  });
  const Real* left[O];
  const Real* right[R];
  unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA { left[o] = dy[o]; });
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { right[r] = x[r]; });
  for (Index q = 0; q < count; ++q)
    for (Index lane = 0; lane < used; lane += P::width) {
      P value[R];
      unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { value[r] = P::load(right[r] + base[q] + lane); });
      unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
        const P factor = P::load(left[o] + q * lanes + lane);
        unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { sum[o][r] = fma(factor, value[r], sum[o][r]); });
      });
    }
  unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { sum[o][r].store(sums[o] + r * P::width); });
  });
}

template <class Real>
void conv3d_backward_weights_batch_run(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                       const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (dy.empty()) return;
  if (db) conv3d_backward_bias_run<Real>(dy, db);
  constexpr Index W = Pack<Real>::width, lanes = batch_group<Real>, some = 32;
  constexpr Index OB = dots_outputs, RB = dots_rows;
  const Conv3dSizes s = batch_sizes(x.shape(), dy.shape(), spec);
  const Index C = s.in_channels, O = s.out_channels, taps = s.taps(), rows = C * taps, out_plane = s.out[1] * s.out[2];
  const Index work = dy.size() * rows, groups = ceil_div(s.samples, lanes);
  BatchSource source{s.in, {-s.padding[0], -s.padding[1], -s.padding[2]}, {}}, dy_source{s.out, {0, 0, 0}, s.out};
  for (std::size_t a = 0; a < 3; ++a) source.count[a] = (s.out[a] - 1) * s.stride[a] + s.kernel[a];
  const Index numbers = (C * s.stride[0] * source.plane() + O * out_plane) * lanes;
  const Index step = batch_step(s.out[0], groups, numbers, 1, worth_sharing(work));
  const BatchCut cut{s.samples, lanes, s.out[0], step, step * s.stride[0]};
  source.count[0] = (step - 1) * s.stride[0] + s.kernel[0], dy_source.count[0] = step;

  Workspace::Scope scope(ws);
  const View<Index, 1> place = ws.take<Index>(source.count[0] * source.plane_size());
  batch_places(source, lanes, place.data());
  const View<Index, 1> dy_place = ws.take<Index>(step * out_plane), base = ws.take<Index>(step * out_plane);
  batch_places(dy_source, lanes, dy_place.data());
  const auto at = [&](Index t, Index i, Index j) { return ((t * source.count[1] + i) * source.count[2] + j) * lanes; };
  const Index channel = source.places() * lanes, dy_channel = dy_source.places() * lanes;
  batch_bases(source, s, step, lanes, base.data());
  const Index all_rows = ceil_div(rows, RB) * RB;  // the last one repeats
  const View<Index, 1> row = ws.take<Index>(all_rows);
  Index next = 0;
  for (Index c = 0; c < C; ++c)
    for (Index t = 0; t < s.kernel[0]; ++t)
      for (Index h = 0; h < s.kernel[1]; ++h)
        for (Index w = 0; w < s.kernel[2]; ++w) row[next++] = c * channel + at(t, h, w);
  std::fill(row.begin() + next, row.end(), row[rows - 1]);

  const Index units = cut.units(), most = (Index{1} << 20) / (O * all_rows * W);
  const Index parts = std::max<Index>(1, std::min({units, Index{8}, most}));
  const Index line = ceil_div(all_rows, W) * W * W;
  const Index slots = num_threads();
  const View<Real, 3> sums = ws.take<Real>(Shape<3>{parts, O + 1, line});  // one line for outputs that there are not
  const View<Real, 2> sources = ws.take<Real>(Shape<2>{slots, C * channel});
  const View<Real, 2> dy_sources = ws.take<Real>(Shape<2>{slots, O * dy_channel});
  for_each_unit(parts, work, [&](Index part, int slot) {
    Real* into = sums.data() + part * (O + 1) * line;
    std::fill_n(into, (O + 1) * line, Real(0));
    Real* x_line = sources.data() + slot * C * channel;
    Real* dy_line = dy_sources.data() + slot * O * dy_channel;
    for (Index u = part * units / parts; u < (part + 1) * units / parts; ++u) {
      const BatchUnit unit = batch_unit(cut, u);
      batch_gather(x.data() + unit.sample * C * s.in_size(), C * s.in_size(), unit.samples, C, source,
                   source.first[0] + unit.source_plane, (unit.planes - 1) * s.stride[0] + s.kernel[0], place.data(),
                   lanes, x_line);
      batch_gather(dy.data() + unit.sample * O * s.out_size(), O * s.out_size(), unit.samples, O, dy_source, unit.plane,
                   unit.planes, dy_place.data(), lanes, dy_line);
      const Index used = ceil_div(unit.samples, W) * W, places = unit.planes * out_plane;
      for (Index q = 0; q < places; q += some)
        for (Index o = 0; o < O; o += OB)
          for (Index r = 0; r < all_rows; r += RB) {
            const Real* left[OB];
            const Real* right[RB];
            Real* to[OB];
            for (Index i = 0; i < OB; ++i) {
              left[i] = dy_line + std::min(o + i, O - 1) * dy_channel + q * lanes;
              to[i] = into + std::min(o + i, O) * line + r * W;
            }
            for (Index i = 0; i < RB; ++i) right[i] = x_line + row[r + i];
            batch_dots<Real, OB, RB>(left, right, base.data() + q, std::min(some, places - q), lanes, used, to);
          }
    }
  });
  for_each_unit(O, 4 * parts * O * line, [&](Index o, int) {
    for (Index r = 0; r < rows; r += W) {
      Pack<Real> square[static_cast<std::size_t>(W)];
      for (Index i = 0; i < W; ++i) {
        square[i] = Pack<Real>::zero();
        for (Index part = 0; part < parts; ++part)
          square[i] = square[i] + Pack<Real>::load(sums.data() + (part * (O + 1) + o) * line + (r + i) * W);
      }
      transpose_square(square);
      Pack<Real> sum = square[0];
      for (Index i = 1; i < W; ++i) sum = sum + square[i];
      Real* to = dw.data() + o * rows + r;
      const Index count = std::min(W, rows - r);
      store_some(load_some(to, count) + sum, to, count);
    }
  });
}
