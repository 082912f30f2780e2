#include <doctest/doctest.h>

#include "stac3dl/data/joint_chain.hpp"

using namespace stac3dl;

namespace {
constexpr std::array<int, 3> arm{-1, 0, 1};
}

TEST_CASE("chain_joints: a turn carries all that hangs on it") {
  // an arm of two parts along x; the shoulder at (1, 2, 3) turns by 90 degrees about z, the elbow by 90 about y
  Tensor<float, 3> offsets({1, 3, 3}, {1, 2, 3, 10, 0, 0, 5, 0, 0});
  Tensor<float, 3> angles({1, 3, 3}, {0, 0, 90, 0, 90, 0, 0, 0, 0});
  const auto p = chain_joints(angles, offsets, arm, {2, 0, 1});
  const auto at = [&](Index j, float x, float y, float z) {
    CHECK(p(0, 0, j, 0) == doctest::Approx(x));
    CHECK(p(0, 1, j, 0) == doctest::Approx(y));
    CHECK(p(0, 2, j, 0) == doctest::Approx(z));
  };
  at(0, 1, 2, 3);
  at(1, 1, 12, 3);   // x went to y
  at(2, 1, 12, -2);  // Ry takes x to -z, the shoulder's Rz leaves that alone
}

TEST_CASE("chain_joints: order says which turn comes first") {
  Tensor<float, 3> offsets({1, 3, 3}, {0, 0, 0, 1, 0, 0, 0, 0, 0});
  Tensor<float, 3> angles({1, 3, 3}, {90, 90, 0, 0, 0, 0, 0, 0, 0});
  const auto zxy = chain_joints(angles, offsets, arm, {2, 0, 1});  // y first: x -> -z, then x turns -z to y
  CHECK(zxy(0, 1, 1, 0) == doctest::Approx(1));
  const auto zyx = chain_joints(angles, offsets, arm, {2, 1, 0});  // x first: leaves x alone, then y: x -> -z
  CHECK(zyx(0, 2, 1, 0) == doctest::Approx(-1));
}

TEST_CASE("chain_joints: refuses what does not fit") {
  const Tensor<float, 3> three({1, 3, 3}), two({1, 2, 3});
  CHECK_THROWS_WITH_AS(chain_joints(two, three, arm, {2, 0, 1}), "chain_joints angles: want (any, 3, 3), got (1, 2, 3)",
                       Error);
  CHECK_THROWS_AS(chain_joints(three, two, arm, {2, 0, 1}), Error);
  CHECK_THROWS_AS(chain_joints(three, three, arm, {2, 0, 3}), Error);
  CHECK_THROWS_AS(chain_joints(three, three, std::array<int, 3>{-1, 2, 0}, {2, 0, 1}), Error);
}

TEST_CASE("fix_bones: offsets become medians, the root keeps its places") {
  Tensor<float, 3> offsets({3, 2, 3}, {1, 1, 1, 5, 0, 1, 2, 2, 2, 9, 0, 3, 3, 3, 3, 6, 0, 2});
  fix_bones(offsets.view(), std::array<int, 2>{-1, 0});
  for (Index t = 0; t < 3; ++t) {
    CHECK(offsets(t, 0, 0) == t + 1);
    CHECK(offsets(t, 1, 0) == 6);
    CHECK(offsets(t, 1, 1) == 0);
    CHECK(offsets(t, 1, 2) == 2);
  }
}
