#include "stac3dl/inspect/gradient_check.hpp"

#include <doctest/doctest.h>

#include "stac3dl/core/tensor.hpp"

using namespace stac3dl;

TEST_CASE("gradient check: a right gradient passes, a wrong one is found where it is wrong") {
  Tensor<double, 1> x({4}, {0.5, -1.0, 2.0, 0.1});
  const auto loss = [&] {  // sum of sin(x) + x^5
    double sum = 0;
    for (double v : x) sum += std::sin(v) + std::pow(v, 5);
    return sum;
  };
  Tensor<double, 1> gradient({4});
  for (Index i = 0; i < 4; ++i) gradient[i] = std::cos(x[i]) + 5 * std::pow(x[i], 4);
  const auto right = check_gradient("x", x, gradient, loss);
  CHECK(right.worst < 1e-10);
  CHECK(right.probed == 4);
  CHECK(right.largest == doctest::Approx(std::cos(2.0) + 80));
  CHECK(x[2] == 2.0);
  gradient[1] += 0.5;
  const auto wrong = check_gradient("x", x, gradient, loss);
  CHECK(wrong.worst == doctest::Approx(0.5 / right.largest));
  CHECK(wrong.at == 1);
}

TEST_CASE("gradient check: probes across a kink are left out and counted") {
  Tensor<double, 1> x({2}, {1e-4, 1.0});
  const auto loss = [&] { return std::max(x[0], 0.0) + std::max(x[1], 0.0); };
  Tensor<double, 1> gradient({2}, {1.0, 1.0});
  const auto signs = [&] { return fold_signs(1, x.view()); };
  const auto report = check_gradient("x", x, gradient, loss, signs);
  CHECK(report.redrawn == 1);
  CHECK(report.probed == 1);
  CHECK(report.worst < 1e-10);
  CHECK(check_gradient("x", x, gradient, loss).worst > 0.1);  // without the fingerprint the kink looks like an error
}

TEST_CASE("gradient check: a zero gradient is reported as such") {
  Tensor<double, 1> x({1}, {3.0}), gradient({1});
  CHECK(check_gradient("x", x, gradient, [] { return 1.0; }).largest == 0);
  CHECK_THROWS_WITH_AS(check_gradient("w", x, Tensor<double, 1>({2}), [] { return 1.0; }),
                       "check_gradient w: want as many values as gradients, got 1 and 2", Error);
}
