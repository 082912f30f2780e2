/// nn/stam.hpp - spatio-temporal attention, equations 11 to 13.
/// h (L, N, P, U) -> F (N, U), alpha (N, L), beta (N, L, P).
///
///   (11) e[l] = wa . mean_p h[l,p] + ba      alpha = softmax over l of e
///   (12) s[l,p] = wb . h[l,p] + bb           beta[l,.] = softmax over p of s[l,.]
///   (13) F = sum_l alpha[l] sum_p beta[l,p] h[l,p]
/// A softmax does not see a shift: the gradients of ba and bb are 0 by mathematics, and so are those of wa where L = 1
/// and of wb where P = 1.  alpha and beta are outputs that the caller keeps; backward reads them, so the layer has
/// nothing else to remember.  Masks and the backward pass: kernels/stam.hpp.
#pragma once

#include <cmath>
#include <concepts>

#include "stac3dl/kernels/stam.hpp"
#include "stac3dl/nn/init.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class Stam {
 public:
  using Scalar = Real;
  struct Cache {};

  /// Weights from N(0, 1/U), biases 0.
  Stam(Index units, const Random& random)
      : alpha_weight_({units}), alpha_bias_({1}, false), beta_weight_({units}), beta_bias_({1}, false) {
    check(units > 0, "Stam: want 1 or more units, got ", units);
    const double deviation = std::sqrt(1 / static_cast<double>(units));
    fill_normal(alpha_weight_.value, deviation, random.split({0}));
    fill_normal(beta_weight_.value, deviation, random.split({1}));
  }

  Index units() const { return alpha_weight_.size(); }  ///< U: numbers in a token.

  /// Shape of F; alpha is (N, L) and beta (N, L, P).
  Shape<2> plan(const Shape<4>& h, Cache&) const {
    check_shape("Stam::plan h", h, {any_size, any_size, any_size, units()});
    return {h[1], units()};
  }

  /// mask (L, N, P), 1 = valid; empty: all are.
  void forward(CView<Real, 4> h, kernels::TokenMask mask, View<Real, 2> alpha, View<Real, 3> beta, View<Real, 2> f,
               Cache&, Workspace& ws) const {
    kernels::stam_forward<Real>(h, mask, values(), alpha, beta, f, ws);
  }

  /// dalpha and dbeta: gradients of alpha and beta from elsewhere, or empty.  dh may be empty.
  void backward(CView<Real, 4> h, kernels::TokenMask mask, CView<Real, 2> alpha, CView<Real, 3> beta, CView<Real, 2> df,
                CView<Real, 2> dalpha, CView<Real, 3> dbeta, View<Real, 4> dh, const Cache&, Workspace& ws) {
    kernels::stam_backward<Real>(h, mask, values(), alpha, beta, df, dalpha, dbeta, dh,
                                 {alpha_weight_.grad, alpha_bias_.grad, beta_weight_.grad, beta_bias_.grad}, ws);
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("alpha.weight", alpha_weight_), visit("alpha.bias", alpha_bias_);
    visit("beta.weight", beta_weight_), visit("beta.bias", beta_bias_);
  }

 private:
  kernels::StamWeights<Real> values() const {
    return {alpha_weight_.value, alpha_bias_.value, beta_weight_.value, beta_bias_.value};
  }

  Parameter<Real, 1> alpha_weight_, alpha_bias_, beta_weight_, beta_bias_;
};

STAC3DL_NAMESPACE_END
