/// kernels/gemm_split.hpp - the matrix product on tile registers: of floats split into bfloat16.
///
/// Tile registers multiply bfloat16, numbers of 8 binary digits (kernels/bf16.hpp), and add up in float.  A float has
/// 24: it is the sum of three bfloat16, each the rounded rest that the ones before it leave,
///   a = a0 + a1 + a2        |a1| <= 2^-9 |a|,  |a2| <= 2^-18 |a|
/// and of the nine products of two such sums six are made; the other three, at most 2^-26 of the whole, fall below
/// float's own rounding:
///   a b ~ a0 b0 + (a0 b1 + a1 b0) + (a0 b2 + a1 b1 + a2 b0)
/// Where a caller's accuracy need not be float's (core/accuracy.hpp), two parts and three products do:
///   a b ~ a0 b0 + (a0 b1 + a1 b0)        off by at most 3 x 2^-18 |a b|
/// Both factors are split and laid in tiles (gemm_split_pack.inl), slab after slab of at most 2048 lines and as many
/// terms of the sum; then each task multiplies the tiles of a part of C (gemm_split.inl).  A sum runs in the order of
/// k, and is cut where the slabs are: tasks and threads change no bit of it.
///
/// A number that is not finite, or above 3.39e38 (the largest bfloat16), leaves a rest that is NaN: so is every sum
/// with it.  Numbers below 1.2e-38 count as 0.
///
/// Source of the split: Henry, Tang, Heinecke, "Leveraging the bfloat16 Artificial Intelligence Datatype For
/// Higher-Precision Computations", 2019 (arXiv:1904.06376).
#pragma once

#include "stac3dl/core/accuracy.hpp"
#include "stac3dl/core/tiles.hpp"
#include "stac3dl/kernels/bf16.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"
#include "stac3dl/kernels/gemm_product.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::gemm_detail {

/// Lines and terms of a slab at most.
inline constexpr Index split_slab = 2048;

/// How `lines` lines of the sum's `depth` terms lie in tiles: [block of 16 lines][32 terms][part][16 x 32].
struct SplitSlab {
  Index lines, depth;
  int parts;  ///< of a float: 3, or 2
  Index blocks() const { return div_up(lines, 16); }
  Index steps() const { return div_up(depth, 32); }
  Index block_size() const { return steps() * parts * 512; }  ///< numbers of a block
  Index size() const { return blocks() * block_size(); }
};

/// A right factor in tiles, for many products.
struct SplitRight {
  SplitSlab slab{0, 0, 0};
  const std::uint16_t* tiles = nullptr;  ///< null: there is none
};

}  // namespace kernels::gemm_detail
STAC3DL_NAMESPACE_END

#define STAC3DL_TILES_FILE "stac3dl/kernels/gemm_split_pack.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/gemm_split.inl"
#include "stac3dl/core/for_each_tiles.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::gemm_detail {

/// Parts that a float is split into for an accuracy.
constexpr int split_parts(Accuracy accuracy) { return accuracy == Accuracy::exact ? 3 : 2; }

/// True where splitting pays: tile registers in use, and each number of the factors used often enough (measured: sixty
/// products a number cost what vectors cost, 250 two thirds of it; of two parts 30 are enough).
template <class Real>
bool split_pays(const Product<Real>& p, int parts) {
  return std::is_same_v<Real, float> && isa() == Isa::amx && p.K >= 96 &&
         p.M * p.N >= (parts == 3 ? 128 : 32) * (p.M + p.N);
}

/// C (+)= A B of numbers in `parts` parts; steps of c: c_j is 1.
template <int = 0>
void split_product(const Product<float>& product, int parts, Workspace& ws) {
  STAC3DL_DISPATCH_TILES(split_run(product, parts, ws));
}

/// b (N, K), line j at b.at(j, 0), in tiles.  `tiles` has room for the slab.
template <int = 0>
void split_pack_right(const Factor<float>& b, const SplitSlab& slab, std::uint16_t* tiles) {
  STAC3DL_DISPATCH_TILES(split_pack<true>(b, slab, tiles));
}

/// The same, in memory of the workspace's scope.
inline SplitRight split_right(const Factor<float>& b, Index N, Index K, int parts, Workspace& ws) {
  const SplitSlab slab{N, K, parts};
  std::uint16_t* const tiles = ws.take<std::uint16_t>(slab.size()).data();
  split_pack_right(b, slab, tiles);
  return {slab, tiles};
}

/// c (M, N) += a (M, K) b (K, N); rows of c are c_i apart.
template <int = 0>
void split_add(const Factor<float>& a, Index M, const SplitRight& b, float* c, Index c_i, Workspace& ws) {
  STAC3DL_DISPATCH_TILES(split_add_run(a, M, b, c, c_i, ws));
}

}  // namespace kernels::gemm_detail
STAC3DL_NAMESPACE_END
