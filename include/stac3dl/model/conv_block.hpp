/// model/conv_block.hpp - one row of section 2's table: convolution, [batch norm,] activation, [max pool].
///
///   c = W * x + b      (1)        n = gamma (c - mean) / sqrt(var + eps) + beta   (only with batch norm)
///   a = relu(n) or sigmoid(n)     y = maxpool(a)                                  (only with a pool)
/// Backward mirrors it: dy -> da (to the places that won) -> dn = da a' -> dc -> dx, dW, db.
///
/// x (N, C, T, H, W).  The activation `a` can be tapped (key points, pictures): its own gradient is then added to da.
#pragma once

#include <optional>

#include "stac3dl/model/blocked_block.hpp"
#include "stac3dl/model/plan.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/activation.hpp"
#include "stac3dl/nn/batch_norm.hpp"
#include "stac3dl/nn/conv3d.hpp"
#include "stac3dl/nn/pool3d.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class ConvBlock {
 public:
  using Scalar = Real;

  struct Cache {
    typename Conv3d<Real>::Cache conv;       ///< of the convolution
    typename BatchNorm<Real>::Cache norm;    ///< norm.training and norm.mask are the caller's to set
    typename MaxPool3d<Real>::Cache pool;    ///< of the pool
    Tensor<Real, 5> convolved;               ///< c, kept only for batch norm's backward
    Tensor<Real, 5> active;                  ///< a, kept only where a pool follows; otherwise y is a
    BlockedCache blocked;                    ///< for the form of the block that runs on blocked volumes
  };

  /// Weights are drawn from `init`; what `config` says must have passed plan_model().
  ConvBlock(const BlockConfig& config, Index channels_in, Index channels_out, Activation activation, const Random& init)
      : config_(config),
        activation_(activation),
        conv_(channels_in, channels_out, {config.kernel, config.stride, config.padding}, !config.batch_norm, init,
              activation == Activation::sigmoid ? Init::glorot : Init::he_normal),
        pool_(Pool3dSpec{config.pool, config.pool, {0, 0, 0}, false}) {
    if (config.batch_norm) norm_.emplace(channels_out);
  }

  const std::string& name() const { return config_.name; }  ///< "conv3a".
  void set_accuracy(Accuracy accuracy) { conv_.set_accuracy(accuracy); }

  /// True if the block runs, for inputs of this shape, on blocked volumes, in one go from input to pool: float, no batch
  /// normalisation, and tiles that suit it.
  bool plan_blocked(const Shape<5>& x, Cache& k) const {
    if constexpr (std::is_same_v<Real, float>)
      if (!norm_) return blocked().plan(x, k.blocked);
    return false;
  }
  /// The same block on blocked volumes; it borrows this one's weights.
  BlockedBlock blocked() const
    requires std::is_same_v<Real, float>
  {
    return {conv_, {activation_, config_.pool}};
  }
  Conv3d<Real>& conv() { return conv_; }                         ///< The convolution, for weights and accuracy.
  bool pooled() const { return config_.pool != Axes{1, 1, 1}; }  ///< True where a max pool follows.

  Shape<5> plan(const Shape<5>& x, Cache& k) const {
    const Shape<5> c = conv_.plan(x, k.conv);
    if (norm_) k.convolved.resize(c), norm_->plan(c, k.norm);
    if (!pooled()) return c;
    k.active.resize(c);
    return pool_.plan(c, k.pool);
  }

  void forward(CView<Real, 5> x, View<Real, 5> y, Cache& k, Workspace& ws, const Record<Real>& record = {}) const {
    const View<Real, 5> a = pooled() ? k.active.view() : y;
    const View<Real, 5> c = norm_ ? k.convolved.view() : a;
    conv_.forward(x, c, k.conv, ws);
    record("Y", c);
    if (norm_) norm_->forward(c, a, k.norm, ws), record("norm", a);
    activate(a);
    record("active", a);
    if (pooled()) pool_.forward(a, y, k.pool, ws), record("pooled", y);
  }

  /// The activation a, given the y that forward wrote.
  CView<Real, 5> tap(CView<Real, 5> y, const Cache& k) const { return pooled() ? k.active.view() : y; }

  void backward(CView<Real, 5> x, CView<Real, 5> y, CView<Real, 5> dy, View<Real, 5> dx, const Cache& k, Workspace& ws,
                CView<Real, 5> d_tap = {}, const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    const CView<Real, 5> a = tap(y, k);
    const View<Real, 5> da = ws.take<Real>(a.shape());
    if (pooled()) record.gradient("pooled", dy), pool_.backward(a, y, dy, da, k.pool, ws);
    else std::copy(dy.begin(), dy.end(), da.begin());
    if (d_tap) da.array() += d_tap.array();
    record.gradient("active", da);
    if (activation_ == Activation::relu) kernels::relu_backward<Real>(a.flat(), da.flat(), da.flat());
    else kernels::sigmoid_backward<Real>(a.flat(), da.flat(), da.flat());
    record.gradient(norm_ ? "norm" : "Y", da);
    if (!norm_) return conv_.backward(x, a, da, dx, k.conv, ws);
    const View<Real, 5> dc = ws.take<Real>(a.shape());
    norm_->backward(k.convolved, a, da, dc, k.norm, ws);
    record.gradient("Y", dc);
    conv_.backward(x, k.convolved, dc, dx, k.conv, ws);
  }

  /// (N, O, T, H, W) of the activation, which is what a tap shows, and of y.
  Shape<5> tap_shape(const Shape<5>& x) const { return conv_.output_shape(x); }
  Shape<5> output_shape(const Shape<5>& x) const {
    return pooled() ? pool_.output_shape(tap_shape(x)) : tap_shape(x);
  }

  /// Multiply-accumulates of equation (1) for an input of this shape, bias not counted.
  Index macs(const Shape<5>& x) const {
    return element_count(tap_shape(x)) * (conv_.weight().size() / conv_.out_channels());
  }

  /// Inference: nothing is kept but y, and the activation where a tap asks for it.
  void infer(CView<Real, 5> x, View<Real, 5> y, Workspace& ws, View<Real, 5> tap = {}) const {
    Workspace::Scope scope(ws);
    const View<Real, 5> a = !pooled() ? y : tap ? tap : ws.take<Real>(tap_shape(x.shape()));
    conv_.infer(x, a, ws);
    if (norm_) norm_->infer(a, a);
    activate(a);
    if (pooled()) pool_.infer(a, y);
    else if (tap) std::copy(a.begin(), a.end(), tap.begin());
  }

  /// Folds the running statistics of the batch normalisation into the convolution, which gains a bias.
  void fold() {
    if (!norm_) return;
    norm_->fold_into(conv_);
    norm_.reset();
  }

  void update_running(const Cache& k) {
    if (norm_) norm_->update_running(k.norm);
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    conv_.visit_params(visit);
    if (norm_) norm_->visit_params(scoped("norm.", visit));
  }
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    if (norm_) norm_->visit_buffers(scoped("norm.", visit));
  }
  /// Every ReLU sign and pool choice of the last forward, for gradient checks (in double; blocked volumes are float).
  std::uint64_t fold_choices(std::uint64_t fingerprint, CView<Real, 5> y, const Cache& k) const {
    if (activation_ == Activation::relu) fingerprint = fold_signs(fingerprint, tap(y, k));
    return pooled() ? fold_values(fingerprint, k.pool.choice.view()) : fingerprint;
  }

 private:
  void activate(View<Real, 5> a) const {
    if (activation_ == Activation::relu) kernels::relu_forward<Real>(a.flat(), a.flat());
    else kernels::sigmoid_forward<Real>(a.flat(), a.flat());
  }

  BlockConfig config_;
  Activation activation_;
  Conv3d<Real> conv_;
  std::optional<BatchNorm<Real>> norm_;
  MaxPool3d<Real> pool_;
};

STAC3DL_NAMESPACE_END
