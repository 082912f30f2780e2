/// data/exercise_poses.hpp - which exercises there are, and the pose of each at a given progress.
///
/// A movement is a path of poses over progress u: 0 at rest, 1 at the far end (trunk rotation: -1 to 1, both ends).
/// Two classes may share a movement and differ in time alone: one plays it as drawn, the other backwards.  Both then
/// have the same poses equally often, and no single frame, nor all of them in random order, tells them apart.
/// In upright legs the angle of the thigh to the vertical is hip flexion minus the pelvis' pitch, and the shank leans
/// forward by knee flexion minus that; a flat foot needs an ankle flexion equal to this lean.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/data/figure.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

/// What limbs do.
enum class Movement { squat, sit_to_stand, side_raise, front_raise, lunge, knee_bend, trunk_turn, leg_raise };

/// How a movement's time is shaped.
enum class Timing {
  even,      ///< there and back, each about as long
  slow_out,  ///< there slowly, back quickly
  once       ///< there and no way back
};

/// One class of the generated data set.
struct Exercise {
  const char* name;   ///< its name in tables
  Movement movement;  ///< which limbs move
  Timing timing;      ///< how fast, when
  bool backwards;  ///< played in reverse: slow_out becomes quick out and slow back
  double effort;   ///< of a brisk recording, 1 = the hardest
};

/// The classes; a label is an index into it.
inline constexpr std::array<Exercise, 12> exercise_list{{
    {"squat_slow_down", Movement::squat, Timing::slow_out, false, 0.9},
    {"squat_slow_up", Movement::squat, Timing::slow_out, true, 0.9},
    {"sit_to_stand", Movement::sit_to_stand, Timing::once, false, 0.7},
    {"stand_to_sit", Movement::sit_to_stand, Timing::once, true, 0.7},
    {"side_raise_slow_up", Movement::side_raise, Timing::slow_out, false, 0.4},
    {"side_raise_slow_down", Movement::side_raise, Timing::slow_out, true, 0.4},
    {"front_raise_slow_up", Movement::front_raise, Timing::slow_out, false, 0.4},
    {"front_raise_slow_down", Movement::front_raise, Timing::slow_out, true, 0.4},
    {"lunge", Movement::lunge, Timing::even, false, 1.0},
    {"knee_flexion", Movement::knee_bend, Timing::even, false, 0.45},
    {"trunk_rotation", Movement::trunk_turn, Timing::even, false, 0.35},
    {"hip_abduction", Movement::leg_raise, Timing::even, false, 0.5}}};

/// Labels that differ in direction or timing alone.
inline constexpr std::array<std::pair<Index, Index>, 4> direction_pairs{{{0, 1}, {2, 3}, {4, 5}, {6, 7}}};

/// What the arms do while the legs work.
enum class Arms { hanging, on_hips, at_chest };

/// How one recording does its movement.
struct Style {
  std::size_t side = 0;     ///< of one-sided movements: 0 left, 1 right
  Arms arms = Arms::hanging;  ///< squats and the like
  bool squat_reach = true;  ///< squats: arms come forward for balance
  double stance = 5;        ///< hip abduction in standing, degrees
  double reach = 110;       ///< arm raises: angle at the far end, degrees
  double elbow = 10;        ///< bend of stretched arms, degrees
};

/// Sets a left angle and the right one behind it, in degrees.
inline void both(Pose& p, std::size_t angle, double degrees) { p[angle] = p[angle + 1] = degrees * degree; }

/// Puts both arms where `arms` says.
inline void set_arms(Pose& p, Arms arms) {
  switch (arms) {
    case Arms::hanging:
      both(p, shoulder_flexion, 4), both(p, shoulder_abduction, 9), both(p, elbow_flexion, 14);
      break;
    case Arms::on_hips:
      both(p, shoulder_flexion, -18), both(p, shoulder_abduction, 42);
      both(p, shoulder_rotation, 62), both(p, elbow_flexion, 92);
      break;
    case Arms::at_chest:
      both(p, shoulder_flexion, 38), both(p, shoulder_abduction, 12);
      both(p, shoulder_rotation, 55), both(p, elbow_flexion, 112);
      break;
  }
}

/// Legs that stand: thigh `thigh` degrees forward of the vertical, shank leaning `lean` degrees forward, flat foot.
inline void set_leg(Pose& p, std::size_t side, double thigh, double lean) {
  p[hip_flexion + side] = thigh * degree + p[pelvis_pitch];
  p[knee_flexion + side] = (thigh + lean) * degree;
  p[ankle_flexion + side] = lean * degree;
}

/// The pose at progress u with strength `amplitude` (about 1).
inline Pose exercise_pose(Movement movement, double u, double amplitude, const Style& style) {
  Pose p;
  const double a = u * amplitude;
  const std::size_t working = style.side, standing = 1 - style.side;
  const double working_sign = working == 0 ? 1 : -1;
  set_arms(p, style.arms);
  both(p, hip_abduction, style.stance);
  set_leg(p, 0, 0, 0), set_leg(p, 1, 0, 0);
  switch (movement) {
    case Movement::squat: {
      p[pelvis_pitch] = 24 * a * degree, p[spine_flexion] = 16 * a * degree;
      set_leg(p, 0, 78 * a, 27 * a), set_leg(p, 1, 78 * a, 27 * a);
      both(p, hip_abduction, style.stance + 8 * a), both(p, hip_rotation, 8 * a);
      p[neck_flexion] = -25 * a * degree;
      if (style.squat_reach) {
        set_arms(p, Arms::hanging);
        both(p, shoulder_flexion, 4 + 105 * a);
      }
      break;
    }
    case Movement::sit_to_stand: {
      // The trunk swings forward before the seat is left, and straightens as the knees do.
      const double swing = std::pow(std::sin(std::numbers::pi * std::pow(u, 0.7)), 2), seated = 1 - u;
      p[pelvis_pitch] = (26 * swing - 2 * seated) * degree, p[spine_flexion] = (14 * swing + 6 * seated) * degree;
      set_leg(p, 0, 86 * seated, 6 * seated + 14 * swing), set_leg(p, 1, 86 * seated, 6 * seated + 14 * swing);
      p[neck_flexion] = -18 * swing * degree;
      if (style.arms != Arms::at_chest) {
        set_arms(p, Arms::hanging);
        both(p, shoulder_flexion, 4 + 22 * seated + 20 * swing), both(p, elbow_flexion, 14 + 42 * seated);
      }
      break;
    }
    case Movement::side_raise:
      both(p, shoulder_abduction, 9 + (style.reach - 9) * a), both(p, shoulder_flexion, 5);
      both(p, shoulder_rotation, 0), both(p, elbow_flexion, style.elbow);
      break;
    case Movement::front_raise:
      both(p, shoulder_flexion, 4 + (style.reach - 4) * a), both(p, shoulder_abduction, 6);
      both(p, shoulder_rotation, 0), both(p, elbow_flexion, style.elbow);
      break;
    case Movement::lunge: {
      const double lift = std::pow(std::sin(std::numbers::pi * u), 2);  // the foot leaves the floor on its way
      p[pelvis_pitch] = 6 * a * degree, p[spine_flexion] = 4 * a * degree;
      set_leg(p, working, 64 * a + 14 * lift, 6 * a + 22 * lift);
      p[ankle_flexion + working] = 6 * a * degree;
      p[hip_flexion + standing] = -20 * a * degree + p[pelvis_pitch], p[knee_flexion + standing] = 58 * a * degree;
      p[ankle_flexion + standing] = 22 * a * degree;
      break;
    }
    case Movement::knee_bend:
      p[pelvis_pitch] = 5 * a * degree;
      set_leg(p, standing, 0, 0);
      p[hip_flexion + working] = p[pelvis_pitch] + 4 * a * degree;
      p[knee_flexion + working] = 104 * a * degree, p[ankle_flexion + working] = -12 * a * degree;
      break;
    case Movement::trunk_turn:
      p[spine_twist] = 44 * a * degree;
      if (style.arms == Arms::hanging) {  // arms forward at chest height
        both(p, shoulder_flexion, 72), both(p, shoulder_abduction, 6), both(p, elbow_flexion, style.elbow + 15);
        both(p, shoulder_rotation, 20);
      }
      break;
    case Movement::leg_raise:
      p[hip_abduction + working] = (style.stance + 38 * a) * degree;
      p[hip_abduction + standing] = 1 * degree;
      p[spine_bend] = working_sign * -5 * a * degree;
      if (style.arms == Arms::hanging) both(p, shoulder_abduction, 14);
      break;
  }
  p.limit();
  return p;
}

}  // namespace exercises
STAC3DL_NAMESPACE_END
