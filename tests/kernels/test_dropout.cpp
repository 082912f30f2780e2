#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/dropout.hpp"
#include "stac3dl/kernels/dropout_ref.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("dropout equals its twin, keeps the mean and depends on the stream alone", Real, float, double) {
  for (Real p : {Real(0), Real(0.3), Real(0.5), Real(0.9)}) {
    const auto x = random_tensor<Real>(Shape<1>{10007}, 1);
    Tensor<Real, 1> y(x.shape()), y_ref(x.shape()), other(x.shape());
    kernels::dropout<Real>(x, p, Random({5, 1}), y);
    kernels::dropout_ref<Real>(x, p, Random({5, 1}), y_ref);
    CHECK(difference(y, y_ref) <= tolerance<Real>());
    const double kept = static_cast<double>((y.array() != 0).count()) / 10007;
    CHECK(std::abs(kept - (1 - static_cast<double>(p))) < 0.02);
    for (Index i = 0; i < x.size(); ++i)
      if (y[i] != 0) REQUIRE(std::abs(y[i] * (1 - p) - x[i]) <= Real(1e-6) * std::abs(x[i]));
    kernels::dropout<Real>(x, p, Random({5, 2}), other);
    CHECK((p == 0 || (other.array() != y.array()).any()));
    auto z = x;
    kernels::dropout<Real>(z, p, Random({5, 1}), z);
    CHECK((z.array() == y.array()).all());
  }
  Tensor<Real, 1> x({3});
  CHECK_THROWS_AS(kernels::dropout<Real>(x, Real(1), Random(1), x), Error);
}

TEST_CASE("dropout gives the same bits on any number of threads") {
  const auto x = random_tensor<float>(Shape<1>{20000}, 1);
  CHECK(same_on_all_threads([&] {
    Tensor<float, 1> y(x.shape());
    kernels::dropout<float>(x, 0.5f, Random(9), y);
    return y;
  }));
}
