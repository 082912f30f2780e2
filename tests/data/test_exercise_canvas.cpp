#include <doctest/doctest.h>

#include "stac3dl/data/exercise_wardrobe.hpp"

using namespace stac3dl;
using namespace stac3dl::exercises;

TEST_CASE("a camera straight ahead: right is right, down is down, the target is in the middle") {
  Camera camera;
  camera.position = Point(0, 1, 3), camera.focal = 1.5;
  camera.look_at(Point(0, 1, 0));
  const Point p = camera.to_camera(Point(0.5, 1.25, 1));
  CHECK((p - Point(0.5, -0.25, 2)).norm() < 1e-12);
  const Lens lens(camera, 40, 80);
  CHECK(lens.focal == doctest::Approx(60));
  CHECK(lens.x(p) == doctest::Approx(40 + 60 * 0.25));
  CHECK(lens.y(p) == doctest::Approx(20 - 60 * 0.125));
}

TEST_CASE("a turned camera keeps distances and stays level") {
  Camera camera;
  camera.position = Point(2, 1.5, 2);
  camera.look_at(Point(0, 0.9, 0));
  CHECK((camera.rotation * camera.rotation.transpose() - Rotation::Identity()).norm() < 1e-12);
  CHECK(camera.rotation(0, 1) == doctest::Approx(0));
  CHECK((camera.to_camera(Point(0, 0.9, 0)) - Point(0, 0, std::sqrt(8.36))).norm() < 1e-9);
}

TEST_CASE("a ball's depth is nearest in its middle, at its radius before the centre; outside nothing changes") {
  Camera camera;
  camera.position = Point(0, 0, 3), camera.focal = 1;
  camera.look_at(Point(0, 0, 0));
  Canvas canvas(65, 65);
  std::fill(canvas.depth.begin(), canvas.depth.end(), 9.0f);
  const Point centre = camera.to_camera(Point(0, 0, 0));
  const Limb ball{centre, centre, 0.3, 0.3, {1, 0, 0}, subject_pixels};
  canvas.draw(ball, Lens(camera, 65, 65), Light{});
  const auto at = [](Index y, Index x) { return static_cast<std::size_t>(y * 65 + x); };
  CHECK(canvas.depth[at(32, 32)] == doctest::Approx(2.7).epsilon(1e-3));
  CHECK(canvas.owner[at(32, 32)] == subject_pixels);
  CHECK(canvas.depth[at(32, 36)] > 2.7);
  CHECK(canvas.depth[at(32, 36)] < 3);
  CHECK(canvas.depth[at(32, 45)] == 9.0f);
  CHECK(canvas.rgb[3 * at(32, 32)] > 0.4f);
  CHECK(canvas.rgb[3 * at(32, 32) + 1] == 0);
}

TEST_CASE("nearer limbs hide farther ones, also a limb that points at the camera") {
  Camera camera;
  camera.position = Point(0, 0, 3), camera.focal = 1;
  camera.look_at(Point(0, 0, 0));
  Canvas canvas(64, 64);
  std::fill(canvas.depth.begin(), canvas.depth.end(), 9.0f);
  const Lens lens(camera, 64, 64);
  canvas.draw({Point(-1, 0, 3), Point(1, 0, 3), 0.1, 0.1, {0, 1, 0}, passer_pixels}, lens, Light{});
  canvas.draw({Point(0, 0, 3.5), Point(0.02, 0, 2), 0.1, 0.1, {1, 0, 0}, subject_pixels}, lens, Light{});
  canvas.draw({Point(0, -1, 5), Point(0, 1, 5), 0.2, 0.2, {0, 0, 1}, scenery}, lens, Light{});
  canvas.draw({Point(0, 0, -1), Point(0, 0, 5), 0.2, 0.2, {0, 0, 1}, scenery}, lens, Light{});  // behind the lens
  const std::size_t middle = 32 * 64 + 32;
  CHECK(canvas.owner[middle] == subject_pixels);
  CHECK(canvas.depth[middle] == doctest::Approx(1.9).epsilon(0.01));
  CHECK(canvas.owner[32 * 64 + 20] == passer_pixels);
}

TEST_CASE("left and right wear the same, of the same thickness") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Body body = Body::draw(Random(seed));
    const Clothes clothes = Clothes::draw(Random(seed + 1), Random(seed + 2), {0.5f, 0.5f, 0.5f}, 0.3);
    std::vector<Limb> limbs;
    dress(limbs, pose_figure(body, Pose{}), body, clothes, Camera{}, subject_pixels);
    int paired = 0;
    for (const Limb& left : limbs)
      for (const Limb& right : limbs) {
        const Point mirrored_a(-right.a.x(), right.a.y(), right.a.z());
        const Point mirrored_b(-right.b.x(), right.b.y(), right.b.z());
        if (&left == &right || (left.a - mirrored_a).norm() > 1e-9 || (left.b - mirrored_b).norm() > 1e-9) continue;
        CHECK(left.colour == right.colour);
        CHECK(left.radius_a == right.radius_a);
        CHECK(left.radius_b == right.radius_b);
        ++paired;
      }
    CHECK(paired == 14);
    CHECK(distance(clothes.shirt, {0.5f, 0.5f, 0.5f}) > 0.1);
  }
}

TEST_CASE("colours from hue, saturation and value") {
  CHECK(from_hsv(0, 1, 1) == Colour{1, 0, 0});
  CHECK(from_hsv(1.0 / 3, 1, 0.5)[1] == doctest::Approx(0.5));
  CHECK(from_hsv(2.0 / 3, 1, 1)[2] == doctest::Approx(1));
  CHECK(from_hsv(0.3, 0, 0.7) == Colour{0.7f, 0.7f, 0.7f});
}
