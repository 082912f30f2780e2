// kernels/attention_rows.inl - part of attention_rows.hpp, compiled once for each instruction set.

/// Rows that go together: as many as there are registers for two sums each.
inline constexpr Index rows_together = many_registers ? 8 : 4;

/// f(T, row, place) for groups of T valid rows of `rows` (P, U), T a constant of 1, 2, 4 or rows_together: row[i]
/// points to row place[i].
template <class Real, class F>
ISA_INLINE void for_rows(const Real* rows, Index P, Index U, const std::uint8_t* valid, F&& f) {
  const Real* row[rows_together];
  Index place[rows_together], count = 0;
  for (Index p = 0; p < P; ++p) {
    if (valid && !valid[p]) continue;
    row[count] = rows + p * U, place[count] = p;
    if (++count < rows_together) continue;
    f(std::integral_constant<Index, rows_together>{}, row, place);
    count = 0;
  }
  Index done = 0;
  if constexpr (rows_together > 4)
    if (count & 4) f(std::integral_constant<Index, 4>{}, row, place), done = 4;
  if (count & 2) f(std::integral_constant<Index, 2>{}, row + done, place + done), done += 2;
  if (count & 1) f(std::integral_constant<Index, 1>{}, row + done, place + done);
}

/// out[k][i] = x[k] . row[i], for K vectors and T rows of U numbers.
template <Index K, Index T, class Real>
ISA_INLINE void dots(const std::array<const Real*, K>& x, const Real* const* row, Index U, Real (&out)[K][T]) {
  using P = Pack<Real>;
  P sum[K * T];
  unroll<K * T>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i] = P::zero(); });
  for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
    P factor[K];
    unroll<K>([&](auto k) STAC3DL_INLINE_LAMBDA { factor[k] = lanes.load(x[k] + u); });
    unroll<T>([&](auto i) STAC3DL_INLINE_LAMBDA {
      const P y = lanes.load(row[i] + u);
      unroll<K>([&](auto k) STAC3DL_INLINE_LAMBDA { sum[k * T + i] = fma(factor[k], y, sum[k * T + i]); });
    });
  });
  unroll<K * T>([&](auto i) STAC3DL_INLINE_LAMBDA { out[i / T][i % T] = sum[i].sum(); });
}

/// y (U) = scale y + sum over i of w[i] row[i], in order.  With `Ahead` the T rows behind them are fetched meanwhile.
template <Index T, bool Ahead = false, class Real>
ISA_INLINE void add_rows(Real scale, const Real* w, const Real* const* row, Index U, Real* y) {
  using P = Pack<Real>;
  P factor[T];
  unroll<T>([&](auto i) STAC3DL_INLINE_LAMBDA { factor[i] = P::all(w[i]); });
  for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
    P sum = P::all(scale) * lanes.load(y + u);
    unroll<T>([&](auto i) STAC3DL_INLINE_LAMBDA {
      if constexpr (Ahead) STAC3DL_PREFETCH(row[i] + u + T * U);
      sum = fma(factor[i], lanes.load(row[i] + u), sum);
    });
    lanes.store(sum, y + u);
  });
}

/// a . b
template <class Real>
inline Real dot(const Real* a, const Real* b, Index U) {
  Real sum[1][1];
  dots<1, 1, Real>({a}, &b, U, sum);
  return sum[0][0];
}
/// y += s x
template <class Real>
inline void add_scaled(Real* y, Real s, const Real* x, Index U) {
  add_rows<1>(Real(1), &s, &x, U, y);
}
/// y = s x
template <class Real>
inline void set_scaled(Real* y, Real s, const Real* x, Index U) {
  for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
    lanes.store(Pack<Real>::all(s) * lanes.load(x + u), y + u);
  });
}

/// y = a x1 + b x2 + c x3
template <class Real>
inline void mix(Real* y, Real a, const Real* x1, Real b, const Real* x2, Real c, const Real* x3, Index U) {
  using P = Pack<Real>;
  const P pa = P::all(a), pb = P::all(b), pc = P::all(c);
  for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
    lanes.store(fma(pa, lanes.load(x1 + u), fma(pb, lanes.load(x2 + u), pc * lanes.load(x3 + u))), y + u);
  });
}

/// out (U) += rows of parts (K, U), in order.
template <class Real>
inline void add_parts(CView<Real, 2> parts, View<Real, 1> out) {
  for (Index k = 0; k < parts.size(0); ++k) add_scaled(out.data(), Real(1), parts.data() + k * out.size(), out.size());
}

/// Masked softmax in place over w[0, n), of which `top` is the largest valid entry (NaN if any is): entries with
/// !valid(i) become 0, whatever they hold.
template <class Real, class Valid>
inline void softmax_row(Real* w, Index n, Real top, const Valid& valid) {
  for (Index i = 0; i < n; ++i)
    if (!valid(i)) w[i] = -std::numeric_limits<Real>::infinity();
  const Real sum = exp_row(w, n, top);
  for_packs<Real>(n, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    lanes.store(lanes.load(w + i) / Pack<Real>::all(sum), w + i);
  });
  for (Index i = 0; i < n; ++i)
    if (!valid(i)) w[i] = 0;
}
template <class Real, class Valid>
inline void softmax_row(Real* w, Index n, const Valid& valid) {
  Real top = -std::numeric_limits<Real>::infinity();
  bool any = false;
  for (Index i = 0; i < n; ++i)
    if (valid(i)) any = true, top = w[i] <= top ? top : w[i];
  if (any) softmax_row(w, n, top, valid);
  else std::fill_n(w, n, Real(0));
}
