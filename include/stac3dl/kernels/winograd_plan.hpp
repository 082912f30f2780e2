/// kernels/winograd_plan.hpp - how a convolution is cut into Winograd tiles, and which tiles suit it.
///
/// A convolution of stride 1 with 3 x 3 x 3 or 1 x 3 x 3 taps, or the gradient of its input (the same with mirrored
/// weights and padding 2 - p), is cut into tiles of m_t x m x m outputs.  Each tile's inputs are transformed to
/// t_t x t x t points; at each point a matrix product over channels links inputs to outputs; the products are
/// transformed back:
///   V[p, tile, c] = (B' d B)     M[p, tile, o] = sum over c of V[p, tile, c] U[p, c, o]     y = A' M A
/// Products an output: 27 directly, 8 with F(2,2,2), 4.5 with F(2,4,4), 3.4 with F(4,4,4) (less gained at edges).
#pragma once

#include "stac3dl/core/accuracy.hpp"
#include "stac3dl/kernels/blocked.hpp"
#include "stac3dl/kernels/conv3d_epilogue.hpp"
#include "stac3dl/kernels/conv3d_spec.hpp"
#include "stac3dl/kernels/winograd_depth.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// The sizes of a stride-1 convolution, or of its gradient by the input.
struct WinogradProblem {
  Index samples, in_channels, out_channels;  ///< N, C and O
  std::array<Index, 3> in, out, padding;  ///< (T, H, W) each
  Index depth_taps;  ///< 1 or 3; the other two axes have 3

  Index in_places() const { return in[0] * in[1] * in[2]; }  ///< Places of a channel of the input.
  Index out_places() const { return out[0] * out[1] * out[2]; }  ///< Places of a channel of the output.
};

struct WinogradPlan {
  WinogradProblem problem{};  ///< what is computed
  const WinogradDepth* depth = nullptr;  ///< tiles along depth; null: an empty plan
  int tile = 0;                  ///< outputs a tile along each inner axis: 2, 3 or 4
  std::array<Index, 3> tiles{};  ///< of a sample, along each axis
  Index block = 0;               ///< tiles that are transformed and multiplied together
  Index own_block = 0;           ///< the same where tasks transform weights as they use them; 0: better ahead
  bool split_channels = false;   ///< threads share a block of tiles by output channels; else each has its own block
  bool bf16x3 = false;           ///< tiles along depth alone, on the tile registers (bf16x3_plan.hpp); tile is 1

  explicit operator bool() const { return depth != nullptr; }  ///< False where direct sums are to be taken.
  Index tile_points() const { return (tile + 2) * (tile + 2); }  ///< Row and column points of a tile.
  /// Points of a tile: products a tile and pair of channels.
  Index points() const { return depth->points * tile_points(); }
  Index total_tiles() const { return problem.samples * tiles[0] * tiles[1] * tiles[2]; }  ///< Tiles of all samples.
  Index blocks() const { return (total_tiles() + block - 1) / block; }  ///< Blocks of tiles.
  Index in_blocks() const { return channel_blocks(problem.in_channels); }  ///< Blocks of input channels.
  Index out_blocks() const { return channel_blocks(problem.out_channels); }  ///< Blocks of output channels.
  /// Numbers of the transformed weights, from one row and column point to the next: (O, C, depth taps) and a line, so
  /// that points do not fall into the same sets of a cache.
  Index weight_point() const { return (problem.in_channels * out_blocks() * depth->taps + 1) * channel_block; }
  /// Floats of all transformed weights; depth is transformed as they are used.
  Index weights_size() const { return bf16x3 ? bf16x3_weights() : tile_points() * weight_point(); }
  /// The same of bf16x3: a block of 32 x 32 channels has all depth points, 9 taps, two bfloat16 a number.
  Index bf16x3_weights() const { return (in_blocks() + 1) / 2 * ((out_blocks() + 1) / 2) * depth->points * 9 * 1024; }
};

/// What a run reads: a blocked volume, or a plain one of few channels.
struct WinogradInput {
  BlockedView<const float> blocked;  ///< empty where `plain` is given
  CView<float, 5> plain;  ///< (N, C, T, H, W), up to narrow_channels channels

  WinogradInput(BlockedView<const float> x) : blocked(x) {}  ///< A blocked volume.
  WinogradInput(BlockedView<float> x) : blocked(x) {}
  WinogradInput(CView<float, 5> x) : plain(x) {}  ///< A plain volume of few channels.
  WinogradInput(View<float, 5> x) : plain(x) {}

  const Shape<5>& shape() const { return plain ? plain.shape() : blocked.shape; }  ///< (N, C, T, H, W) of either.
  /// Samples [first, first + count) alone.
  WinogradInput range(Index first, Index count) const {
    if (plain) return plain.range(first, count);
    return blocked.range(first, count);
  }
};

/// What follows a convolution, and where it goes.
struct WinogradTarget {
  const float* bias;  ///< (O) filled up to whole blocks, or null
  ConvEpilogue after;    ///< activation and pool
  float* y;              ///< blocked, of the pooled size
  std::uint8_t* choice;  ///< blocked as y: the element of the pool's window that won; or null
  bool stream;           ///< y is too large for the caches: store past them
};

/// The convolution, or its gradient by the input.
enum class WinogradPass { forward, data };

/// Weights as in[c] to out[o], with the steps between them; the 27 (or 9) taps of a pair lie side by side.
struct WinogradWeightSource {
  const float* w;  ///< the first tap of in 0 to out 0
  Index in_step, out_step;  ///< numbers from one channel to the next
  bool mirrored;  ///< last tap first: gradient of the input

  /// w (O, C, KT, 3, 3) of the convolution, or of its gradient by the input.
  WinogradWeightSource(CView<float, 5> weights, WinogradPass pass)
      : w(weights.data()), mirrored(pass == WinogradPass::data) {
    const Index taps = weights.size(2) * 9, all = weights.size(1) * taps;
    in_step = mirrored ? all : taps, out_step = mirrored ? taps : all;
  }
};

/// Up to how many channels plain volumes are taken as they are.
inline constexpr Index narrow_channels = 4;
/// Error where a picture has more channels than `what` is for.
inline void check_narrow(const char* what, Index channels, Index most = narrow_channels) {
  check(channels <= most, what, ": want ", most, " channels at most, got ", channels);
}

/// The problem of a convolution's forward pass.
inline WinogradProblem winograd_forward_problem(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  return {x[0], x[1], y[1], {x[2], x[3], x[4]}, {y[2], y[3], y[4]}, spec.padding, spec.kernel[0]};
}
/// The problem of its gradient by x.
inline WinogradProblem winograd_data_problem(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  std::array<Index, 3> padding;
  for (std::size_t a = 0; a < 3; ++a) padding[a] = spec.kernel[a] - 1 - spec.padding[a];
  return {x[0], y[1], x[1], {y[2], y[3], y[4]}, {x[2], x[3], x[4]}, padding, spec.kernel[0]};
}

/// True if the tiles fit the convolution at all: stride 1, 3 taps along rows and columns, 1 or 3 along time.
inline bool winograd_possible(const Conv3dSpec& spec) {
  for (std::size_t a = 0; a < 3; ++a) {
    if (spec.stride[a] != 1 || spec.padding[a] > spec.kernel[a] - 1) return false;
    if (spec.kernel[a] != 3 && !(a == 0 && spec.kernel[a] == 1)) return false;
  }
  return true;
}

/// Blocks of 16 output channels that are multiplied and transformed back together.
inline constexpr Index winograd_group = 4;

/// The plan with these tiles; how they are grouped follows from the sizes.
inline WinogradPlan winograd_plan(const WinogradProblem& problem, const WinogradDepth& depth, int tile) {
  WinogradPlan plan;
  plan.problem = problem;
  plan.depth = &depth;
  plan.tile = tile;
  plan.tiles = {(problem.out[0] + depth.tile - 1) / depth.tile, (problem.out[1] + tile - 1) / tile,
                (problem.out[2] + tile - 1) / tile};
  // A block's sums of a group of output channels go through the second-level cache once; large blocks share each weight
  // and what is done to it among many tiles.  A picture's weights are few: its sums stay in that cache.
  const Index total = std::max<Index>(1, plan.total_tiles());
  const Index a_tile = plan.tile_points() * depth.tile * winograd_group * channel_block * 4;
  const Index room = problem.in_channels <= narrow_channels ? Index{600} << 10 : Index{4} << 20;
  const Index most = std::max<Index>(6, room / a_tile);
  Index blocks = (total + most - 1) / most;
  if (blocks > 1) blocks += blocks % 2;  // as many for each of two threads
  plan.block = (total + blocks - 1) / blocks;
  plan.split_channels = blocks == 1;
  // Weights that are not prepared and would be many to write and read again: each task transforms the ones that it
  // uses, if not too many tasks use the same.  Products of all points wait for the last channel then, about 1 MB of
  // them.
  const Index own_tile = plan.points() * winograd_group * channel_block * 4;
  const Index own_blocks = (total * own_tile + (Index{5} << 18) - 1) / (Index{5} << 18);
  if (plan.weights_size() * 4 > (Index{12} << 20) && own_blocks <= 4)
    plan.own_block = (total + own_blocks - 1) / own_blocks;
  return plan;
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
