/// kernels/gemm_micro.hpp - the register-blocked heart of the matrix product.
///
/// One tile of C, R rows by V packs, stays in registers while k runs:
///   t[r][v] = sum over k of a[k, r] * b[k, v]        then  c = t  or  c += t
/// The sum is one chain of fused multiply-adds in the order of k, whatever R and V are: how C is cut into tiles does
/// not change a bit of it.
#pragma once

#include <utility>

#include "stac3dl/core/simd.hpp"

/// Written behind a lambda's parameters: inlined always, not only where the optimiser finds it worth while.
#if defined(__GNUC__)
#define STAC3DL_INLINE_LAMBDA __attribute__((always_inline))
#else
#define STAC3DL_INLINE_LAMBDA
#endif

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {

/// The full tile: with three packs of B and one broadcast of A it fills the 16 or 32 registers of the instruction set.
inline constexpr Index tile_rows = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 8 : 4;
inline constexpr Index tile_packs = 3;
template <class Real>
inline constexpr Index tile_columns = tile_packs * Pack<Real>::width;

/// f(0), f(1), ... f(N-1) written out, so that arrays of packs indexed by them live in registers at -O2 too.
template <Index N, class F>
EIGEN_ALWAYS_INLINE void unroll(F&& f) {
  [&]<Index... I>(std::integer_sequence<Index, I...>) STAC3DL_INLINE_LAMBDA {
    (f(std::integral_constant<Index, I>{}), ...);
  }(std::make_integer_sequence<Index, N>{});
}

/// a: the k-th R numbers at a + k*R.  b: the k-th V packs at b + k*b_step.  c: rows c_step apart.
template <class Real, Index R, Index V>
void multiply_tile(Index depth, const Real* a, const Real* b, Index b_step, Real* c, Index c_step, bool add) {
  using P = Pack<Real>;
  P t[R][V];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { t[r][v] = P::zero(); });
  });
  for (Index k = 0; k < depth; ++k, a += R, b += b_step) {
    P row[V];
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { row[v] = P::load(b + v * P::width); });
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P left = P::all(a[r]);
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { t[r][v] = fma(left, row[v], t[r][v]); });
    });
  }
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      Real* to = c + r * c_step + v * P::width;
      if (add) t[r][v] = P::load(to) + t[r][v];
      t[r][v].store(to);
    });
  });
}

/// The full tile's fallbacks where C's edge is near: rows are taken 8, 4, 2, 1 and packs 3, 2, 1 at a time.
inline Index rows_at_once(Index left) { return left >= tile_rows ? tile_rows : left >= 4 ? 4 : left >= 2 ? 2 : 1; }

template <class Real, Index R>
void multiply_tile(Index packs, Index depth, const Real* a, const Real* b, Index b_step, Real* c, Index c_step,
                   bool add) {
  if (packs == 3) multiply_tile<Real, R, 3>(depth, a, b, b_step, c, c_step, add);
  else if (packs == 2) multiply_tile<Real, R, 2>(depth, a, b, b_step, c, c_step, add);
  else multiply_tile<Real, R, 1>(depth, a, b, b_step, c, c_step, add);
}
template <class Real>
void multiply_tile(Index rows, Index packs, Index depth, const Real* a, const Real* b, Index b_step, Real* c,
                   Index c_step, bool add) {
  if (rows == tile_rows) multiply_tile<Real, tile_rows>(packs, depth, a, b, b_step, c, c_step, add);
  else if (rows == 4) multiply_tile<Real, 4>(packs, depth, a, b, b_step, c, c_step, add);
  else if (rows == 2) multiply_tile<Real, 2>(packs, depth, a, b, b_step, c, c_step, add);
  else multiply_tile<Real, 1>(packs, depth, a, b, b_step, c, c_step, add);
}

}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END
