/// kernels/softmax.hpp - softmax over the last axis, with masks.  R rows, K entries each.
///
///   y[r,k] = exp(x[r,k] - max) / sum over valid j of exp(x[r,j] - max)       max over the row's valid entries
/// A masked entry is exactly 0; a row with nothing valid is all 0.
/// Backward from dy (masked entries of y are 0, and so is what comes back from them):
///   dx[r,k] = y[r,k] (dy[r,k] - sum over j of y[r,j] dy[r,j])
/// y may be written over x, and dx over dy.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
namespace softmax_detail {
inline Index row_grain(Index K) { return std::max<Index>(1, 8192 / std::max<Index>(1, K)); }
}  // namespace softmax_detail

/// x, y (R, K); mask (R, K), 1 = valid, or empty.
template <class Real>
void softmax_forward(CView<Real, 2> x, CView<std::uint8_t, 2> mask, View<Real, 2> y) {
  const Index R = x.size(0), K = x.size(1);
  check_shape("softmax y", y.shape(), x.shape());
  if (!mask.empty()) check_shape("softmax mask", mask.shape(), x.shape());
  parallel_chunks(R, softmax_detail::row_grain(K), [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real* const from = x.data() + r * K;
      const std::uint8_t* const valid = mask.empty() ? nullptr : mask.data() + r * K;
      Real* const to = y.data() + r * K;
      Real largest = -std::numeric_limits<Real>::infinity(), sum = 0;
      for (Index k = 0; k < K; ++k)
        if ((!valid || valid[k]) && !(from[k] <= largest)) largest = from[k];  // NaN counts as largest
      for (Index k = 0; k < K; ++k) sum += to[k] = !valid || valid[k] ? std::exp(from[k] - largest) : Real(0);
      if (sum == 0) continue;  // nothing valid: zeros already
      for (Index k = 0; k < K; ++k) to[k] /= sum;
    }
  });
}

/// y, dy, dx (R, K)
template <class Real>
void softmax_backward(CView<Real, 2> y, CView<Real, 2> dy, View<Real, 2> dx) {
  const Index R = y.size(0), K = y.size(1);
  check_shape("softmax dy", dy.shape(), y.shape());
  check_shape("softmax dx", dx.shape(), y.shape());
  parallel_chunks(R, softmax_detail::row_grain(K), [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real *const p = y.data() + r * K, *const d = dy.data() + r * K;
      Real* const to = dx.data() + r * K;
      Real mean = 0;
      for (Index k = 0; k < K; ++k) mean += p[k] * d[k];
      for (Index k = 0; k < K; ++k) to[k] = p[k] * (d[k] - mean);
    }
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
