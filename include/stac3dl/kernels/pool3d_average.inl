// kernels/pool3d_average.inl - part of pool3d_average.hpp, compiled once for each instruction set.

/// Outputs [begin, end) of a row, whose windows reach over neither end of it; `step` is their stride along the row.
template <Index step, class Real>
ISA_INLINE void avg_pool_row(const Real* plane, const detail::PoolShapes& shapes, const detail::PoolRange& t,
                             const detail::PoolRange& h, Index begin, Index end, Real* y) {
  using P = Pack<Real>;
  if (begin == end) return;
  const Index X = shapes.x[4], KW = shapes.spec.window[2];
  const P divisor =
      P::all(static_cast<Real>(detail::pool_divisor(shapes.spec, shapes.x, {t, h, shapes.range(2, begin)})));
  for_output_packs<Real>(begin, end, [&](Index w, Index count) STAC3DL_INLINE_LAMBDA {
    const Index column = w * step - shapes.spec.padding[2];
    P sum = P::zero();
    for (Index a = t.begin; a < t.end; ++a)
      for (Index b = h.begin; b < h.end; ++b) {
        const Real* const from = plane + (a * shapes.x[3] + b) * X + column;
        for (Index k = 0; k < KW; k += step) {
          P first, second;
          load_window_elements<step>(from + k, X - column - k, first, second);
          sum = sum + first;
          if (step == 2 && k + 1 < KW) sum = sum + second;
        }
      }
    store_some(sum / divisor, y + w, count);
  });
}

template <Index step, class Real>
void avg_pool_planes(const Real* x, Real* y, const detail::PoolShapes& shapes) {
  const std::array<Index, 2> inner = step > 0 ? shapes.inner_columns() : std::array<Index, 2>{0, 0};
  detail::for_each_plane(shapes.x, [&](Index nc) {
    const Real* const plane = x + nc * shapes.in();
    shapes.for_each_row([&](Index row, const detail::PoolRange& t, const detail::PoolRange& h) {
      Real* const to = y + nc * shapes.out() + row * shapes.y[4];
      if constexpr (step > 0) avg_pool_row<step>(plane, shapes, t, h, inner[0], inner[1], to);
      shapes.for_columns_outside(
          inner, [&](Index w) { to[w] = detail::avg_pool_window(plane, shapes, t, h, shapes.range(2, w)); });
    });
  });
}

template <class Real>
void avg_pool3d_forward_run(CView<Real, 5> x, View<Real, 5> y, const Pool3dSpec& spec) {
  const detail::PoolShapes shapes(x.shape(), y.shape(), spec);
  if (shapes.spec.stride[2] == 1)
    avg_pool_planes<1>(x.data(), y.data(), shapes);
  else if (shapes.spec.stride[2] == 2)
    avg_pool_planes<2>(x.data(), y.data(), shapes);
  else
    avg_pool_planes<0>(x.data(), y.data(), shapes);
}

/// Adds the shares of outputs [begin, end) of a row, windows side by side that step by 1.  A number of dx gets them in
/// the order of the outputs: the last element's first.
template <class Real>
ISA_INLINE void avg_pool_row_backward(const Real* dy, const detail::PoolShapes& shapes, const detail::PoolRange& t,
                                      const detail::PoolRange& h, Index begin, Index end, Real* plane) {
  using P = Pack<Real>;
  if (begin == end) return;
  const P divisor =
      P::all(static_cast<Real>(detail::pool_divisor(shapes.spec, shapes.x, {t, h, shapes.range(2, begin)})));
  for (Index a = t.begin; a < t.end; ++a)
    for (Index b = h.begin; b < h.end; ++b)
      for (Index k = shapes.spec.window[2]; k-- > 0;) {
        Real* const to = plane + (a * shapes.x[3] + b) * shapes.x[4] + begin - shapes.spec.padding[2] + k;
        for_packs<Real>(end - begin, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
          lanes.store(lanes.load(to + i) + lanes.load(dy + begin + i) / divisor, to + i);
        });
      }
}

/// dx of a plane that windows of one or two columns tile, written in order and never read.  Windows from column `last`
/// on are left out; what belongs to no window is 0.
template <class Real>
void avg_pool_tiles_backward(const Real* dy, const detail::PoolShapes& shapes, Index last, Real* dx) {
  using P = Pack<Real>;
  const auto& [KT, KH, KW] = shapes.spec.window;
  const Index H = shapes.x[3], W = shapes.x[4];
  if (shapes.y[2] * KT < shapes.x[2] || shapes.y[3] * KH < H || last * KW < W) std::fill_n(dx, shapes.in(), Real(0));
  if (last == 0) return;
  shapes.for_each_row([&, KW = KW](Index row, const detail::PoolRange& a, const detail::PoolRange& b) {
    const P divisor =
        P::all(static_cast<Real>(detail::pool_divisor(shapes.spec, shapes.x, {a, b, shapes.range(2, 0)})));
    for_output_packs<Real>(0, last, [&](Index w, Index count) STAC3DL_INLINE_LAMBDA {
      const P share = load_some(dy + row * shapes.y[4] + w, count) / divisor;
      P left = share, right = share;
      if (KW == 2) join_pairs(share, share, left, right);
      for (Index i = a.begin; i < a.end; ++i)
        for (Index j = b.begin; j < b.end; ++j) {
          Real* const to = dx + (i * H + j) * W + w * KW;
          store_some(left, to, count * KW);
          if (count * KW > P::width) store_some(right, to + P::width, count * KW - P::width);
        }
    });
  });
}

template <class Real>
void avg_pool3d_backward_run(CView<Real, 5> dy, View<Real, 5> dx, const Pool3dSpec& spec) {
  const detail::PoolShapes shapes(dx.shape(), dy.shape(), spec);
  const bool tiles = shapes.tiles() && shapes.spec.window[2] <= 2, side_by_side = shapes.spec.stride[2] == 1;
  const std::array<Index, 2> inner = tiles || side_by_side ? shapes.inner_columns() : std::array<Index, 2>{0, 0};
  detail::for_each_plane(shapes.x, [&](Index nc) {
    Real* const plane = dx.data() + nc * shapes.in();
    const Real* const from = dy.data() + nc * shapes.out();
    if (tiles)
      avg_pool_tiles_backward(from, shapes, inner[1], plane);
    else
      std::fill_n(plane, shapes.in(), Real(0));
    if (tiles && inner[1] == shapes.y[4]) return;
    shapes.for_each_row([&](Index row, const detail::PoolRange& t, const detail::PoolRange& h) {
      const Real* const d = from + row * shapes.y[4];
      const auto spread = [&](Index w) { detail::avg_pool_spread(d[w], shapes, t, h, shapes.range(2, w), plane); };
      for (Index w = 0; w < inner[0]; ++w) spread(w);
      if (side_by_side && !tiles) avg_pool_row_backward(d, shapes, t, h, inner[0], inner[1], plane);
      for (Index w = inner[1]; w < shapes.y[4]; ++w) spread(w);
    });
  });
}
