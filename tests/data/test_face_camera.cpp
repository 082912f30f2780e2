#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/face_camera.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// Pelvis, neck, left hip, right hip, a hand that waves; in units of the torso, facing the camera.
Stream person() {
  const float body[5][3] = {{0, 0, 0}, {0, 1, 0}, {0.2f, 0, 0}, {-0.2f, 0, 0}, {0.5f, 0.5f, 0.3f}};
  Stream s{"skeleton", even_times(0, 6, 10), Tensor<float, 4>({61, 3, 5, 1}), {}};
  for (Index t = 0; t < s.size(); ++t)
    for (Index j = 0; j < 5; ++j)
      for (Index c = 0; c < 3; ++c)
        s.frames(t, c, j, Index{0}) = body[j][c] + (j == 4 ? 0.3f * std::sin(0.5f * static_cast<float>(t)) : 0);
  return s;
}
/// Turned about the vertical, of another size, somewhere else.
Stream elsewhere(const Stream& s, float angle, float size) {
  Stream out = s;
  for (Index t = 0; t < s.size(); ++t)
    for (Index j = 0; j < 5; ++j) {
      const float x = s.frames(t, Index{0}, j, Index{0}), z = s.frames(t, Index{2}, j, Index{0});
      out.frames(t, Index{0}, j, Index{0}) = size * (std::cos(angle) * x - std::sin(angle) * z) + 1.5f;
      out.frames(t, Index{1}, j, Index{0}) = size * s.frames(t, Index{1}, j, Index{0}) - 0.4f;
      out.frames(t, Index{2}, j, Index{0}) = size * (std::sin(angle) * x + std::cos(angle) * z) + 3;
    }
  return out;
}
float furthest(const Stream& a, const Stream& b) { return (a.frames.array() - b.frames.array()).abs().maxCoeff(); }
}  // namespace

TEST_CASE("face_camera: place, size and direction of the person are gone") {
  for (const double seconds : {0.0, 1.0})
    for (const float angle : {0.0f, 0.7f, 2.5f, -1.6f}) {
      Stream s = elsewhere(person(), angle, 0.45f);
      CHECK((FaceCamera{0, 1, 2, 3, 1, seconds}.apply(s)) == StepCount{});
      CHECK(furthest(s, person()) < 2e-6f);
    }
}

TEST_CASE("face_camera: with time around it, a pelvis that sinks is seen to sink") {
  Stream s = person();
  for (Index t = 20; t < 40; ++t)
    for (Index j = 0; j < 5; ++j) s.frames(t, Index{1}, j, Index{0}) -= 0.5f;
  Stream still = s;
  FaceCamera{0, 1, 2, 3, 1, 10}.apply(s);
  CHECK(s.frames(Index{10}, Index{1}, Index{0}, Index{0}) - s.frames(Index{30}, Index{1}, Index{0}, Index{0}) ==
        doctest::Approx(0.5));
  FaceCamera{0, 1, 2, 3, 1, 0}.apply(still);
  CHECK(furthest(still, person()) < 2e-6f);
}

TEST_CASE("face_camera: one bad torso does not matter; where nothing is known the frame is masked") {
  Stream s = person();
  s.frames(Index{30}, Index{1}, Index{1}, Index{0}) = 40;
  FaceCamera{0, 1, 2, 3, 1, 1}.apply(s);
  CHECK(s.frames(Index{31}, Index{1}, Index{1}, Index{0}) == doctest::Approx(1));
  Stream lost = person();
  for (Index t = 0; t < 30; ++t) mask_place(lost, t, 2);  // the left hip
  CHECK(FaceCamera{0, 1, 2, 3, 1, 0.5}.apply(lost).masked == 25 * 4);
  CHECK_FALSE(counts(lost, 24));
  CHECK(counts(lost, 25));
  CHECK_ERROR((FaceCamera{0, 0, 2, 3, 1, 1}.check_options()), "joints root and neck");
  CHECK_ERROR((FaceCamera{0, 1, 2, 9, 1, 1}.apply(lost)), "want (T, 3 or more, J, 1) with joints 0, 1, 2, 9");
}

TEST_CASE("face_camera: any axis may be the vertical") {
  Stream s = person(), turned = person();
  for (Index t = 0; t < s.size(); ++t)  // x, y, z -> y, z, x: up is now axis 0
    for (Index j = 0; j < 5; ++j)
      for (Index c = 0; c < 3; ++c) turned.frames(t, c, j, Index{0}) = s.frames(t, (c + 1) % 3, j, Index{0});
  FaceCamera{0, 1, 2, 3, 0, 1}.apply(turned);
  for (Index t = 0; t < s.size(); ++t) {
    const float side = turned.frames(t, Index{1}, Index{2}, Index{0}) - turned.frames(t, Index{1}, Index{3}, Index{0});
    CHECK(side == doctest::Approx(0.4));  // the hips now lie along the first axis across the vertical
    CHECK(turned.frames(t, Index{0}, Index{1}, Index{0}) == doctest::Approx(1));
  }
}
