/// data/exercise_motion.hpp - one recording's movement in time: repetitions that differ, style, sway and tremor.
///
/// Progress u(t) is a chain of repetitions, each there (smooth), hold, back, rest, with lengths of its own; a movement
/// of timing `once` runs there a single time within the recording.  A class that is played backwards is the same chain
/// at time (duration - t): with the same seed it has exactly the other class's poses in reversed order.
#pragma once

#include "stac3dl/data/exercise_poses.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

/// One repetition: lengths in seconds.
struct Repetition {
  double start = 0, there = 1, hold = 0, back = 1, rest = 0;  ///< seconds
  double amplitude = 1;  ///< of its far end; negative: to the other side (trunk rotation)

  double end() const { return start + there + hold + back + rest; }  ///< When the next one starts, seconds.
};

/// 0 to 1 with zero speed at both ends: the least-jerk curve 10 s^3 - 15 s^4 + 6 s^5.
inline double smooth_step(double s) {
  s = std::clamp(s, 0.0, 1.0);
  return s * s * s * (10 + s * (6 * s - 15));
}

/// A movement over time, drawn for one recording.
class Motion {
 public:
  /// Everything is drawn from the two seeds; `random` must not depend on the class for pairs to mirror each other.
  Motion(Index label, double duration, Random subject, Random random)
      : exercise_(exercise_list[static_cast<std::size_t>(label)]), duration_(duration), body_(Body::draw(subject)) {
    for (std::uint64_t a = 0; a < angle_count; ++a) offset_[a] = 2.0 * subject.normal_at(100 + a);
    // What is of one kind left and right stays nearly so: half of a side's offset is the other side's.
    for (std::size_t a = shoulder_flexion; a < angle_count; a += 2)
      offset_[a + 1] = 0.7 * offset_[a] + 0.3 * offset_[a + 1];
    for (std::size_t a = 0; a < angle_count; ++a) offset_[a] = std::clamp(offset_[a], -4.0, 4.0);
    for (std::uint64_t a = 0; a < angle_count; ++a)
      sway_[a] = {random.uniform(0.2, 1.2), random.uniform(0.15, 0.6), random.uniform(),
                  random.uniform(0.0, 0.35), random.uniform(3.0, 6.0), random.uniform()};
    style_.side = random.below(2);
    style_.arms = static_cast<Arms>(random.below(3));
    style_.squat_reach = random.chance(0.5);
    style_.stance = random.uniform(3, 9);
    style_.reach = random.uniform(88, 150);
    style_.elbow = random.uniform(4, 22);
    heading_ = random.uniform(-5, 5) * degree;
    draw_repetitions(random);
  }

  const Exercise& exercise() const { return exercise_; }  ///< What is done.
  const Body& body() const { return body_; }              ///< Who does it.
  const Style& style() const { return style_; }           ///< How it is done.
  double duration() const { return duration_; }           ///< Seconds.

  /// Signed progress at time t of the recording: 0 at rest, about 1 (or -1) at the far end.
  double progress(double t) const {
    const Repetition& r = repetition_at(chain_time(t));
    return unsigned_progress(r, chain_time(t)) * r.amplitude;
  }

  /// Joint angles at time t of the recording, seconds.
  Pose pose(double t) const {
    const double time = chain_time(t);
    const Repetition& r = repetition_at(time);
    const double u = unsigned_progress(r, time);
    Pose p = exercise_pose(exercise_.movement, u, r.amplitude, style_);
    constexpr double turn = 2 * std::numbers::pi;
    for (std::size_t a = 0; a < angle_count; ++a) {
      const Sway& s = sway_[a];
      p[a] += degree * (offset_[a] + s.size * std::sin(turn * (s.rate * time + s.phase)) +
                        s.tremor * std::sin(turn * (s.tremor_rate * time + s.tremor_phase)));
    }
    p.limit();
    return p;
  }

  /// The figure at time t in its place: the feet that stand do so around the world's origin.
  Figure figure(double t) const {
    Figure f = pose_figure(body_, pose(t), heading_);
    // A lunge steps away from the rear foot's toes; elsewhere the middle between the ankles stays.
    if (exercise_.movement == Movement::lunge) {
      const std::size_t standing = 1 - style_.side;
      stand_on_floor(body_, f, f.toe[standing], standing == 0 ? body_.hip_half : -body_.hip_half, -0.15 * body_.height);
    } else if (exercise_.movement == Movement::knee_bend || exercise_.movement == Movement::leg_raise) {
      const std::size_t standing = 1 - style_.side;
      stand_on_floor(body_, f, f.joint[left_ankle + standing], standing == 0 ? body_.hip_half : -body_.hip_half, 0);
    } else {
      stand_on_floor(body_, f, (f.joint[left_ankle] + f.joint[right_ankle]) / 2, 0, 0);
    }
    return f;
  }

  /// Where this body's pelvis is when seated, for the chair.
  Figure seated_figure() const {
    Figure f = pose_figure(body_, exercise_pose(Movement::sit_to_stand, 0, 1, style_), heading_);
    stand_on_floor(body_, f, (f.joint[left_ankle] + f.joint[right_ankle]) / 2, 0, 0);
    return f;
  }
  double heading() const { return heading_; }  ///< By how much the person has turned about the vertical, radians.

  /// How hard the recording is, about 0.2 to 1.3: the class's effort times size and rate of its repetitions.
  double effort() const {
    if (exercise_.timing == Timing::once) return exercise_.effort * 1.4 / std::max(0.4, repetitions_.front().there);
    double size = 0, time = 0;
    for (const Repetition& r : repetitions_) size += std::abs(r.amplitude), time += r.end() - r.start;
    return exercise_.effort * 2.6 * size / time;
  }
  /// Repetitions a second.
  double rate() const {
    if (exercise_.timing == Timing::once) return 0.25;
    double time = 0;
    for (const Repetition& r : repetitions_) time += r.end() - r.start;
    return static_cast<double>(repetitions_.size()) / time;
  }

 private:
  struct Sway {
    double size, rate, phase, tremor, tremor_rate, tremor_phase;  // degrees, Hz, turns
  };

  double chain_time(double t) const { return exercise_.backwards ? duration_ - t : t; }

  const Repetition& repetition_at(double time) const {
    std::size_t i = 0;
    while (i + 1 < repetitions_.size() && time >= repetitions_[i].end()) ++i;
    return repetitions_[i];
  }

  static double unsigned_progress(const Repetition& r, double time) {
    double s = time - r.start;
    if (s < r.there + r.hold) return smooth_step(s / r.there);
    s -= r.there + r.hold;
    return 1 - smooth_step(s / r.back);
  }

  void draw_repetitions(Random& random) {
    const double size = random.uniform(0.85, 1.1), total = random.uniform(1.7, 2.7);
    const double hold = random.uniform(0, 0.3), rest = random.uniform(0, 0.4);
    const double slow = random.uniform(0.72, 0.80), even = random.uniform(0.42, 0.58);
    const double share = exercise_.timing == Timing::slow_out ? slow : even;
    const double first_sign = random.chance(0.5) ? 1 : -1;
    const double phase = random.uniform();
    if (exercise_.timing == Timing::once) {
      Repetition r;
      r.there = std::min(0.55 * total + 0.2, 0.75 * duration_);
      r.start = phase * (duration_ - r.there);
      r.hold = 2 * duration_;  // stays there
      repetitions_.push_back(r);
      return;
    }
    double start = -phase * (total + hold + rest);
    for (double sign = first_sign; start < duration_; sign = -sign) {
      Repetition r;
      const double length = total * random.uniform(0.92, 1.08);
      r.start = start;
      r.there = share * length, r.back = (1 - share) * length;
      r.hold = hold * random.uniform(0.6, 1.4), r.rest = rest * random.uniform(0.6, 1.4);
      r.amplitude = size * random.uniform(0.92, 1.04) * (exercise_.movement == Movement::trunk_turn ? sign : 1);
      repetitions_.push_back(r);
      start = r.end();
    }
  }

  Exercise exercise_;
  double duration_;
  Body body_;
  Style style_;
  double heading_ = 0;
  std::array<double, angle_count> offset_{};  // degrees, the subject's habit
  std::array<Sway, angle_count> sway_{};
  std::vector<Repetition> repetitions_;
};

}  // namespace exercises
STAC3DL_NAMESPACE_END
