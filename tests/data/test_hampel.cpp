#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/hampel.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("hampel: by hand") {
  // around 50: median 3, |x - m| = 2 1 0 1 47, their median 1, so 50 is 47 > 5 * 1.4826 away
  Stream stream = signal("s", {0, 1, 2, 3, 4}, [](double t) { return t == 4 ? 50 : 1 + t; });
  CHECK(Hampel{10, 5, 0}.apply(stream) == StepCount{0, 1, 0});
  CHECK(static_cast<int>(stream.valid[4]) == 0);
  Stream again = signal("s", {0, 1, 2, 3, 4}, [](double t) { return t == 4 ? 50 : 1 + t; });
  CHECK(Hampel{10, 5, 10}.apply(again) == StepCount{});  // 47 <= 5 * 10
  CHECK(Hampel{1, 5, 0}.apply(again) == StepCount{});    // three values say nothing
  CHECK(Hampel{10, 32, 0}.apply(again) == StepCount{});  // 47 <= 32 * 1.4826
}

TEST_CASE("hampel: finds planted spikes, all and almost nothing else, in a noisy movement") {
  Random random(5);
  std::vector<Index> planted;
  Stream stream =
      signal("thigh", even_times(0, 60, 100), [&](double t) { return std::sin(3 * t) + 0.05 * random.normal(); });
  for (Index t = 0; t < stream.size(); ++t)
    if (random.chance(0.05)) stream.frames[t] += random.chance(0.5) ? 3.0f : -3.0f, planted.push_back(t);
  const StepCount count = Hampel{0.1, 5, 0.02}.apply(stream);
  for (const Index t : planted) CHECK_FALSE(counts(stream, t));
  CHECK(count.masked - static_cast<Index>(planted.size()) < stream.size() / 100);
}

TEST_CASE("hampel: joints and channels by themselves; masked values do not take part") {
  Stream skeleton{"s", even_times(0, 2, 10), Tensor<float, 4>({21, 3, 2, 1}, 1), {}};
  skeleton.frames(Index{9}, Index{2}, Index{1}, Index{0}) = 4;  // z of joint 1
  CHECK(Hampel{0.5, 5, 0.1}.apply(skeleton).masked == 1);
  CHECK(counts(skeleton, 9, 0));
  CHECK_FALSE(counts(skeleton, 9, 1));
  Stream few = signal("s", {0, 1, 2, 3, 4}, [](double t) { return t == 4 ? 50 : 1 + t; });
  few.valid = Tensor<std::uint8_t, 1>({5}, {0, 1, 1, 1, 1});
  CHECK(Hampel{10, 5, 0}.apply(few) == StepCount{});  // four are left
  CHECK_ERROR((Hampel{0, 5, 0}.check_options()), "hampel: want seconds above 0");
  CHECK_ERROR((Hampel{1, 0, 0}.check_options()), "threshold");
  CHECK_ERROR((Hampel{1, 1, -1}.check_options()), "least");
}
