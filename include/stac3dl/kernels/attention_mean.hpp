/// kernels/attention_mean.hpp - no attention (variant `c3d_lstm`): the mean over the valid tokens of a sample.
///
///   F[n] = 1/c[n] sum over valid (l, p) of h[l,n,p]          c[n] valid tokens of sample n; h (L, N, P, U), F (N, U)
/// Backward:  dh[l,n,p] = dF[n] / c[n], 0 where masked.
#pragma once

#include "stac3dl/kernels/attention_mask.hpp"
#include "stac3dl/kernels/attention_rows.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// 1 / c[n]
template <class Real>
Real share_of_a_token(TokenMask mask, Index L, Index n, Index P) {
  Index count = 0;
  for (Index l = 0; l < L; ++l) count += valid_tokens(mask, l, n, P);
  return Real(1) / static_cast<Real>(count);
}
}  // namespace detail

template <class Real>
void mean_tokens_forward(CView<Real, 4> h, TokenMask mask, View<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  check_tokens("mean_tokens_forward", h.shape(), mask);
  check_shape("mean_tokens_forward F", f.shape(), {N, U});
  parallel_for(N, [&, L = L, N = N, P = P, U = U](Index n) {
    const Real share = detail::share_of_a_token<Real>(mask, L, n, P);
    std::fill_n(&f(n, 0), U, Real(0));
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p)
        if (token_valid(mask, l, n, p)) detail::add_scaled(&f(n, 0), share, h.data() + ((l * N + n) * P + p) * U, U);
  });
}

template <class Real>
void mean_tokens_backward(TokenMask mask, CView<Real, 2> df, View<Real, 4> dh) {
  const auto [L, N, P, U] = dh.shape();
  check_tokens("mean_tokens_backward", dh.shape(), mask);
  check_shape("mean_tokens_backward dF", df.shape(), {N, U});
  parallel_for(N, [&, L = L, N = N, P = P, U = U](Index n) {
    const Real share = detail::share_of_a_token<Real>(mask, L, n, P);
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p) {
        Real* const to = dh.data() + ((l * N + n) * P + p) * U;
        const Real s = token_valid(mask, l, n, p) ? share : Real(0);
        for (Index u = 0; u < U; ++u) to[u] = s * df.data()[n * U + u];
      }
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
