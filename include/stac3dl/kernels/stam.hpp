/// kernels/stam.hpp - spatio-temporal attention, equations 11 to 13, in two sweeps over h (L, N, P, U).
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
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/attention_mask.hpp"
#include "stac3dl/kernels/attention_rows.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
struct StamWeights {
  CView<Real, 1> alpha, alpha_bias;  ///< (U), (1)
  CView<Real, 1> beta, beta_bias;    ///< (U), (1)
};
template <class Real>
struct StamGrads {
  View<Real, 1> alpha, alpha_bias, beta, beta_bias;
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

template <class Real>
void stam_forward(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, View<Real, 2> alpha, View<Real, 3> beta,
                  View<Real, 2> f, Workspace& ws) {
  const auto [L, N, P, U] = h.shape();
  detail::check_stam<Real>("stam_forward", h, mask, w, alpha, beta, f);
  Workspace::Scope scope(ws);
  const auto g = ws.take<Real>(Shape<3>{L, N, U});
  // (12), the inner sum of (13), and e of (11): one step of one sample at a time, while it is in the cache.
  parallel_chunks(L * N, detail::token_grain(P * U), [&, N = N, P = P, U = U](Index k0, Index k1) {
    for (Index k = k0; k < k1; ++k) {
      const Index l = k / N, n = k % N;
      const Real* const tokens = h.data() + k * P * U;
      Real *const weights = &beta(n, l, 0), *const sum = g.data() + k * U;
      const auto valid = [&](Index p) { return token_valid(mask, l, n, p); };
      Real e = 0;
      Index count = 0;
      for (Index p = 0; p < P; ++p) {
        if (!valid(p)) continue;
        e += detail::dot(w.alpha.data(), tokens + p * U, U);
        weights[p] = detail::dot(w.beta.data(), tokens + p * U, U) + w.beta_bias[0];
        ++count;
      }
      alpha(n, l) = count ? e / static_cast<Real>(count) + w.alpha_bias[0] : Real(0);
      detail::masked_softmax(weights, P, valid);
      std::fill_n(sum, U, Real(0));
      for (Index p = 0; p < P; ++p)
        if (valid(p)) detail::add_scaled(sum, weights[p], tokens + p * U, U);
    }
  });
  // The softmax of (11) and the outer sum of (13).
  parallel_for(N, [&, L = L, N = N, P = P, U = U](Index n) {
    detail::masked_softmax(&alpha(n, 0), L, [&](Index l) { return valid_tokens(mask, l, n, P) > 0; });
    std::fill_n(&f(n, 0), U, Real(0));
    for (Index l = 0; l < L; ++l) detail::add_scaled(&f(n, 0), alpha(n, l), g.data() + (l * N + n) * U, U);
  });
}

/// dalpha and dbeta are what others (a loss on the weights) send back, or empty; masked entries are not read.  dh is
/// overwritten, or skipped where empty.
template <class Real>
void stam_backward(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, CView<Real, 2> alpha,
                   CView<Real, 3> beta, CView<Real, 2> df, CView<Real, 2> dalpha, CView<Real, 3> dbeta,
                   View<Real, 4> dh, const StamGrads<Real>& dw, Workspace& ws) {
  const auto [L, N, P, U] = h.shape();
  detail::check_stam<Real>("stam_backward", h, mask, w, alpha, beta, df);
  if (dalpha) check_shape("stam_backward dalpha", dalpha.shape(), alpha.shape());
  if (dbeta) check_shape("stam_backward dbeta", dbeta.shape(), beta.shape());
  if (dh) check_shape("stam_backward dh", dh.shape(), h.shape());
  const Index steps = L * N;
  Workspace::Scope scope(ws);
  const auto q = ws.take<Real>(Shape<3>{L, N, P});
  const auto de = ws.take<Real>(Shape<2>{L, N});
  // q, and dalpha (kept in de until all steps of a sample are known)
  parallel_chunks(steps, detail::token_grain(P * U), [&, N = N, P = P, U = U](Index k0, Index k1) {
    for (Index k = k0; k < k1; ++k) {
      const Index l = k / N, n = k % N;
      Real sum = 0;
      for (Index p = 0; p < P; ++p) {
        if (!token_valid(mask, l, n, p)) continue;
        q(l, n, p) = detail::dot(&df(n, 0), h.data() + (k * P + p) * U, U);
        sum += beta(n, l, p) * q(l, n, p);
      }
      de(l, n) = dalpha && valid_tokens(mask, l, n, P) ? sum + dalpha(n, l) : sum;
    }
  });
  for (Index n = 0; n < N; ++n) {
    Real mean = 0;
    for (Index l = 0; l < L; ++l) mean += alpha(n, l) * de(l, n);
    for (Index l = 0; l < L; ++l) de(l, n) = alpha(n, l) * (de(l, n) - mean), dw.alpha_bias[0] += de(l, n);
  }
  // At most 32 partial sums of the weights' gradients, added in order at the end.
  const Index grain = std::max<Index>(1, (steps + 31) / 32), parts = (steps + grain - 1) / grain;
  const auto dwa = ws.take<Real>(Shape<2>{parts, U}), dwb = ws.take<Real>(Shape<2>{parts, U});
  const auto dbb = ws.take<Real>(parts);
  dwa.array() = 0, dwb.array() = 0, dbb.array() = 0;
  parallel_chunks(steps, grain, [&, N = N, P = P, U = U](Index k0, Index k1) {
    const Index part = k0 / grain;
    for (Index k = k0; k < k1; ++k) {
      const Index l = k / N, n = k % N, count = valid_tokens(mask, l, n, P);
      const Real share = count ? de(l, n) / static_cast<Real>(count) : Real(0);
      const auto to_score = [&](Index p) { return alpha(n, l) * q(l, n, p) + (dbeta ? dbeta(n, l, p) : Real(0)); };
      Real mean = 0;
      for (Index p = 0; p < P; ++p)
        if (token_valid(mask, l, n, p)) mean += beta(n, l, p) * to_score(p);
      for (Index p = 0; p < P; ++p) {
        const Index at = (k * P + p) * U;
        if (!token_valid(mask, l, n, p)) {
          if (dh) std::fill_n(dh.data() + at, U, Real(0));
          continue;
        }
        const Real ds = beta(n, l, p) * (to_score(p) - mean);
        dbb[part] += ds;
        detail::add_scaled(&dwa(part, 0), share, h.data() + at, U);
        detail::add_scaled(&dwb(part, 0), ds, h.data() + at, U);
        if (dh)
          detail::mix(dh.data() + at, alpha(n, l) * beta(n, l, p), &df(n, 0), share, w.alpha.data(), ds, w.beta.data(),
                      U);
      }
    }
  });
  detail::add_parts<Real>(dwa, dw.alpha);
  detail::add_parts<Real>(dwb, dw.beta);
  for (Index part = 0; part < parts; ++part) dw.beta_bias[0] += dbb[part];
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
