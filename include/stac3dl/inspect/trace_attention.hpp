/// inspect/trace_attention.hpp - what attention's kernels do not hand out: scores before the softmax, and the gradients
/// of scores and weights.  Plain loops, the equations as they stand; masked tokens' scores are shown as 0.
///
///   STAM  (11) e[l] = wa . mean_p h[l,p] + ba       (12) s[l,p] = wb . h[l,p] + bb        q[l,p] = dF . h[l,p]
///         dalpha[l] = sum_p beta[l,p] q[l,p]         de = alpha * (dalpha - sum_l alpha*dalpha)
///         dbeta[l,p] = alpha[l] q[l,p]               ds = beta * (dbeta - sum_p beta*dbeta)
///   am    s[l,p] = v . t[l,p]     dw[l,p] = q[l,p]   ds = w * (dw - sum w*dw)     dt[l,p] = ds[l,p] v
/// h, t (L, N, P, U); e, alpha (N, L); s, w, beta (N, L, P); dF (N, U).
#pragma once

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/kernels/attention_mask.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

/// v . x[l,n,p] for every token, as (N, L, P).
template <class Real>
Tensor<Real, 3> token_products(CView<Real, 4> x, const Real* v, Index v_step) {
  const auto [L, N, P, U] = x.shape();
  Tensor<Real, 3> products({N, L, P});
  for (Index l = 0; l < L; ++l)
    for (Index n = 0; n < N; ++n)
      for (Index p = 0; p < P; ++p)
        for (Index u = 0; u < U; ++u) products(n, l, p) += v[n * v_step + u] * x(l, n, p, u);
  return products;
}

/// ds = w * (dw - sum of w*dw) over runs of `run` numbers: the backward pass of the softmax.
template <class Real, int R>
Tensor<Real, R> softmax_gradient(CView<Real, R> w, CView<Real, R> dw, Index run) {
  Tensor<Real, R> ds(w.shape());
  for (Index first = 0; first < w.size(); first += run) {
    Real mean = 0;
    for (Index i = first; i < first + run; ++i) mean += w[i] * dw[i];
    for (Index i = first; i < first + run; ++i) ds[i] = w[i] * (dw[i] - mean);
  }
  return ds;
}

/// (11), (12): e (N, L) and s (N, L, P).
template <class Real>
std::pair<Tensor<Real, 2>, Tensor<Real, 3>> stam_scores(CView<Real, 4> h, kernels::TokenMask valid, CView<Real, 1> wa,
                                                        Real ba, CView<Real, 1> wb, Real bb) {
  const auto [L, N, P, U] = h.shape();
  Tensor<Real, 2> e({N, L});
  const Tensor<Real, 3> a = token_products<Real>(h, wa.data(), 0);
  Tensor<Real, 3> s = token_products<Real>(h, wb.data(), 0);
  for (Index n = 0; n < N; ++n)
    for (Index l = 0; l < L; ++l) {
      const Index count = kernels::valid_tokens(valid, l, n, P);
      for (Index p = 0; p < P; ++p) {
        const bool counts = kernels::token_valid(valid, l, n, p);
        if (counts) e(n, l) += a(n, l, p) / static_cast<Real>(count);
        s(n, l, p) = counts ? s(n, l, p) + bb : 0;
      }
      if (count > 0) e(n, l) += ba;
    }
  return {std::move(e), std::move(s)};
}

template <class Real>
struct StamGradients {
  Tensor<Real, 2> alpha, e;  ///< (N, L)
  Tensor<Real, 3> beta, s;   ///< (N, L, P)
};

template <class Real>
StamGradients<Real> stam_gradients(CView<Real, 4> h, CView<Real, 2> alpha, CView<Real, 3> beta, CView<Real, 2> df) {
  const auto [N, L, P] = beta.shape();
  StamGradients<Real> d;
  d.alpha.resize(alpha.shape());
  d.beta = token_products<Real>(h, df.data(), df.size(1));  // q
  for (Index i = 0; i < N * L; ++i) {
    d.alpha[i] = 0;
    for (Index p = i * P; p < (i + 1) * P; ++p) d.alpha[i] += beta[p] * d.beta[p], d.beta[p] *= alpha[i];
  }
  d.e = softmax_gradient<Real, 2>(alpha, d.alpha, L);
  d.s = softmax_gradient<Real, 3>(beta, d.beta, P);
  return d;
}

}  // namespace detail

STAC3DL_NAMESPACE_END
