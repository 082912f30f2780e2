/// core/simd.hpp - the few vector operations that kernels are written in, over Eigen's packets.
///
/// Pack<Real> is the widest vector of the flags in force: 16 floats with AVX-512, 8 with AVX, 4 with SSE2 or NEON, 1
/// where Eigen knows no vectors.  All functions inline to one instruction.
#pragma once

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
struct Pack {
  using Raw = typename Eigen::internal::packet_traits<Real>::type;
  static constexpr Index width = Eigen::internal::unpacket_traits<Raw>::size;
  Raw raw;

  static EIGEN_STRONG_INLINE Pack zero() { return {Eigen::internal::pset1<Raw>(Real(0))}; }
  static EIGEN_STRONG_INLINE Pack all(Real value) { return {Eigen::internal::pset1<Raw>(value)}; }
  /// No alignment is asked for.
  static EIGEN_STRONG_INLINE Pack load(const Real* from) { return {Eigen::internal::ploadu<Raw>(from)}; }
  EIGEN_STRONG_INLINE void store(Real* to) const { Eigen::internal::pstoreu(to, raw); }

  friend EIGEN_STRONG_INLINE Pack operator+(Pack a, Pack b) { return {Eigen::internal::padd(a.raw, b.raw)}; }
  friend EIGEN_STRONG_INLINE Pack operator-(Pack a, Pack b) { return {Eigen::internal::psub(a.raw, b.raw)}; }
  friend EIGEN_STRONG_INLINE Pack operator*(Pack a, Pack b) { return {Eigen::internal::pmul(a.raw, b.raw)}; }
  friend EIGEN_STRONG_INLINE Pack max(Pack a, Pack b) { return {Eigen::internal::pmax(a.raw, b.raw)}; }
  friend EIGEN_STRONG_INLINE Pack min(Pack a, Pack b) { return {Eigen::internal::pmin(a.raw, b.raw)}; }
  /// a * b + c, in one rounding where the machine has FMA.
  friend EIGEN_STRONG_INLINE Pack fma(Pack a, Pack b, Pack c) { return {Eigen::internal::pmadd(a.raw, b.raw, c.raw)}; }
  /// Sum of the lanes, in an order fixed by the instruction set.
  EIGEN_STRONG_INLINE Real sum() const { return Eigen::internal::predux(raw); }
};

STAC3DL_NAMESPACE_END
