/// tests/kernels/error_over_rms.hpp - the measure that accuracies are stated in (core/accuracy.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace testing {

/// Largest difference over the wanted values' RMS; infinite where something is not a number.
template <class Real, int R>
double error_over_rms(const Tensor<float, R>& got, const Tensor<Real, R>& want) {
  check_shape("error_over_rms", got.shape(), want.shape());
  double worst = 0, square = 0;
  for (Index i = 0; i < got.size(); ++i) {
    const double exact = static_cast<double>(want[i]), off = std::abs(static_cast<double>(got[i]) - exact);
    if (!(off <= std::numeric_limits<double>::max())) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, off), square += exact * exact;
  }
  return worst / std::max(std::sqrt(square / static_cast<double>(got.size())), 1e-300);
}

}  // namespace testing
STAC3DL_NAMESPACE_END
