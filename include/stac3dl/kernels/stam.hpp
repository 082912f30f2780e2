/// kernels/stam.hpp - spatio-temporal attention, equations 11 to 13, in one pass over h (L, N, P, U) forward and one
/// backward.
///
/// For each sample n, over valid tokens only:
///   (11) e[l] = wa . mean_p h[l,p] + ba = mean_p (wa . h[l,p]) + ba     alpha = softmax of e over valid l
///   (12) s[l,p] = wb . h[l,p] + bb                                      beta[l,.] = softmax of s[l,.] over valid p
///   (13) G[l] = sum_p beta[l,p] h[l,p]                                  F = sum_l alpha[l] G[l]
/// alpha (N, L), beta (N, L, P), F (N, U).  Masked tokens get exactly 0; so do alpha and beta of a step without tokens.
/// Backward from dF (N, U) and, if given, dalpha and dbeta, with q[l,p] = dF . h[l,p] and c[l] valid tokens of step l:
///   dalpha[l] += dF . G[l] = sum_p beta[l,p] q[l,p]      de = alpha * (dalpha - sum_l alpha*dalpha)
///   dbeta[l,p] += alpha[l] q[l,p]                        ds = beta * (dbeta - sum_p beta*dbeta)
///   dh[l,p] = alpha[l] beta[l,p] dF + de[l]/c[l] wa + ds[l,p] wb        (0 where masked)
///   dwa += sum de[l]/c[l] h[l,p]    dwb += sum ds[l,p] h[l,p]    dba += sum de    dbb += sum ds
/// The tokens of a step, P U numbers, are read from memory once each way and then come from the caches; dh is only
/// written.  Nothing is kept from forward to backward but alpha and beta.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/attention_rows.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// w_alpha, b_alpha, w_beta and b_beta of (11) and (12).
template <class Real>
struct StamWeights {
  CView<Real, 1> alpha, alpha_bias;  ///< (U), (1)
  CView<Real, 1> beta, beta_bias;    ///< (U), (1)
};
/// Their gradients, which are added to.
template <class Real>
struct StamGrads {
  View<Real, 1> alpha, alpha_bias, beta, beta_bias;  ///< (U), (1), (U), (1)
};

namespace detail {
template <class Real>
void check_stam(const char* call, CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, CView<Real, 2> alpha,
                CView<Real, 3> beta, CView<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  check_tokens(call, h.shape(), mask);
  check(w.alpha.size() == U && w.beta.size() == U && w.alpha_bias.size() == 1 && w.beta_bias.size() == 1, call,
        ": want weights of ", U, " and biases of 1, got ", w.alpha.size(), ", ", w.beta.size(), ", ",
        w.alpha_bias.size(), ", ", w.beta_bias.size());
  check_tokens_shape(call, "alpha", alpha.shape(), Shape<2>{N, L});
  check_tokens_shape(call, "beta", beta.shape(), Shape<3>{N, L, P});
  check_tokens_shape(call, "F", f.shape(), Shape<2>{N, U});
}
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/stam.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// alpha (N, L), beta (N, L, P) and f (N, U) are overwritten.  Throws Error where shapes do not fit or a sample has no
/// valid token.
template <class Real>
void stam_forward(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, View<Real, 2> alpha, View<Real, 3> beta,
                  View<Real, 2> f, Workspace& ws) {
  detail::check_stam<Real>("stam_forward", h, mask, w, alpha, beta, f);
  STAC3DL_DISPATCH(stam_forward_run<Real>(h, mask, w, alpha, beta, f, ws));
}

/// dalpha and dbeta are what others (a loss on the weights) send back, or empty; masked entries are not read.  dh is
/// overwritten, or skipped where empty; what is in `dw` is added to.
template <class Real>
void stam_backward(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, CView<Real, 2> alpha,
                   CView<Real, 3> beta, CView<Real, 2> df, CView<Real, 2> dalpha, CView<Real, 3> dbeta,
                   View<Real, 4> dh, const StamGrads<Real>& dw, Workspace& ws) {
  detail::check_stam<Real>("stam_backward", h, mask, w, alpha, beta, df);
  if (dalpha) check_shape("stam_backward dalpha", dalpha.shape(), alpha.shape());
  if (dbeta) check_shape("stam_backward dbeta", dbeta.shape(), beta.shape());
  if (dh) check_shape("stam_backward dh", dh.shape(), h.shape());
  STAC3DL_DISPATCH(stam_backward_run<Real>(h, mask, w, alpha, beta, df, dalpha, dbeta, dh, dw, ws));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
