/// nn/linear.hpp - fully connected layer with learned weights.
///
///   x (R, I)   weight (O, I)   bias (O)   y (R, O)
///   y = x weight' + 1 bias'
/// Backward:
///   dx = dy weight     dweight += dy' x     dbias += sum over rows of dy
#pragma once

#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/nn/init.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class Linear {
 public:
  using Scalar = Real;
  struct Cache {};  ///< backward reads x and dy alone

  /// Init::glorot is for layers that end in a sigmoid or tanh.  The bias starts at 0.
  Linear(Index inputs, Index outputs, const Random& random, Init init = Init::he_normal) {
    check(inputs >= 1 && outputs >= 1, "Linear: want 1 or more inputs and outputs, got ", inputs, " and ", outputs);
    weight_ = Parameter<Real, 2>({outputs, inputs});
    bias_ = Parameter<Real, 1>({outputs}, false);
    fill_weights(weight_.value, init, inputs, outputs, random);
  }

  Index inputs() const { return weight_.value.size(1); }   ///< I
  Index outputs() const { return weight_.value.size(0); }  ///< O
  Parameter<Real, 2>& weight() { return weight_; }         ///< (O, I).
  const Parameter<Real, 2>& weight() const { return weight_; }
  Parameter<Real, 1>& bias() { return bias_; }  ///< (O).
  const Parameter<Real, 1>& bias() const { return bias_; }

  Shape<2> output_shape(const Shape<2>& x_shape) const {
    check_shape("Linear x", x_shape, {any_size, inputs()});
    return {x_shape[0], outputs()};
  }
  Shape<2> plan(const Shape<2>& x_shape, Cache&) const { return output_shape(x_shape); }
  void forward(CView<Real, 2> x, View<Real, 2> y, Cache&, Workspace& ws) const { infer(x, y, ws); }
  void infer(CView<Real, 2> x, View<Real, 2> y, Workspace& ws) const {
    check_shape("Linear::forward x", x.shape(), {any_size, inputs()});
    check_shape("Linear::forward y", y.shape(), {x.size(0), outputs()});
    kernels::linear_forward<Real>(x, weight_.value, bias_.value, y, ws);
  }
  void backward(CView<Real, 2> x, CView<Real, 2>, CView<Real, 2> dy, View<Real, 2> dx, const Cache&, Workspace& ws) {
    check_shape("Linear::backward x", x.shape(), {any_size, inputs()});
    check_shape("Linear::backward dy", dy.shape(), {x.size(0), outputs()});
    if (dx) check_shape("Linear::backward dx", dx.shape(), x.shape());
    kernels::linear_backward_weights<Real>(x, dy, weight_.grad, bias_.grad, ws);
    if (dx) kernels::linear_backward_data<Real>(dy, weight_.value, dx, ws);
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("weight", weight_), visit("bias", bias_);
  }

 private:
  Parameter<Real, 2> weight_;
  Parameter<Real, 1> bias_;
};

STAC3DL_NAMESPACE_END
