#include <doctest/doctest.h>

#include "stac3dl/inspect/limb_lift.hpp"

using namespace stac3dl;

TEST_CASE("cell_shares: part of each cell's pixels over the frames of its step") {
  Tensor<std::uint8_t, 3> mask({2, 4, 4});
  mask(0, 0, 0) = mask(0, 0, 1) = mask(1, 0, 0) = 1;  // upper left cell: 3 of its 8 pixels in two frames
  mask(1, 3, 2) = 1;                                  // lower right: 1 of 8
  const Tensor<double, 2> one = cell_shares(mask, {1, 2, 2});
  CHECK(one.shape() == Shape<2>{1, 4});
  CHECK(one(0, 0) == 3.0 / 8);
  CHECK(one(0, 1) == 0);
  CHECK(one(0, 3) == 1.0 / 8);
  const Tensor<double, 2> two = cell_shares(mask, {2, 2, 2});
  CHECK(two(0, 0) == 0.5);
  CHECK(two(1, 0) == 0.25);
  CHECK(two(1, 3) == 0.25);
  CHECK(two(0, 3) == 0);
  CHECK_THROWS_WITH_AS(cell_shares(mask, {1, 3, 2}),
                       "cell_shares: a mask (2, 4, 4) does not divide into 1 x 3 x 2 cells", Error);
}

TEST_CASE("limb_lift: 1 for even weights, 1 / share for all weight on a cell that is covered whole") {
  // Two steps of four cells.  Step 0: the limb covers cell 1, a quarter of the frame.  Step 1: half of cells 2 and 3.
  const Tensor<double, 2> shares({2, 4}, {0, 1, 0, 0, 0, 0, 0.5, 0.5});
  const auto lift = [&](std::initializer_list<double> beta) {
    Tensor<double, 2> b({2, 4});
    std::copy(beta.begin(), beta.end(), b.begin());
    return limb_lift<double>(b, shares);
  };
  CHECK(lift({0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}).value() == doctest::Approx(1));
  CHECK(lift({0, 1, 0, 0, 0, 0, 1, 0}).value() == doctest::Approx((1 + 0.5) / 0.5));
  CHECK(lift({1, 0, 0, 0, 1, 0, 0, 0}).value() == 0);
  const LimbLift some = lift({0.5, 0.5, 0, 0, 0, 0.2, 0.8, 0});
  CHECK(some.on == doctest::Approx(0.5 + 0.4));
  CHECK(some.of == doctest::Approx(0.5));

  // Steps may count by alpha.
  const Tensor<double, 2> beta({2, 4}, {0, 1, 0, 0, 1, 0, 0, 0});
  const Tensor<double, 1> alpha({2}, {0.9, 0.1});
  CHECK(limb_lift<double>(beta, shares, alpha).value() == doctest::Approx(0.9 / 0.25));
  // What is never seen adds nothing, and two recordings are added up before they are divided.
  CHECK(limb_lift<double>(beta, Tensor<double, 2>({2, 4})).value() == 0);
  LimbLift sum = some;
  sum += limb_lift<double>(beta, Tensor<double, 2>({2, 4}));
  CHECK(sum.value() == some.value());
  CHECK_THROWS_AS(limb_lift<double>(beta, Tensor<double, 2>({2, 3})), Error);
}
