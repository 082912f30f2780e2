/// kernels/attention_mask.hpp - what all attention kernels share: which tokens count, and the masked softmax.
///
/// h (L, N, P, U): token h[l,n,p] of step l, sample n, position p.  mask (L, N, P): 1 = valid; empty: all are.
/// Masked softmax: w = exp(s - max) / sum of exp(s - max) over valid entries; masked entries get exactly 0.
/// Backward: ds = w * (dw - sum of w*dw).
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

using TokenMask = CView<std::uint8_t, 3>;  ///< (L, N, P), 1 = this token counts; empty: all do.

/// Does token (l, n, p) count?
inline bool token_valid(TokenMask mask, Index l, Index n, Index p) { return !mask || mask(l, n, p) != 0; }
/// A step of a sample is valid if any of its tokens is.
inline Index valid_tokens(TokenMask mask, Index l, Index n, Index P) {
  if (!mask) return P;
  Index count = 0;
  for (Index p = 0; p < P; ++p) count += mask(l, n, p) != 0;
  return count;
}

namespace detail {
/// check_shape for messages of two parts, which are put together only when they are needed: checks ask for no memory.
template <std::size_t R>
void check_tokens_shape(const char* call, const char* what, const std::array<Index, R>& got,
                        const std::array<Index, R>& want) {
  if (got != want) fail(call, " ", what, ": want ", to_string(want), ", got ", to_string(got));
}
}  // namespace detail

/// Throws if the mask does not fit h, or names the first sample without any valid token.
inline void check_tokens(const char* call, const Shape<4>& h, TokenMask mask) {
  const auto [L, N, P, U] = h;
  if (L < 1 || P < 1 || U < 1) fail(call, " h: no tokens, shape ", to_string(h));
  if (!mask) return;
  detail::check_tokens_shape(call, "mask", mask.shape(), Shape<3>{L, N, P});
  for (Index n = 0; n < N; ++n) {
    bool any = false;
    for (Index l = 0; l < L && !any; ++l) any = valid_tokens(mask, l, n, P) > 0;
    check(any, call, " mask: sample ", n, " of ", N, " has no valid token");
  }
}

namespace detail {
/// In place over w[0, n); entries with !valid(i) are not read and become 0.
template <class Real, class Valid>
void masked_softmax(Real* w, Index n, const Valid& valid) {
  Real largest = -std::numeric_limits<Real>::infinity(), sum = 0;
  for (Index i = 0; i < n; ++i)
    if (valid(i) && !(w[i] <= largest)) largest = w[i];
  for (Index i = 0; i < n; ++i) {
    w[i] = valid(i) ? std::exp(w[i] - largest) : Real(0);
    sum += w[i];
  }
  if (sum == 0) return;
  for (Index i = 0; i < n; ++i)
    if (valid(i)) w[i] /= sum;
}
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END
