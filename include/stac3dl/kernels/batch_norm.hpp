/// kernels/batch_norm.hpp - batch normalisation of (N, C, T, H, W), a channel at a time.
///
/// For one channel let A be all its places (n, t, h, w), V those of valid steps (n, t), M = |V|:
///   mu = 1/M sum over V of x      var = 1/M sum over V of (x - mu)²      r = 1 / sqrt(var + eps)
///   xh[i] = (x[i] - mu) r         y[i] = gamma xh[i] + beta              for every i of A, masked or not
/// Running statistics in place of mu and var (inference, or M < 2) are constants.
///
/// Backward, dy given on A.  x reaches the loss directly, through mu and through var; the last two only from V:
///   dL/dmu  = - gamma r sum over A of dy         (var's slope in mu is sum over V of (x - mu) = 0)
///   dL/dvar = - gamma r²/2 sum over A of dy xh
///   dx[i] = gamma r dy[i] + [i in V] (dL/dmu + dL/dvar 2 (x[i] - mu)) / M
///         = gamma r (dy[i] - [i in V] (S0 + xh[i] S1) / M)               S0 = sum of dy, S1 = sum of dy xh, over A
///   dbeta += S0      dgamma += S1
/// With constant statistics the term in V is absent.  All sums are double, in an order fixed by the sizes and the mask.
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/kernels/lanes.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

inline constexpr double batch_norm_epsilon = 1e-5;  ///< Added to variances before the root is taken, as in PyTorch.

namespace batch_norm_detail {

/// f(first, length, valid) for maximal runs of valid and of masked steps of sample n, in numbers of S per step.
template <class F>
void for_runs(CView<std::uint8_t, 2> mask, Index n, Index T, Index S, F&& f) {
  if (mask.empty()) return f(Index{0}, T * S, true);
  const std::uint8_t* const valid = mask.data() + n * T;
  for (Index t = 0; t < T;) {
    const Index first = t;
    const bool value = valid[t] != 0;
    while (t < T && (valid[t] != 0) == value) ++t;
    f(first * S, (t - first) * S, value);
  }
}

inline void check_mask(CView<std::uint8_t, 2> mask, Index N, Index T) {
  if (!mask.empty()) check_shape("batch_norm mask", mask.shape(), {N, T});
}

}  // namespace batch_norm_detail

/// Values of a channel that count: valid (sample, step) places times the grid.
inline Index batch_norm_count(const Shape<5>& x, CView<std::uint8_t, 2> mask) {
  batch_norm_detail::check_mask(mask, x[0], x[2]);
  Index steps = mask.empty() ? x[0] * x[2] : 0;
  for (std::uint8_t valid : mask) steps += valid != 0;
  return steps * x[3] * x[4];
}

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/batch_norm.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// mean and variance (over M, not M - 1), each (C), of the valid places; nothing valid gives 0.
template <class Real>
void batch_norm_statistics(CView<Real, 5> x, CView<std::uint8_t, 2> mask, View<Real, 1> mean, View<Real, 1> variance) {
  check_shape("batch_norm mean", mean.shape(), {x.size(1)});
  check_shape("batch_norm variance", variance.shape(), {x.size(1)});
  STAC3DL_DISPATCH(batch_norm_statistics_run<Real>(x, mask, mean, variance));
}

/// y = gamma (x - mean) / sqrt(variance + eps) + beta at every place; y may be x.
template <class Real>
void batch_norm_forward(CView<Real, 5> x, CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma,
                        CView<Real, 1> beta, View<Real, 5> y) {
  check_shape("batch_norm y", y.shape(), x.shape());
  STAC3DL_DISPATCH(batch_norm_forward_run<Real>(x, mean, variance, gamma, beta, y));
}

/// `batch_count` is M where mean and variance are the batch's, and 0 where they are constants.  dx may be dy, or empty.
template <class Real>
void batch_norm_backward(CView<Real, 5> x, CView<std::uint8_t, 2> mask, CView<Real, 1> mean, CView<Real, 1> variance,
                         Index batch_count, CView<Real, 1> gamma, CView<Real, 5> dy, View<Real, 5> dx,
                         View<Real, 1> dgamma, View<Real, 1> dbeta) {
  check_shape("batch_norm dy", dy.shape(), x.shape());
  if (dx) check_shape("batch_norm dx", dx.shape(), x.shape());
  batch_norm_detail::check_mask(mask, x.size(0), x.size(2));
  STAC3DL_DISPATCH(
      batch_norm_backward_run<Real>(x, mask, mean, variance, batch_count, gamma, dy, dx, dgamma, dbeta));
}

/// Writes the normalisation that follows a convolution into its weight (C, everything else) and bias (C):
///   weight' = weight gamma r      bias' = (bias - mean) gamma r + beta
template <class Real>
void batch_norm_fold(CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma, CView<Real, 1> beta,
                     View<Real, 2> weight, View<Real, 1> bias) {
  const Index C = gamma.size();
  check_shape("batch_norm_fold weight", weight.shape(), {C, any_size});
  check_shape("batch_norm_fold bias", bias.shape(), {C});
  for (Index c = 0; c < C; ++c) {
    const Real r = static_cast<Real>(1 / std::sqrt(static_cast<double>(variance[c]) + batch_norm_epsilon));
    const Real scale = gamma[c] * r;
    for (Real& w : weight.slice(c)) w *= scale;
    bias[c] = (bias[c] - mean[c]) * scale + beta[c];
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
