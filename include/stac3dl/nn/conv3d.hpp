/// nn/conv3d.hpp - 3-D convolution with learned weights: equation (1).
///
///   x (N, C, T, H, W)   weight (O, C, KT, KH, KW)   bias (O), optional   y (N, O, T', H', W')
///   y[n,o] = bias[o] + sum over c of weight[o,c] correlated with x[n,c]    T' = (T + 2 padding - kernel) / stride + 1
/// Backward:
///   dx = dy correlated with the mirrored weight      dweight += dy correlated with x      dbias += sum of dy
#pragma once

#include "stac3dl/kernels/conv3d.hpp"
#include "stac3dl/nn/init.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class Conv3d {
 public:
  using Scalar = Real;
  struct Cache {};  ///< backward reads x and dy alone

  /// `bias` false leaves the bias out, as before batch normalisation; Init::glorot is for layers that end in a sigmoid.
  Conv3d(Index in_channels, Index out_channels, const Conv3dSpec& spec, bool bias, const Random& random,
         Init init = Init::he_normal)
      : spec_(spec) {
    check(in_channels >= 1 && out_channels >= 1, "Conv3d: want 1 or more channels, got ", in_channels, " in and ",
          out_channels, " out");
    const auto& [KT, KH, KW] = spec.kernel;
    check(KT >= 1 && KH >= 1 && KW >= 1, "Conv3d: want a kernel of 1 or more, got ", to_string(spec.kernel));
    weight_ = Parameter<Real, 5>({out_channels, in_channels, KT, KH, KW});
    fill_weights(weight_.value, init, in_channels * KT * KH * KW, out_channels * KT * KH * KW, random);
    if (bias) bias_ = Parameter<Real, 1>({out_channels}, false);
  }

  Index in_channels() const { return weight_.value.size(1); }   ///< C
  Index out_channels() const { return weight_.value.size(0); }  ///< O
  bool has_bias() const { return bias_.size() > 0; }            ///< False where batch normalisation follows.
  const Conv3dSpec& spec() const { return spec_; }              ///< Kernel, stride and padding.
  /// What may be given up for speed; double gives up nothing.
  Accuracy accuracy() const { return accuracy_; }
  void set_accuracy(Accuracy accuracy) { accuracy_ = accuracy; }
  Parameter<Real, 5>& weight() { return weight_; }  ///< (O, C, KT, KH, KW).
  const Parameter<Real, 5>& weight() const { return weight_; }
  Parameter<Real, 1>& bias() { return bias_; }  ///< (O), or empty.
  const Parameter<Real, 1>& bias() const { return bias_; }

  Shape<5> output_shape(const Shape<5>& x_shape) const {
    check_shape("Conv3d x", x_shape, {any_size, in_channels(), any_size, any_size, any_size});
    return kernels::conv3d_output_shape(x_shape, out_channels(), spec_);
  }
  /// A bias of zeros where there was none, for what is folded into the convolution to go to.
  void add_bias() {
    if (!has_bias()) bias_ = Parameter<Real, 1>({out_channels()}, false);
  }

  Shape<5> plan(const Shape<5>& x_shape, Cache&) const { return output_shape(x_shape); }
  void forward(CView<Real, 5> x, View<Real, 5> y, Cache&, Workspace& ws) const { infer(x, y, ws); }
  void infer(CView<Real, 5> x, View<Real, 5> y, Workspace& ws) const {
    check_shapes("Conv3d::forward x", x.shape(), "Conv3d::forward y", y.shape());
    kernels::conv3d_forward<Real>(x, weight_.value, given(bias_.value), y, spec_, ws, conv3d_variant(accuracy_));
  }
  void backward(CView<Real, 5> x, CView<Real, 5>, CView<Real, 5> dy, View<Real, 5> dx, const Cache&, Workspace& ws) {
    check_shapes("Conv3d::backward x", x.shape(), "Conv3d::backward dy", dy.shape());
    if (dx) check_shape("Conv3d::backward dx", dx.shape(), x.shape());
    kernels::conv3d_backward_weights<Real>(x, dy, weight_.grad, given(bias_.grad), spec_, ws,
                                           conv3d_variant(accuracy_));
    if (dx) kernels::conv3d_backward_data<Real>(dy, weight_.value, dx, spec_, ws, conv3d_variant(accuracy_));
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("weight", weight_);
    if (has_bias()) visit("bias", bias_);
  }

 private:
  void check_shapes(const char* x_name, const Shape<5>& x, const char* y_name, const Shape<5>& y) const {
    check_shape(x_name, x, {any_size, in_channels(), any_size, any_size, any_size});
    check_shape(y_name, y, kernels::conv3d_output_shape(x, out_channels(), spec_));
  }
  static CView<Real, 1> given(const Tensor<Real, 1>& b) { return b.empty() ? CView<Real, 1>() : b.view(); }
  static View<Real, 1> given(Tensor<Real, 1>& b) { return b.empty() ? View<Real, 1>() : b.view(); }

  Conv3dSpec spec_;
  Accuracy accuracy_ = Accuracy::standard;
  Parameter<Real, 5> weight_;
  Parameter<Real, 1> bias_;
};

STAC3DL_NAMESPACE_END
