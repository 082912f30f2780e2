/// kernels/attention_plain.hpp - plain attention (variant `am`): one softmax over all tokens.  h (L, N, P, U).
///
///   t[l,p] = tanh(W h[l,p] + b)  (U)     s[l,p] = v . t[l,p]     w = softmax of s over all valid (l, p) of a sample
///   F = sum_{l,p} w[l,p] h[l,p]          W (U, U), b and v (U), w (N, L, P) and exactly 0 where masked, F (N, U)
/// alpha[l] = sum_p w[l,p] is the weight of a step (attention_marginal).
/// Backward from dF (N, U) and, if given, dw:
///   dw[l,p] += dF . h[l,p]     ds = w * (dw - sum w*dw)     dz[l,p] = ds[l,p] v * (1 - t²)
///   dh[l,p] = w[l,p] dF + W' dz[l,p]    dW += sum dz h'    db += sum dz    dv += sum ds t
/// W h is made for all tokens by one gemm, so masked ones must be finite numbers too.
#pragma once

#include "stac3dl/kernels/attention_mask.hpp"
#include "stac3dl/kernels/attention_rows.hpp"
#include "stac3dl/kernels/gemm.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
struct PlainAttentionWeights {
  CView<Real, 2> weight;   ///< (U, U)
  CView<Real, 1> bias, v;  ///< (U)
};
template <class Real>
struct PlainAttentionGrads {
  View<Real, 2> weight;
  View<Real, 1> bias, v;
};

namespace detail {
template <class Real>
void check_plain_attention(const char* call, CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a,
                           CView<Real, 4> t, CView<Real, 3> w, CView<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  check_tokens(call, h.shape(), mask);
  check_tokens_shape(call, "weight", a.weight.shape(), Shape<2>{U, U});
  check_tokens_shape(call, "bias", a.bias.shape(), Shape<1>{U});
  check_tokens_shape(call, "v", a.v.shape(), Shape<1>{U});
  check_tokens_shape(call, "t", t.shape(), h.shape());
  check_tokens_shape(call, "w", w.shape(), Shape<3>{N, L, P});
  check_tokens_shape(call, "F", f.shape(), Shape<2>{N, U});
}
/// t = tanh(t + b) in place; returns v . t.
template <class Real>
Real tanh_score(Real* t, const Real* b, const Real* v, Index U) {
  using P = Pack<Real>;
  P sum = P::zero();
  for (Index u = 0; u < U; u += P::width) {
    const Index n = std::min(P::width, U - u);
    const auto load = [n](const Real* from) { return n == P::width ? P::load(from) : load_part(from, n); };
    const P y = tanh(load(t + u) + load(b + u));
    n == P::width ? y.store(t + u) : store_part(y, t + u, n);
    sum = fma(load(v + u), y, sum);
  }
  return sum.sum();
}
}  // namespace detail

/// t (L, N, P, U) is what backward needs beside w.
template <class Real>
void plain_attention_forward(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, View<Real, 4> t,
                             View<Real, 3> w, View<Real, 2> f, Workspace& ws) {
  const auto [L, N, P, U] = h.shape();
  detail::check_plain_attention<Real>("plain_attention_forward", h, mask, a, t, w, f);
  const Shape<2> rows{L * N * P, U};
  gemm<Real>(h.reshape(rows), Transpose::no, a.weight, Transpose::yes, t.reshape(rows), Store::overwrite, ws);
  parallel_chunks(rows[0], detail::token_grain(8 * U), [&, N = N, P = P, U = U](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r) {
      const Index l = r / (N * P), n = r / P % N, p = r % P;
      if (token_valid(mask, l, n, p))
        w(n, l, p) = detail::tanh_score(t.data() + r * U, a.bias.data(), a.v.data(), U);
      else std::fill_n(t.data() + r * U, U, Real(0));
    }
  });
  parallel_for(N, [&, L = L, N = N, P = P, U = U](Index n) {
    Real* const weights = w.data() + n * L * P;
    const auto valid = [&](Index i) { return token_valid(mask, i / P, n, i % P); };
    detail::masked_softmax(weights, L * P, valid);
    std::fill_n(&f(n, 0), U, Real(0));
    for (Index i = 0; i < L * P; ++i)
      if (valid(i)) detail::add_scaled(&f(n, 0), weights[i], h.data() + ((i / P * N + n) * P + i % P) * U, U);
  });
}

/// dw is what others send back, or empty; masked entries are not read.  dh is overwritten, or skipped where empty.
template <class Real>
void plain_attention_backward(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, CView<Real, 4> t,
                              CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw, View<Real, 4> dh,
                              const PlainAttentionGrads<Real>& da, Workspace& ws) {
  const auto [L, N, P, U] = h.shape();
  detail::check_plain_attention<Real>("plain_attention_backward", h, mask, a, t, w, df);
  if (dw) check_shape("plain_attention_backward dw", dw.shape(), w.shape());
  if (dh) check_shape("plain_attention_backward dh", dh.shape(), h.shape());
  const Shape<2> rows{L * N * P, U};
  Workspace::Scope scope(ws);
  const auto ds = ws.take<Real>(Shape<3>{N, L, P});
  const auto dz = ws.take<Real>(rows);
  parallel_for(N, [&, L = L, N = N, P = P, U = U](Index n) {
    Real* const score = ds.data() + n * L * P;
    const Real* const weights = w.data() + n * L * P;
    Real mean = 0;
    for (Index i = 0; i < L * P; ++i) {
      score[i] = 0;
      if (!token_valid(mask, i / P, n, i % P)) continue;
      score[i] = detail::dot(&df(n, 0), h.data() + ((i / P * N + n) * P + i % P) * U, U);
      if (dw) score[i] += dw[n * L * P + i];
      mean += weights[i] * score[i];
    }
    for (Index i = 0; i < L * P; ++i) score[i] = weights[i] * (score[i] - mean);
  });
  // At most 32 partial sums of db and dv, added in order at the end.
  const Index grain = std::max<Index>(1, (rows[0] + 31) / 32), parts = (rows[0] + grain - 1) / grain;
  const auto db = ws.take<Real>(Shape<2>{parts, U}), dv = ws.take<Real>(Shape<2>{parts, U});
  db.array() = 0, dv.array() = 0;
  parallel_chunks(rows[0], grain, [&, N = N, P = P, U = U](Index r0, Index r1) {
    const Index part = r0 / grain;
    for (Index r = r0; r < r1; ++r) {
      const Index l = r / (N * P), n = r / P % N, p = r % P;
      const Real s = ds(n, l, p);  // s and y are 0 where masked
      const Real* const y = t.data() + r * U;
      Real* const to = dz.data() + r * U;
      for (Index u = 0; u < U; ++u) to[u] = s * a.v.data()[u] * (1 - y[u] * y[u]);
      detail::add_scaled(&db(part, 0), Real(1), to, U);
      detail::add_scaled(&dv(part, 0), s, y, U);
      if (!dh) continue;
      std::fill_n(dh.data() + r * U, U, Real(0));
      detail::add_scaled(dh.data() + r * U, w(n, l, p), &df(n, 0), U);
    }
  });
  detail::add_parts<Real>(db, da.bias);
  detail::add_parts<Real>(dv, da.v);
  gemm<Real>(dz, Transpose::yes, h.reshape(rows), Transpose::no, da.weight, Store::add, ws);
  if (dh) gemm<Real>(dz, Transpose::no, a.weight, Transpose::no, dh.reshape(rows), Store::add, ws);
}

/// alpha (N, L) = sum over p of w (N, L, P): how much of a sample's attention a step got.
template <class Real>
void attention_marginal(CView<Real, 3> w, View<Real, 2> alpha) {
  check_shape("attention_marginal alpha", alpha.shape(), {w.size(0), w.size(1)});
  const Index P = w.size(2);
  for (Index i = 0; i < alpha.size(); ++i) {
    Real sum = 0;
    for (Index p = 0; p < P; ++p) sum += w[i * P + p];
    alpha[i] = sum;
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
