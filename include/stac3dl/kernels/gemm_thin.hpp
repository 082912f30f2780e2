/// kernels/gemm_thin.hpp - products with one factor of few lines: nothing is packed, the large factor is read once.
///
///   dot_lines:     c[i, j] (+)= sum over k of a[i, k] * b[j, k]   k side by side in both: dot products
///   stream_rows:   c[j]    (+)= sum over k of a[k] * b[k, j]      j side by side: weighted rows of b
/// A vector times a matrix runs at the speed of memory.  In a dot product lane w of a register sums k = w, w + W,
/// w + 2W, ...; the lanes are added at the end.
#pragma once

#include <algorithm>

#include "stac3dl/kernels/gemm_micro.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {

/// t[r][s] += a[r] * b[s] for one pack of k.
template <class Real, Index R, Index S>
EIGEN_ALWAYS_INLINE void dot_step(Pack<Real> (&t)[R][S], const Real* a, Index a_step, const Real* b, Index b_step) {
  Pack<Real> left[R];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { left[r] = Pack<Real>::load(a + r * a_step); });
  unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA {
    const auto right = Pack<Real>::load(b + s * b_step);
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { t[r][s] = fma(left[r], right, t[r][s]); });
  });
}

/// R lines of a against S lines of b.
template <class Real, Index R, Index S>
void dot_tile(Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, Index c_i, Index c_j,
              bool add) {
  constexpr Index W = Pack<Real>::width;
  Pack<Real> t[R][S];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { t[r][s] = Pack<Real>::zero(); });
  });
  const Index whole = depth / W * W;
  for (Index k = 0; k < whole; k += W) dot_step<Real, R, S>(t, a + k, a_step, b + k, b_step);
  if (whole < depth) {  // the last k, filled up with zeros
    Real left[R * W] = {}, right[S * W] = {};
    for (Index r = 0; r < R; ++r) std::copy(a + r * a_step + whole, a + r * a_step + depth, left + r * W);
    for (Index s = 0; s < S; ++s) std::copy(b + s * b_step + whole, b + s * b_step + depth, right + s * W);
    dot_step<Real, R, S>(t, left, W, right, W);
  }
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA {
      Real& to = c[r * c_i + s * c_j];
      const Real sum = t[r][s].sum();
      to = add ? to + sum : sum;
    });
  });
}

/// All M lines of a against S lines of b.  Element (i, j) of c is at c + i*c_i + j*c_j.
template <class Real, Index S>
void dot_lines(Index M, Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, Index c_i,
               Index c_j, bool add) {
  Index i = 0;
  for (; i + 4 <= M; i += 4) dot_tile<Real, 4, S>(depth, a + i * a_step, a_step, b, b_step, c + i * c_i, c_i, c_j, add);
  for (; i + 2 <= M; i += 2) dot_tile<Real, 2, S>(depth, a + i * a_step, a_step, b, b_step, c + i * c_i, c_i, c_j, add);
  for (; i < M; ++i) dot_tile<Real, 1, S>(depth, a + i * a_step, a_step, b, b_step, c + i * c_i, c_i, c_j, add);
}

/// c[0 .. n) (+)= D rows of b, each times its a.
template <class Real, Index D>
void stream_rows(Index n, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, bool add) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  P factor[D];
  unroll<D>([&](auto d) STAC3DL_INLINE_LAMBDA { factor[d] = P::all(a[d * a_step]); });
  Index j = 0;
  for (; j + W <= n; j += W) {
    P sum = add ? P::load(c + j) : P::zero();
    unroll<D>([&](auto d) STAC3DL_INLINE_LAMBDA { sum = fma(factor[d], P::load(b + d * b_step + j), sum); });
    sum.store(c + j);
  }
  for (; j < n; ++j) {
    Real sum = add ? c[j] : Real(0);
    for (Index d = 0; d < D; ++d) sum += a[d * a_step] * b[d * b_step + j];
    c[j] = sum;
  }
}
template <class Real>
void stream_rows(Index n, Index depth, const Real* a, Index a_step, const Real* b, Index b_step, Real* c, bool add) {
  Index k = 0;
  for (; k + 8 <= depth; k += 8)
    stream_rows<Real, 8>(n, a + k * a_step, a_step, b + k * b_step, b_step, c, add || k > 0);
  for (; k < depth; ++k) stream_rows<Real, 1>(n, a + k * a_step, a_step, b + k * b_step, b_step, c, add || k > 0);
}

}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END
