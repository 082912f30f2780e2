#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/repeat_past.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// A picture of 2 x 2 that repeats itself every 2 s, at 10 Hz.
Stream repeating(double seconds) {
  Stream s = picture("depth", even_times(0, seconds, 10), {1, 2, 2});
  for (Index t = 0; t < s.size(); ++t)
    for (Index p = 0; p < 4; ++p)
      s.frames.data()[t * 4 + p] =
          static_cast<float>((1 + static_cast<double>(p)) *
                             std::sin(3.141592653589793 * 0.1 * static_cast<double>(t) + static_cast<double>(p)));
  return s;
}
void mask(Stream& s, Index first, Index end) {
  for (Index t = first; t < end; ++t) {
    mask_frame(s, t);
    s.frames.slice(t).array().setConstant(NAN);
  }
}
}  // namespace

TEST_CASE("repeat_past: a movement that repeats itself is completed as if nothing had been missing") {
  const Stream whole = repeating(12);
  Stream s = whole;
  mask(s, 70, 85);
  CHECK(RepeatPast{1, 6, 2}.apply(s) == StepCount{60, 0, 0});
  for (Index t = 0; t < s.size(); ++t) {
    CHECK(counts(s, t));
    for (Index p = 0; p < 4; ++p) CHECK(std::abs(s.frames.data()[t * 4 + p] - whole.frames.data()[t * 4 + p]) < 1e-5f);
  }
}

TEST_CASE("repeat_past: no more than `longest`; with no past, or one full of gaps, it stays masked") {
  Stream s = repeating(12);
  mask(s, 70, 110);
  CHECK(RepeatPast{1, 6, 2}.apply(s).repaired == 20 * 4);
  CHECK(counts(s, 89));
  CHECK_FALSE(counts(s, 90));
  Stream early = repeating(6);
  mask(early, 5, 10);
  CHECK(RepeatPast{1, 6, 2}.apply(early) == StepCount{});
  Stream holed = repeating(12);
  for (Index t = 0; t < 70; t += 3) mask(holed, t, t + 1);
  mask(holed, 70, 80);
  RepeatPast{1, 6, 2}.apply(holed);
  CHECK_FALSE(counts(holed, 75));
}

TEST_CASE("repeat_past: begins at the last picture that was seen") {
  Stream s = repeating(12);
  for (Index t = 40; t < s.size(); ++t) s.frames.slice(t).array() += 5;  // the camera was pushed at 4 s
  const float seen = s.frames.data()[69 * 4];
  const float moved = s.frames.data()[70 * 4] - seen;
  mask(s, 70, 80);
  RepeatPast{1, 6, 2}.apply(s);
  CHECK(std::abs(s.frames.data()[70 * 4] - seen - moved) < 0.3f);
}

TEST_CASE("repeat_past: wants an even rate") {
  Stream s = signal("s", {0, 0.1, 0.3, 0.4}, [](double t) { return t; });
  CHECK(RepeatPast{}.apply(s) == StepCount{});  // no gaps, nothing to ask
  mask_frame(s, 2);
  CHECK_ERROR(RepeatPast{}.apply(s), "want an even rate of 2 or more a second");
  CHECK_ERROR((RepeatPast{0, 1, 1}.check_options()), "above 0");
}
