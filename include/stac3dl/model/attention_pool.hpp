/// model/attention_pool.hpp - from h (L, N, P, U) to F (N, U): STAM, plain attention or the mean (section 6).
///
///   stam (11)-(13), variants sta_c3dl, lstm_stam, c3d_stam     am: one softmax over all (l, p)     c3d_lstm: mean
/// All three report alpha (N, L) and beta (N, L, P) with F = sum_l alpha[l] sum_p beta[l,p] h[l,p]:
///   am    w[l,p] = alpha[l] beta[l,p], alpha[l] = sum_p w[l,p]
///   mean  alpha[l] = valid tokens of l / all valid tokens, beta[l,p] = 1 / valid tokens of l
#pragma once

#include <optional>

#include "stac3dl/kernels/attention_mean.hpp"
#include "stac3dl/model/config.hpp"
#include "stac3dl/nn/attention.hpp"
#include "stac3dl/nn/stam.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// alpha and beta of the mean over valid tokens.
template <class Real>
void mean_weights(TokenMask valid, View<Real, 2> alpha, View<Real, 3> beta) {
  const Index L = alpha.size(1), P = beta.size(2);
  for (Index n = 0; n < alpha.size(0); ++n) {
    Index all = 0;
    for (Index l = 0; l < L; ++l) all += valid_tokens(valid, l, n, P);
    for (Index l = 0; l < L; ++l) {
      const Index here = valid_tokens(valid, l, n, P);
      alpha(n, l) = static_cast<Real>(here) / static_cast<Real>(std::max<Index>(all, 1));
      for (Index p = 0; p < P; ++p)
        beta(n, l, p) = token_valid(valid, l, n, p) ? Real(1) / static_cast<Real>(here) : Real(0);
    }
  }
}

/// alpha = sums of w over p, beta = w / alpha.
template <class Real>
void split_weights(CView<Real, 3> w, View<Real, 2> alpha, View<Real, 3> beta) {
  attention_marginal<Real>(w, alpha);
  const Index P = w.size(2);
  for (Index i = 0; i < w.size(); ++i) beta[i] = alpha[i / P] > 0 ? w[i] / alpha[i / P] : Real(0);
}

}  // namespace kernels

template <std::floating_point Real = float>
class AttentionPool {
 public:
  using Scalar = Real;
  struct Cache {
    typename Stam<Real>::Cache stam;
    typename PlainAttention<Real>::Cache plain;
    Tensor<Real, 3> w;  ///< weights of plain attention (N, L, P)
  };

  AttentionPool(Variant variant, Index units, const Random& init) {
    if (variant == Variant::am) plain_.emplace(units, init);
    else if (variant != Variant::c3d_lstm) stam_.emplace(units, init);
  }

  /// What its parameters' names begin with.
  const char* name() const { return stam_ ? "stam" : plain_ ? "am" : "mean"; }
  /// Multiply-accumulates for h (L, N, P, U): scores and weighted sums; plain attention's matrix as well.
  Index macs(const Shape<4>& h) const {
    const Index numbers = h[0] * h[1] * h[2] * h[3];
    return stam_ ? 3 * numbers : plain_ ? (h[3] + 2) * numbers : 0;
  }

  void plan(const Shape<4>& h, Cache& k) const {
    if (stam_) stam_->plan(h, k.stam);
    if (plain_) plain_->plan(h, k.plain), k.w.resize({h[1], h[0], h[2]});
  }

  void forward(CView<Real, 4> h, kernels::TokenMask valid, View<Real, 2> alpha, View<Real, 3> beta, View<Real, 2> f,
               Cache& k, Workspace& ws) const {
    if (stam_) return stam_->forward(h, valid, alpha, beta, f, k.stam, ws);
    if (plain_) {
      plain_->forward(h, valid, k.w, f, k.plain, ws);
      return kernels::split_weights<Real>(k.w, alpha, beta);
    }
    kernels::mean_tokens_forward<Real>(h, valid, f);
    kernels::mean_weights<Real>(valid, alpha, beta);
  }

  void backward(CView<Real, 4> h, kernels::TokenMask valid, CView<Real, 2> alpha, CView<Real, 3> beta,
                CView<Real, 2> df, View<Real, 4> dh, const Cache& k, Workspace& ws) {
    if (stam_) return stam_->backward(h, valid, alpha, beta, df, {}, {}, dh, k.stam, ws);
    if (plain_) return plain_->backward(h, valid, k.w, df, {}, dh, k.plain, ws);
    kernels::mean_tokens_backward<Real>(valid, df, dh);
  }

  /// "stam.alpha.weight", ... or "am.weight", ...; the mean has none.
  template <class Visit>
  void visit_params(Visit&& visit) {
    if (stam_) stam_->visit_params(scoped("stam.", visit));
    if (plain_) plain_->visit_params(scoped("am.", visit));
  }

 private:
  std::optional<Stam<Real>> stam_;
  std::optional<PlainAttention<Real>> plain_;
};

STAC3DL_NAMESPACE_END
