#include <doctest/doctest.h>

#include "stac3dl/data/exercise_signals.hpp"

using namespace stac3dl;
using namespace stac3dl::exercises;

namespace {
struct Means {
  double start = 0, end = 0, heart_rate = 0, breath = 0;
};
/// Over 60 people: heart rate in the first and last fifth, on the whole, and the size of a breath.
Means mean_signals(Index label, double seconds) {
  Means m;
  constexpr int people = 60;
  for (std::uint64_t who = 0; who < people; ++who) {
    const Motion motion(label, seconds, Random({1, who}), Random({2, who}));
    const auto steps = static_cast<Index>(seconds * 32);
    const Signals s = draw_signals(motion, steps, 1.0 / 32, Random({3, who}), Random({4, who}));
    REQUIRE(static_cast<Index>(s.heart_rate.size()) == steps);
    REQUIRE(static_cast<Index>(s.respiration.size()) == steps);
    for (Index i = 0; i < steps; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double rate = s.heart_rate[at], breath = s.respiration[at];
      REQUIRE(rate > 40);
      REQUIRE(rate < 220);
      const double n = static_cast<double>(steps) * people;
      m.heart_rate += rate / n, m.breath += breath * breath / n;
      if (i < steps / 5) m.start += 5 * rate / n;
      if (i >= steps - steps / 5) m.end += 5 * rate / n;
    }
  }
  return m;
}
}  // namespace

TEST_CASE("heart rate rises during an exercise, and more so with effort; breath deepens") {
  const Means squat = mean_signals(0, 40), lunge = mean_signals(8, 40), turn = mean_signals(10, 40);
  CHECK(squat.end > squat.start + 8);
  CHECK(turn.end > turn.start + 2);
  CHECK(squat.heart_rate > turn.heart_rate + 10);
  CHECK(lunge.heart_rate > turn.heart_rate + 10);
  CHECK(squat.breath > 1.5 * turn.breath);
}

TEST_CASE("signals do not know the direction: the classes of a pair have the same ones") {
  for (const auto& [a, b] : direction_pairs) {
    const Motion one(a, 4, Random(1), Random(2)), other(b, 4, Random(1), Random(2));
    const Signals s = draw_signals(one, 128, 1.0 / 32, Random(3), Random(4));
    const Signals t = draw_signals(other, 128, 1.0 / 32, Random(3), Random(4));
    CHECK(s.heart_rate == t.heart_rate);
    CHECK(s.respiration == t.respiration);
  }
}
