// What the tests of recurrent layers and attention share: random tensors and masks, differences, and bits on several
// numbers of threads.
#pragma once

#include <doctest/doctest.h>

#include <cstring>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/nn/parameter.hpp"

#include "poison.hpp"

namespace cases {

using namespace stac3dl;

template <class Real, std::size_t R>
Tensor<Real, static_cast<int>(R)> normal(const std::array<Index, R>& shape, std::uint64_t seed) {
  Tensor<Real, static_cast<int>(R)> x(shape);
  fill_normal(x, 1, Random({seed}));
  return x;
}
/// About `share` of the entries are 1.
template <std::size_t R>
Tensor<std::uint8_t, static_cast<int>(R)> mask(const std::array<Index, R>& shape, double share, std::uint64_t seed) {
  Tensor<std::uint8_t, static_cast<int>(R)> m(shape);
  Random random({seed});
  for (auto& valid : m) valid = random.chance(share) ? 1 : 0;
  return m;
}

/// Largest difference over the largest |want|.
template <class Real, int R>
double difference(const Tensor<Real, R>& got, const Tensor<Real, R>& want) {
  REQUIRE(got.shape() == want.shape());
  const double largest = static_cast<double>(want.array().abs().maxCoeff());
  const double worst = static_cast<double>((got.array() - want.array()).abs().maxCoeff());
  return largest > 0 ? worst / largest : worst;
}
template <class T, int R>
bool same_bits(const Tensor<T, R>& a, const Tensor<T, R>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

/// sum of y*weights: the scalar loss of the gradient checks.  Its gradient is `weights`.
template <int R>
double weighted(const Tensor<double, R>& y, const Tensor<double, R>& weights) {
  return (y.array() * weights.array()).sum();
}
template <int R, class Loss>
void check_tensor(const std::string& name, Tensor<double, R>& value, const Tensor<double, R>& gradient, Loss&& loss) {
  const GradientReport report = check_gradient(name, value.view().flat(), std::as_const(gradient).view().flat(), loss);
  CAPTURE(name);
  CAPTURE(report.at);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
}

/// run() returns what it computed as one tensor; it must not depend on the number of threads.
template <class Run>
void check_threads(Run&& run) {
  set_num_threads(1);
  const auto want = run();
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CAPTURE(threads);
    CHECK(same_bits(run(), want));
  }
  set_num_threads(0);
}
/// All numbers of some tensors in one.
template <class Real, int... R>
Tensor<Real, 1> joined(const Tensor<Real, R>&... parts) {
  Tensor<Real, 1> all({(parts.size() + ...)});
  Real* to = all.data();
  ((to = std::copy(parts.begin(), parts.end(), to)), ...);
  return all;
}

}  // namespace cases
