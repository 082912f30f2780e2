// kernels/attention_plain.inl - part of attention_plain.hpp, compiled once for each instruction set.

/// t = tanh(t + b) in place; returns v . t.
template <class Real>
inline Real tanh_score(Real* t, const Real* b, const Real* v, Index U) {
  auto sum = Pack<Real>::zero();
  for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
    const Pack<Real> y = tanh(lanes.load(t + u) + lanes.load(b + u));
    lanes.store(y, t + u);
    sum = fma(lanes.load(v + u), y, sum);  // v is 0 in the lanes behind the end
  });
  return sum.sum();
}

/// t holds W h when this begins.
template <class Real>
void plain_attention_forward_run(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a,
                                 View<Real, 4> t, View<Real, 3> w, View<Real, 2> f) {
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3), rows = L * N * P;
  parallel_chunks(rows, work_grain(rows, 0.9 * static_cast<double>(U) + 20), [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r) {
      const Index l = r / (N * P), n = r / P % N, p = r % P;
      Real* const row = t.data() + r * U;
      if (token_valid(mask, l, n, p))
        w.data()[(n * L + l) * P + p] = tanh_score(row, a.bias.data(), a.v.data(), U);
      else std::fill_n(row, U, Real(0));
    }
  });
  parallel_chunks(N, work_grain(N, detail::pass_time(L * P * U)), [&](Index n0, Index n1) {
    for (Index n = n0; n < n1; ++n) {
      Real *const weights = w.data() + n * L * P, *const to = f.data() + n * U;
      softmax_row(weights, L * P, [&](Index i) { return token_valid(mask, i / P, n, i % P); });
      std::fill_n(to, U, Real(0));
      for (Index l = 0; l < L; ++l) {
        const Index k = l * N + n;
        for_rows(h.data() + k * P * U, P, U, mask ? mask.data() + k * P : nullptr,
                 [&](auto T, const Real* const* row, const Index* place) STAC3DL_INLINE_LAMBDA {
                   Real factor[T];
                   for (Index i = 0; i < T; ++i) factor[i] = weights[l * P + place[i]];
                   add_rows<T>(Real(1), factor, row, U, to);
                 });
      }
    }
  });
}

/// ds (N, L, P), 0 where masked.
template <class Real>
void plain_attention_scores_backward(CView<Real, 4> h, TokenMask mask, CView<Real, 3> w, CView<Real, 2> df,
                                     CView<Real, 3> dw, View<Real, 3> ds) {
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3);
  parallel_chunks(L * N, work_grain(L * N, detail::pass_time(P * U)), [&](Index k0, Index k1) {
    for (Index k = k0; k < k1; ++k) {
      const Index n = k % N, at = (n * L + k / N) * P;
      std::fill_n(ds.data() + at, P, Real(0));
      for_rows(h.data() + k * P * U, P, U, mask ? mask.data() + k * P : nullptr,
               [&](auto T, const Real* const* row, const Index* place) STAC3DL_INLINE_LAMBDA {
                 Real q[1][T];
                 dots<1, T, Real>({df.data() + n * U}, row, U, q);
                 for (Index i = 0; i < T; ++i)
                   ds.data()[at + place[i]] = q[0][i] + (dw ? dw.data()[at + place[i]] : Real(0));
               });
    }
  });
  for (Index n = 0; n < N; ++n) {
    Real* const score = ds.data() + n * L * P;
    const Real* const weights = w.data() + n * L * P;
    const Real mean = dot(weights, score, L * P);
    for (Index i = 0; i < L * P; ++i) score[i] = weights[i] * (score[i] - mean);
  }
}

template <class Real>
void plain_attention_rows_run(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, CView<Real, 4> t,
                              CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw, View<Real, 4> dh,
                              const PlainAttentionGrads<Real>& da, View<Real, 2> dz, Workspace& ws) {
  using V = Pack<Real>;
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3), rows = L * N * P;
  Workspace::Scope scope(ws);
  const auto ds = ws.take<Real>(Shape<3>{N, L, P});
  plain_attention_scores_backward<Real>(h, mask, w, df, dw, ds);
  // partial sums of db and dv, added in order at the end
  const Index grain = detail::part_grain(rows, U), parts = (rows + grain - 1) / grain;
  const auto db = ws.take<Real>(Shape<2>{parts, U}), dv = ws.take<Real>(Shape<2>{parts, U});
  parallel_chunks(rows, grain, [&](Index r0, Index r1) {
    Real *const sum_b = db.data() + r0 / grain * U, *const sum_v = dv.data() + r0 / grain * U;
    std::fill_n(sum_b, U, Real(0)), std::fill_n(sum_v, U, Real(0));
    for (Index r = r0; r < r1; ++r) {
      const Index n = r / P % N, at = (n * L + r / (N * P)) * P + r % P;
      const V s = V::all(ds.data()[at]), one = V::all(1);  // s and t are 0 where masked
      const Real* const row = t.data() + r * U;
      for_packs<Real>(U, [&](Index u, auto lanes) STAC3DL_INLINE_LAMBDA {
        const V y = lanes.load(row + u), z = s * lanes.load(a.v.data() + u) * fnma(y, y, one);
        lanes.store(z, dz.data() + r * U + u);
        lanes.store(lanes.load(sum_b + u) + z, sum_b + u);
        lanes.store(fma(s, y, lanes.load(sum_v + u)), sum_v + u);
      });
      if (dh) set_scaled(dh.data() + r * U, w.data()[at], df.data() + n * U, U);
    }
  });
  add_parts<Real>(db, da.bias);
  add_parts<Real>(dv, da.v);
}
