/// nn/attention.hpp - plain attention, variant `am`.  h (L, N, P, U) -> F (N, U) and the weights w (N, L, P).
///
///   s[l,p] = v . tanh(W h[l,p] + b)     w = softmax of s over all valid (l, p)     F = sum_{l,p} w[l,p] h[l,p]
/// alpha[l] = sum_p w[l,p]: kernels::attention_marginal.  Masks and the backward pass: kernels/attention_plain.hpp.
#pragma once

#include <cmath>
#include <concepts>

#include "stac3dl/kernels/attention_plain.hpp"
#include "stac3dl/nn/init.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class PlainAttention {
 public:
  using Scalar = Real;
  struct Cache {
    Tensor<Real, 4> t;  ///< tanh(W h + b), (L, N, P, U)
  };

  /// W Glorot-uniform, v from N(0, 1/U), b 0.
  PlainAttention(Index units, const Random& random) : weight_({units, units}), bias_({units}, false), v_({units}) {
    check(units > 0, "PlainAttention: want 1 or more units, got ", units);
    fill_glorot_uniform(weight_.value, units, units, random.split({0}));
    fill_normal(v_.value, std::sqrt(1 / static_cast<double>(units)), random.split({1}));
  }

  Index units() const { return v_.size(); }  ///< U: numbers in a token.

  /// Shape of F; w is (N, L, P).
  Shape<2> plan(const Shape<4>& h, Cache& cache) const {
    check_shape("PlainAttention::plan h", h, {any_size, any_size, any_size, units()});
    cache.t.resize(h);
    return {h[1], units()};
  }

  /// mask (L, N, P), 1 = valid; empty: all are.
  void forward(CView<Real, 4> h, kernels::TokenMask mask, View<Real, 3> w, View<Real, 2> f, Cache& cache,
               Workspace& ws) const {
    kernels::plain_attention_forward<Real>(h, mask, values(), cache.t, w, f, ws);
  }

  /// Forward without a cache.
  void infer(CView<Real, 4> h, kernels::TokenMask mask, View<Real, 3> w, View<Real, 2> f, Workspace& ws) const {
    Workspace::Scope scope(ws);
    kernels::plain_attention_forward<Real>(h, mask, values(), ws.take<Real>(h.shape()), w, f, ws);
  }

  /// dw: gradient of w from elsewhere, or empty.  dh may be empty.
  void backward(CView<Real, 4> h, kernels::TokenMask mask, CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw,
                View<Real, 4> dh, const Cache& cache, Workspace& ws) {
    kernels::plain_attention_backward<Real>(h, mask, values(), cache.t, w, df, dw, dh,
                                            {weight_.grad, bias_.grad, v_.grad}, ws);
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("weight", weight_), visit("bias", bias_), visit("v", v_);
  }

 private:
  kernels::PlainAttentionWeights<Real> values() const { return {weight_.value, bias_.value, v_.value}; }

  Parameter<Real, 2> weight_;
  Parameter<Real, 1> bias_, v_;
};

STAC3DL_NAMESPACE_END
