#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/augment.hpp"

using namespace stac3dl;

namespace {
Window skeleton() {
  Window w{Tensor<float, 4>({3, 2, 4, 1}), {}, {}};
  for (Index i = 0; i < w.x.size(); ++i) w.x[i] = std::sin(static_cast<float>(3 * i + 1));
  return w;
}
float length(const Window& w, Index t, Index a, Index b) {
  float squares = 0;
  for (Index c = 0; c < 3; ++c) squares += std::pow(w.x(c, t, a, Index{0}) - w.x(c, t, b, Index{0}), 2.0f);
  return std::sqrt(squares);
}
}  // namespace

TEST_CASE("vary_skeleton: a turn about the vertical keeps heights and bones; the angle is one for the window") {
  double widest = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Window w = skeleton();
    const Window before = w;
    vary_skeleton(w, {.turn = 30}, false, Random(seed));
    for (Index t = 0; t < 2; ++t)
      for (Index j = 0; j < 4; ++j) {
        CHECK(w.x(Index{1}, t, j, Index{0}) == doctest::Approx(before.x(Index{1}, t, j, Index{0})));
        CHECK(length(w, t, j, 0) == doctest::Approx(length(before, t, j, 0)));
      }
    const double angle =
        std::atan2(w.x(2, 0, 1, 0), w.x(0, 0, 1, 0)) - std::atan2(before.x(2, 0, 1, 0), before.x(0, 0, 1, 0));
    widest = std::max(widest, std::abs(std::remainder(angle, 6.283185307)));
  }
  CHECK(widest < 30.01 / 57.29578);
  CHECK(widest > 25.0 / 57.29578);
}

TEST_CASE("vary_skeleton: mirrors with its joints, when told to; off by default") {
  Window w = skeleton(), same = skeleton();
  w.positions = Tensor<std::uint8_t, 2>({2, 4}, {1, 0, 1, 1, 1, 1, 1, 1});
  const Window before = w;
  SkeletonAugment mirror;
  mirror.mirror = true, mirror.pairs = {{1, 2}};
  vary_skeleton(w, mirror, true, Random({1}));
  CHECK(w.x(0, 0, 2, 0) == -before.x(0, 0, 1, 0));
  CHECK(w.x(1, 1, 1, 0) == before.x(1, 1, 2, 0));
  CHECK(w.x(0, 1, 3, 0) == -before.x(0, 1, 3, 0));
  CHECK(static_cast<int>(w.positions(0, 2)) == 0);
  CHECK(static_cast<int>(w.positions(0, 1)) == 1);
  vary_skeleton(same, {}, true, Random({1})), vary_skeleton(same, mirror, false, Random({1}));
  CHECK((same.x.array() == skeleton().x.array()).all());
  Window signal{Tensor<float, 4>({1, 2, 1, 1}), {}, {}};
  CHECK_ERROR(vary_skeleton(signal, {.turn = 1}, false, Random({1})), "want (3 or more, T, J, 1)");
}

TEST_CASE("vary_sensor: a rotation keeps lengths and angles, of both sensors in six channels alike") {
  Window w{Tensor<float, 4>({6, 2, 1, 1}, {1, 0, 0, 2, 0, 0, 1, 0, 0, 2, 0, 0}), {}, {}};
  double furthest = 1;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Window turned = w;
    vary_sensor(turned, {.rotation = 40}, Random(seed));
    const auto at = [&](Index c, Index t) { return static_cast<double>(turned.x(c, t, 0, 0)); };
    double dot = 0, first = 0, second = 0;
    for (Index c = 0; c < 3; ++c) {
      dot += at(c, 0) * at(c, 1), first += at(c, 0) * at(c, 0), second += at(c, 1) * at(c, 1);
      CHECK(at(c, 0) == at(c + 3, 0));
    }
    CHECK(dot == doctest::Approx(0).epsilon(1e-5));
    CHECK(first == doctest::Approx(1));
    CHECK(second == doctest::Approx(4));
    furthest = std::min(furthest, at(0, 0));
  }
  CHECK(furthest < 0.95);
  CHECK(furthest > std::cos(40.01 / 57.29578));
  Window two{Tensor<float, 4>({2, 2, 1, 1}), {}, {}};
  CHECK_ERROR(vary_sensor(two, {.rotation = 5}, Random({1})), "2 channels, want x, y, z once or more");
}

TEST_CASE("vary_picture: a crop is stretched back; a slope stays a slope that is no steeper than before") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Window w{Tensor<float, 4>({1, 2, 9, 12}), {}, {}};
    for (Index t = 0; t < 2; ++t)
      for (Index y = 0; y < 9; ++y)
        for (Index x = 0; x < 12; ++x) w.x(0, t, y, x) = static_cast<float>(100 * y + x);
    vary_picture(w, {.crop = 0.5}, false, Random(seed));
    const float step = w.x(0, 1, 4, 6) - w.x(0, 1, 4, 5), down = w.x(0, 1, 5, 6) - w.x(0, 1, 4, 6);
    CHECK(step <= 1.001f);
    CHECK(step > 0.49f);
    CHECK(down <= 100.1f);
    CHECK(down > 44);
    CHECK(w.x.array().minCoeff() >= 0);
    CHECK(w.x.array().maxCoeff() <= 811);
    CHECK((w.x.slice(0).slice(0).flat().array() == w.x.slice(0).slice(1).flat().array()).all());
  }
}

TEST_CASE("drop_stretches: up to a share of the frames of some modalities") {
  int dropped = 0;
  Index most = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Sample s;
    for (int m = 0; m < 2; ++m) s.inputs.push_back({Tensor<float, 4>({1, 20, 1, 2}, 1), {}, {}});
    drop_stretches(s, 0.5, 0.4, Random(seed));
    for (const Window& w : s.inputs) {
      if (w.frames.empty()) continue;
      ++dropped;
      Index gone = 0, changes = 0;
      for (Index t = 0; t < 20; ++t) {
        CHECK(w.x(0, t, 0, 1) == w.frames[t]);
        gone += w.frames[t] == 0, changes += t > 0 && w.frames[t] != w.frames[t - 1];
      }
      CHECK(changes <= 2);  // one stretch
      most = std::max(most, gone);
    }
  }
  CHECK(dropped > 150);
  CHECK(dropped < 250);
  CHECK(most == 7);  // less than 0.4 of 20
}
