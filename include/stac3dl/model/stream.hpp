/// model/stream.hpp - a chain of convolution blocks: one of the encoder's two streams, or the part that they share.
///
/// Blocks that can run on blocked volumes (blocked_block.hpp) do, and hand them on to one another; volumes are turned only
/// where such a block meets another kind, and at the chain's end, which is plain.
#pragma once

#include <span>
#include <vector>

#include "stac3dl/model/conv_block.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A chain of blocks.
template <class Real>
class Stream3d {
 public:
  using Scalar = Real;
  using Block = ConvBlock<Real>;  ///< A row of section 2's table.

  struct Cache {
    std::vector<typename Block::Cache> blocks;  ///< of each block
    std::vector<Shape<5>> shape;                ///< of each block's output
    std::vector<Tensor<Real, 5>> y;             ///< each block's plain output; empty in inference, and inside blocked runs
    std::vector<Tensor<std::uint8_t, 2>> steps; ///< (N, T_i) valid steps after block i's convolution, for batch norm
    Index scratch = 0, blocked_scratch = 0;     ///< elements of the largest outputs, plain and blocked
    bool plain = false;                         ///< no block runs on blocked volumes: somebody wants every tensor
    bool prepare = false;                       ///< inference may keep transformed weights: they will not change
  };
  /// Gradient that reaches the activation of block `block` from outside the chain.
  struct TapGradient {
    Index block = 0;          ///< by the encoder's numbers
    CView<Real, 5> gradient;  ///< of the activation's shape
  };
  /// Where inference puts the activation of block `block`.
  struct TapOutput {
    Index block = 0;       ///< by the encoder's numbers
    View<Real, 5> active;  ///< of the activation's shape
  };

  /// `first` is the number, in the encoder, of the chain's first block: taps name blocks by the encoder's numbers.
  explicit Stream3d(Index first = 0) : first_(first) {}
  /// Puts a block at the end.
  void add(Block block) { blocks_.push_back(std::move(block)), tapped_.push_back(false); }
  /// Block `i` of the encoder, if it is this chain's, keeps its activation plain, for taps.
  void keep_tap(Index i) {
    if (i >= first_ && i < first_ + size()) tapped_[static_cast<std::size_t>(i - first_)] = true;
  }
  void set_accuracy(Accuracy accuracy) {
    for (Block& b : blocks_) b.set_accuracy(accuracy);
  }
  bool empty() const { return blocks_.empty(); }                     ///< True where no block has been added.
  Index size() const { return static_cast<Index>(blocks_.size()); }  ///< Blocks.
  /// Block i of this chain, counted from 0.
  const Block& block(Index i) const { return blocks_[static_cast<std::size_t>(i)]; }

  /// `keep`: size everything that backward needs; otherwise only shapes, which is all that infer() needs.
  Shape<5> plan(Shape<5> x, Cache& k, bool keep = true) const {
    k.blocks.resize(blocks_.size()), k.y.resize(blocks_.size()), k.steps.resize(blocks_.size());
    k.shape.resize(blocks_.size());
    k.scratch = k.blocked_scratch = 0;
    const Shape<5> first = x;
    const auto input = [&](std::size_t i) { return i == 0 ? first : k.shape[i - 1]; };
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (k.plain || tapped_[i] || !blocks_[i].plan_blocked(x, k.blocks[i])) k.blocks[i].blocked.plan = {};
      k.shape[i] = x = blocks_[i].output_shape(x);
      if (is_blocked(k, i)) k.blocked_scratch = std::max(k.blocked_scratch, kernels::blocked_size(x));
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (leaves_plain(k, i)) k.scratch = std::max(k.scratch, element_count(k.shape[i]));
      if (!is_blocked(k, i)) {
        if (keep) blocks_[i].plan(input(i), k.blocks[i]);
      } else {
        BlockedCache& b = k.blocks[i].blocked;
        if (keep) b.y.resize(k.shape[i]);
        if (keep && blocks_[i].pooled()) b.choice.resize(k.shape[i]);
        if (keep && converts(k, i, input(i))) b.x.resize(input(i));
        if (converts(k, i, input(i))) k.blocked_scratch = std::max(k.blocked_scratch, kernels::blocked_size(input(i)));
      }
      if (keep && leaves_plain(k, i)) k.y[i].resize(k.shape[i]);
    }
    return x;
  }

  /// Output is k.y.back().  An empty chain has none.
  void forward(CView<Real, 5> x, Cache& k, bool training, Workspace& ws, const Record<Real>& record = {}) const {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      k.blocks[i].norm.training = training;
      k.blocks[i].norm.mask = k.steps[i];
      if (!is_blocked(k, i)) {
        blocks_[i].forward(i == 0 ? x : k.y[i - 1], k.y[i], k.blocks[i], ws, record.in(blocks_[i].name()));
      } else if constexpr (has_blocked) {
        BlockedCache& b = k.blocks[i].blocked;
        const CView<Real, 5> plain = i == 0 ? x : CView<Real, 5>(k.y[i - 1]);
        if (converts(k, i, plain.shape())) kernels::to_blocked(plain, b.x.view());
        blocks_[i].blocked().forward(blocked_input(k, i, plain), b.y.view(), blocks_[i].pooled() ? b.choice.view().data : nullptr,
                                     b, ws);
        if (leaves_plain(k, i)) kernels::from_blocked(b.y.view(), k.y[i]);
      }
      done(i, x.shape(), k, record);
    }
  }

  /// dx may be empty.
  void backward(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dx, const Cache& k, Workspace& ws,
                std::span<const TapGradient> taps = {}, const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    const View<Real, 1> plain[2] = {ws.take<Real>(k.scratch), ws.take<Real>(k.scratch)};
    const View<Real, 1> blocked[2] = {ws.take<Real>(k.blocked_scratch), ws.take<Real>(k.blocked_scratch)};
    CView<Real, 5> d = dy;                 // gradient of block i's output, plain
    const Real* d_blocked = nullptr;       // or blocked
    for (std::size_t i = blocks_.size(); i-- > 0;) {
      View<Real, 5> below = i == 0 ? dx : View<Real, 5>(plain[i % 2].data(), k.shape[i - 1]);
      if (!is_blocked(k, i)) {
        CView<Real, 5> tap;
        for (const TapGradient& t : taps)
          if (t.block == first_ + static_cast<Index>(i)) tap = t.gradient;
        blocks_[i].backward(i == 0 ? x : k.y[i - 1], k.y[i], d, below, k.blocks[i], ws, tap,
                            record.in(blocks_[i].name()));
        d_blocked = nullptr;
      } else if constexpr (has_blocked) {
        using kernels::BlockedView;
        const BlockedCache& b = k.blocks[i].blocked;
        BlockedView<float> from(const_cast<float*>(d_blocked), k.shape[i]);
        if (d_blocked == nullptr) {
          from.data = blocked[(i + 1) % 2].data();
          kernels::to_blocked(d, from);
        }
        const kernels::WinogradInput in = blocked_input(k, i, i == 0 ? x : CView<Real, 5>(k.y[i - 1]));
        const bool wanted = i > 0 || dx;
        Workspace::Scope own(ws);
        const BlockedView<float> to =
            !wanted    ? BlockedView<float>()
            : in.plain ? kernels::detail::take_blocked(in.shape(), ws)
                       : BlockedView<float>(blocked[i % 2].data(), in.shape());
        blocks_[i].blocked().backward(blocks_[i].conv(), in, b.y.view(), from, to, b, ws);
        if (wanted && takes_plain(k, i)) kernels::from_blocked(to, below);
        d_blocked = takes_plain(k, i) ? nullptr : to.data;
      }
      d = below;
    }
  }

  /// y is the last block's output; everything between lives in the workspace.
  void infer(CView<Real, 5> x, View<Real, 5> y, Cache& k, Workspace& ws, std::span<const TapOutput> taps = {},
             const Record<Real>& record = {}) const {
    Workspace::Scope scope(ws);
    const View<Real, 1> plain[2] = {ws.take<Real>(k.scratch), ws.take<Real>(k.scratch)};
    const View<Real, 1> blocked[2] = {ws.take<Real>(k.blocked_scratch), ws.take<Real>(k.blocked_scratch)};
    CView<Real, 5> current = x;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const bool last = i + 1 == blocks_.size();
      View<Real, 5> next = last ? y : View<Real, 5>(plain[i % 2].data(), k.shape[i]);
      if (!is_blocked(k, i)) {
        View<Real, 5> tap;
        for (const TapOutput& t : taps)
          if (t.block == first_ + static_cast<Index>(i)) tap = t.active;
        blocks_[i].infer(current, next, ws, tap);
      } else if constexpr (has_blocked) {
        const BlockedBlock block = blocks_[i].blocked();
        BlockedCache& b = k.blocks[i].blocked;
        const kernels::BlockedView<float> in(blocked[(i + 1) % 2].data(), i == 0 ? x.shape() : k.shape[i - 1]);
        const kernels::BlockedView<float> out(blocked[i % 2].data(), k.shape[i]);
        const bool as_it_is = takes_plain(k, i) && !converts(k, i, current.shape());
        if (converts(k, i, current.shape())) kernels::to_blocked(current, in);
        if (k.prepare) block.prepare(b);
        block.forward(as_it_is ? kernels::WinogradInput(current) : in, out, nullptr, b, ws);
        if (leaves_plain(k, i)) kernels::from_blocked(out, next);
      }
      current = next;
      done(i, x.shape(), k, record);
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
      if (!is_blocked(k, i)) fingerprint = blocks_[i].fold_choices(fingerprint, k.y[i], k.blocks[i]);
    return fingerprint;
  }

 private:
  static constexpr bool has_blocked = std::is_same_v<Real, float>;

  void done(std::size_t i, const Shape<5>& x, const Cache& k, const Record<Real>& record) const {
    if (record.layers()) record.done(blocks_[i].name().c_str(), k.shape[i], blocks_[i].macs(i == 0 ? x : k.shape[i - 1]));
  }
  static bool is_blocked(const Cache& k, std::size_t i) { return static_cast<bool>(k.blocks[i].blocked); }
  /// Whether a blocked block's input comes plain, and whether a block's output is needed plain.
  static bool takes_plain(const Cache& k, std::size_t i) { return i == 0 || !is_blocked(k, i - 1); }
  static bool leaves_plain(const Cache& k, std::size_t i) {
    return i + 1 == k.blocks.size() || !is_blocked(k, i) || !is_blocked(k, i + 1);
  }
  /// Whether a blocked block's input must be turned first: not where it has few channels.
  static bool converts(const Cache& k, std::size_t i, const Shape<5>& input) {
    return takes_plain(k, i) && input[1] > kernels::narrow_channels;
  }
  static kernels::WinogradInput blocked_input(const Cache& k, std::size_t i, CView<Real, 5> plain) {
    if (!takes_plain(k, i)) return k.blocks[i - 1].blocked.y.view();
    if (converts(k, i, plain.shape())) return k.blocks[i].blocked.x.view();
    return plain;
  }

  Index first_;
  std::vector<Block> blocks_;
  std::vector<bool> tapped_;
};

STAC3DL_NAMESPACE_END
