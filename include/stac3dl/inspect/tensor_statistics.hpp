/// inspect/tensor_statistics.hpp - what a tensor's numbers look like as a whole.
#pragma once

#include <cmath>
#include <limits>

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Minimum, maximum, mean and standard deviation (over M, not M - 1) are those of the M finite numbers; NaN if M = 0.
struct TensorStatistics {
  Index count = 0, zeros = 0, nans = 0, infinite = 0;  ///< numbers in all, and such ones among them
  /// of the finite ones
  double minimum = std::numeric_limits<double>::quiet_NaN(), maximum = minimum, mean = minimum, deviation = minimum;
  Index first_bad = -1;  ///< the first NaN or infinity, in memory order; -1: all numbers are finite
  double bad_value = 0;  ///< and which it is

  bool finite() const { return first_bad < 0; }  ///< True where all numbers are finite.
};

/// Statistics of `x`; sums are added in the same order for any number of threads.
template <class Real>
TensorStatistics tensor_statistics(CView<Real, 1> x) {
  TensorStatistics s;
  s.count = x.size();
  double sum = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double v = static_cast<double>(x.data()[i]);
    if (!std::isfinite(v)) {
      ++(std::isnan(v) ? s.nans : s.infinite);
      if (s.first_bad < 0) s.first_bad = i, s.bad_value = v;
      continue;
    }
    s.zeros += v == 0;
    sum += v;
    if (!(v >= s.minimum)) s.minimum = v;
    if (!(v <= s.maximum)) s.maximum = v;
  }
  const Index finite = s.count - s.nans - s.infinite;
  if (finite == 0) return s;
  s.mean = sum / static_cast<double>(finite);
  double square = 0;  // a second pass: the mean may be large beside the deviation
  for (Real v : x)
    if (std::isfinite(v)) square += (static_cast<double>(v) - s.mean) * (static_cast<double>(v) - s.mean);
  s.deviation = std::sqrt(square / static_cast<double>(finite));
  return s;
}

STAC3DL_NAMESPACE_END
