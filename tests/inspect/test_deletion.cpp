#include <doctest/doctest.h>

#include <set>

#include "stac3dl/inspect/deletion.hpp"

using namespace stac3dl;

TEST_CASE("attended_cells: the k cells of each step with the most weight") {
  const Tensor<float, 2> beta({2, 4}, {0.1f, 0.4f, 0.2f, 0.3f, 0.25f, 0.25f, 0.25f, 0.25f});
  const Tensor<std::uint8_t, 2> two = attended_cells<float>(beta, 2);
  CHECK(std::vector<int>(two.begin(), two.end()) == std::vector<int>{0, 1, 0, 1, 1, 1, 0, 0});
  CHECK(attended_cells<float>(beta, 0).array().cast<int>().sum() == 0);
  CHECK_THROWS_AS(attended_cells<float>(beta, 5), Error);
}

TEST_CASE("moved_cells keeps the pattern and goes round the edges") {
  const Tensor<std::uint8_t, 2> cells({2, 6}, {1, 1, 0, 0, 0, 0,  // two rows of three
                                               0, 0, 0, 0, 0, 1});
  const Tensor<std::uint8_t, 2> moved = moved_cells(cells, 2, 3, 1, 2);
  CHECK(std::vector<int>(moved.begin(), moved.end()) == std::vector<int>{0, 0, 0, 1, 0, 1,  //
                                                                         0, 1, 0, 0, 0, 0});
}

TEST_CASE("cells_elsewhere: as many cells, any place but their own, each about as often") {
  Tensor<std::uint8_t, 2> cells({1, 6});
  cells(0, 4) = 1;
  std::vector<int> seen(6);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto other = cells_elsewhere(cells, 2, 3, Random({7, i}));
    REQUIRE(other.array().cast<int>().sum() == 1);
    ++seen[static_cast<std::size_t>(std::max_element(other.begin(), other.end()) - other.begin())];
  }
  CHECK(seen[4] == 0);
  for (std::size_t p : {0, 1, 2, 3, 5}) CHECK(std::abs(seen[p] - 100) < 40);
}

TEST_CASE("hide_cells writes 0 into the pixels of the hidden cells and nowhere else") {
  Tensor<float, 4> x({2, 4, 4, 6}, 1.0f);
  Tensor<std::uint8_t, 2> cells({2, 6});
  cells(1, 4) = 1;  // second step (frames 2 and 3), second row, middle column of 2 x 2 pixels
  hide_cells(x, cells, 2, 3);
  for (Index c = 0; c < 2; ++c)
    for (Index t = 0; t < 4; ++t)
      for (Index y = 0; y < 4; ++y)
        for (Index i = 0; i < 6; ++i) CHECK(x(c, t, y, i) == (t >= 2 && y >= 2 && i >= 2 && i < 4 ? 0.0f : 1.0f));
  CHECK_THROWS_AS(hide_cells(x, cells, 3, 2), Error);
}
