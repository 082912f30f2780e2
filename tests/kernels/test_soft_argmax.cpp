#include <doctest/doctest.h>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/nn/parameter.hpp"

using namespace stac3dl;

TEST_CASE("soft_argmax: cells are at (i + 1/2) / size, and a flat map points to the middle") {
  Tensor<double, 5> z({1, 2, 1, 2, 4}), p(z.shape());
  Tensor<double, 4> points({1, 1, 2, 2});
  z(0, 1, 0, 1, 3) = 100;  // joint 1 is in the last cell, joint 0 anywhere
  kernels::soft_argmax_forward<double>(z, p, points);
  CHECK(points(0, 0, 0, 0) == doctest::Approx(0.5));
  CHECK(points(0, 0, 0, 1) == doctest::Approx(0.5));
  CHECK(points(0, 0, 1, 0) == doctest::Approx(3.5 / 4));
  CHECK(points(0, 0, 1, 1) == doctest::Approx(1.5 / 2));
  CHECK(p(0, 0, 0, 1, 2) == doctest::Approx(1.0 / 8));
}

TEST_CASE("soft_argmax: gradient") {
  Tensor<double, 5> z({2, 3, 2, 3, 5}), p(z.shape()), dz(z.shape());
  Tensor<double, 4> points({2, 2, 3, 2}), r(points.shape());
  fill_normal(z, 1, Random(1)), fill_normal(r, 1, Random(2));
  const auto loss = [&] {
    kernels::soft_argmax_forward<double>(z, p, points);
    return (points.array() * r.array()).sum();
  };
  loss();
  kernels::soft_argmax_backward<double>(p, points, r, dz);
  const auto report = check_gradient("z", z.view().flat(), dz.view().flat(), loss);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
}

TEST_CASE("upsample_add: every coarse cell is repeated, and its gradient is the sum over its copies") {
  Tensor<double, 5> coarse({1, 1, 1, 1, 2}, {1, 10}), fine({1, 1, 2, 2, 4}, 0.5), d_coarse(coarse.shape());
  kernels::upsample_add<double>(coarse, fine);
  for (Index t = 0; t < 2; ++t)
    for (Index h = 0; h < 2; ++h)
      for (Index w = 0; w < 4; ++w) CHECK(fine(0, 0, t, h, w) == (w < 2 ? 1.5 : 10.5));
  Tensor<double, 5> d_fine(fine.shape());
  for (Index i = 0; i < d_fine.size(); ++i) d_fine[i] = static_cast<double>(i);
  kernels::upsample_add_backward<double>(d_fine, d_coarse);
  CHECK(d_coarse[0] == 0 + 1 + 4 + 5 + 8 + 9 + 12 + 13);
  CHECK(d_coarse[1] == 2 + 3 + 6 + 7 + 10 + 11 + 14 + 15);
}
