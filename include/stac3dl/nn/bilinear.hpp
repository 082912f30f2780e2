/// nn/bilinear.hpp - equation (3): how the attention stream and the feature stream meet.
///
///   a (N, M, L, H, W) from the sigmoid   v (N, C, L, H, W) from the ReLU   valid (L, N, P), P = H * W, or empty
///   OuterPool  y (L, N, M*C) = normalised signed root of the mean over valid p of a v', m slowest: one token a step
/// The gate, a * v elementwise, needs no state: kernels::gate_forward and gate_backward.  Nothing is learned in either;
/// backward is derived in kernels/bilinear.hpp.
#pragma once

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/kernels/bilinear.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The outer form: one token a step, M*C numbers.
template <std::floating_point Real = float>
class OuterPool {
 public:
  using Scalar = Real;
  struct Cache {
    Tensor<Real, 3> product;   ///< (L, N, M*C): B, before root and normalisation
    Tensor<Real, 2> length;    ///< (L, N): of the rooted B
  };

  /// Shape of y; sizes the cache.
  Shape<3> plan(const Shape<5>& a, const Shape<5>& v, Cache& k) const {
    check_shape("OuterPool v", v, {a[0], any_size, a[2], a[3], a[4]});
    k.product.resize({a[2], a[0], a[1] * v[1]}), k.length.resize({a[2], a[0]});
    return k.product.shape();
  }
  /// Plans by itself: with shapes that have been seen before this asks for no memory.
  void forward(CView<Real, 5> a, CView<Real, 5> v, CView<std::uint8_t, 3> valid, View<Real, 3> y, Cache& k,
               Workspace& ws) const {
    check_shape("OuterPool::forward y", y.shape(), plan(a.shape(), v.shape(), k));
    kernels::outer_forward<Real>(places(a), places(v), valid, y, k.product, k.length, ws);
  }
  /// da and dv are overwritten; either may be empty.
  void backward(CView<Real, 5> a, CView<Real, 5> v, CView<std::uint8_t, 3> valid, CView<Real, 3> dy, View<Real, 5> da,
                View<Real, 5> dv, const Cache& k, Workspace& ws) {
    check_shape("OuterPool::backward dy", dy.shape(), k.product.shape());
    kernels::outer_backward<Real>(places(a), places(v), valid, k.product, k.length, dy, places(da), places(dv), ws);
  }

 private:
  /// (N, C, L, H, W) as (N, C, L, H*W)
  template <class T>
  static BasicView<T, 4> places(BasicView<T, 5> x) {
    if (!x) return {};
    return x.reshape(Shape<4>{x.size(0), x.size(1), x.size(2), x.size(3) * x.size(4)});
  }
};

STAC3DL_NAMESPACE_END
