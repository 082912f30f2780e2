/// kernels/lstm_math.hpp - sigmoid and tanh on packs, and packs at the end of a row.
///
/// What comes out of a lane depends on what goes into that lane alone, never on its neighbours or on the address: a
/// row gives the same bits wherever it lies.  NaN stays NaN.
#pragma once

#include "stac3dl/core/simd.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// The first `count` < width lanes are read, the others are 0.
template <class Real>
Pack<Real> load_part(const Real* from, Index count) {
  Real lanes[static_cast<std::size_t>(Pack<Real>::width)] = {};
  for (Index i = 0; i < count; ++i) lanes[i] = from[i];
  return Pack<Real>::load(lanes);
}
template <class Real>
void store_part(Pack<Real> pack, Real* to, Index count) {
  Real lanes[static_cast<std::size_t>(Pack<Real>::width)];
  pack.store(lanes);
  for (Index i = 0; i < count; ++i) to[i] = lanes[i];
}

/// 1 / (1 + exp(-x))
template <class Real>
EIGEN_STRONG_INLINE Pack<Real> sigmoid(Pack<Real> x) {
  using namespace Eigen::internal;
  const auto one = Pack<Real>::all(1);
  return {pdiv(one.raw, padd(one.raw, pexp(pnegate(x.raw))))};
}

/// tanh with a small relative error everywhere.  From |x| = 0.5 on: (e - 1)/(e + 1), e = exp(2x).  Below that the
/// difference e - 1 would cancel; there Lambert's continued fraction x/(1 + x²/(3 + x²/(5 + ...))), cut after 13, is
/// x (135135 + 17325 x² + 378 x⁴ + x⁶) / (135135 + 62370 x² + 3150 x⁴ + 28 x⁶), exact to 3e-16.
template <class Real>
EIGEN_STRONG_INLINE Pack<Real> tanh(Pack<Real> x) {
  using namespace Eigen::internal;
  using P = Pack<Real>;
  const P one = P::all(1), bound = P::all(20);  // tanh(20) rounds to 1 in double
  const P clamped{pmax(pmin(x.raw, bound.raw), pnegate(bound.raw))};
  const P e{pexp((clamped + clamped).raw)}, x2 = clamped * clamped;
  const P p = fma(fma(x2 + P::all(378), x2, P::all(17325)), x2, P::all(135135)) * clamped;
  const P q = fma(fma(fma(P::all(28), x2, P::all(3150)), x2, P::all(62370)), x2, P::all(135135));
  const auto small = pcmp_lt(pabs(x.raw), P::all(Real(0.5)).raw);
  return {pdiv(pselect(small, p.raw, (e - one).raw), pselect(small, q.raw, (e + one).raw))};
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
