#include <doctest/doctest.h>

#include <set>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/augment.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// (C, T, H, W) counted up from 1.
Window counted(const Shape<4>& shape) {
  Window window{Tensor<float, 4>(shape), {}, {}};
  for (Index i = 0; i < window.x.size(); ++i) window.x[i] = static_cast<float>(i + 1);
  return window;
}
bool same(const Window& a, const Window& b) { return (a.x.array() == b.x.array()).all(); }
}  // namespace

TEST_CASE("augment: everything is off by default") {
  Window window = counted({2, 3, 4, 5});
  const Window before = window;
  vary_sensor(window, {}, Random({1}));
  vary_picture(window, {}, true, Random({1}));
  CHECK(same(window, before));
}

TEST_CASE("vary_sensor: one gain for all, within its range") {
  std::set<float> gains;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Window window = counted({1, 2, 2, 2});
    vary_sensor(window, {.gain = 0.4}, Random(seed));
    const float gain = window.x[0];
    for (Index i = 0; i < window.x.size(); ++i)
      CHECK(window.x[i] == doctest::Approx(gain * static_cast<float>(i + 1)));
    CHECK(std::abs(std::log(gain)) <= 0.4001f);
    gains.insert(gain);
  }
  CHECK(gains.size() == 50);
}

TEST_CASE("vary_sensor: a dead row is dead in all frames, about as many as asked for") {
  int dead = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Window window = counted({1, 3, 10, 2});
    vary_sensor(window, {.dead_rows = 0.1}, Random(seed));
    for (Index y = 0; y < 10; ++y) {
      const bool is_dead = window.x(0, 0, y, 0) == 0;
      dead += is_dead;
      for (Index t = 0; t < 3; ++t)
        for (Index x = 0; x < 2; ++x) CHECK((window.x(0, t, y, x) == 0) == is_dead);
    }
  }
  CHECK(dead > 140);  // of 2000, 200 expected, standard deviation 13
  CHECK(dead < 260);
}

TEST_CASE("vary_sensor: axis signs turn whole channels; jitter mixes them linearly and a little") {
  std::set<int> patterns;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Window window = counted({3, 4, 1, 1});
    const Window before = window;
    vary_sensor(window, {.axis_signs = true}, Random(seed));
    int pattern = 0;
    for (Index c = 0; c < 3; ++c) {
      const float sign = window.x(c, 0, 0, 0) / before.x(c, 0, 0, 0);
      CHECK(std::abs(sign) == 1);
      pattern = 2 * pattern + (sign < 0);
      for (Index t = 0; t < 4; ++t) CHECK(window.x(c, t, 0, 0) == sign * before.x(c, t, 0, 0));
    }
    patterns.insert(pattern);
  }
  CHECK(patterns.size() == 8);
  Window one{Tensor<float, 4>({3, 1, 1, 1}, {1, 0, 0}), {}, {}}, two{Tensor<float, 4>({3, 1, 1, 1}, {0, 1, 0}), {}, {}};
  Window both{Tensor<float, 4>({3, 1, 1, 1}, {1, 1, 0}), {}, {}};
  for (Window* w : {&one, &two, &both}) vary_sensor(*w, {.axis_jitter = 0.15}, Random({9}));
  for (Index c = 0; c < 3; ++c) {
    CHECK(both.x[c] == doctest::Approx(one.x[c] + two.x[c]));
    CHECK(std::abs(one.x[c] - (c == 0)) < 0.15f * 5);
    CHECK(one.x[c] != (c == 0 ? 1.0f : 0.0f));
  }
}

TEST_CASE("noise: its deviation is the one asked for, and no two values share it") {
  Window window{Tensor<float, 4>({1, 50, 10, 10}), {}, {}};
  vary_sensor(window, {.noise = 0.2}, Random({4}));
  const auto x = window.x.array();
  CHECK(std::abs(x.mean()) < 0.01f);
  CHECK(std::sqrt(x.square().mean()) == doctest::Approx(0.2).epsilon(0.03));
  CHECK(std::set<float>(window.x.begin(), window.x.end()).size() > 4000);
}

TEST_CASE("vary_picture: shifts repeat the edge and reach every place in range") {
  std::set<std::pair<float, float>> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Window window{Tensor<float, 4>({2, 2, 6, 7}), {}, {}};
    for (Index c = 0; c < 2; ++c)
      for (Index t = 0; t < 2; ++t)
        for (Index y = 0; y < 6; ++y)
          for (Index x = 0; x < 7; ++x) window.x(c, t, y, x) = static_cast<float>(c == 0 ? y : x);
    vary_picture(window, {.shift_rows = 1, .shift_columns = 2}, false, Random(seed));
    const float down = 3 - window.x(0, 0, 3, 3), right = 3 - window.x(1, 0, 3, 3);
    seen.insert({down, right});
    for (Index t = 0; t < 2; ++t)
      for (Index y = 0; y < 6; ++y)
        for (Index x = 0; x < 7; ++x) {
          CHECK(window.x(0, t, y, x) == std::clamp(static_cast<float>(y) - down, 0.0f, 5.0f));
          CHECK(window.x(1, t, y, x) == std::clamp(static_cast<float>(x) - right, 0.0f, 6.0f));
        }
  }
  CHECK(seen.size() == 15);
}

TEST_CASE("vary_picture: mirrors its axis, when told to") {
  const Window before = counted({1, 2, 3, 4});
  Window rows = before, columns = before, not_now = before;
  vary_picture(rows, {.mirror = Mirror::rows}, true, Random({1}));
  vary_picture(columns, {.mirror = Mirror::columns}, true, Random({1}));
  vary_picture(not_now, {.mirror = Mirror::columns}, false, Random({1}));
  CHECK(same(not_now, before));
  for (Index t = 0; t < 2; ++t)
    for (Index y = 0; y < 3; ++y)
      for (Index x = 0; x < 4; ++x) {
        CHECK(rows.x(0, t, y, x) == before.x(0, t, 2 - y, x));
        CHECK(columns.x(0, t, y, x) == before.x(0, t, y, 3 - x));
      }
}

TEST_CASE("vary_picture: contrast and brightness are one straight line for the whole window") {
  Window window = counted({1, 2, 2, 2});
  vary_picture(window, {.contrast = 0.2, .brightness = 0.15}, false, Random({3}));
  const float slope = window.x[1] - window.x[0];
  CHECK(slope != 1);
  CHECK(std::abs(std::log(slope)) < 0.2001f);
  CHECK(window.x[0] != slope);
  for (Index i = 1; i < 8; ++i) CHECK(window.x[i] - window.x[i - 1] == doctest::Approx(slope));
}

TEST_CASE("drop_modalities: masks whole modalities, never all that can be seen") {
  int dropped = 0, both = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Sample sample;
    for (int m = 0; m < 3; ++m) sample.inputs.push_back(counted({1, 4, 1, 2}));
    sample.inputs[2].frames = Tensor<std::uint8_t, 1>({4}, 0);  // absent from the start
    drop_modalities(sample, 0.5, Random(seed));
    bool gone[2];
    for (std::size_t m = 0; m < 2; ++m) {
      gone[m] = !sample.inputs[m].frames.empty();
      if (!gone[m]) continue;
      CHECK(sample.inputs[m].frames.array().maxCoeff() == 0);
      CHECK(sample.inputs[m].x.array().abs().maxCoeff() == 0);
    }
    dropped += gone[0] + gone[1], both += gone[0] && gone[1];
  }
  CHECK(both == 0);
  CHECK(dropped > 150);  // each alone in a quarter of the cases: 200 expected
  CHECK(dropped < 250);
}

TEST_CASE("drop_modalities: each modality by its own chance") {
  int dropped[3] = {};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Sample sample;
    for (int m = 0; m < 3; ++m) sample.inputs.push_back(counted({1, 4, 1, 2}));
    drop_modalities(sample, {0.75, 0, 0.25}, Random(seed));
    for (std::size_t m = 0; m < 3; ++m) dropped[m] += !sample.inputs[m].frames.empty();
    Sample alike = sample, other = sample;
    drop_modalities(alike, {0.5, 0.5, 0.5}, Random(seed)), drop_modalities(other, 0.5, Random(seed));
    for (std::size_t m = 0; m < 3; ++m) CHECK(alike.inputs[m].frames.empty() == other.inputs[m].frames.empty());
  }
  CHECK(dropped[0] > 260);  // 300 expected
  CHECK(dropped[0] < 340);
  CHECK(dropped[1] == 0);
  CHECK(dropped[2] > 60);  // 100 expected
  CHECK(dropped[2] < 140);
  Sample sample;
  sample.inputs.push_back(counted({1, 4, 1, 2}));
  CHECK_ERROR(drop_modalities(sample, {0.1, 0.1}, Random(1)), "2 chances for 1 modalities");
}

TEST_CASE("check_augment: each wrong field is named") {
  const auto refuse = [](auto change, const char* part) {
    AugmentOptions options;
    options.modalities.resize(2);
    change(options);
    CHECK_ERROR(check_augment(options, 2), part);
  };
  refuse([](AugmentOptions& o) { o.speed_low = 0; }, "speed_low");
  refuse([](AugmentOptions& o) { o.speed_low = 2; }, "got 2 and 1");
  refuse([](AugmentOptions& o) { o.shift = -1; }, "AugmentOptions.shift");
  refuse([](AugmentOptions& o) { o.mirror = 1.5; }, "AugmentOptions.mirror");
  refuse([](AugmentOptions& o) { o.dropout = 1; }, "AugmentOptions.dropout");
  refuse([](AugmentOptions& o) { o.modalities[1].dropout = 1; }, "ModalityAugment.dropout");
  refuse([](AugmentOptions& o) { o.modalities.pop_back(); }, "want 2 or none, got 1");
  refuse([](AugmentOptions& o) { o.modalities[0].sensor.dead_rows = -0.1; }, "dead_rows");
  refuse([](AugmentOptions& o) { o.modalities[0].picture.shift_rows = -1; }, "shifts of 0 or more");
}
