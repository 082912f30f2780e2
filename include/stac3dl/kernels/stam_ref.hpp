/// kernels/stam_ref.hpp - the plain twins of stam.hpp, one pair of loops an equation: (11), (12), (13).
#pragma once

#include "stac3dl/kernels/stam.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// (11) e[l] = w . mean_p h[l,p] + b, alpha = softmax over l.
template <class Real>
void temporal_attention_forward_ref(CView<Real, 4> h, TokenMask mask, CView<Real, 1> w, CView<Real, 1> b,
                                    View<Real, 2> alpha) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n) {
    Real sum = 0;
    for (Index l = 0; l < L; ++l) {
      const Index count = valid_tokens(mask, l, n, P);
      Real e = 0;
      for (Index u = 0; u < U && count; ++u) {
        Real mean = 0;
        for (Index p = 0; p < P; ++p)
          if (token_valid(mask, l, n, p)) mean += h(l, n, p, u) / static_cast<Real>(count);
        e += w(u) * mean;
      }
      alpha(n, l) = count ? std::exp(e + b(0)) : 0;
      sum += alpha(n, l);
    }
    for (Index l = 0; l < L; ++l) alpha(n, l) /= sum;
  }
}

/// de = alpha * (dalpha - sum alpha*dalpha);  dh[l,p] += de[l]/count w;  dw += de[l] mean_p h[l,p];  db += de.
template <class Real>
void temporal_attention_backward_ref(CView<Real, 4> h, TokenMask mask, CView<Real, 1> w, CView<Real, 2> alpha,
                                     CView<Real, 2> dalpha, View<Real, 4> dh, View<Real, 1> dw, View<Real, 1> db) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n) {
    Real mean = 0;
    for (Index l = 0; l < L; ++l)
      if (valid_tokens(mask, l, n, P)) mean += alpha(n, l) * dalpha(n, l);
    for (Index l = 0; l < L; ++l) {
      const Index count = valid_tokens(mask, l, n, P);
      if (!count) continue;
      const Real de = alpha(n, l) * (dalpha(n, l) - mean);
      db(0) += de;
      for (Index p = 0; p < P; ++p)
        for (Index u = 0; u < U && token_valid(mask, l, n, p); ++u) {
          dh(l, n, p, u) += de / static_cast<Real>(count) * w(u);
          dw(u) += de / static_cast<Real>(count) * h(l, n, p, u);
        }
    }
  }
}

/// (12) s[l,p] = w . h[l,p] + b, beta[l,.] = softmax over p.
template <class Real>
void spatial_attention_forward_ref(CView<Real, 4> h, TokenMask mask, CView<Real, 1> w, CView<Real, 1> b,
                                   View<Real, 3> beta) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n)
    for (Index l = 0; l < L; ++l) {
      Real sum = 0;
      for (Index p = 0; p < P; ++p) {
        Real s = b(0);
        for (Index u = 0; u < U; ++u) s += w(u) * h(l, n, p, u);
        beta(n, l, p) = token_valid(mask, l, n, p) ? std::exp(s) : 0;
        sum += beta(n, l, p);
      }
      for (Index p = 0; p < P && sum > 0; ++p) beta(n, l, p) /= sum;
    }
}

/// ds = beta * (dbeta - sum_p beta*dbeta);  dh[l,p] += ds w;  dw += ds h[l,p];  db += ds.
template <class Real>
void spatial_attention_backward_ref(CView<Real, 4> h, TokenMask mask, CView<Real, 1> w, CView<Real, 3> beta,
                                    CView<Real, 3> dbeta, View<Real, 4> dh, View<Real, 1> dw, View<Real, 1> db) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n)
    for (Index l = 0; l < L; ++l) {
      Real mean = 0;
      for (Index p = 0; p < P; ++p)
        if (token_valid(mask, l, n, p)) mean += beta(n, l, p) * dbeta(n, l, p);
      for (Index p = 0; p < P; ++p) {
        if (!token_valid(mask, l, n, p)) continue;
        const Real ds = beta(n, l, p) * (dbeta(n, l, p) - mean);
        db(0) += ds;
        for (Index u = 0; u < U; ++u) dh(l, n, p, u) += ds * w(u), dw(u) += ds * h(l, n, p, u);
      }
    }
}

/// (13) F = sum_l alpha[l] sum_p beta[l,p] h[l,p]; masked tokens have weight 0.
template <class Real>
void attend_forward_ref(CView<Real, 4> h, CView<Real, 2> alpha, CView<Real, 3> beta, View<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n)
    for (Index u = 0; u < U; ++u) {
      f(n, u) = 0;
      for (Index l = 0; l < L; ++l)
        for (Index p = 0; p < P; ++p) f(n, u) += alpha(n, l) * beta(n, l, p) * h(l, n, p, u);
    }
}

/// dalpha[l] += dF . sum_p beta h;  dbeta[l,p] += alpha[l] dF . h[l,p];  dh[l,p] = alpha[l] beta[l,p] dF.
template <class Real>
void attend_backward_ref(CView<Real, 4> h, CView<Real, 2> alpha, CView<Real, 3> beta, CView<Real, 2> df,
                         View<Real, 2> dalpha, View<Real, 3> dbeta, View<Real, 4> dh) {
  const auto [L, N, P, U] = h.shape();
  for (Index n = 0; n < N; ++n)
    for (Index l = 0; l < L; ++l)
      for (Index p = 0; p < P; ++p)
        for (Index u = 0; u < U; ++u) {
          dalpha(n, l) += df(n, u) * beta(n, l, p) * h(l, n, p, u);
          dbeta(n, l, p) += alpha(n, l) * df(n, u) * h(l, n, p, u);
          dh(l, n, p, u) = alpha(n, l) * beta(n, l, p) * df(n, u);
        }
}

template <class Real>
void stam_forward_ref(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, View<Real, 2> alpha,
                      View<Real, 3> beta, View<Real, 2> f, Workspace&) {
  check_tokens("stam_forward_ref", h.shape(), mask);
  temporal_attention_forward_ref<Real>(h, mask, w.alpha, w.alpha_bias, alpha);
  spatial_attention_forward_ref<Real>(h, mask, w.beta, w.beta_bias, beta);
  attend_forward_ref<Real>(h, alpha, beta, f);
}

template <class Real>
void stam_backward_ref(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, CView<Real, 2> alpha,
                       CView<Real, 3> beta, CView<Real, 2> df, CView<Real, 2> dalpha, CView<Real, 3> dbeta,
                       View<Real, 4> dh, const StamGrads<Real>& dw, Workspace& ws) {
  Workspace::Scope scope(ws);
  const auto da = ws.take<Real>(alpha.shape());
  const auto db = ws.take<Real>(beta.shape());
  const auto to_h = dh ? dh : ws.take<Real>(h.shape());
  da.array() = 0, db.array() = 0;
  if (dalpha) da.array() = dalpha.array();
  if (dbeta) db.array() = dbeta.array();
  attend_backward_ref<Real>(h, alpha, beta, df, da, db, to_h);
  spatial_attention_backward_ref<Real>(h, mask, w.beta, beta, db, to_h, dw.beta, dw.beta_bias);
  temporal_attention_backward_ref<Real>(h, mask, w.alpha, alpha, da, to_h, dw.alpha, dw.alpha_bias);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
