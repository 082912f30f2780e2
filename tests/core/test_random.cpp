#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "stac3dl/core/random.hpp"

using namespace stac3dl;

TEST_CASE("philox: known answers of the published generator") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t f = 0xffffffff;
  CHECK(philox4x32({f, f, f, f}, {f, f}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: the same stream on every platform") {
  const Random r({1, 2});
  CHECK(r.uniform_at(0) == doctest::Approx(r.uniform_at(0)));
  Random walking({1, 2});
  for (std::uint64_t i = 0; i < 10; ++i) CHECK(walking.uniform() == r.uniform_at(i));
  CHECK(Random({1, 2}).words_at(0) != Random({2, 1}).words_at(0));
  CHECK(Random({1, 2}).words_at(0) != Random({1, 2, 0}).words_at(0));
  CHECK(Random(1).split({2}).words_at(5) == Random({1, 2}).words_at(5));
  CHECK(Random({1, 2}).split({3}).words_at(0) != Random({1, 2}).split({4}).words_at(0));
}

TEST_CASE("random: moments of uniform and normal numbers") {
  Random r(42);
  const int n = 200000;
  double u1 = 0, u2 = 0, n1 = 0, n2 = 0, n4 = 0, low = 1, high = 0;
  for (int i = 0; i < n; ++i) {
    const double u = r.uniform(), z = r.normal();
    u1 += u, u2 += u * u, n1 += z, n2 += z * z, n4 += z * z * z * z;
    low = std::min(low, u), high = std::max(high, u);
  }
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(u1 / n == doctest::Approx(0.5).epsilon(0.01));
  CHECK(u2 / n == doctest::Approx(1.0 / 3).epsilon(0.01));
  CHECK(std::abs(n1 / n) < 0.01);
  CHECK(n2 / n == doctest::Approx(1).epsilon(0.01));
  CHECK(n4 / n == doctest::Approx(3 - 0.15).epsilon(0.02));
}

TEST_CASE("random: whole numbers and shuffles") {
  Random r(7);
  std::vector<int> counts(5, 0);
  for (int i = 0; i < 50000; ++i) ++counts[r.below(5)];
  for (int c : counts) CHECK(c == doctest::Approx(10000).epsilon(0.05));
  std::vector<int> order(100);
  for (int i = 0; i < 100; ++i) order[static_cast<std::size_t>(i)] = i;
  Random a({3, 1}), b({3, 1});
  auto first = order, second = order;
  a.shuffle(first), b.shuffle(second);
  CHECK(first == second);
  CHECK(first != order);
  CHECK(std::set<int>(first.begin(), first.end()).size() == 100);
}
