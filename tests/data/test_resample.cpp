#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/resample.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// About `rate` a second, each time off by up to 40 % of the step, one in ten frames lost.
std::vector<double> jittered(double begin, double end, double rate) {
  Random random(3);
  std::vector<double> times;
  for (double t : even_times(begin, end, rate))
    if (times.empty() || !random.chance(0.1)) times.push_back(t + random.uniform(-0.4, 0.4) / rate);
  return times;
}
}  // namespace

TEST_CASE("resample: a constant stays constant and a line a line, whatever the jitter") {
  const auto times = jittered(100, 120, 15);
  const auto check_line = [&](double a, double b) {
    const Stream out = resample(signal("s", times, [&](double t) { return a + b * (t - 100); }), {101, 0.3125, 48});
    CHECK(out.size() == 48);
    CHECK(out.valid.empty());
    check_stream(out);
    for (Index j = 0; j < 48; ++j) {
      const double middle = 101 + (static_cast<double>(j) + 0.5) * 0.3125;
      CHECK(out.times[static_cast<std::size_t>(j)] == doctest::Approx(middle).epsilon(1e-12));
      CHECK(static_cast<double>(out.frames[j]) == doctest::Approx(a + b * (middle - 100)).epsilon(2e-6));
    }
  };
  check_line(7, 0);
  check_line(1, 2);
}

TEST_CASE("resample: the integral of the piecewise-linear signal, by hand") {
  // 0 at 0, 2 at 1, 0 at 4: over [0, 2] the areas are 1 and (2 + 4/3)/2 = 5/3; the mean is 4/3
  const Stream stream = signal("s", {0, 1, 4}, [](double t) { return t == 1 ? 2.0 : 0.0; });
  const Stream out = resample(stream, {0, 2, 2});
  CHECK(out.frames[0] == doctest::Approx(4.0 / 3));
  CHECK(out.frames[1] == doctest::Approx(2.0 / 3));  // [2, 4]: (4/3) / 2
  const Stream finer = resample(stream, {0.25, 0.5, 1});
  CHECK(finer.frames[0] == doctest::Approx(1.0));
}

TEST_CASE("resample: a slow sine passes, a fast one is averaged out instead of folding back") {
  const auto times = even_times(0, 20, 100);
  constexpr double tau = 6.283185307179586;
  const TimeGrid grid{1, 1 / 6.4, 64};
  const Stream slow = resample(signal("s", times, [&](double t) { return std::sin(tau * 0.5 * t); }), grid);
  for (Index j = 0; j < 64; ++j)
    CHECK(std::abs(static_cast<double>(slow.frames[j]) -
                   std::sin(tau * 0.5 * slow.times[static_cast<std::size_t>(j)])) < 0.012);
  // 6.2 Hz read at 6.4 Hz would come back as 0.2 Hz at full height; the mean over a bin leaves sin(pi r)/(pi r) of it,
  // r = 6.2/6.4
  const Stream fast = resample(signal("s", times, [&](double t) { return std::sin(tau * 6.2 * t); }), grid);
  const double left = std::sin(tau / 2 * 6.2 / 6.4) / (tau / 2 * 6.2 / 6.4);
  CHECK(left < 0.04);
  CHECK(static_cast<double>(fast.frames.array().abs().maxCoeff()) < left * 1.05);
}

TEST_CASE("resample: held before the first and after the last, and masked there") {
  const Stream out = resample(signal("s", {10, 11, 12}, [](double t) { return t; }), {8, 1, 6});
  const float want[] = {10, 10, 10.5f, 11.5f, 12, 12};
  const int valid[] = {0, 0, 1, 1, 0, 0};
  for (Index j = 0; j < 6; ++j) {
    CHECK(out.frames[j] == doctest::Approx(want[j]));
    CHECK(static_cast<int>(out.valid[j]) == valid[j]);
  }
  CHECK(static_cast<int>(resample(signal("s", {10, 11}, [](double t) { return t; }), {9.5, 1, 1}).valid.empty()) == 1);
}

TEST_CASE("resample: a gap is bridged, and masked where it is longer than allowed") {
  const Stream stream = signal("s", {0, 1, 2, 6, 7, 8}, [](double t) { return t; });
  const Stream bridged = resample(stream, {0, 1, 8}, 4), masked = resample(stream, {0, 1, 8}, 3.9);
  CHECK(bridged.valid.empty());
  const int valid[] = {1, 1, 0, 0, 0, 0, 1, 1};
  for (Index j = 0; j < 8; ++j) {
    CHECK(bridged.frames[j] == doctest::Approx(static_cast<double>(j) + 0.5));
    CHECK(static_cast<int>(masked.valid[j]) == valid[j]);
  }
}

TEST_CASE("resample: masked frames are left out") {
  Stream stream = signal("s", {0, 1, 2, 3, 4}, [](double t) { return t == 2 ? 1e6 : t; });
  stream.valid = Tensor<std::uint8_t, 1>({5}, {1, 1, 0, 1, 1});
  const Stream out = resample(stream, {0, 0.5, 8});
  for (Index j = 0; j < 8; ++j) CHECK(out.frames[j] == doctest::Approx((static_cast<double>(j) + 0.5) / 2));
  CHECK(static_cast<int>(resample(stream, {0, 1, 4}, 1.5).valid[1]) == 0);
  stream.valid.fill(0);
  CHECK(resample(stream, {0, 1, 4}).valid.array().maxCoeff() == 0);
}

TEST_CASE("resample: frames of any shape, each place by itself") {
  const Stream out = resample(picture("p", jittered(0, 6, 20), {2, 3, 4}), {1, 0.25, 12});
  CHECK(out.frames.shape() == Shape<4>{12, 2, 3, 4});
  for (Index j = 0; j < 12; ++j)
    CHECK(out.frames(j, 1, 2, 3) == doctest::Approx(123 + 1 + (static_cast<double>(j) + 0.5) * 0.25).epsilon(1e-5));
}

TEST_CASE("resample: an absent stream is all masked; a single frame is held") {
  Stream absent{"s", {}, Tensor<float, 4>({0, 1, 2, 2}), {}};
  const Stream out = resample(absent, {0, 1, 3});
  CHECK(out.frames.shape() == Shape<4>{3, 1, 2, 2});
  CHECK(out.valid.array().maxCoeff() == 0);
  const Stream one = resample(signal("s", {5}, [](double) { return 9.0; }), {4, 1, 3});
  CHECK(one.frames[1] == doctest::Approx(9));
  CHECK(one.valid.array().maxCoeff() == 0);
}

TEST_CASE("resample: refuses what is not in order and grids that are none") {
  CHECK_ERROR(resample(signal("s", {0, 2, 1}, [](double t) { return t; }), {0, 1, 2}), "want increasing times");
  CHECK_ERROR(resample(signal("s", {0, 1, 1}, [](double t) { return t; }), {0, 1, 2}), "want increasing times");
  const Stream stream = signal("s", {0, 1}, [](double t) { return t; });
  CHECK_ERROR(resample(stream, {0, 0, 2}), "step above 0");
  CHECK_ERROR(resample(stream, {0, 1, -2}), "count of 0 or more");
  CHECK_ERROR(resample(stream, {std::nan(""), 1, 2}), "a finite start");
  CHECK_ERROR(resample(stream, {0, 1, 2}, -1), "max_gap");
  CHECK(resample(stream, {0, 1, 0}).size() == 0);
}

TEST_CASE("resample: places that are masked one by one have samples of their own") {
  Stream stream = picture("p", {0, 1, 2, 3, 4}, {2, 1, 2});
  stream.places = Tensor<std::uint8_t, 2>({5, 2}, {1, 1, 1, 0, 1, 0, 1, 1, 1, 1});
  stream.frames(Index{1}, Index{0}, Index{0}, Index{1}) = stream.frames(Index{2}, Index{1}, Index{0}, Index{1}) = 1e6;
  const Stream bridged = resample(stream, {0, 1, 4}), masked = resample(stream, {0, 1, 4}, 2);
  for (Index j = 0; j < 4; ++j)
    for (Index c = 0; c < 2; ++c)
      for (Index p = 0; p < 2; ++p)
        CHECK(bridged.frames(j, c, Index{0}, p) == doctest::Approx(static_cast<double>(100 * c + p + j) + 0.5));
  CHECK(bridged.places.empty());
  CHECK(masked.valid.empty());
  const int want[] = {1, 0, 1, 0, 1, 0, 1, 1};
  for (Index i = 0; i < 8; ++i) CHECK(static_cast<int>(masked.places[i]) == want[i]);
}

TEST_CASE("resample: a grid that begins later has the same bins to the bit") {
  const Stream stream = signal("s", jittered(1000, 1020, 15), [](double t) { return std::sin(t); });
  const TimeGrid early{0, 0.3, 40, 3340}, late{0, 0.3, 20, 3360};
  const Stream a = resample(stream, early), b = resample(stream, late);
  for (Index j = 0; j < 20; ++j) {
    CHECK(a.times[static_cast<std::size_t>(j + 20)] == b.times[static_cast<std::size_t>(j)]);
    CHECK(a.frames[j + 20] == b.frames[j]);
  }
}
