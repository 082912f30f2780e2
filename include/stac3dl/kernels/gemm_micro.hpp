/// kernels/gemm_micro.hpp - the register-blocked heart of the matrix product.
///
/// One tile of C, R rows by V packs, stays in registers while k runs:
///   t[r][v] = sum over k of a[r, k] * b[k, v]        then  c = t  or  c += t
/// The sum is one chain of fused multiply-adds in the order of k, whatever R and V are: how C is cut into tiles does
/// not change a bit of it.
#pragma once

#include <algorithm>
#include <utility>

#include "stac3dl/kernels/pack_part.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {

inline Index div_up(Index n, Index by) { return (n + by - 1) / by; }
inline Index round_up(Index n, Index by) { return div_up(n, by) * by; }

/// Asks for the line of `at` in the second-level cache: every instruction set's code does it alike.
struct FetchFar {
  void operator()([[maybe_unused]] const void* at) const {
#if defined(__GNUC__)
    __builtin_prefetch(at, 0, 2);
#endif
  }
};

/// Cache lines to be sent for while tiles are at work, a few at a time: the processor has few misses under way at once.
class Ahead {
 public:
  Ahead() = default;
  /// `rows` rows of `bytes`, `step` bytes apart; all are sent for within about `chunks` calls of next().
  Ahead(const void* from, Index rows, Index bytes, Index step, Index chunks)
      : row_(static_cast<const char*>(from)), rows_(rows), bytes_(bytes), step_(step),
        quota_(div_up(rows * div_up(bytes, 64), std::max<Index>(1, chunks))) {}
  /// fetch(address) for the next few lines.
  template <class Fetch>
  void next(const Fetch& fetch) {
    for (Index i = 0; i < quota_ && rows_ > 0; ++i) {
      fetch(row_ + at_);
      at_ += 64;
      if (at_ >= bytes_) at_ = 0, row_ += step_, --rows_;
    }
  }

 private:
  const char* row_ = nullptr;
  Index rows_ = 0, bytes_ = 0, step_ = 0, quota_ = 0, at_ = 0;
};

/// What a tile reads and where it goes; steps in numbers.
template <class Real>
struct Tile {
  Index depth;      ///< terms of the sum
  const Real* a;    ///< element (r, k) at a + r*a_i + k*a_k
  Index a_i, a_k;
  const Real* b;    ///< pack v of line k at b + k*b_k + v*width
  Index b_k;
  Real* c;          ///< pack v of row r at c + r*c_i + v*c_v
  Index c_i, c_v;
  Index each, last; ///< numbers of a pack that belong to C: of the last one, and of those before
  bool add;
};

/// Rows are taken this many at a time or fewer: with four packs of B (two where there are 16 registers) the sums, the
/// packs and a broadcast of A fill the registers, and loads stay well below the multiplications.
inline constexpr Index tile_rows = 6;

/// The next part of `left`, at most about `most`: all parts are nearly alike and, but for the last, whole tiles.
inline Index part_of(Index left, Index most) {
  return std::min(left, round_up(div_up(left, div_up(left, most)), tile_rows));
}

/// Cuts `rows` into the fewest tiles, of nearly the same height: where the t-th begins.
struct RowTiles {
  Index rows, count;
  explicit RowTiles(Index all) : rows(all), count(div_up(all, tile_rows)) {}
  Index begin(Index t) const { return t * (rows / count) + std::min(t, rows % count); }
};

}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/gemm_micro.inl"
#include "stac3dl/core/for_each_isa.hpp"
