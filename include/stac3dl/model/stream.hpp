/// model/stream.hpp - a chain of convolution blocks: one of the encoder's two streams, or the part that they share.
#pragma once

#include <span>
#include <vector>

#include "stac3dl/model/conv_block.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class Stream3d {
 public:
  using Scalar = Real;
  using Block = ConvBlock<Real>;

  struct Cache {
    std::vector<typename Block::Cache> blocks;
    std::vector<Shape<5>> shape;                ///< of each block's output
    std::vector<Tensor<Real, 5>> y;             ///< each block's output; empty in inference
    std::vector<Tensor<std::uint8_t, 2>> steps; ///< (N, T_i) valid steps after block i's convolution, for batch norm
    Index scratch = 0;                          ///< elements of the largest output
  };
  /// Gradient that reaches the activation of block `block` from outside the chain.
  struct TapGradient {
    Index block = 0;
    CView<Real, 5> gradient;
  };
  /// Where inference puts the activation of block `block`.
  struct TapOutput {
    Index block = 0;
    View<Real, 5> active;
  };

  /// `first` is the number, in the encoder, of the chain's first block: taps name blocks by the encoder's numbers.
  explicit Stream3d(Index first = 0) : first_(first) {}
  void add(Block block) { blocks_.push_back(std::move(block)); }
  bool empty() const { return blocks_.empty(); }
  Index size() const { return static_cast<Index>(blocks_.size()); }
  const Block& block(Index i) const { return blocks_[static_cast<std::size_t>(i)]; }

  /// `keep`: size everything that backward needs; otherwise only shapes, which is all that infer() needs.
  Shape<5> plan(Shape<5> x, Cache& k, bool keep = true) const {
    k.blocks.resize(blocks_.size()), k.y.resize(blocks_.size()), k.steps.resize(blocks_.size());
    k.shape.resize(blocks_.size());
    k.scratch = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      x = keep ? blocks_[i].plan(x, k.blocks[i]) : blocks_[i].output_shape(x);
      if (keep) k.y[i].resize(x);
      k.shape[i] = x;
      k.scratch = std::max(k.scratch, element_count(x));
    }
    return x;
  }

  /// Output is k.y.back().  An empty chain has none.
  void forward(CView<Real, 5> x, Cache& k, bool training, Workspace& ws) const {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      k.blocks[i].norm.training = training;
      k.blocks[i].norm.mask = k.steps[i];
      blocks_[i].forward(i == 0 ? x : k.y[i - 1], k.y[i], k.blocks[i], ws);
    }
  }

  /// dx may be empty.
  void backward(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dx, const Cache& k, Workspace& ws,
                std::span<const TapGradient> taps = {}) {
    Workspace::Scope scope(ws);
    View<Real, 1> buffers[2] = {ws.take<Real>(k.scratch), ws.take<Real>(k.scratch)};
    CView<Real, 5> d = dy;
    for (std::size_t i = blocks_.size(); i-- > 0;) {
      View<Real, 5> below = i == 0 ? dx : View<Real, 5>(buffers[i % 2].data(), k.shape[i - 1]);
      CView<Real, 5> tap;
      for (const TapGradient& t : taps)
        if (t.block == first_ + static_cast<Index>(i)) tap = t.gradient;
      blocks_[i].backward(i == 0 ? x : k.y[i - 1], k.y[i], d, below, k.blocks[i], ws, tap);
      d = below;
    }
  }

  /// y is the last block's output; everything between lives in the workspace.
  void infer(CView<Real, 5> x, View<Real, 5> y, const Cache& k, Workspace& ws,
             std::span<const TapOutput> taps = {}) const {
    Workspace::Scope scope(ws);
    View<Real, 1> buffers[2] = {ws.take<Real>(k.scratch), ws.take<Real>(k.scratch)};
    CView<Real, 5> current = x;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const bool last = i + 1 == blocks_.size();
      View<Real, 5> next = last ? y : View<Real, 5>(buffers[i % 2].data(), k.shape[i]);
      View<Real, 5> tap;
      for (const TapOutput& t : taps)
        if (t.block == first_ + static_cast<Index>(i)) tap = t.active;
      blocks_[i].infer(current, next, ws, tap);
      current = next;
    }
  }

  void fold() {
    for (Block& b : blocks_) b.fold();
  }
  void update_running(const Cache& k) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].update_running(k.blocks[i]);
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    for (Block& b : blocks_) b.visit_params(scoped(b.name() + ".", visit));
  }
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    for (Block& b : blocks_) b.visit_buffers(scoped(b.name() + ".", visit));
  }
  std::uint64_t fold_choices(std::uint64_t fingerprint, const Cache& k) const {
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      fingerprint = blocks_[i].fold_choices(fingerprint, k.y[i], k.blocks[i]);
    return fingerprint;
  }

 private:
  Index first_;
  std::vector<Block> blocks_;
};

STAC3DL_NAMESPACE_END
