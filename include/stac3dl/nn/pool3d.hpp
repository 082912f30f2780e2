/// nn/pool3d.hpp - 3-D max and average pooling as layers.  They learn nothing.
///
///   x (N, C, T, H, W)   y (N, C, T', H', W')       equations in kernels/pool3d_ref.hpp
///   max      forward keeps which element of each window won, backward sends dy there
///   average  backward spreads dy evenly over the window
#pragma once

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/kernels/pool3d.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class MaxPool3d {
 public:
  using Scalar = Real;
  struct Cache {
    Tensor<std::uint16_t, 5> choice;  ///< of y's shape: the window element that won
  };

  explicit MaxPool3d(const Pool3dSpec& spec = {}) : spec_(spec) {}  ///< Window, stride and padding of the pool.
  const Pool3dSpec& spec() const { return spec_; }                  ///< Window, stride and padding.
  Shape<5> output_shape(const Shape<5>& x_shape) const { return kernels::pool3d_output_shape(x_shape, spec_); }

  Shape<5> plan(const Shape<5>& x_shape, Cache& cache) const {
    const Shape<5> y_shape = output_shape(x_shape);
    cache.choice.resize(y_shape);
    return y_shape;
  }
  void forward(CView<Real, 5> x, View<Real, 5> y, Cache& cache, Workspace&) const {
    kernels::max_pool3d_forward<Real>(x, y, cache.choice, spec_);
  }
  /// Without what only backward needs.
  void infer(CView<Real, 5> x, View<Real, 5> y) const { kernels::max_pool3d_forward<Real>(x, y, {}, spec_); }
  void backward(CView<Real, 5>, CView<Real, 5>, CView<Real, 5> dy, View<Real, 5> dx, const Cache& cache,
                Workspace&) const {
    if (dx) kernels::max_pool3d_backward<Real>(dy, cache.choice, dx, spec_);
  }
  template <class Visit>
  void visit_params(Visit&&) {}

 private:
  Pool3dSpec spec_;
};

template <std::floating_point Real = float>
class AvgPool3d {
 public:
  using Scalar = Real;
  struct Cache {};  ///< backward needs dy alone

  explicit AvgPool3d(const Pool3dSpec& spec = {}) : spec_(spec) {}  ///< Window, stride and padding of the pool.
  const Pool3dSpec& spec() const { return spec_; }                  ///< Window, stride and padding.
  Shape<5> output_shape(const Shape<5>& x_shape) const { return kernels::pool3d_output_shape(x_shape, spec_); }

  Shape<5> plan(const Shape<5>& x_shape, Cache&) const { return output_shape(x_shape); }
  void forward(CView<Real, 5> x, View<Real, 5> y, Cache&, Workspace&) const { infer(x, y); }
  void infer(CView<Real, 5> x, View<Real, 5> y) const { kernels::avg_pool3d_forward<Real>(x, y, spec_); }
  void backward(CView<Real, 5>, CView<Real, 5>, CView<Real, 5> dy, View<Real, 5> dx, const Cache&, Workspace&) const {
    if (dx) kernels::avg_pool3d_backward<Real>(dy, dx, spec_);
  }
  template <class Visit>
  void visit_params(Visit&&) {}

 private:
  Pool3dSpec spec_;
};

STAC3DL_NAMESPACE_END
