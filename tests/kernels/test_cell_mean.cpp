#include <doctest/doctest.h>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/kernels/cell_mean.hpp"
#include "stac3dl/nn/parameter.hpp"

using namespace stac3dl;

TEST_CASE("cell_mean: means over cells, masked frames left out, 0 where nothing is valid") {
  // 4 frames of 1 x 3 to 2 steps of 1 x 2: cells of 3 columns on a grid of 2 are [0, 2) and [1, 3).
  Tensor<double, 5> x({1, 1, 4, 1, 3}, {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32});
  Tensor<std::uint8_t, 2> frames({1, 4}, {1, 0, 1, 1});
  Tensor<double, 4> y({2, 1, 2, 1});
  kernels::cell_mean_forward<double>(x, frames, {}, 4, {2, 1, 2}, y);
  CHECK(y(0, 0, 0, 0) == doctest::Approx(0.5));  // frame 1 is masked
  CHECK(y(0, 0, 1, 0) == doctest::Approx(1.5));
  CHECK(y(1, 0, 0, 0) == doctest::Approx(25.5));
  CHECK(y(1, 0, 1, 0) == doctest::Approx(26.5));
  frames(0, 0) = 0;
  kernels::cell_mean_forward<double>(x, frames, {}, 4, {2, 1, 2}, y);
  CHECK(y(0, 0, 0, 0) == 0);
}

TEST_CASE("cell_mean: gradient, with masked frames and places and a padded end") {
  Tensor<double, 5> x({2, 3, 5, 4, 3}), dx(x.shape());
  fill_normal(x, 1, Random(1));
  Tensor<std::uint8_t, 2> frames({2, 5}, 1);
  frames(1, 2) = 0;
  Tensor<std::uint8_t, 3> positions({2, 5, 12}, 1);
  positions(0, 1, 7) = 0;
  Tensor<double, 4> y({3, 2, 4, 3}), r(y.shape());
  fill_normal(r, 1, Random(2));
  const auto loss = [&] {
    kernels::cell_mean_forward<double>(x, frames, positions, 6, {3, 2, 2}, y);
    return (y.array() * r.array()).sum();
  };
  loss();
  kernels::cell_mean_backward<double>(r, frames, positions, 6, {3, 2, 2}, dx);
  const auto report = check_gradient("x", x.view().flat(), dx.view().flat(), loss);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
  CHECK(dx(1, 0, 2, 0, 0) == 0);
  CHECK(dx(0, 1, 1, 2, 1) == 0);
}
