#include <doctest/doctest.h>

#include "stac3dl/data/exercise_motion.hpp"

using namespace stac3dl;
using namespace stac3dl::exercises;

namespace {
Motion make_motion(Index label, std::uint64_t recording, double duration = 4) {
  return Motion(label, duration, Random({5, recording}), Random({6, recording}));
}
Index label_of(const std::string& name) {
  for (std::size_t i = 0; i < exercise_list.size(); ++i)
    if (exercise_list[i].name == name) return static_cast<Index>(i);
  return -1;
}
}  // namespace

TEST_CASE("the two classes of a pair have the same poses in opposite order") {
  for (const auto& [forwards, backwards] : direction_pairs) {
    CHECK(exercise_list[static_cast<std::size_t>(forwards)].movement ==
          exercise_list[static_cast<std::size_t>(backwards)].movement);
    for (std::uint64_t recording = 0; recording < 5; ++recording) {
      const Motion a = make_motion(forwards, recording), b = make_motion(backwards, recording);
      for (int i = 0; i <= 32; ++i) {
        const double t = i / 8.0;
        const Figure f = a.figure(t), g = b.figure(4 - t);
        for (std::size_t j = 0; j < joint_count; ++j) REQUIRE((f.joint[j] - g.joint[j]).norm() < 1e-12);
        REQUIRE(a.progress(t) == doctest::Approx(b.progress(4 - t)));
      }
    }
  }
}

TEST_CASE("sitting to standing goes up, standing to sitting goes down, both within the recording") {
  for (std::uint64_t recording = 0; recording < 20; ++recording) {
    const Motion up = make_motion(label_of("sit_to_stand"), recording);
    const Motion down = make_motion(label_of("stand_to_sit"), recording);
    CHECK(up.progress(0) < 1e-3);
    CHECK(up.progress(4) > 1 - 1e-3);
    CHECK(down.progress(0) > 1 - 1e-3);
    CHECK(up.figure(4).joint[pelvis].y() - up.figure(0).joint[pelvis].y() > 0.2);
    CHECK(down.figure(0).joint[pelvis].y() - down.figure(4).joint[pelvis].y() > 0.2);
  }
}

TEST_CASE("slow one way, quick the other: the time spent going out and coming back") {
  const auto share_out = [](const char* name, std::uint64_t recording) {
    const Motion motion = make_motion(label_of(name), recording, 20);
    int out = 0, back = 0;
    for (int i = 1; i < 1600; ++i) {
      const double speed = motion.progress(i / 80.0) - motion.progress((i - 1) / 80.0);
      if (std::abs(speed) < 5e-3) continue;
      ++(speed > 0 ? out : back);
    }
    return static_cast<double>(out) / (out + back);
  };
  for (std::uint64_t recording = 0; recording < 6; ++recording) {
    CHECK(share_out("squat_slow_down", recording) > 0.6);
    CHECK(share_out("squat_slow_up", recording) < 0.4);
    CHECK(share_out("side_raise_slow_up", recording) > 0.6);
    CHECK(share_out("front_raise_slow_down", recording) < 0.4);
    CHECK(share_out("lunge", recording) > 0.35);
    CHECK(share_out("lunge", recording) < 0.65);
  }
}

TEST_CASE("repetitions differ within a recording and between recordings") {
  const Motion a = make_motion(8, 1, 30), b = make_motion(8, 2, 30);
  std::vector<double> tops;
  for (int i = 1; i < 3000; ++i) {
    const double before = a.progress((i - 1) / 100.0), now = a.progress(i / 100.0), after = a.progress((i + 1) / 100.0);
    if (now > before && now >= after) tops.push_back(now);
  }
  REQUIRE(tops.size() >= 6);
  CHECK(tops[1] != tops[2]);
  CHECK(*std::max_element(tops.begin(), tops.end()) - *std::min_element(tops.begin(), tops.end()) > 0.01);
  CHECK(a.rate() != b.rate());
}

TEST_CASE("what each exercise moves") {
  const auto range = [](const char* name, Joint joint, int axis) {
    double low = 1e9, high = -1e9;
    const Motion motion = make_motion(label_of(name), 4);
    for (int i = 0; i < 80; ++i) {
      const double v = motion.figure(i / 20.0).joint[joint][axis];
      low = std::min(low, v), high = std::max(high, v);
    }
    return high - low;
  };
  const auto either = [&](const char* name, Joint left, int axis) {
    return std::max(range(name, left, axis), range(name, static_cast<Joint>(left + 1), axis));
  };
  CHECK(range("squat_slow_down", pelvis, 1) > 0.25);
  CHECK(range("side_raise_slow_up", left_wrist, 0) > 0.3);
  CHECK(range("front_raise_slow_up", left_wrist, 2) > 0.3);
  CHECK(range("front_raise_slow_up", left_wrist, 0) < 0.2);
  CHECK(either("lunge", left_ankle, 2) > 0.4);
  CHECK(either("knee_flexion", left_ankle, 1) > 0.2);
  CHECK(either("hip_abduction", left_ankle, 0) > 0.25);
  CHECK(range("trunk_rotation", left_shoulder, 2) > 0.12);
  CHECK(range("trunk_rotation", left_ankle, 2) < 0.1);
}

TEST_CASE("one-sided exercises take either side") {
  int left = 0;
  for (std::uint64_t recording = 0; recording < 200; ++recording) left += make_motion(9, recording).style().side == 0;
  CHECK(left > 70);
  CHECK(left < 130);
}
