/// model/blocked_block.hpp - a row of section 2's table in one go, on blocked volumes: y = maxpool(activation(W * x + b)).
///
/// The convolution by Winograd's tiles applies activation and pool to sums that are still in registers; the activation
/// before the pool is never stored.  Of it backward needs only which element of each window won, a byte.
/// Backward: dy -> dc through pool and activation (blocked_epilogue.hpp) -> dx, dW, db.
#pragma once

#include "stac3dl/model/config.hpp"
#include "stac3dl/nn/conv3d.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What a pass over one block keeps.
struct BlockedCache {
  kernels::WinogradPlan plan, data_plan;          ///< empty: the block does not run this way
  kernels::BlockedTensor<float> x;                ///< the input, where the block before left it plain
  kernels::BlockedTensor<float> y;                ///< the output
  kernels::BlockedTensor<std::uint8_t> choice;    ///< of y's shape, where a pool follows
  // Inference: transformed weights, made once for a plan, an instruction set and weights that stay as they are.
  Memory prepared;                   ///< the transformed weights
  Isa prepared_isa = Isa::portable;  ///< that they are for

  explicit operator bool() const { return static_cast<bool>(plan); }  ///< True where the block runs this way.
};

class BlockedBlock {
 public:
  using Cache = BlockedCache;         ///< What forward keeps for backward, and inference for the next call.
  using In = kernels::WinogradInput;  ///< A plain picture or a blocked volume.
  using Volume = kernels::BlockedView<const float>;  ///< A blocked volume to read.
  using Out = kernels::BlockedView<float>;           ///< A blocked volume to write.

  /// Both must outlive the block, which owns nothing.
  BlockedBlock(const Conv3d<float>& conv, const kernels::ConvEpilogue& after) : conv_(conv), after_(after) {}

  /// Plans for x (N, C, T, H, W); false, and empty plans, where the block cannot or had better not run this way.
  bool plan(const Shape<5>& x, Cache& k) const {
    const Shape<5> c = conv_.output_shape(x);
    k.plan = kernels::conv3d_winograd_plan(x, c, conv_.spec(), conv_.accuracy());
    k.data_plan = kernels::conv3d_winograd_data_plan(x, c, conv_.spec(), conv_.accuracy());
    const bool known = after_.pool == Axes{1, 1, 1} || after_.pool == Axes{1, 2, 2} || after_.pool == Axes{2, 2, 2} ||
                       after_.pool == Axes{2, 1, 1};
    if (!k.plan || !k.data_plan || !known) k.plan = k.data_plan = {};
    return static_cast<bool>(k.plan);
  }

  void forward(In x, Out y, std::uint8_t* choice, const Cache& k, Workspace& ws) const {
    Workspace::Scope scope(ws);
    const float* prepared = reinterpret_cast<const float*>(k.prepared.data());  // null unless prepare() has been called
    kernels::winograd_convolve(k.plan, x, {conv_.weight().value, kernels::WinogradPass::forward, prepared}, bias(ws),
                               after_, y, choice, ws);
  }

  /// Transforms the weights ahead; they must not change afterwards.
  void prepare(Cache& k) const {
    const std::size_t bytes = static_cast<std::size_t>(k.plan.weights_size()) * sizeof(float);
    if (k.prepared.size() == bytes && k.prepared_isa == isa()) return;
    k.prepared = Memory(bytes);
    kernels::winograd_transform_weights(k.plan, conv_.weight().value, kernels::WinogradPass::forward,
                                        reinterpret_cast<float*>(k.prepared.data()));
    k.prepared_isa = isa();
  }

  /// Adds to the gradients of `conv`, which is this block's; dx may be empty.  A few samples at a time: dc, as large as the
  /// activation that was never stored, then stays small.
  void backward(Conv3d<float>& conv, In x, Volume y, Volume dy, Out dx, const Cache& k, Workspace& ws) const {
    const Index N = x.shape()[0], sample = kernels::blocked_size(conv_.output_shape(x.shape())) / N;
    const Index some = std::clamp<Index>((Index{16} << 20) / sample, 1, N);  // 64 MB
    View<float, 1> db;
    if (conv.has_bias()) db = conv.bias().grad;
    for (Index n = 0; n < N; n += some) {
      const Index count = std::min(some, N - n);
      const In part = x.range(n, count);
      const Shape<5> shape = conv_.output_shape(part.shape());
      const auto plan = kernels::winograd_with_samples(k.plan, count);
      const auto data = kernels::winograd_with_samples(k.data_plan, count);
      Workspace::Scope scope(ws);
      const Out dc = kernels::detail::take_blocked(shape, ws);
      const std::uint8_t* choice = after_.pooled() ? k.choice.view().range(n, count).data : nullptr;
      kernels::blocked_epilogue_backward(y.range(n, count), choice, dy.range(n, count), after_, dc, db, ws);
      kernels::winograd_weight_gradient(plan, part, dc, conv.weight().grad, {}, ws);
      if (dx)
        kernels::winograd_convolve(data, dc, {conv_.weight().value, kernels::WinogradPass::data}, nullptr, {},
                                   dx.range(n, count), nullptr, ws);
    }
  }

 private:
  const float* bias(Workspace& ws) const {
    return kernels::detail::padded_bias(conv_.has_bias() ? conv_.bias().value.view() : CView<float, 1>{}, ws);
  }

  const Conv3d<float>& conv_;
  kernels::ConvEpilogue after_;
};

STAC3DL_NAMESPACE_END
