#include <doctest/doctest.h>

#include "stac3dl/data/generated_exercises.hpp"

using namespace stac3dl;
using namespace stac3dl::exercises;

namespace {

ExerciseOptions frames_of(Index size, Level level = Level::easy) {
  ExerciseOptions o;
  o.level = level;
  o.frames = 8, o.fps = 2, o.height = o.width = size, o.noise = 0;
  return o;
}

/// Whether the frame's pixel nearest to the middle between two joints is 1; -1 outside of the frame.
int at_middle(const ExerciseRecording& r, CView<std::uint8_t, 2> mask, Index t, Joint a, Joint b) {
  const Figure f = r.motion().figure(r.frame_time(t));
  const Point p = r.scene().camera().to_camera((f.joint[a] + f.joint[b]) / 2);
  const Lens lens(r.scene().camera(), mask.size(0), mask.size(1));
  const auto x = static_cast<Index>(std::floor(lens.x(p))), y = static_cast<Index>(std::floor(lens.y(p)));
  return x < 0 || y < 0 || x >= mask.size(1) || y >= mask.size(0) ? -1 : mask(y, x);
}

}  // namespace

TEST_CASE("moving_limbs: arms that are raised, the working leg or its shank; none where the whole body moves") {
  constexpr BodyParts arms = left_upper_arm | right_upper_arm | left_forearm | right_forearm;
  CHECK(moving_limbs(Movement::side_raise, 0) == arms);
  CHECK(moving_limbs(Movement::front_raise, 1) == arms);
  CHECK(moving_limbs(Movement::knee_bend, 0) == left_shank);
  CHECK(moving_limbs(Movement::knee_bend, 1) == right_shank);
  CHECK(moving_limbs(Movement::leg_raise, 1) == (right_thigh | right_shank));
  for (Movement m : {Movement::squat, Movement::sit_to_stand, Movement::lunge, Movement::trunk_turn})
    CHECK(moving_limbs(m, 0) == 0);
}

TEST_CASE("limb_mask lies on the limb: in its middle, not in the other side's, and nowhere outside of the person") {
  const ExerciseOptions o = frames_of(96);
  for (Index label : {4, 6, 9, 11})
    for (Index subject = 0; subject < 4; ++subject) {
      const ExerciseRecording r(o, 5, subject, 0, label);
      const Tensor<std::uint8_t, 3> mask = r.limb_mask(r.moving_limbs());
      const Tensor<std::uint8_t, 3> body = r.limb_mask(255);  // all limbs
      REQUIRE(mask.shape() == Shape<3>{8, 96, 96});
      const std::size_t side = r.motion().style().side;
      for (Index t = 0; t < o.frames; ++t) {
        const CView<std::uint8_t, 2> m = mask.slice(t);
        const Index covered = m.array().cast<Index>().sum();
        // A limb is about a hundredth of the frame; the shank of a bent knee may be behind its thigh.
        if (label != 9) CHECK(covered > 20);
        CHECK(covered < 96 * 96 / 10);
        for (Index i = 0; i < m.size(); ++i) REQUIRE(m[i] <= body.slice(t).flat()[i]);
        if (label == 4) {  // arms raised sideways are seen whole
          CHECK(at_middle(r, m, t, left_elbow, left_wrist) != 0);
          CHECK(at_middle(r, m, t, right_elbow, right_wrist) != 0);
          CHECK(at_middle(r, m, t, left_knee, left_ankle) == 0);
        }
        if (label == 11) {
          const auto knee = static_cast<Joint>(left_knee + side), ankle = static_cast<Joint>(left_ankle + side);
          const auto other_knee = static_cast<Joint>(right_knee - side);
          const auto other_ankle = static_cast<Joint>(right_ankle - side);
          CHECK(at_middle(r, m, t, knee, ankle) != 0);
          CHECK(at_middle(r, m, t, other_knee, other_ankle) == 0);
        }
      }
    }
}

TEST_CASE("limb_mask: the limb's pixels are where the picture changes most") {
  // Easy level: room and light are still, so what changes is the person, and in these exercises above all the limb.
  const ExerciseOptions o = frames_of(64);
  double on = 0, off = 0;
  for (Index label : {4, 6, 9, 11}) {
    const ExerciseRecording r(o, 6, 3, 1, label);
    const Sample s = r.sample();
    const Tensor<std::uint8_t, 3> mask = r.limb_mask(r.moving_limbs());
    double change_on = 0, change_off = 0, count_on = 0, count_off = 0;
    for (Index t = 1; t < o.frames; ++t)
      for (Index i = 0; i < 64 * 64; ++i) {
        const double change = std::abs(static_cast<double>(s.inputs[0].x.slice(1).slice(t).flat()[i]) -
                                       static_cast<double>(s.inputs[0].x.slice(1).slice(t - 1).flat()[i]));
        const bool limb = mask.slice(t).flat()[i] != 0;
        (limb ? change_on : change_off) += change, (limb ? count_on : count_off) += 1;
      }
    on += change_on / count_on, off += change_off / count_off;
  }
  CHECK(on > 5 * off);
}

TEST_CASE("limb_mask: somebody who passes in front hides the limb") {
  const ExerciseOptions o = frames_of(64, Level::hard);
  Index hidden = 0;
  for (Index subject = 0; subject < 12; ++subject) {
    const ExerciseRecording r(o, 8, subject, 0, 4);
    const Tensor<std::uint8_t, 3> mask = r.limb_mask(255);
    const Backdrop backdrop = r.scene().backdrop(64, 64);
    Canvas canvas(64, 64);
    for (Index t = 0; t < o.frames; ++t) {
      r.scene().render(r.frame_time(t), backdrop, canvas);
      for (std::size_t i = 0; i < canvas.owner.size(); ++i) {
        if (canvas.owner[i] == subject_pixels) continue;
        REQUIRE(mask.slice(t).flat()[static_cast<Index>(i)] == 0);
        hidden += canvas.owner[i] == passer_pixels && canvas.part[i] != 0;
      }
    }
  }
  CHECK(hidden > 0);  // there were others with limbs of their own
}
