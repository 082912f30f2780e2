/// kernels/attention_rows.hpp - dot products and scaled sums of token vectors.
///
/// The order of every sum depends on the length alone, not on the address: a token gives the same bits wherever it
/// lies.
#pragma once

#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::detail {

/// Sum of a*b.
template <class Real>
Real dot(const Real* a, const Real* b, Index U) {
  using P = Pack<Real>;
  P s0 = P::zero(), s1 = P::zero();
  Index u = 0;
  for (; u + 2 * P::width <= U; u += 2 * P::width) {
    s0 = fma(P::load(a + u), P::load(b + u), s0);
    s1 = fma(P::load(a + u + P::width), P::load(b + u + P::width), s1);
  }
  for (; u + P::width <= U; u += P::width) s0 = fma(P::load(a + u), P::load(b + u), s0);
  Real sum = (s0 + s1).sum();
  for (; u < U; ++u) sum += a[u] * b[u];
  return sum;
}

/// y += s * x
template <class Real>
void add_scaled(Real* y, Real s, const Real* x, Index U) {
  using P = Pack<Real>;
  Index u = 0;
  for (; u + P::width <= U; u += P::width) fma(P::all(s), P::load(x + u), P::load(y + u)).store(y + u);
  for (; u < U; ++u) y[u] += s * x[u];
}

/// y = a*x1 + b*x2 + c*x3
template <class Real>
void mix(Real* y, Real a, const Real* x1, Real b, const Real* x2, Real c, const Real* x3, Index U) {
  using P = Pack<Real>;
  Index u = 0;
  for (; u + P::width <= U; u += P::width)
    fma(P::all(a), P::load(x1 + u), fma(P::all(b), P::load(x2 + u), P::all(c) * P::load(x3 + u))).store(y + u);
  for (; u < U; ++u) y[u] = a * x1[u] + b * x2[u] + c * x3[u];
}

/// out (U) += rows of parts (K, U), in order.
template <class Real>
void add_parts(CView<Real, 2> parts, View<Real, 1> out) {
  const Index U = out.size();
  for (Index k = 0; k < parts.size(0); ++k) add_scaled(out.data(), Real(1), parts.data() + k * U, U);
}

/// Tokens of a parallel chunk: about 16,000 numbers.
inline Index token_grain(Index numbers_each) { return std::max<Index>(1, 16384 / std::max<Index>(1, numbers_each)); }

}  // namespace kernels::detail

STAC3DL_NAMESPACE_END
