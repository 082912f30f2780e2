/// kernels/activation.hpp - ReLU, sigmoid and tanh on flat views, element by element.
///
///   relu     y = max(x, 0)            dx = dy [y > 0]
///   sigmoid  y = 1 / (1 + exp(-x))    dx = dy y (1 - y)
///   tanh     y = tanh(x)              dx = dy (1 - y²)
/// Backward reads y, never x: y may be written over x, and dx over dy.  NaN stays NaN; where relu's y is NaN, dx = dy.
#pragma once

#include "stac3dl/kernels/lanes.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/activation.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
namespace activation_detail {
inline void check_sizes(Index x, Index y) { check_shape("activation y", Shape<1>{y}, {x}); }
inline void check_sizes(Index y, Index dy, Index dx) {
  check_shape("activation dy", Shape<1>{dy}, {y});
  check_shape("activation dx", Shape<1>{dx}, {y});
}
}  // namespace activation_detail

template <class Real>
void relu_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::check_sizes(x.size(), y.size());
  STAC3DL_DISPATCH(relu_forward_run<Real>(x, y));
}
template <class Real>
void relu_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  activation_detail::check_sizes(y.size(), dy.size(), dx.size());
  STAC3DL_DISPATCH(relu_backward_run<Real>(y, dy, dx));
}

template <class Real>
void sigmoid_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::check_sizes(x.size(), y.size());
  STAC3DL_DISPATCH(sigmoid_forward_run<Real>(x, y));
}
template <class Real>
void sigmoid_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  activation_detail::check_sizes(y.size(), dy.size(), dx.size());
  STAC3DL_DISPATCH(sigmoid_backward_run<Real>(y, dy, dx));
}

template <class Real>
void tanh_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::check_sizes(x.size(), y.size());
  STAC3DL_DISPATCH(tanh_forward_run<Real>(x, y));
}
template <class Real>
void tanh_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  activation_detail::check_sizes(y.size(), dy.size(), dx.size());
  STAC3DL_DISPATCH(tanh_backward_run<Real>(y, dy, dx));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
