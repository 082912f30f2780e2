// kernels/pool3d_max.inl - part of pool3d_max.hpp, compiled once for each instruction set.

/// Outputs [begin, end) of a row, whose windows reach over neither end of it; `step` is their stride along the row.
template <Index step, bool chosen, class Real>
ISA_INLINE void max_pool_row(const Real* plane, const detail::PoolShapes& shapes, const detail::PoolRange& t,
                             const detail::PoolRange& h, Index begin, Index end, Real* y, std::uint16_t* choice) {
  using P = Pack<Real>;
  const Index X = shapes.x[4], KH = shapes.spec.window[1], KW = shapes.spec.window[2];
  const Index first_element = ((t.begin - t.window) * KH + h.begin - h.window) * KW;
  for_output_packs<Real>(begin, end, [&](Index w, Index count) STAC3DL_INLINE_LAMBDA {
    const Index column = w * step - shapes.spec.padding[2];
    P best = P::all(-std::numeric_limits<Real>::infinity()), which = P::all(static_cast<Real>(first_element));
    const auto meet = [&](P value, Index e) STAC3DL_INLINE_LAMBDA {
      if constexpr (chosen) which = if_better(value, best, P::all(static_cast<Real>(e)), which);
      best = if_better(value, best, value, best);
    };
    for (Index a = t.begin; a < t.end; ++a)
      for (Index b = h.begin; b < h.end; ++b) {
        const Real* const from = plane + (a * shapes.x[3] + b) * X + column;
        const Index e = ((a - t.window) * KH + b - h.window) * KW;
        for (Index k = 0; k < KW; k += step) {
          P first, second;
          load_window_elements<step>(from + k, X - column - k, first, second);
          meet(first, e + k);
          if (step == 2 && k + 1 < KW) meet(second, e + k + 1);
        }
      }
    store_some(best, y + w, count);
    if constexpr (chosen) store_elements(which, choice + w, count);
  });
}

template <Index step, bool chosen, class Real>
void max_pool_planes(const Real* x, Real* y, std::uint16_t* choice, const detail::PoolShapes& shapes) {
  const std::array<Index, 2> inner = step > 0 ? shapes.inner_columns() : std::array<Index, 2>{0, 0};
  detail::for_each_plane(shapes.x, [&](Index nc) {
    const Real* const plane = x + nc * shapes.in();
    shapes.for_each_row([&](Index row, const detail::PoolRange& t, const detail::PoolRange& h) {
      const Index at = nc * shapes.out() + row * shapes.y[4];
      std::uint16_t* const to = chosen ? choice + at : nullptr;
      if constexpr (step > 0) max_pool_row<step, chosen>(plane, shapes, t, h, inner[0], inner[1], y + at, to);
      shapes.for_columns_outside(inner, [&](Index w) {
        detail::max_pool_window(plane, shapes, t, h, shapes.range(2, w), y[at + w], chosen ? to + w : nullptr);
      });
    });
  });
}

template <class Real>
void max_pool3d_forward_run(CView<Real, 5> x, View<Real, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec) {
  const detail::PoolShapes shapes(x.shape(), y.shape(), spec);
  const auto run = [&]<Index step>() {
    if (choice)
      max_pool_planes<step, true>(x.data(), y.data(), choice.data(), shapes);
    else
      max_pool_planes<step, false>(x.data(), y.data(), nullptr, shapes);
  };
  if (shapes.spec.stride[2] == 1)
    run.template operator()<1>();
  else if (shapes.spec.stride[2] == 2)
    run.template operator()<2>();
  else
    run.template operator()<0>();
}
