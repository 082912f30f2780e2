/// kernels/activation.hpp - ReLU, sigmoid and tanh on flat views, element by element.
///
///   relu     y = max(x, 0)            dx = dy [y > 0]
///   sigmoid  y = 1 / (1 + exp(-x))    dx = dy y (1 - y)
///   tanh     y = tanh(x)              dx = dy (1 - y²)
/// Backward reads y, never x: y may be written over x, and dx over dy.  NaN stays NaN.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
namespace activation_detail {

inline constexpr Index grain = 16384;  // numbers to a parallel chunk: some microseconds

/// y = f(x), a pack at a time; what a lane gives depends on that lane alone.
template <class Real, class F>
void map(CView<Real, 1> x, View<Real, 1> y, F f) {
  using P = Pack<Real>;
  check_shape("activation y", y.shape(), x.shape());
  parallel_chunks(x.size(), grain, [&](Index begin, Index end) {
    Index i = begin;
    for (; i + P::width <= end; i += P::width) f(P::load(x.data() + i)).store(y.data() + i);
    if (i < end) store_part(f(load_part(x.data() + i, end - i)), y.data() + i, end - i);
  });
}
/// z = f(x, y)
template <class Real, class F>
void map(CView<Real, 1> x, CView<Real, 1> y, View<Real, 1> z, F f) {
  using P = Pack<Real>;
  check_shape("activation dy", y.shape(), x.shape());
  check_shape("activation dx", z.shape(), x.shape());
  parallel_chunks(x.size(), grain, [&](Index begin, Index end) {
    Index i = begin;
    for (; i + P::width <= end; i += P::width) f(P::load(x.data() + i), P::load(y.data() + i)).store(z.data() + i);
    if (i < end)
      store_part(f(load_part(x.data() + i, end - i), load_part(y.data() + i, end - i)), z.data() + i, end - i);
  });
}

/// x, but 0 where y is 0 or less: NaN in either comes through.
template <class Real>
EIGEN_STRONG_INLINE Pack<Real> where_positive(Pack<Real> y, Pack<Real> x) {
  using namespace Eigen::internal;
  const auto zero = Pack<Real>::zero();
  return {pselect(pcmp_le(y.raw, zero.raw), zero.raw, x.raw)};
}

}  // namespace activation_detail

template <class Real>
void relu_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::map<Real>(x, y, [](Pack<Real> p) { return activation_detail::where_positive(p, p); });
}
template <class Real>
void relu_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  activation_detail::map<Real>(y, dy, dx, [](Pack<Real> p, Pack<Real> d) {
    return activation_detail::where_positive(p, d);
  });
}

template <class Real>
void sigmoid_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::map<Real>(x, y, [](Pack<Real> p) { return sigmoid(p); });
}
template <class Real>
void sigmoid_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  const auto one = Pack<Real>::all(1);
  activation_detail::map<Real>(y, dy, dx, [one](Pack<Real> p, Pack<Real> d) { return d * p * (one - p); });
}

template <class Real>
void tanh_forward(CView<Real, 1> x, View<Real, 1> y) {
  activation_detail::map<Real>(x, y, [](Pack<Real> p) { return tanh(p); });
}
template <class Real>
void tanh_backward(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  const auto one = Pack<Real>::all(1);
  activation_detail::map<Real>(y, dy, dx, [one](Pack<Real> p, Pack<Real> d) { return d * (one - p * p); });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
