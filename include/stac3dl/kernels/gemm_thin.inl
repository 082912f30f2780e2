// kernels/gemm_thin.inl - part of gemm_thin.hpp, compiled once for each instruction set.

/// R lines of a against S lines of b.
template <class Real, Index R, Index S>
void dot_tile(Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, Index c_i, Index c_j,
              bool add) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  P t[R][S];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { t[r][s] = P::zero(); });
  });
  const auto step = [&](const auto& load) STAC3DL_INLINE_LAMBDA {
    P right[S];
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { right[s] = load(b + s * b_step); });
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P left = load(a + r * a_step);
      unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { t[r][s] = fma(left, right[s], t[r][s]); });
    });
  };
  for (; depth >= W; depth -= W, a += W, b += W)
    step([](const Real* from) STAC3DL_INLINE_LAMBDA { return P::load(from); });
  if (depth > 0) step([depth](const Real* from) STAC3DL_INLINE_LAMBDA { return load_part(from, depth); });
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA {
      Real& to = c[r * c_i + s * c_j];
      const Real sum = t[r][s].sum();
      to = add ? to + sum : sum;
    });
  });
}

/// All M lines of a against S lines of b.  Element (i, j) of c is at c + i*c_i + j*c_j.
template <class Real, Index S>
void dot_lines(Index M, Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, Index c_i,
               Index c_j, bool add) {
  constexpr Index R = many_registers ? 6 : 4;
  Index i = 0;
  const auto go = [&](auto rows) STAC3DL_INLINE_LAMBDA {
    for (; i + rows <= M; i += rows)
      dot_tile<Real, rows, S>(depth, a + i * a_step, a_step, b, b_step, c + i * c_i, c_i, c_j, add);
  };
  go(std::integral_constant<Index, R>{});
  go(std::integral_constant<Index, R / 2>{});
  go(std::integral_constant<Index, 1>{});
}

/// c[0 .. n) (+)= D rows of b, each times its a.
template <class Real, Index D>
void stream_rows(Index n, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, bool add) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  P factor[D];
  unroll<D>([&](auto d) STAC3DL_INLINE_LAMBDA { factor[d] = P::all(a[d * a_step]); });
  Index j = 0;
  for (; j + W <= n; j += W) {
    P sum = add ? P::load(c + j) : P::zero();
    unroll<D>([&](auto d) STAC3DL_INLINE_LAMBDA { sum = fma(factor[d], P::load(b + d * b_step + j), sum); });
    sum.store(c + j);
  }
  if (j < n) {
    P sum = add ? load_part(c + j, n - j) : P::zero();
    unroll<D>([&](auto d) STAC3DL_INLINE_LAMBDA { sum = fma(factor[d], load_part(b + d * b_step + j, n - j), sum); });
    store_part(sum, c + j, n - j);
  }
}
template <class Real>
void stream_rows(Index n, Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, bool add) {
  Index k = 0;
  for (; k + 8 <= depth; k += 8)
    stream_rows<Real, 8>(n, a + k * a_step, a_step, b + k * b_step, b_step, c, add || k > 0);
  for (; k < depth; ++k) stream_rows<Real, 1>(n, a + k * a_step, a_step, b + k * b_step, b_step, c, add || k > 0);
}
