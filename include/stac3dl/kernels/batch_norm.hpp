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

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/simd.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

inline constexpr double batch_norm_epsilon = 1e-5;

namespace batch_norm_detail {

/// f(first, length) for maximal runs of valid steps of sample n, in numbers of S per step.
template <class F>
void valid_runs(CView<std::uint8_t, 2> mask, Index n, Index T, Index S, F&& f) {
  if (mask.empty()) return f(Index{0}, T * S);
  const std::uint8_t* const valid = mask.data() + n * T;
  for (Index t = 0; t < T;) {
    const Index first = t;
    while (t < T && valid[t]) ++t;
    if (t > first) f(first * S, (t - first) * S);
    else ++t;
  }
}

/// Sum of f(i) for i in [0, n): eight chains, added at the end.
template <class F>
double sum_of(Index n, F&& f) {
  double lane[8] = {}, rest = 0;
  Index i = 0;
  for (; i + 8 <= n; i += 8)
    for (Index k = 0; k < 8; ++k) lane[k] += f(i + k);
  for (; i < n; ++i) rest += f(i);
  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7])) + rest;
}

inline void check_mask(CView<std::uint8_t, 2> mask, Index N, Index T) {
  if (!mask.empty()) check_shape("batch_norm mask", mask.shape(), {N, T});
}

/// y[i] = (x[i] - mean) scale + shift on one channel's plane.
template <class Real>
void scale_plane(const Real* x, Index n, Real mean, Real scale, Real shift, Real* y) {
  using P = Pack<Real>;
  const P m = P::all(mean), a = P::all(scale), b = P::all(shift);
  Index i = 0;
  for (; i + P::width <= n; i += P::width) fma(P::load(x + i) - m, a, b).store(y + i);
  for (; i < n; ++i) y[i] = (x[i] - mean) * scale + shift;
}

}  // namespace batch_norm_detail

/// Values of a channel that count: valid (sample, step) places times the grid.
inline Index batch_norm_count(const Shape<5>& x, CView<std::uint8_t, 2> mask) {
  batch_norm_detail::check_mask(mask, x[0], x[2]);
  Index steps = mask.empty() ? x[0] * x[2] : 0;
  for (std::uint8_t valid : mask) steps += valid != 0;
  return steps * x[3] * x[4];
}

/// mean and variance (over M, not M - 1), each (C), of the valid places; nothing valid gives 0.
template <class Real>
void batch_norm_statistics(CView<Real, 5> x, CView<std::uint8_t, 2> mask, View<Real, 1> mean, View<Real, 1> variance) {
  const auto [N, C, T, H, W] = x.shape();
  const Index S = H * W, plane = T * S;
  const double count = static_cast<double>(std::max<Index>(1, batch_norm_count(x.shape(), mask)));
  parallel_for(C, [&, N = N, C = C, T = T](Index c) {
    const auto over_valid = [&](auto value) {
      double sum = 0;
      for (Index n = 0; n < N; ++n)
        batch_norm_detail::valid_runs(mask, n, T, S, [&](Index first, Index length) {
          const Real* const p = x.data() + (n * C + c) * plane + first;
          sum += batch_norm_detail::sum_of(length, [&](Index i) { return value(static_cast<double>(p[i])); });
        });
      return sum / count;
    };
    const double mu = over_valid([](double v) { return v; });
    const double var = over_valid([mu](double v) { return (v - mu) * (v - mu); });
    mean.data()[c] = static_cast<Real>(mu), variance.data()[c] = static_cast<Real>(var);
  });
}

/// y = gamma (x - mean) / sqrt(variance + eps) + beta at every place; y may be x.
template <class Real>
void batch_norm_forward(CView<Real, 5> x, CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma,
                        CView<Real, 1> beta, View<Real, 5> y) {
  const Index C = x.size(1), plane = x.size(2) * x.size(3) * x.size(4);
  check_shape("batch_norm y", y.shape(), x.shape());
  parallel_chunks(x.size(0) * C, std::max<Index>(1, 16384 / std::max<Index>(1, plane)), [&](Index begin, Index end) {
    for (Index nc = begin; nc < end; ++nc) {
      const Index c = nc % C;
      const double r = 1 / std::sqrt(static_cast<double>(variance.data()[c]) + batch_norm_epsilon);
      batch_norm_detail::scale_plane(x.data() + nc * plane, plane, mean.data()[c],
                                     static_cast<Real>(static_cast<double>(gamma.data()[c]) * r), beta.data()[c],
                                     y.data() + nc * plane);
    }
  });
}

/// `batch_count` is M where mean and variance are the batch's, and 0 where they are constants.  dx may be dy, or empty.
template <class Real>
void batch_norm_backward(CView<Real, 5> x, CView<std::uint8_t, 2> mask, CView<Real, 1> mean, CView<Real, 1> variance,
                         Index batch_count, CView<Real, 1> gamma, CView<Real, 5> dy, View<Real, 5> dx,
                         View<Real, 1> dgamma, View<Real, 1> dbeta) {
  const auto [N, C, T, H, W] = x.shape();
  const Index S = H * W, plane = T * S;
  check_shape("batch_norm dy", dy.shape(), x.shape());
  batch_norm_detail::check_mask(mask, N, T);
  parallel_for(C, [&, N = N, C = C, T = T](Index c) {
    const double mu = static_cast<double>(mean.data()[c]);
    const double r = 1 / std::sqrt(static_cast<double>(variance.data()[c]) + batch_norm_epsilon);
    double S0 = 0, S1 = 0;
    for (Index n = 0; n < N; ++n) {
      const Real *const px = x.data() + (n * C + c) * plane, *const pd = dy.data() + (n * C + c) * plane;
      S0 += batch_norm_detail::sum_of(plane, [&](Index i) { return static_cast<double>(pd[i]); });
      S1 += batch_norm_detail::sum_of(
          plane, [&](Index i) { return static_cast<double>(pd[i]) * ((static_cast<double>(px[i]) - mu) * r); });
    }
    dbeta.data()[c] += static_cast<Real>(S0), dgamma.data()[c] += static_cast<Real>(S1);
    if (!dx) return;
    const double slope = static_cast<double>(gamma.data()[c]) * r;
    const double share = batch_count > 0 ? slope / static_cast<double>(batch_count) : 0;
    for (Index n = 0; n < N; ++n) {
      const Real* const px = x.data() + (n * C + c) * plane;
      Real* const to = dx.data() + (n * C + c) * plane;
      batch_norm_detail::scale_plane(dy.data() + (n * C + c) * plane, plane, Real(0), static_cast<Real>(slope), Real(0),
                                     to);
      if (batch_count == 0) continue;
      const Real constant = static_cast<Real>(share * S0), factor = static_cast<Real>(share * S1 * r);
      batch_norm_detail::valid_runs(mask, n, T, S, [&](Index first, Index length) {
        for (Index i = first; i < first + length; ++i) to[i] -= constant + factor * (px[i] - mean.data()[c]);
      });
    }
  });
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
