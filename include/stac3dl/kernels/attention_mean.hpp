/// kernels/attention_mean.hpp - no attention (variant `c3d_lstm`): the mean over the valid tokens of a sample.
///
///   F[n] = 1/c[n] sum over valid (l, p) of h[l,n,p]          c[n] valid tokens of sample n; h (L, N, P, U), F (N, U)
/// Backward:  dh[l,n,p] = dF[n] / c[n], 0 where masked.
#pragma once

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

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/attention_mean.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// F[n] = mean of the valid h[l,n,p]: h (L, N, P, U), f (N, U).  Error where a sample has no valid token.
template <class Real>
void mean_tokens_forward(CView<Real, 4> h, TokenMask mask, View<Real, 2> f) {
  check_tokens("mean_tokens_forward", h.shape(), mask);
  check_shape("mean_tokens_forward F", f.shape(), {h.size(1), h.size(3)});
  STAC3DL_DISPATCH(mean_tokens_forward_run<Real>(h, mask, f));
}

/// dh is overwritten.
template <class Real>
void mean_tokens_backward(TokenMask mask, CView<Real, 2> df, View<Real, 4> dh) {
  check_tokens("mean_tokens_backward", dh.shape(), mask);
  check_shape("mean_tokens_backward dF", df.shape(), {dh.size(1), dh.size(3)});
  STAC3DL_DISPATCH(mean_tokens_backward_run<Real>(mask, df, dh));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
