#include <doctest/doctest.h>

#include "stac3dl/data/exercise_motion.hpp"

using namespace stac3dl;
using namespace stac3dl::exercises;

namespace {
constexpr auto classes = static_cast<Index>(exercise_list.size());

Motion make_motion(Index label, std::uint64_t subject, std::uint64_t recording, double duration = 4) {
  return Motion(label, duration, Random({5, subject}), Random({6, subject, recording}));
}
}  // namespace

TEST_CASE("upright standing: arms hang, legs are straight, left is at +x, lengths add up to the height") {
  const Body body(1.8);
  const Figure f = pose_figure(body, Pose{});
  for (const auto& [left, right] : left_right_pairs) {
    CHECK(f.joint[left].x() > 0.05);
    CHECK((f.joint[left] - Point(-f.joint[right].x(), f.joint[right].y(), f.joint[right].z())).norm() < 1e-12);
  }
  CHECK(f.joint[left_wrist].x() == doctest::Approx(f.joint[left_shoulder].x()));
  CHECK(f.joint[left_shoulder].y() - f.joint[left_wrist].y() == doctest::Approx(body.upper_arm + body.forearm));
  CHECK(f.joint[left_hip].y() - f.joint[left_ankle].y() == doctest::Approx(body.thigh + body.shank));
  CHECK(f.toe[0].z() > 0.1);
  CHECK(f.face.z() == doctest::Approx(1));
  // Head centre to ankle, ankle to floor and the upper half of the head make up the stature, to a few centimetres.
  const double top = f.joint[head].y() - f.joint[left_ankle].y() + body.ankle_height + 0.065 * body.height;
  CHECK(top == doctest::Approx(1.8).epsilon(0.03));
}

TEST_CASE("each angle turns its joint the right way") {
  const Body body;
  const auto moved = [&](std::size_t angle, double degrees) {
    Pose p;
    p[angle] = degrees * degree;
    return pose_figure(body, p);
  };
  CHECK(moved(shoulder_flexion, 90).joint[left_wrist].z() == doctest::Approx(body.upper_arm + body.forearm));
  CHECK(moved(shoulder_abduction, 90).joint[left_elbow].x() == doctest::Approx(body.shoulder_half + body.upper_arm));
  CHECK(moved(shoulder_abduction + 1, 90).joint[right_elbow].x() ==
        doctest::Approx(-body.shoulder_half - body.upper_arm));
  CHECK(moved(elbow_flexion, 90).joint[left_wrist].z() == doctest::Approx(body.forearm));
  CHECK(moved(hip_flexion, 90).joint[left_knee].z() == doctest::Approx(body.thigh));
  CHECK(moved(hip_abduction, 30).joint[left_knee].x() == doctest::Approx(body.hip_half + 0.5 * body.thigh));
  CHECK(moved(knee_flexion, 90).joint[left_ankle].z() == doctest::Approx(-body.shank));
  CHECK(moved(pelvis_pitch, 30).joint[neck].z() > 0.2);
  CHECK(moved(spine_flexion, 30).joint[neck].z() > 0.1);
  CHECK(moved(spine_bend, 20).joint[neck].x() > 0.05);
  CHECK(moved(spine_twist, 40).joint[left_shoulder].z() < -0.05);
  CHECK(moved(neck_flexion, 30).joint[head].z() > 0.03);
  CHECK(moved(ankle_flexion, 20).toe[0].y() > pose_figure(body, Pose{}).toe[0].y());
}

TEST_CASE("joint angles keep their anatomical limits in every class, and limit() enforces them") {
  for (Index label = 0; label < classes; ++label)
    for (std::uint64_t who = 0; who < 12; ++who) {
      const Motion motion = make_motion(label, who, who + 3);
      for (int i = 0; i < 40; ++i) {
        const Pose p = motion.pose(0.1 * i);
        for (std::size_t a = 0; a < angle_count; ++a) {
          REQUIRE(p[a] >= angle_limits[a].first * degree);
          REQUIRE(p[a] <= angle_limits[a].second * degree);
        }
      }
    }
  Pose wild;
  for (double& a : wild.angle) a = 10;
  wild.limit();
  CHECK(wild[knee_flexion] == doctest::Approx(140 * degree));
}

TEST_CASE("bones keep their lengths while the figure moves, and differ from subject to subject") {
  for (Index label = 0; label < classes; ++label) {
    const Motion motion = make_motion(label, 2, 7);
    const Figure first = motion.figure(0);
    for (int i = 1; i < 40; ++i) {
      const Figure f = motion.figure(0.1 * i);
      for (const auto& [a, b] : bones) {
        const double length = (first.joint[a] - first.joint[b]).norm();
        REQUIRE((f.joint[a] - f.joint[b]).norm() == doctest::Approx(length).epsilon(1e-9));
      }
    }
  }
  CHECK(make_motion(0, 1, 0).body().height == make_motion(3, 1, 9).body().height);
  CHECK(make_motion(0, 1, 0).body().height != make_motion(0, 2, 0).body().height);
}

TEST_CASE("feet stay on the floor: the lower one touches it, none goes through") {
  for (Index label = 0; label < classes; ++label)
    for (std::uint64_t who = 0; who < 5; ++who) {
      const Motion motion = make_motion(label, who, 1);
      for (int i = 0; i < 20; ++i) {
        const Figure f = motion.figure(0.2 * i);
        const double left = foot_clearance(motion.body(), f, 0), right = foot_clearance(motion.body(), f, 1);
        REQUIRE(std::min(left, right) == doctest::Approx(0).epsilon(1e-9));
      }
    }
}
