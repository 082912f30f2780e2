#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/cell_mean.hpp"

using namespace stac3dl;

namespace {

struct CellCase {
  Shape<5> x;
  Index steps;
  std::array<Index, 3> grid;
};
/// Cells that divide the input and cells that overlap, a padded end, rows around packs and longer than one stretch.
const CellCase cell_cases[] = {
    {{1, 1, 1, 1, 1}, 1, {1, 1, 1}},   {{2, 3, 5, 4, 3}, 6, {3, 2, 2}},    {{1, 2, 4, 3, 7}, 4, {2, 3, 3}},
    {{2, 1, 4, 5, 15}, 4, {4, 2, 4}},  {{1, 3, 3, 2, 16}, 4, {2, 1, 5}},   {{1, 1, 8, 3, 17}, 8, {1, 2, 17}},
    {{3, 2, 16, 1, 1}, 16, {4, 1, 1}}, {{2, 3, 9, 25, 1}, 12, {3, 25, 1}}, {{1, 1, 3, 2, 257}, 3, {3, 1, 2}},
    {{1, 2, 2, 3, 600}, 2, {1, 2, 7}}, {{1, 1, 7, 9, 33}, 7, {3, 4, 5}},   {{0, 2, 4, 3, 3}, 4, {2, 1, 1}}};

}  // namespace

TEST_CASE_TEMPLATE("cell_mean equals its twin", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (const CellCase& one : cell_cases)
    for (double share : {1.0, 0.6, 0.0}) {
      CAPTURE(to_string(one.x) + " to " + to_string(one.grid));
      CAPTURE(share);
      auto x = random_tensor<Real>(one.x, 1);
      const Shape<4> y_shape{one.grid[0], one.x[0], one.grid[1] * one.grid[2], one.x[1]};
      const auto dy = random_tensor<Real>(y_shape, 2);
      const auto frames = random_mask(Shape<2>{one.x[0], one.x[2]}, share, 3);
      const auto places = random_mask(Shape<3>{one.x[0], one.x[2], one.x[3] * one.x[4]}, 0.7, 4);
      const Index plane = one.x[3] * one.x[4], C = one.x[1];
      for (Index i = 0; i < x.size(); ++i)  // what is masked is not read
        if (!frames[i / plane / one.x[2] / C * one.x[2] + i / plane % one.x[2]]) x[i] = nan;
      for (const CView<std::uint8_t, 3> positions : {CView<std::uint8_t, 3>(), places.view()}) {
        Tensor<Real, 4> y_ref(y_shape);
        Tensor<Real, 5> dx_ref(one.x);
        kernels::cell_mean_forward_ref<Real>(x, frames, positions, one.steps, one.grid, y_ref);
        kernels::cell_mean_backward_ref<Real>(dy, frames, positions, one.steps, one.grid, dx_ref);
        for (Isa isa : supported_isas()) {
          const ScopedIsa scoped(isa);
          CAPTURE(std::string(isa_name(isa)));
          Tensor<Real, 4> y(y_shape, nan);
          Tensor<Real, 5> dx(one.x, nan);
          kernels::cell_mean_forward<Real>(x, frames, positions, one.steps, one.grid, y);
          kernels::cell_mean_backward<Real>(dy, frames, positions, one.steps, one.grid, dx);
          CHECK(difference(y, y_ref) <= tolerance<Real>());
          CHECK(difference(dx, dx_ref) <= tolerance<Real>());
        }
      }
    }
}

TEST_CASE("cell_mean: the same bits on any number of threads, and shapes are checked") {
  const auto x = random_tensor<float>(Shape<5>{2, 3, 15, 50, 61}, 1);
  const auto dy = random_tensor<float>(Shape<4>{2, 2, 12, 3}, 2);
  const auto frames = random_mask(Shape<2>{2, 15}, 0.8, 3);
  const auto places = random_mask(Shape<3>{2, 15, 50 * 61}, 0.8, 4);
  for (Isa isa : supported_isas())
    for (const CView<std::uint8_t, 3> positions : {CView<std::uint8_t, 3>(), places.view()}) {
      const ScopedIsa scoped(isa);
      CHECK(same_on_all_threads([&] {
        Tensor<float, 4> y({2, 2, 12, 3});
        kernels::cell_mean_forward<float>(x, frames, positions, 16, {2, 3, 4}, y);
        return y;
      }));
      CHECK(same_on_all_threads([&] {
        Tensor<float, 5> dx(x.shape());
        kernels::cell_mean_backward<float>(dy, frames, positions, 16, {2, 3, 4}, dx);
        return dx;
      }));
    }
  Tensor<float, 4> y({2, 2, 12, 4});
  CHECK_THROWS_WITH_AS(kernels::cell_mean_forward<float>(x, frames, {}, 16, {2, 3, 4}, y),
                       "cell_mean y: want (2, 2, 12, 3), got (2, 2, 12, 4)", Error);
  CHECK_THROWS_AS(kernels::cell_mean_forward<float>(x, frames, {}, 14, {2, 3, 4}, y), Error);
  CHECK_THROWS_AS(kernels::cell_mean_forward<float>(x, random_mask(Shape<2>{2, 16}, 1, 1), {}, 16, {2, 3, 4}, y),
                  Error);
}

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
