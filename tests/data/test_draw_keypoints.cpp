#include <doctest/doctest.h>

#include "stac3dl/data/draw_keypoints.hpp"

using namespace stac3dl;

TEST_CASE("a frame becomes a picture, enlarged") {
  Window w;
  w.x = Tensor<float, 4>({3, 2, 2, 2});
  w.x(0, 1, 0, 0) = 1, w.x(1, 1, 1, 1) = 2;
  const auto picture = frame_picture(w, 1, 4);
  CHECK(picture.shape() == Shape<3>{8, 8, 3});
  CHECK(picture(0, 0, 0) == 255);
  CHECK(picture(7, 7, 0) == 0);
  CHECK(picture(7, 7, 1) == 255);
  CHECK(picture(3, 3, 0) < picture(1, 1, 0));
  CHECK(frame_picture(w, 0, 1)(0, 0, 0) == 0);
  CHECK_THROWS_AS(frame_picture(w, 2, 1), Error);
}

TEST_CASE("visible joints are dots of the colour, bones join them, hidden and outside ones do no harm") {
  Tensor<std::uint8_t, 3> picture({60, 60, 3}, 128);
  const Tensor<float, 2> points({4, 2}, {0.25f, 0.5f, 0.75f, 0.5f, 0.5f, 0.9f, -3.0f, 0.5f});
  const Tensor<std::uint8_t, 1> visible({4}, {1, 1, 0, 1});
  const std::vector<std::pair<Index, Index>> bones{{0, 1}, {1, 2}, {0, 3}};
  draw_keypoints(picture, points, visible, bones, true_purple);
  const auto pixel = [&](Index y, Index x) { return Pixel{picture(y, x, 0), picture(y, x, 1), picture(y, x, 2)}; };
  CHECK(pixel(30, 15) == true_purple);
  CHECK(pixel(30, 45) == true_purple);
  CHECK(pixel(54, 30) == Pixel{128, 128, 128});
  CHECK(pixel(42, 37) == Pixel{128, 128, 128});
  CHECK(pixel(30, 30)[1] < 128);
  CHECK(pixel(5, 5) == Pixel{128, 128, 128});
  const std::vector<std::pair<Index, Index>> wrong{{0, 4}};
  CHECK_THROWS_AS(draw_keypoints(picture, points, visible, wrong, true_purple), Error);
}

TEST_CASE("pictures side by side with a white gap") {
  Tensor<std::uint8_t, 3> a({2, 3, 3}, 10), b({2, 1, 3}, 20);
  const auto both = side_by_side({a, b}, 2);
  CHECK(both.shape() == Shape<3>{2, 6, 3});
  CHECK(both(1, 2, 2) == 10);
  CHECK(both(1, 3, 0) == 255);
  CHECK(both(1, 5, 1) == 20);
  CHECK_THROWS_AS(side_by_side({a, Tensor<std::uint8_t, 3>({3, 1, 3})}), Error);
}
