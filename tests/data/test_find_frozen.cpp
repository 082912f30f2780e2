#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/find_frozen.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("find_frozen: the repeats of a run that lasts long enough, not its first frame") {
  // 10 Hz; frozen from 2.0 to 2.6 (0.6 s) and from 4.0 to 4.3 (0.3 s)
  Stream stream = signal("s", even_times(0, 6, 10), [](double t) {
    return t > 1.99 && t < 2.61 ? 7.0 : t > 3.99 && t < 4.31 ? 8.0 : t;
  });
  CHECK(FindFrozen{0.5}.apply(stream) == StepCount{0, 6, 0});
  for (Index t = 0; t < stream.size(); ++t) CHECK(counts(stream, t) == !(t >= 21 && t <= 26));
}

TEST_CASE("find_frozen: pictures must be equal in every pixel; across a hole nothing is known") {
  Stream moving = picture("camera", even_times(0, 3, 10), {1, 2, 2});
  for (Index t = 0; t < moving.size(); ++t)
    for (Index p = 0; p < 3; ++p) moving.frames.data()[t * 4 + p] = 1;
  CHECK(FindFrozen{0.5}.apply(moving) == StepCount{});
  Stream still = moving;
  still.frames.fill(1);
  CHECK(FindFrozen{0.5}.apply(still).masked == 30 * 4);
  Stream rare = signal("s", {0, 1, 2, 3}, [](double) { return 1.0; });
  CHECK(FindFrozen{0.5}.apply(rare) == StepCount{});
  CHECK_ERROR(FindFrozen{0}.check_options(), "find_frozen: want seconds above 0, got 0");
}
