#include <doctest/doctest.h>

#include "stac3dl/inspect/show_window.hpp"

using namespace stac3dl;

TEST_CASE("three channels in [0, 1] are colours as they are, others are stretched to grey") {
  Window rgb{Tensor<float, 4>({3, 2, 2, 2}, 0.2f), {}, {}};
  rgb.x(0, 1, 0, 1) = 1, rgb.x(2, 1, 0, 1) = 0;
  const ModalityView colours = show_window(rgb, "rgb");
  CHECK(colours.kind == ModalityView::Kind::picture);
  CHECK(colours.pictures(0, 0, 0, 0) == 51);
  CHECK(colours.pictures(1, 0, 1, 0) == 255);
  CHECK(colours.pictures(1, 0, 1, 2) == 0);

  Window depth{Tensor<float, 4>({1, 2, 2, 2}, 3.0f), Tensor<std::uint8_t, 1>({2}, 1), {}};
  depth.x(0, 0, 0, 0) = 1, depth.x(0, 0, 1, 1) = 2;
  depth.x(0, 1, 0, 0) = 99, depth.frames[1] = 0;  // masked: does not count for the range
  const ModalityView grey = show_window(depth, "depth");
  CHECK(grey.pictures(0, 0, 0, 1) == 0);
  CHECK(grey.pictures(0, 1, 1, 0) == 128);
  CHECK(grey.pictures(0, 0, 1, 2) == 255);
  CHECK(grey.pictures(1, 0, 0, 0) == 255);
  CHECK(grey.seen[1] == 0);
}

TEST_CASE("one value throughout, and values that are not finite, are pictures, too") {
  Window flat{Tensor<float, 4>({1, 1, 2, 2}, 7.0f), {}, {}};
  CHECK(show_window(flat, "flat").pictures(0, 0, 0, 0) == 128);
  flat.x.fill(std::numeric_limits<float>::quiet_NaN());
  CHECK(show_window(flat, "flat").pictures(0, 0, 0, 0) == 0);
}

TEST_CASE("joints keep their shape: one scale for both axes, all of them inside") {
  Window skeleton{Tensor<float, 4>({3, 1, 3, 1}), {}, {}};
  skeleton.x(0, 0, 1, 0) = 1;   // one to the right
  skeleton.x(1, 0, 2, 0) = -2;  // two up
  const ModalityView v =
      show_window(skeleton, "skeleton", {{"skeleton", {"a", "b", "c"}, "", {{0, 1}}}, {"other", {}}});
  CHECK(v.kind == ModalityView::Kind::joints);
  CHECK(v.names.size() == 3);
  CHECK(v.bones.size() == 1);
  CHECK(v.joints(0, 1, 0) - v.joints(0, 0, 0) == doctest::Approx(1 / 2.2));
  CHECK(v.joints(0, 2, 1) - v.joints(0, 0, 1) == doctest::Approx(-2 / 2.2));
  for (float x : v.joints) CHECK((x > 0 && x < 1));
}

TEST_CASE("one place is a signal") {
  Window pulse{Tensor<float, 4>({2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}), {}, {}};
  const ModalityView v = show_window(pulse, "pulse", {{"pulse", {"a"}, "mV"}});
  CHECK(v.kind == ModalityView::Kind::signal);
  CHECK(v.signal(1, 0) == 4);
  CHECK(v.unit == "mV");
}
