#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/damage.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("cut_gaps: about the share asked for, gaps of the length asked for, the same again from the same stream") {
  const Stream whole = signal("s", even_times(0, 1000, 50), [](double t) { return t; });
  Stream a = whole, b = whole;
  const Index gone = cut_gaps(a, 0.3, 0.2, 1, Random({1}));
  cut_gaps(b, 0.3, 0.2, 1, Random({1}));
  CHECK(a.times == b.times);
  CHECK(static_cast<double>(gone) / static_cast<double>(whole.size()) == doctest::Approx(0.3).epsilon(0.1));
  double longest = 0;
  for (std::size_t i = 1; i < a.times.size(); ++i) longest = std::max(longest, a.times[i] - a.times[i - 1]);
  CHECK(longest > 0.9);
  CHECK(longest < 2.1);  // a gap and, rarely, one right behind it
  CHECK(a.times.front() == 0);
  for (Index t = 0; t < a.size(); ++t) CHECK(a.frames[t] == static_cast<float>(a.times[static_cast<std::size_t>(t)]));
  CHECK_ERROR(cut_gaps(a, 1, 0, 1, Random({1})), "cut_gaps: want a share in (0, 1)");
}

TEST_CASE("add_spikes: so many places, one channel each; take_away leaves the grid") {
  Stream s = picture("depth", even_times(0, 100, 10), {3, 4, 5});
  const Stream before = s;
  const Index spikes = add_spikes(s, 0.05, -9, -8, Random({2}));
  CHECK(static_cast<double>(spikes) / (1001.0 * 20) == doctest::Approx(0.05).epsilon(0.1));
  Index changed = 0;
  for (Index i = 0; i < s.frames.size(); ++i) {
    changed += s.frames[i] != before.frames[i];
    if (s.frames[i] != before.frames[i]) CHECK((s.frames[i] >= -9 && s.frames[i] <= -8));
  }
  CHECK(changed == spikes);
  take_away(s);
  CHECK(s.absent());
  CHECK(s.grid() == Shape<3>{3, 4, 5});
  CHECK(cut_gaps(s, 0.5, 0, 1, Random({1})) == 0);
}
