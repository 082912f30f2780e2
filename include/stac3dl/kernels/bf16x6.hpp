/// kernels/bf16x6.hpp - the matrix product on tile registers, with float's accuracy.
///
/// Tile registers multiply bfloat16, numbers of 8 binary digits (kernels/bf16.hpp), and add up in float.  A float has
/// 24: it is the sum of three bfloat16, each the rounded rest that the ones before it leave,
///   a = a0 + a1 + a2        |a1| <= 2^-8 |a0|,  |a2| <= 2^-16 |a0|
/// and of the nine products of two such sums six are made; the other three, at most 2^-24 of the whole, fall below
/// float's own rounding:
///   a b ~ a0 b0 + (a0 b1 + a1 b0) + (a0 b2 + a1 b1 + a2 b0)
/// Both factors are split and laid in tiles (bf16x6_pack.inl), slab after slab of at most 2048 lines and as many terms
/// of the sum; then each task multiplies the tiles of a part of C (bf16x6.inl).  A sum runs in the order of k, and is
/// cut where the slabs are: tasks and threads change no bit of it.
///
/// A number that is not finite, or above 3.39e38 (the largest bfloat16), leaves a rest that is NaN: so is every sum with
/// it.  Numbers below 1.2e-38 count as 0.
///
/// Source of the split: Henry, Tang, Heinecke, "Leveraging the bfloat16 Artificial Intelligence Datatype For
/// Higher-Precision Computations", 2019 (arXiv:1904.06376).
#pragma once

#include "stac3dl/core/tiles.hpp"
#include "stac3dl/kernels/bf16.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"
#include "stac3dl/kernels/gemm_product.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::gemm_detail {

/// Lines and terms of a slab at most.
inline constexpr Index bf16x6_slab = 2048;

/// How `lines` lines of the sum's `depth` terms lie in tiles: [block of 16 lines][32 terms][part 0, 1, 2][16 x 32].
struct Bf16x6Slab {
  Index lines, depth;
  Index blocks() const { return div_up(lines, 16); }
  Index steps() const { return div_up(depth, 32); }
  Index block_size() const { return steps() * 3 * 512; }  ///< numbers of a block
  Index size() const { return blocks() * block_size(); }
};

/// A right factor in tiles, for many products.
struct Bf16x6Right {
  Bf16x6Slab slab{0, 0};
  const std::uint16_t* tiles = nullptr;  ///< null: there is none
};

}  // namespace kernels::gemm_detail
STAC3DL_NAMESPACE_END

#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x6_pack.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x6.inl"
#include "stac3dl/core/for_each_tiles.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::gemm_detail {

/// True where splitting pays: tile registers in use, and each number of the factors used often enough (measured: sixty
/// products a number cost what vectors cost, 250 two thirds of it).
template <class Real>
bool bf16x6_pays(const Product<Real>& p) {
  return std::is_same_v<Real, float> && isa() == Isa::amx && p.K >= 96 && p.M * p.N >= 128 * (p.M + p.N);
}

/// C (+)= A B; steps of c: c_j is 1.
template <int = 0>
void bf16x6_product(const Product<float>& product, Workspace& ws) {
  STAC3DL_DISPATCH_TILES(bf16x6_run(product, ws));
}

/// b (N, K), line j at b.at(j, 0), in tiles.  `tiles` has room for the slab.
template <int = 0>
void bf16x6_pack_right(const Factor<float>& b, const Bf16x6Slab& slab, std::uint16_t* tiles) {
  STAC3DL_DISPATCH_TILES(bf16x6_pack<true>(b, slab, tiles));
}

/// The same, in memory of the workspace's scope.
inline Bf16x6Right bf16x6_right(const Factor<float>& b, Index N, Index K, Workspace& ws) {
  const Bf16x6Slab slab{N, K};
  std::uint16_t* const tiles = ws.take<std::uint16_t>(slab.size()).data();
  bf16x6_pack_right(b, slab, tiles);
  return {slab, tiles};
}

/// c (M, N) += a (M, K) b (K, N); rows of c are c_i apart.
template <int = 0>
void bf16x6_add(const Factor<float>& a, Index M, const Bf16x6Right& b, float* c, Index c_i, Workspace& ws) {
  STAC3DL_DISPATCH_TILES(bf16x6_add_run(a, M, b, c, c_i, ws));
}

}  // namespace kernels::gemm_detail
STAC3DL_NAMESPACE_END
