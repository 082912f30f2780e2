/// nn/batch_norm.hpp - batch normalisation with learned gamma and beta and running statistics.
///
///   x, y (N, C, T, H, W)      y = gamma (x - mean) / sqrt(var + 1e-5) + beta, each (C)
///   training   mean and var of the batch's valid (sample, step) places; with fewer than 2 values the running ones
///   otherwise  the running ones
///   update     running = 0.9 running + 0.1 batch, the variance unbiased (over M - 1)
/// Backward is derived in kernels/batch_norm.hpp.  Masked places are normalised too and pass gradients on, but take no
/// part in the statistics.
#pragma once

#include "stac3dl/kernels/batch_norm.hpp"
#include "stac3dl/nn/conv3d.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class BatchNorm {
 public:
  using Scalar = Real;
  struct Cache {
    bool training = false;             ///< the caller's to set before forward
    CView<std::uint8_t, 2> mask;       ///< (N, T), the caller's; empty: all are valid
    Tensor<Real, 1> mean, variance;    ///< (C): what forward normalised with
    Index count = 0;                   ///< M; 0 where the running statistics were used
  };
  static constexpr double momentum = 0.1;  ///< Share of the batch in the running statistics after a step.

  /// Gamma 1, beta 0, running mean 0 and variance 1.
  explicit BatchNorm(Index channels) {
    check(channels >= 1, "BatchNorm: want 1 or more channels, got ", channels);
    gamma_ = Parameter<Real, 1>({channels}, false), beta_ = Parameter<Real, 1>({channels}, false);
    gamma_.value.fill(1);
    running_mean_ = Tensor<Real, 1>({channels}), running_var_ = Tensor<Real, 1>({channels}, Real(1));
  }

  Index channels() const { return gamma_.size(); }                       ///< C
  Parameter<Real, 1>& gamma() { return gamma_; }                         ///< (C): the learned scale; no weight decay.
  Parameter<Real, 1>& beta() { return beta_; }                           ///< (C): the learned shift; no weight decay.
  const Tensor<Real, 1>& running_mean() const { return running_mean_; }  ///< (C): mean that inference subtracts.
  /// (C): unbiased variance that inference divides by.
  const Tensor<Real, 1>& running_var() const { return running_var_; }

  Shape<5> plan(const Shape<5>& x_shape, Cache& k) const {
    check_shape("BatchNorm x", x_shape, wanted());
    k.mean.resize({channels()}), k.variance.resize({channels()});
    return x_shape;
  }
  void forward(CView<Real, 5> x, View<Real, 5> y, Cache& k, Workspace&) const {
    check_shape("BatchNorm::forward x", x.shape(), wanted());
    check_shape("BatchNorm::forward y", y.shape(), x.shape());
    check_shape("BatchNorm::forward cache: plan first,", k.mean.shape(), {channels()});
    k.count = k.training ? kernels::batch_norm_count(x.shape(), k.mask) : 0;
    if (k.count < 2) {
      k.count = 0;
      std::copy(running_mean_.begin(), running_mean_.end(), k.mean.begin());
      std::copy(running_var_.begin(), running_var_.end(), k.variance.begin());
    } else {
      kernels::batch_norm_statistics<Real>(x, k.mask, k.mean, k.variance);
    }
    kernels::batch_norm_forward<Real>(x, k.mean, k.variance, gamma_.value, beta_.value, y);
  }
  /// With the running statistics; y may be x.
  void infer(CView<Real, 5> x, View<Real, 5> y) const {
    check_shape("BatchNorm::infer x", x.shape(), wanted());
    kernels::batch_norm_forward<Real>(x, running_mean_, running_var_, gamma_.value, beta_.value, y);
  }
  /// y is not read.
  void backward(CView<Real, 5> x, CView<Real, 5>, CView<Real, 5> dy, View<Real, 5> dx, const Cache& k, Workspace&) {
    check_shape("BatchNorm::backward x", x.shape(), wanted());
    check_shape("BatchNorm::backward dy", dy.shape(), x.shape());
    if (dx) check_shape("BatchNorm::backward dx", dx.shape(), x.shape());
    kernels::batch_norm_backward<Real>(x, k.mask, k.mean, k.variance, k.count, gamma_.value, dy, dx, gamma_.grad,
                                       beta_.grad);
  }

  /// Moves the running statistics towards the batch's; to be called once after a training forward.
  void update_running(const Cache& k) {
    if (k.count < 2) return;
    const double M = static_cast<double>(k.count);
    const Real share = static_cast<Real>(momentum), unbiased = static_cast<Real>(M / (M - 1));
    running_mean_.array() += share * (k.mean.array() - running_mean_.array());
    running_var_.array() += share * (unbiased * k.variance.array() - running_var_.array());
  }
  /// Writes the running statistics, gamma and beta into the convolution before this layer; then this layer is not
  /// needed any more.
  void fold_into(Conv3d<Real>& conv) const {
    check(conv.out_channels() == channels(), "BatchNorm::fold_into: want a convolution with ", channels(),
          " output channels, got ", conv.out_channels());
    conv.add_bias();
    Tensor<Real, 5>& w = conv.weight().value;
    kernels::batch_norm_fold<Real>(running_mean_, running_var_, gamma_.value, beta_.value,
                                   w.view().reshape(Shape<2>{channels(), w.size() / channels()}), conv.bias().value);
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("gamma", gamma_), visit("beta", beta_);
  }
  /// What is kept with the weights but not learned.
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    visit("running_mean", running_mean_), visit("running_var", running_var_);
  }

 private:
  Shape<5> wanted() const { return {any_size, channels(), any_size, any_size, any_size}; }

  Parameter<Real, 1> gamma_, beta_;
  Tensor<Real, 1> running_mean_, running_var_;
};

STAC3DL_NAMESPACE_END
