/// resize, crop, adjust_light and mirror_picture, mirror_skeleton.
#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/adjust_light.hpp"
#include "stac3dl/data/mirror.hpp"
#include "stac3dl/data/resize.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("resize: a half is the mean of four, a third of nine, by parts where sizes do not divide") {
  Stream s = picture("rgb", {0, 1}, {2, 4, 6});
  Resize{2, 3}.apply(s);
  CHECK(s.frames.shape() == Shape<4>{2, 2, 2, 3});
  CHECK(s.frames(Index{1}, Index{1}, Index{1}, Index{2}) == doctest::Approx(101 + 25 + 4.5));
  Stream row{"r", {0}, Tensor<float, 4>({1, 1, 1, 3}, {1, 2, 6}), {}};
  Resize{1, 2}.apply(row);
  CHECK(row.frames[0] == doctest::Approx((1 + 0.5 * 2) / 1.5));
  CHECK(row.frames[1] == doctest::Approx((0.5 * 2 + 6) / 1.5));
}

TEST_CASE("resize: growing keeps a slope a slope, held at the edge; the same size changes nothing") {
  Stream row{"r", {0}, Tensor<float, 4>({1, 1, 1, 3}, {1, 3, 5}), {}};
  Resize{2, 6}.apply(row);
  const float want[] = {1, 1.5f, 2.5f, 3.5f, 4.5f, 5};
  for (Index x = 0; x < 12; ++x) CHECK(row.frames[x] == doctest::Approx(want[x % 6]));
  Stream s = picture("rgb", {0}, {3, 5, 7});
  const Stream before = s;
  Resize{5, 7}.apply(s);
  for (Index i = 0; i < s.frames.size(); ++i) CHECK(s.frames[i] == before.frames[i]);
  CHECK_ERROR((Resize{0, 5}.check_options()), "resize: want a height and width of 1");
}

TEST_CASE("resize: masked places give their weight to the others") {
  Stream s{"depth", {0}, Tensor<float, 4>({1, 1, 2, 4}, {1, 2, 9, 9, 3, 4, 9, 5}), {}};
  mask_place(s, 0, 0), mask_place(s, 0, 2), mask_place(s, 0, 3), mask_place(s, 0, 6);
  Resize{1, 2}.apply(s);
  CHECK(s.frames[0] == doctest::Approx(3));  // 2, 3, 4
  CHECK(counts(s, 0, 0));
  CHECK_FALSE(counts(s, 0, 1));  // a quarter of it is left
}

TEST_CASE("crop: from the middle or where it is told to; masks move along") {
  Stream s = picture("rgb", {0, 1}, {2, 5, 6});
  mask_place(s, 1, 2 * 6 + 2);
  Stream corner = s;
  Crop{3, 2, -1, -1}.apply(s);
  CHECK(s.frames.shape() == Shape<4>{2, 2, 3, 2});
  CHECK(s.frames(Index{0}, Index{1}, Index{0}, Index{0}) == 100 + 10 + 2);
  CHECK(s.frames(Index{1}, Index{0}, Index{2}, Index{1}) == 1 + 30 + 3);
  CHECK_FALSE(counts(s, 1, 1 * 2 + 0));
  Crop{2, 2, 0, 4}.apply(corner);
  CHECK(corner.frames(Index{0}, Index{0}, Index{1}, Index{1}) == 15);
  CHECK(corner.places.empty());
  CHECK_ERROR((Crop{9, 2, -1, -1}.apply(corner)), "crop: want 9 x 2 of stream rgb, whose frames are 2 x 2");
  CHECK_ERROR((Crop{1, 2, 0, 1}.apply(corner)), "leaves the frames");
}

TEST_CASE("adjust_light: whatever the light was, mean and contrast are those asked for") {
  Stream dark = picture("rgb", even_times(0, 3, 10), {3, 4, 4}), bright = dark;
  for (Index i = 0; i < dark.frames.size(); ++i) dark.frames[i] = static_cast<float>((i * 7919) % 101);
  bright.frames.array() = 3.0f * dark.frames.array() + 40;
  const AdjustLight step{0.5, 0.2, 0};
  step.apply(dark), step.apply(bright);
  CHECK((dark.frames.array() - bright.frames.array()).abs().maxCoeff() < 1e-5f);
  for (Index t = 0; t < dark.size(); ++t) {
    const auto x = dark.frames.slice(t).array();
    CHECK(x.mean() == doctest::Approx(0.5));
    CHECK(std::sqrt((x - x.mean()).square().mean()) == doctest::Approx(0.2));
  }
  Stream flat = picture("rgb", {0}, {1, 2, 2});
  flat.frames.fill(7);
  step.apply(flat);
  CHECK(flat.frames[3] == 0.5f);
}

TEST_CASE("adjust_light: over time, a light that is switched on changes the picture slowly") {
  Stream s = picture("rgb", even_times(0, 4, 10), {1, 2, 2});
  for (Index t = 0; t < s.size(); ++t)
    for (Index p = 0; p < 4; ++p) s.frames.data()[t * 4 + p] = static_cast<float>(p) + (t >= 20 ? 10.0f : 0.0f);
  AdjustLight{0, 1, 1}.apply(s);
  CHECK(s.frames.slice(5).array().mean() == doctest::Approx(0).epsilon(1e-5));
  CHECK(s.frames.slice(20).array().mean() > 0.5f);  // brighter than what is around it
  CHECK_ERROR((AdjustLight{0, 0, 1}.check_options()), "contrast");
}

TEST_CASE("mirror_picture: twice is nothing, once is the other way round") {
  Stream s = picture("rgb", {0, 1}, {2, 3, 4});
  mask_place(s, 0, 0);
  const Stream before = s;
  MirrorPicture{Mirror::columns}.apply(s);
  CHECK(s.frames(Index{1}, Index{1}, Index{2}, Index{0}) == before.frames(Index{1}, Index{1}, Index{2}, Index{3}));
  CHECK_FALSE(counts(s, 0, 3));
  MirrorPicture{Mirror::columns}.apply(s), MirrorPicture{Mirror::rows}.apply(s);
  CHECK(s.frames(Index{0}, Index{0}, Index{0}, Index{1}) == before.frames(Index{0}, Index{0}, Index{2}, Index{1}));
}

TEST_CASE("mirror_skeleton: the right hand is where the left one's picture was") {
  // pelvis at 0; left hand at x = 2, y = 3; right hand at x = -1, y = 5
  Stream s{"s", {0}, Tensor<float, 4>({1, 3, 3, 1}, {0, 2, -1, 0, 3, 5, 1, 1, 1}), {}};
  mask_place(s, 0, 1);
  const MirrorSkeleton mirror{{{1, 2}}, 0};
  mirror.apply(s);
  CHECK(s.frames(Index{0}, Index{0}, Index{2}, Index{0}) == -2);
  CHECK(s.frames(Index{0}, Index{1}, Index{2}, Index{0}) == 3);
  CHECK(s.frames(Index{0}, Index{0}, Index{1}, Index{0}) == 1);
  CHECK(s.frames(Index{0}, Index{1}, Index{1}, Index{0}) == 5);
  CHECK(counts(s, 0, 1));
  CHECK_FALSE(counts(s, 0, 2));
  CHECK_ERROR((MirrorSkeleton{{{1, 3}}, 0}.apply(s)), "pair 1, 3 of 3 joints");
  CHECK_ERROR((MirrorSkeleton{{{1, 2}, {2, 0}}, 0}.apply(s)), "joint 2 is in two pairs");
}
