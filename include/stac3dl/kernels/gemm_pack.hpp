/// kernels/gemm_pack.hpp - copies blocks of the factors into the order in which the micro kernel reads them.
///
/// A panel of width w holds, for every k, w numbers side by side: to[k*w + i] = source(i, k).  The source has one of
/// two orders, told apart by its steps: i side by side (copied in runs) or k side by side (transposed in registers).
#pragma once

#include "stac3dl/core/simd.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {

/// A factor as (i, k): element at data + i*step_i + k*step_k; one of the steps is 1.
template <class Real>
struct Factor {
  const Real* data;
  Index step_i, step_k;
  const Real* at(Index i, Index k) const { return data + i * step_i + k * step_k; }
};

/// The largest square that fits into registers and whose side divides `lines`.
template <class Real, Index lines>
struct Square {
  using Raw = typename Eigen::internal::find_best_packet<Real, static_cast<int>(lines)>::type;
  static constexpr Index side = Eigen::internal::unpacket_traits<Raw>::size;

  static EIGEN_STRONG_INLINE void copy_line(const Real* from, Real* to) {
    Eigen::internal::pstoreu(to, Eigen::internal::ploadu<Raw>(from));
  }
  /// to[k*width + i] = from[i*step + k]
  static EIGEN_STRONG_INLINE void transpose(const Real* from, Index step, Real* to, Index width) {
    if constexpr (side == 1) {
      *to = *from;
    } else {
      Eigen::internal::PacketBlock<Raw, static_cast<int>(side)> block;
      for (Index i = 0; i < side; ++i) block.packet[i] = Eigen::internal::ploadu<Raw>(from + i * step);
      Eigen::internal::ptranspose(block);
      for (Index k = 0; k < side; ++k) Eigen::internal::pstoreu(to + k * width, block.packet[k]);
    }
  }
};

/// Packs `count` <= width lines of `depth` numbers; lines beyond `count` become 0.
template <class Real, Index lines>
void pack_panel(const Factor<Real>& source, Index count, Index depth, Index width, Real* to) {
  using Sq = Square<Real, lines>;
  constexpr Index S = Sq::side;
  const Index whole = count / S * S;
  if (source.step_i == 1) {
    for (Index k = 0; k < depth; ++k)
      for (Index i = 0; i < whole; i += S) Sq::copy_line(source.at(i, k), to + k * width + i);
  } else {
    for (Index i = 0; i < whole; i += S) {
      Index k = 0;
      for (; k + S <= depth; k += S) Sq::transpose(source.at(i, k), source.step_i, to + k * width + i, width);
      for (; k < depth; ++k)
        for (Index s = 0; s < S; ++s) to[k * width + i + s] = *source.at(i + s, k);
    }
  }
  for (Index i = whole; i < width; ++i)
    for (Index k = 0; k < depth; ++k) to[k * width + i] = i < count ? *source.at(i, k) : Real(0);
}

}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END
