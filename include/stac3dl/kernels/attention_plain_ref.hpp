/// kernels/attention_plain_ref.hpp - the plain twin of attention_plain.hpp.
#pragma once

#include "stac3dl/kernels/attention_plain.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void plain_attention_forward_ref(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a,
                                 View<Real, 4> t, View<Real, 3> w, View<Real, 2> f, Workspace&) {
  const auto [L, N, P, U] = h.shape();
  check_tokens("plain_attention_forward_ref", h.shape(), mask);
  f.array() = 0, t.array() = 0;
  for (Index n = 0; n < N; ++n) {
    Real sum = 0;
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) {
        w(n, l, p) = 0;
        if (!token_valid(mask, l, n, p)) continue;
        Real s = 0;
        for (Index u = 0; u < U; ++u) {
          Real z = a.bias(u);
          for (Index j = 0; j < U; ++j) z += a.weight(u, j) * h(l, n, p, j);
          t(l, n, p, u) = std::tanh(z);
          s += a.v(u) * t(l, n, p, u);
        }
        w(n, l, p) = std::exp(s);
        sum += w(n, l, p);
      }
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) {
        w(n, l, p) /= sum;
        for (Index u = 0; u < U; ++u) f(n, u) += w(n, l, p) * h(l, n, p, u);
      }
  }
}

template <class Real>
void plain_attention_backward_ref(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a,
                                  CView<Real, 4> t, CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw,
                                  View<Real, 4> dh, const PlainAttentionGrads<Real>& da, Workspace& ws) {
  const auto [L, N, P, U] = h.shape();
  Workspace::Scope scope(ws);
  const auto back = ws.take<Real>(Shape<2>{L, P});
  if (dh) dh.array() = 0;
  for (Index n = 0; n < N; ++n) {
    Real mean = 0;
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) {
        if (!token_valid(mask, l, n, p)) continue;
        back(l, p) = dw ? dw(n, l, p) : 0;
        for (Index u = 0; u < U; ++u) back(l, p) += df(n, u) * h(l, n, p, u);
        mean += w(n, l, p) * back(l, p);
      }
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) {
        if (!token_valid(mask, l, n, p)) continue;
        const Real ds = w(n, l, p) * (back(l, p) - mean);
        for (Index u = 0; u < U; ++u) {
          const Real y = t(l, n, p, u), dz = ds * a.v(u) * (1 - y * y);
          if (dh) dh(l, n, p, u) += w(n, l, p) * df(n, u);
          for (Index j = 0; j < U; ++j) {
            if (dh) dh(l, n, p, j) += dz * a.weight(u, j);
            da.weight(u, j) += dz * h(l, n, p, j);
          }
          da.bias(u) += dz;
          da.v(u) += ds * y;
        }
      }
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
