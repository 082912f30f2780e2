#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/frame_motion.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("frame_motion: the mean change of the channels; the first picture has none") {
  Stream s = picture("rgb", {0, 0.1, 0.2, 0.3}, {2, 1, 3});
  s.frames.fill(1);
  s.frames(1, 0, 0, 1) = 4;                              // 3 in one of two channels, and back
  s.frames(3, 0, 0, 2) = 0.5, s.frames(3, 1, 0, 2) = 2;  // 0.5 and 1
  CHECK(FrameMotion{0.15}.apply(s) == StepCount{0, 3, 0});
  CHECK(s.frames.shape() == Shape<4>{4, 1, 1, 3});
  CHECK(s.times.size() == 4);
  CHECK(s.places.empty());
  REQUIRE(s.valid.size() == 4);
  const std::vector<float> want{0, 0, 0, 0, 1.5f, 0, 0, 1.5f, 0, 0, 0, 0.75f};
  for (Index i = 0; i < 12; ++i) CHECK(s.frames[i] == want[static_cast<std::size_t>(i)]);
  for (Index t = 0; t < 4; ++t) CHECK(s.valid[t] == (t > 0));
}

TEST_CASE("frame_motion: nothing is made up across gaps and masks") {
  Stream s = picture("depth", {0, 0.1, 0.5, 0.6, 0.7}, {1, 1, 2});
  mask_place(s, 1, 0), mask_frame(s, 3);
  CHECK(FrameMotion{0.2}.apply(s) == StepCount{0, 2 + 2 + 2, 0});  // frame 0, frame 2 behind a gap, frame 4 behind 3
  for (Index t = 0; t < 5; ++t) CHECK(counts(s, t) == (t == 1));
  CHECK_FALSE(counts(s, 1, 0));
  CHECK(s.frames(1, 0, 0, 1) == doctest::Approx(0.1));

  Stream half = picture("depth", {0, 0.1, 0.2}, {1, 1, 2});
  mask_place(half, 0, 0);
  CHECK(FrameMotion{}.apply(half) == StepCount{0, 1 + 1, 0});
  CHECK_FALSE(counts(half, 1, 0));  // there was nothing before
  CHECK(counts(half, 1, 1));
  CHECK(counts(half, 2, 0));

  Stream absent{"rgb", {}, Tensor<float, 4>({0, 3, 4, 5}), {}};
  CHECK(FrameMotion{}.apply(absent) == StepCount{});
  CHECK(absent.grid() == Shape<3>{1, 4, 5});
  CHECK_ERROR(FrameMotion{0}.check_options(), "frame_motion: want a max_gap above 0 seconds, got 0");
}
