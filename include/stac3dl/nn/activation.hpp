/// nn/activation.hpp - ReLU, sigmoid and tanh as layers on tensors of R axes.
///
///   relu     y = max(x, 0)            dx = dy [y > 0]
///   sigmoid  y = 1 / (1 + exp(-x))    dx = dy y (1 - y)
///   tanh     y = tanh(x)              dx = dy (1 - y²)
/// Backward reads y, so forward may write over x.
#pragma once

#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What the three have in common.  `forward_kernel` is f(x, y), `backward_kernel` is f(y, dy, dx).
template <std::floating_point Real, int R, auto forward_kernel, auto backward_kernel>
class Elementwise {
 public:
  using Scalar = Real;
  struct Cache {};  ///< backward reads y alone

  Shape<R> plan(const Shape<R>& x_shape, Cache&) const { return x_shape; }
  void forward(CView<Real, R> x, View<Real, R> y, Cache&, Workspace&) const { infer(x, y); }
  void infer(CView<Real, R> x, View<Real, R> y) const {
    check_shape("activation forward y", y.shape(), x.shape());
    forward_kernel(x.flat(), y.flat());
  }
  void backward(CView<Real, R>, CView<Real, R> y, CView<Real, R> dy, View<Real, R> dx, const Cache&, Workspace&) {
    if (!dx) return;
    check_shape("activation backward dy", dy.shape(), y.shape());
    check_shape("activation backward dx", dx.shape(), y.shape());
    backward_kernel(y.flat(), dy.flat(), dx.flat());
  }
  template <class Visit>
  void visit_params(Visit&&) {}
};

/// Y = max(x, 0).
template <std::floating_point Real = float, int R = 2>
using Relu = Elementwise<Real, R, kernels::relu_forward<Real>, kernels::relu_backward<Real>>;
/// Y = 1 / (1 + exp(-x)).
template <std::floating_point Real = float, int R = 2>
using Sigmoid = Elementwise<Real, R, kernels::sigmoid_forward<Real>, kernels::sigmoid_backward<Real>>;
/// Y = tanh(x).
template <std::floating_point Real = float, int R = 2>
using Tanh = Elementwise<Real, R, kernels::tanh_forward<Real>, kernels::tanh_backward<Real>>;

STAC3DL_NAMESPACE_END
