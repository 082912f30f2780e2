/// kernels/activation_ref.hpp - the plain twin of activation.hpp: its equations as loops.
#pragma once

#include <cmath>

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void relu_forward_ref(CView<Real, 1> x, View<Real, 1> y) {
  for (Index i = 0; i < x.size(); ++i) y[i] = x[i] <= 0 ? Real(0) : x[i];
}
template <class Real>
void relu_backward_ref(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  for (Index i = 0; i < y.size(); ++i) dx[i] = y[i] <= 0 ? Real(0) : dy[i];
}

template <class Real>
void sigmoid_forward_ref(CView<Real, 1> x, View<Real, 1> y) {
  for (Index i = 0; i < x.size(); ++i) y[i] = 1 / (1 + std::exp(-x[i]));
}
template <class Real>
void sigmoid_backward_ref(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  for (Index i = 0; i < y.size(); ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}

template <class Real>
void tanh_forward_ref(CView<Real, 1> x, View<Real, 1> y) {
  for (Index i = 0; i < x.size(); ++i) y[i] = std::tanh(x[i]);
}
template <class Real>
void tanh_backward_ref(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  for (Index i = 0; i < y.size(); ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
