#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/fill_gaps.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("fill_gaps: a short gap is a line, a longer one and the ends stay masked") {
  Stream s = signal("s", {0, 1, 2, 4, 5, 6, 7, 8, 9}, [](double t) { return 2 * t; });
  s.valid = Tensor<std::uint8_t, 1>({9}, {0, 1, 0, 1, 0, 0, 0, 1, 0});
  for (Index t = 0; t < 9; ++t)
    if (s.valid[t] == 0) s.frames[t] = NAN;
  CHECK(FillGaps{3}.apply(s) == StepCount{1, 0, 0});
  CHECK(s.frames[2] == doctest::Approx(4));
  const int want[] = {0, 1, 1, 1, 0, 0, 0, 1, 0};
  for (Index t = 0; t < 9; ++t) CHECK(static_cast<int>(s.valid[t]) == want[t]);
  CHECK(FillGaps{4}.apply(s) == StepCount{3, 0, 0});
  CHECK(s.frames[5] == doctest::Approx(12));
  tidy_masks(s);
  CHECK(s.frames[0] == 0);
}

TEST_CASE("fill_gaps: each joint by itself; a masked frame comes back joint by joint") {
  Stream s = picture("skeleton", even_times(0, 5, 1), {3, 2, 1});
  mask_frame(s, 2);
  mask_place(s, 1, 1), mask_place(s, 3, 1);  // joint 1 lacks frames 1 to 3
  CHECK(FillGaps{2}.apply(s) == StepCount{1, 0, 0});
  CHECK(counts(s, 2, 0));
  CHECK_FALSE(counts(s, 2, 1));
  CHECK(s.frames(Index{2}, Index{2}, Index{0}, Index{0}) == doctest::Approx(202));
  CHECK(FillGaps{4}.apply(s) == StepCount{3, 0, 0});
  tidy_masks(s);
  CHECK(s.valid.empty());
  CHECK(s.places.empty());
  CHECK(s.frames(Index{3}, Index{1}, Index{1}, Index{0}) == doctest::Approx(113));
  CHECK_ERROR(FillGaps{0}.check_options(), "fill_gaps: want longest above 0");
}
