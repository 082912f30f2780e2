/// kernels/attention_mean_ref.hpp - the plain twin of attention_mean.hpp.
#pragma once

#include "stac3dl/kernels/attention_mean.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void mean_tokens_forward_ref(CView<Real, 4> h, TokenMask mask, View<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n)
    for (Index u = 0; u < U; ++u) {
      Real sum = 0, count = 0;
      for (Index l = 0; l < L; ++l)
        for (Index p = 0; p < P; ++p)
          if (token_valid(mask, l, n, p)) sum += h(l, n, p, u), ++count;
      f(n, u) = sum / count;
    }
}

template <class Real>
void mean_tokens_backward_ref(TokenMask mask, CView<Real, 2> df, View<Real, 4> dh) {
  const auto [L, N, P, U] = dh.shape();
  for (Index n = 0; n < N; ++n) {
    Real count = 0;
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) count += token_valid(mask, l, n, p) ? 1 : 0;
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p)
        for (Index u = 0; u < U; ++u) dh(l, n, p, u) = token_valid(mask, l, n, p) ? df(n, u) / count : 0;
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
