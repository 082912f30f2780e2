/// benchmarks/conv3d_ours.hpp - the library's convolution as benchmarks call it: the one place that knows which of its
/// functions is timed.
///
/// A Conv3dJob holds x (N, C, T, H, W), w (O, C, 3, 3, 3), b (O), y and their gradients, in the layout that the library
/// works in: blocked where Winograd's tiles run, as inside the model, plain elsewhere.  Timed: forward(), with the weights
/// prepared; backward_data() and backward_weights(), which start from weights as an optimiser leaves them and end with
/// gradients as it wants them.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d.hpp"

namespace bench {

using namespace stac3dl;

/// A way to compute that the user can ask for; the first is the default.
struct Conv3dMode {
  const char* name;
  Accuracy accuracy;
};
inline constexpr Conv3dMode conv3d_modes[] = {
    {"default", Accuracy::standard},
    {"exact", Accuracy::exact},
    {"fast", Accuracy::fast},
};

class Conv3dJob {
 public:
  Conv3dJob(const Shape<5>& x_shape, Index out_channels, const Conv3dSpec& spec, const Conv3dMode& mode)
      : spec_(spec),
        variant_(conv3d_variant(mode.accuracy)),
        x_(x_shape),
        w_({out_channels, x_shape[1], spec.kernel[0], spec.kernel[1], spec.kernel[2]}),
        b_({kernels::channel_blocks(out_channels) * kernels::channel_block}),
        y_(kernels::conv3d_output_shape(x_shape, out_channels, spec)),
        forward_(kernels::conv3d_winograd_plan(x_shape, y_.shape(), spec, mode.accuracy)),
        data_(kernels::conv3d_winograd_data_plan(x_shape, y_.shape(), spec, mode.accuracy)) {
    if (blocked() && !narrow()) xb_.resize(x_shape);
    if (blocked()) yb_.resize(y_.shape());
  }

  const Shape<5>& y_shape() const { return y_.shape(); }

  void set_x(CView<float, 5> x) {
    x_ = Tensor<float, 5>(x);
    if (blocked() && !narrow()) kernels::to_blocked(x_, xb_.view());
  }
  void set_w(CView<float, 5> w) { w_ = Tensor<float, 5>(w); }
  void set_dy(CView<float, 5> dy) {
    check_shape("Conv3dJob", dy.shape(), y_.shape());
    dy_ = Tensor<float, 5>(dy);
    if (blocked()) dyb_.resize(dy.shape()), kernels::to_blocked(dy_, dyb_.view());
  }
  /// Results as plain volumes; not timed.
  CView<float, 5> y() {
    if (blocked()) kernels::from_blocked(yb_.view(), y_);
    return y_.view();
  }
  CView<float, 5> dx() {
    if (blocked()) kernels::from_blocked(dxb_.view(), dx_);
    return dx_.view();
  }
  CView<float, 5> dw() const { return dw_.view(); }

  /// Room for the backward passes, which forward alone does not need.
  void plan_backward_data() {
    dx_.resize(x_.shape()), dy_.resize(y_.shape());
    if (blocked()) dxb_.resize(x_.shape()), set_dy(Tensor<float, 5>(y_.shape()).view());
  }
  void plan_backward_weights() {
    dw_ = Tensor<float, 5>(w_.shape()), db_ = Tensor<float, 1>(Shape<1>{w_.size(0)});
    set_dy(Tensor<float, 5>(y_.shape()).view());
  }
  /// Work that inference does once.
  void prepare_weights() {
    if (!blocked()) return;
    prepared_ = Memory(static_cast<std::size_t>(forward_.weights_size()) * sizeof(float));
    kernels::winograd_transform_weights(forward_, w_, kernels::WinogradPass::forward, prepared());
  }

  void forward() {
    if (!blocked())
      return kernels::conv3d_forward<float>(x_, w_, {b_.data(), Shape<1>{w_.size(0)}}, y_, spec_, workspace_, variant_);
    kernels::winograd_convolve(forward_, input(), {w_, kernels::WinogradPass::forward, prepared()}, b_.data(), {},
                               yb_.view(), nullptr, workspace_);
  }
  void backward_data() {
    if (!blocked()) return kernels::conv3d_backward_data<float>(dy_, w_, dx_, spec_, workspace_, variant_);
    kernels::winograd_convolve(data_, dyb_.view(), {w_, kernels::WinogradPass::data}, nullptr, {}, dxb_.view(), nullptr,
                               workspace_);
  }
  /// Adds to dw and db.
  void backward_weights() {
    if (!blocked()) return kernels::conv3d_backward_weights<float>(x_, dy_, dw_, db_, spec_, workspace_, variant_);
    kernels::winograd_weight_gradient(forward_, input(), dyb_.view(), dw_, db_, workspace_);
  }

 private:
  bool blocked() const { return forward_ && data_; }
  bool narrow() const { return x_.size(1) <= kernels::narrow_channels; }  // taken plain, as a picture comes
  kernels::WinogradInput input() const {
    if (narrow()) return x_.view();
    return xb_.view();
  }
  float* prepared() { return reinterpret_cast<float*>(prepared_.data()); }

  Conv3dSpec spec_;
  Conv3dVariant variant_;
  Tensor<float, 5> x_, w_;
  Tensor<float, 1> b_;  ///< filled up to whole blocks
  Tensor<float, 5> y_, dy_, dx_, dw_;
  Tensor<float, 1> db_;
  kernels::WinogradPlan forward_, data_;
  kernels::BlockedTensor<float> xb_, yb_, dyb_, dxb_;
  Memory prepared_;
  Workspace workspace_;
};

}  // namespace bench
