#include "stac3dl/kernels/lstm_math.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace stac3dl;

namespace {
template <class Real>
Real tanh_of(Real x) {
  Real y;
  kernels::store_part(kernels::tanh(Pack<Real>::all(x)), &y, 1);
  return y;
}
template <class Real>
Real sigmoid_of(Real x) {
  Real y;
  kernels::store_part(kernels::sigmoid(Pack<Real>::all(x)), &y, 1);
  return y;
}
}  // namespace

TEST_CASE_TEMPLATE("packed tanh and sigmoid agree with the standard library", Real, float, double) {
  const Real few = 4 * std::numeric_limits<Real>::epsilon();
  for (Real x = -30; x < 30; x += Real(0.0137)) {
    CAPTURE(x);
    CHECK(std::abs(tanh_of(x) - std::tanh(x)) <= few * std::abs(std::tanh(x)));
    const Real s = 1 / (1 + std::exp(-x));
    CHECK(std::abs(sigmoid_of(x) - s) <= 2 * few * s);
  }
  for (Real x : {Real(1e-6), Real(-1e-12), Real(0.4999), Real(0.5001)})
    CHECK(std::abs(tanh_of(x) - std::tanh(x)) <= few * std::abs(std::tanh(x)));
}

TEST_CASE_TEMPLATE("packed tanh and sigmoid at the ends", Real, float, double) {
  const Real inf = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
  CHECK(tanh_of(Real(0)) == 0);
  CHECK(tanh_of(inf) == 1);
  CHECK(tanh_of(-inf) == -1);
  CHECK(tanh_of(std::numeric_limits<Real>::max()) == 1);
  CHECK(sigmoid_of(Real(0)) == Real(0.5));
  CHECK(sigmoid_of(Real(1000)) == 1);
  CHECK(sigmoid_of(Real(-1000)) < Real(1e-30));
  CHECK(std::isnan(tanh_of(nan)));
  CHECK(std::isnan(sigmoid_of(nan)));
}

TEST_CASE_TEMPLATE("a part of a pack reads and writes no more than that", Real, float, double) {
  const Index width = Pack<Real>::width;
  std::vector<Real> from(static_cast<std::size_t>(width)), to(from);
  for (Index count = 0; count <= width; ++count) {
    for (Index i = 0; i < width; ++i) from[static_cast<std::size_t>(i)] = static_cast<Real>(i + 1);
    std::fill(to.begin(), to.end(), Real(-1));
    const auto pack = kernels::load_part(from.data(), count);
    CHECK(pack.sum() == static_cast<Real>(count * (count + 1) / 2));
    kernels::store_part(pack, to.data(), count);
    for (Index i = 0; i < width; ++i)
      CHECK(to[static_cast<std::size_t>(i)] == (i < count ? static_cast<Real>(i + 1) : Real(-1)));
  }
}
