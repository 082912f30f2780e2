/// nn/dropout.hpp - dropout on (rows, features): noise in training, nothing at all in inference.
///
///   training   y[i] = x[i] keep(i) / (1 - p)     dx[i] = dy[i] keep(i) / (1 - p)     keep(i) drawn from cache.random
///   otherwise  y = x                             dx = dy
/// y may be written over x, and dx over dy.
#pragma once

#include "stac3dl/kernels/dropout.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class Dropout {
 public:
  using Scalar = Real;
  /// Both are the caller's to set before forward; backward draws the same numbers again.
  struct Cache {
    bool training = false;  ///< the caller's to set before forward
    Random random{0};       ///< the caller's: a stream for this pass and place
  };

  /// `p` is the share that is dropped, in [0, 1).
  explicit Dropout(Real p) : p_(p) { check(p >= 0 && p < 1, "Dropout: want p of 0 or more and below 1, got ", p); }

  Real p() const { return p_; }  ///< Share that is dropped.
  Shape<2> plan(const Shape<2>& x_shape, Cache&) const { return x_shape; }
  void forward(CView<Real, 2> x, View<Real, 2> y, Cache& k, Workspace&) const {
    check_shape("Dropout::forward y", y.shape(), x.shape());
    pass(x, y, k);
  }
  void backward(CView<Real, 2>, CView<Real, 2>, CView<Real, 2> dy, View<Real, 2> dx, const Cache& k, Workspace&) {
    if (!dx) return;
    check_shape("Dropout::backward dx", dx.shape(), dy.shape());
    pass(dy, dx, k);
  }
  template <class Visit>
  void visit_params(Visit&&) {}

 private:
  void pass(CView<Real, 2> x, View<Real, 2> y, const Cache& k) const {
    if (k.training && p_ > 0) kernels::dropout<Real>(x.flat(), p_, k.random, y.flat());
    else if (x.data() != y.data()) std::copy(x.begin(), x.end(), y.begin());
  }

  Real p_;
};

STAC3DL_NAMESPACE_END
