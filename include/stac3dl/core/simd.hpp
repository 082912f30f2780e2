/// core/simd.hpp - the few vector operations that kernels are written in, over Eigen's packets.
///
/// Pack<Real> is the widest vector of the flags in force: 16 floats with AVX-512, 8 with AVX, 4 with SSE2 or NEON, 1
/// where Eigen knows no vectors.  All functions but exp inline to one instruction, or to the few that stand for it.
/// core/pack.inl has the same for instruction sets that are chosen at run time, and takes this one's place where the flags
/// in force allow one of those.
#pragma once

#include "stac3dl/core/config.hpp"
#include "stac3dl/core/target.hpp"

#if STAC3DL_FLAGS_HAVE_ISA
#include "stac3dl/core/isa.hpp"
#else
STAC3DL_NAMESPACE_BEGIN

/// The widest vector of the flags in force; all members work lane by lane.
template <class Real>
struct Pack {
  using Raw = typename Eigen::internal::packet_traits<Real>::type;             ///< Eigen's packet.
  static constexpr Index width = Eigen::internal::unpacket_traits<Raw>::size;  ///< Lanes.
  Raw raw;                                                                     ///< The lanes.

  static EIGEN_STRONG_INLINE Pack zero() { return {Eigen::internal::pset1<Raw>(Real(0))}; }  ///< 0 in every lane.
  /// `value` in every lane.
  static EIGEN_STRONG_INLINE Pack all(Real value) { return {Eigen::internal::pset1<Raw>(value)}; }
  /// No alignment is asked for.
  static EIGEN_STRONG_INLINE Pack load(const Real* from) { return {Eigen::internal::ploadu<Raw>(from)}; }
  /// Writes `width` numbers; no alignment is asked for.
  EIGEN_STRONG_INLINE void store(Real* to) const { Eigen::internal::pstoreu(to, raw); }
  /// A store to aligned memory that is not read soon; elsewhere it may pass by the caches.
  EIGEN_STRONG_INLINE void stream(Real* to) const { store(to); }

  /// Sum.
  friend EIGEN_STRONG_INLINE Pack operator+(Pack a, Pack b) { return {Eigen::internal::padd(a.raw, b.raw)}; }
  /// Difference.
  friend EIGEN_STRONG_INLINE Pack operator-(Pack a, Pack b) { return {Eigen::internal::psub(a.raw, b.raw)}; }
  /// Product.
  friend EIGEN_STRONG_INLINE Pack operator*(Pack a, Pack b) { return {Eigen::internal::pmul(a.raw, b.raw)}; }
  /// Quotient.
  friend EIGEN_STRONG_INLINE Pack operator/(Pack a, Pack b) { return {Eigen::internal::pdiv(a.raw, b.raw)}; }
  /// The larger (smaller) of the two; which one where a lane is NaN depends on the instruction set.
  friend EIGEN_STRONG_INLINE Pack max(Pack a, Pack b) { return {Eigen::internal::pmax(a.raw, b.raw)}; }
  /// The smaller one; which, where one is NaN, is up to the CPU.
  friend EIGEN_STRONG_INLINE Pack min(Pack a, Pack b) { return {Eigen::internal::pmin(a.raw, b.raw)}; }
  /// a * b + c, in one rounding where the machine has FMA.
  friend EIGEN_STRONG_INLINE Pack fma(Pack a, Pack b, Pack c) { return {Eigen::internal::pmadd(a.raw, b.raw, c.raw)}; }
  /// c - a * b
  friend EIGEN_STRONG_INLINE Pack fnma(Pack a, Pack b, Pack c) {
    return {Eigen::internal::pmadd(Eigen::internal::pnegate(a.raw), b.raw, c.raw)};
  }
  friend EIGEN_STRONG_INLINE Pack abs(Pack a) { return {Eigen::internal::pabs(a.raw)}; }  ///< Without the sign.
  /// Square root, correctly rounded.
  friend EIGEN_STRONG_INLINE Pack sqrt(Pack a) { return {Eigen::internal::psqrt(a.raw)}; }
  /// Exponential, to a few units in the last place; 0 below the smallest normal number's logarithm, where Eigen's stays at that number.
  friend EIGEN_STRONG_INLINE Pack exp(Pack a) {
    const Raw lowest = Eigen::internal::pset1<Raw>(sizeof(Real) == 4 ? Real(-87.33654) : Real(-708.396418532264106));
    return if_less(a, {lowest}, zero(), {Eigen::internal::pexp(a.raw)});
  }
  /// a < b ? yes : no, lane by lane; `no` where a or b is NaN.
  friend EIGEN_STRONG_INLINE Pack if_less(Pack a, Pack b, Pack yes, Pack no) {
    return {Eigen::internal::pselect(Eigen::internal::pcmp_lt(a.raw, b.raw), yes.raw, no.raw)};
  }
  /// value > best, or value is NaN ? yes : no, lane by lane: what a maximum keeps, and of several NaN the last.
  friend EIGEN_STRONG_INLINE Pack if_better(Pack value, Pack best, Pack yes, Pack no) {
    using namespace Eigen::internal;
    const Raw larger = pcmp_lt(best.raw, value.raw), not_a_number = pcmp_lt_or_nan(value.raw, value.raw);
    return {pselect(por(larger, not_a_number), yes.raw, no.raw)};
  }
  /// Sum of the lanes, in an order fixed by the instruction set.
  EIGEN_STRONG_INLINE Real sum() const { return Eigen::internal::predux(raw); }
};

/// True where 32 vector registers hold a block of sums; 16 are the other case.
inline constexpr bool many_registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32;

STAC3DL_NAMESPACE_END
#endif
