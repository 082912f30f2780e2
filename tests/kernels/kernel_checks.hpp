/// tests/kernels/kernel_checks.hpp - what many kernel tests need: random tensors, the largest difference, and whether a
/// computation gives the same bits on 1, 2, 3 and 8 threads.
#pragma once

#include <cstdint>
#include <limits>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/nn/parameter.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real, std::size_t R>
Tensor<Real, static_cast<int>(R)> random_tensor(const std::array<Index, R>& shape, std::uint64_t seed) {
  Tensor<Real, static_cast<int>(R)> x(shape);
  fill_normal(x, 1, Random({seed, 77}));
  return x;
}

/// Each entry 1 with probability `share`.
template <std::size_t R>
Tensor<std::uint8_t, static_cast<int>(R)> random_mask(const std::array<Index, R>& shape, double share,
                                                      std::uint64_t seed) {
  Tensor<std::uint8_t, static_cast<int>(R)> mask(shape);
  Random random({seed, 78});
  for (Index i = 0; i < mask.size(); ++i) mask[i] = random.chance(share) ? 1 : 0;
  return mask;
}

/// Largest difference over the largest wanted value; infinite where something is not a number.
template <class Real, int R>
double difference(const Tensor<Real, R>& got, const Tensor<Real, R>& want) {
  check_shape("difference", got.shape(), want.shape());
  if (want.empty()) return 0;
  if (!(got.array() - got.array() == 0).all()) return std::numeric_limits<double>::infinity();
  const double largest = static_cast<double>(want.array().abs().maxCoeff());
  const double off = static_cast<double>((got.array() - want.array()).abs().maxCoeff());
  return largest > 0 ? off / largest : off;
}
template <class Real>
double tolerance() {
  return std::is_same_v<Real, float> ? 1e-5 : 1e-13;
}

/// compute() returns a tensor: the same numbers, bit for bit, on any number of threads?
template <class Compute>
bool same_on_all_threads(Compute&& compute) {
  set_num_threads(1);
  const auto want = compute();
  bool same = true;
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    const auto got = compute();
    same = same && got.shape() == want.shape() && (got.array() == want.array()).all();
  }
  set_num_threads(0);
  return same;
}

/// Sum of y times fixed weights: a loss whose gradient is the weights.
template <int R>
double weighted_sum(const Tensor<double, R>& y, const Tensor<double, R>& weights) {
  return (y.array() * weights.array()).sum();
}

STAC3DL_NAMESPACE_END
