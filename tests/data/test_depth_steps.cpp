/// median_filter, flying_pixels and fill_holes: what is done to a depth picture.
#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/fill_holes.hpp"
#include "stac3dl/data/flying_pixels.hpp"
#include "stac3dl/data/median_filter.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// A wall at 3 with a body at 1 in front of it: the right half of an 8 x 8 picture.
Stream room(Index frames) {
  Stream s{
      "depth", even_times(0, 0.1 * static_cast<double>(frames - 1), 10), Tensor<float, 4>({frames, 1, 8, 8}, 3), {}};
  for (Index t = 0; t < frames; ++t)
    for (Index y = 0; y < 8; ++y)
      for (Index x = 4; x < 8; ++x) s.frames(t, Index{0}, y, x) = 1;
  return s;
}
}  // namespace

TEST_CASE("median_filter: speckle goes, the edge stays where it was") {
  Stream s = room(5), clean = room(5);
  s.frames(Index{2}, Index{0}, Index{3}, Index{1}) = 9;
  s.frames(Index{2}, Index{0}, Index{6}, Index{5}) = 0;
  CHECK(MedianFilter{1, 0.15}.apply(s).repaired == 2);
  for (Index i = 0; i < s.frames.size(); ++i) CHECK(s.frames[i] == clean.frames[i]);
}

TEST_CASE("median_filter: in time alone, by hand; masked values are left out and stay masked") {
  Stream s = signal("s", {0, 1, 2, 3, 4}, [](double t) { return t == 2 ? 99 : t; });
  CHECK(MedianFilter{0, 1}.apply(s).repaired == 3);
  const float want[] = {1, 1, 3, 4, 4};  // of two values the upper one
  for (Index t = 0; t < 5; ++t) CHECK(s.frames[t] == want[t]);
  Stream holed = signal("s", {0, 1, 2}, [](double t) { return t == 1 ? 99 : t; });
  mask_frame(holed, 1);
  MedianFilter{0, 1}.apply(holed);
  CHECK(holed.frames[0] == 0);
  CHECK(holed.frames[1] == 99);
  CHECK_ERROR((MedianFilter{-1, 0}.check_options()), "radius");
}

TEST_CASE("flying_pixels: what hangs between body and wall, and what hangs alone") {
  Stream s = room(1);
  for (Index y = 0; y < 8; ++y) s.frames(Index{0}, Index{0}, y, Index{4}) = 2;  // half body, half wall
  s.frames(Index{0}, Index{0}, Index{2}, Index{7}) = 0.2f;
  CHECK(FlyingPixels{0.5}.apply(s).masked == 9);
  for (Index y = 0; y < 8; ++y)
    for (Index x = 0; x < 8; ++x) CHECK(counts(s, 0, 8 * y + x) == !(x == 4 || (y == 2 && x == 7)));
}

TEST_CASE("flying_pixels: edges and slopes are no flying pixels") {
  Stream s = room(1);
  CHECK(FlyingPixels{0.5}.apply(s) == StepCount{});
  Stream slope = picture("depth", {0}, {1, 6, 6});  // rises by 10 a row and 1 a column
  CHECK(FlyingPixels{11.5}.apply(slope) == StepCount{});
  Stream rgb = picture("rgb", {0}, {3, 2, 2});
  CHECK_ERROR(FlyingPixels{1}.apply(rgb), "3 channels, want 1");
  CHECK_ERROR(FlyingPixels{0}.check_options(), "jump");
}

TEST_CASE("fill_holes: from the moment before and after, by hand") {
  Stream s = picture("depth", even_times(0, 0.4, 10), {1, 3, 3});
  mask_place(s, 1, 4), mask_place(s, 2, 4);
  for (const Index t : {1, 2}) s.frames.data()[t * 9 + 4] = 0;
  CHECK(FillHoles{1, 0}.apply(s).repaired == 2);
  CHECK(s.frames.data()[1 * 9 + 4] == doctest::Approx(11.1));
  CHECK(s.frames.data()[2 * 9 + 4] == doctest::Approx(11.2));
  mask_place(s, 0, 4);  // at the begin the value after it is all there is
  CHECK(FillHoles{0.15, 0}.apply(s).repaired == 1);
  CHECK(s.frames.data()[4] == doctest::Approx(11.1));
  tidy_masks(s);
  CHECK(s.places.empty());
}

TEST_CASE("fill_holes: a place that never had a value takes its neighbours', ring by ring") {
  Stream s = room(1);
  for (Index y = 1; y < 6; ++y)
    for (Index x = 0; x < 3; ++x) mask_place(s, 0, 8 * y + x);  // a hole in the wall, three rings deep at most
  Stream shallow = s;
  CHECK(FillHoles{1, 1}.apply(shallow).repaired == 9);
  CHECK_FALSE(counts(shallow, 0, 8 * 3 + 0));
  CHECK(FillHoles{1, 8}.apply(s).repaired == 15);
  const Stream whole = room(1);
  for (Index i = 0; i < 64; ++i) CHECK(s.frames[i] == whole.frames[i]);
}

TEST_CASE("fill_holes: frames that are masked as a whole are not its business") {
  Stream s = room(3);
  mask_frame(s, 1);
  CHECK(FillHoles{1, 3}.apply(s) == StepCount{});
  CHECK_FALSE(counts(s, 1));
  CHECK_ERROR((FillHoles{1, -1}.check_options()), "rings");
}
