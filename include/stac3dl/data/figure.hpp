/// data/figure.hpp - a parametric human figure: proportions, joint angles with anatomical limits, forward kinematics.
///
/// World coordinates are metres: y up, the floor at y = 0, a figure of heading 0 looks along +z and has its left at +x.
/// Angles are radians and 0 in upright standing with hanging arms.  With Rx, Ry, Rz right-handed turns about the axes
/// of the parent part and m = +1 on the left, -1 on the right:
///   pelvis  Ry(heading + yaw) Rz(roll) Rx(pitch)       chest     pelvis Ry(twist) Rz(-bend) Rx(flexion)
///   thigh   pelvis Rz(m abduction) Rx(-flexion) Ry(m rotation)            shank    thigh Rx(knee)
///   upper arm  chest Rz(m abduction) Rx(-flexion) Ry(-m rotation)         forearm  upper arm Rx(-elbow)
/// A part's child joint lies at (0, -length, 0) of its frame (trunk and head: upwards).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "stac3dl/core/check.hpp"
#include "stac3dl/core/random.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

using Point = Eigen::Vector3d;     ///< Metres; or a direction.
using Rotation = Eigen::Matrix3d;  ///< A rotation matrix.

/// Left joints are even from left_shoulder on, their right partners follow them.
enum Joint : std::size_t {
  pelvis, chest, neck, head,
  left_shoulder, right_shoulder, left_elbow, right_elbow, left_wrist, right_wrist,
  left_hip, right_hip, left_knee, right_knee, left_ankle, right_ankle,
  joint_count
};

/// As they are called in files and tables.
inline constexpr std::array<const char*, joint_count> joint_names{
    "pelvis", "chest", "neck", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"};

/// What is drawn as a line, and what keeps its length whatever the figure does.
inline constexpr std::array<std::pair<Joint, Joint>, 15> bones{{
    {pelvis, chest}, {chest, neck}, {neck, head},
    {neck, left_shoulder}, {left_shoulder, left_elbow}, {left_elbow, left_wrist},
    {neck, right_shoulder}, {right_shoulder, right_elbow}, {right_elbow, right_wrist},
    {pelvis, left_hip}, {left_hip, left_knee}, {left_knee, left_ankle},
    {pelvis, right_hip}, {right_hip, right_knee}, {right_knee, right_ankle}}};

/// Joints that change places when a picture is mirrored.
inline constexpr std::array<std::pair<Joint, Joint>, 6> left_right_pairs{{
    {left_shoulder, right_shoulder}, {left_elbow, right_elbow}, {left_wrist, right_wrist},
    {left_hip, right_hip}, {left_knee, right_knee}, {left_ankle, right_ankle}}};

/// Degrees of freedom; from shoulder_flexion on there are two of each, index angle + side (0 left, 1 right).
enum Angle : std::size_t {
  pelvis_pitch, pelvis_yaw, pelvis_roll, spine_flexion, spine_bend, spine_twist, neck_flexion,
  shoulder_flexion = 7, shoulder_abduction = 9, shoulder_rotation = 11, elbow_flexion = 13,
  hip_flexion = 15, hip_abduction = 17, hip_rotation = 19, knee_flexion = 21, ankle_flexion = 23,
  angle_count = 25
};

inline constexpr double degree = std::numbers::pi / 180;  ///< Radians in a degree.

/// {lowest, highest} in degrees, after the usual tables of joint range (elevation above the head included).
inline constexpr std::array<std::pair<double, double>, angle_count> angle_limits{{
    {-15, 50}, {-45, 45}, {-15, 15}, {-20, 60}, {-30, 30}, {-50, 50}, {-40, 45},
    {-50, 175}, {-50, 175}, {-20, 170}, {-20, 170}, {-80, 80}, {-80, 80}, {0, 145}, {0, 145},
    {-25, 125}, {-25, 125}, {-25, 50}, {-25, 50}, {-40, 45}, {-40, 45}, {0, 140}, {0, 140}, {-50, 35}, {-50, 35}}};

/// Joint angles of one moment.
struct Pose {
  std::array<double, angle_count> angle{};                ///< radians
  double& operator[](std::size_t a) { return angle[a]; }  ///< An angle by its number, radians.
  double operator[](std::size_t a) const { return angle[a]; }

  /// Brings every angle between its limits.
  void limit() {
    for (std::size_t a = 0; a < angle_count; ++a)
      angle[a] = std::clamp(angle[a], angle_limits[a].first * degree, angle_limits[a].second * degree);
  }
};

/// Lengths in metres; girth multiplies the thickness of every part.
struct Body {
  double height = 1.7, girth = 1;  ///< stature, metres; a factor
  /// metres.
  double lumbar, thorax, neck, shoulder_half, hip_half, upper_arm, forearm, hand, thigh, shank, foot, ankle_height;

  /// `stature` in metres; the others are factors on average proportions.
  explicit Body(double stature = 1.7, double legs = 1, double arms = 1, double breadth = 1, double stoutness = 1)
      : height(stature), girth(stoutness), lumbar(0.145 * height), thorax(0.165 * height), neck(0.075 * height),
        shoulder_half(0.105 * height * breadth), hip_half(0.052 * height * breadth), upper_arm(0.176 * height * arms),
        forearm(0.146 * height * arms), hand(0.06 * height), thigh(0.242 * height * legs), shank(0.243 * height * legs),
        foot(0.115 * height), ankle_height(0.042 * height) {}

  /// Somebody: heights of 1.50 to 1.92 m, legs and arms 5 % longer or shorter, slim to stout.
  static Body draw(Random random) {
    const double stature = random.uniform(1.50, 1.92), legs = random.uniform(0.95, 1.05);
    const double arms = random.uniform(0.95, 1.05), breadth = random.uniform(0.92, 1.10);
    return Body(stature, legs, arms, breadth, random.uniform(0.9, 1.25));
  }
};

/// Where everything is: joints, and the ends of hands and feet that are drawn but no key points.
struct Figure {
  std::array<Point, joint_count> joint;  ///< metres
  std::array<Point, 2> hand, toe;        ///< ends, left and right, metres
  Point face;      ///< unit vector, where the head looks
  Point crown;     ///< unit vector, from the neck through the head

  /// Moves all of it by so many metres.
  void move(const Point& by) {
    for (Point& p : joint) p += by;
    for (Point& p : hand) p += by;
    for (Point& p : toe) p += by;
  }
};

/// About x, by `a` radians, right-handed.
inline Rotation turn_x(double a) {
  const double c = std::cos(a), s = std::sin(a);
  Rotation r;
  r << 1, 0, 0, 0, c, -s, 0, s, c;
  return r;
}
/// About y, by `a` radians, right-handed.
inline Rotation turn_y(double a) {
  const double c = std::cos(a), s = std::sin(a);
  Rotation r;
  r << c, 0, s, 0, 1, 0, -s, 0, c;
  return r;
}
/// About z, by `a` radians, right-handed.
inline Rotation turn_z(double a) {
  const double c = std::cos(a), s = std::sin(a);
  Rotation r;
  r << c, -s, 0, s, c, 0, 0, 0, 1;
  return r;
}

/// Forward kinematics with the pelvis at the origin; see the file's head for the chain of turns.
inline Figure pose_figure(const Body& body, const Pose& p, double heading = 0) {
  Figure f;
  const Point up(0, 1, 0), forward(0, 0, 1);
  const Rotation pelvis_frame = turn_y(heading + p[pelvis_yaw]) * turn_z(p[pelvis_roll]) * turn_x(p[pelvis_pitch]);
  // The spine bends over its length: the lumbar part takes half of it.
  const Rotation lumbar_frame =
      pelvis_frame * turn_y(p[spine_twist] / 2) * turn_z(-p[spine_bend] / 2) * turn_x(p[spine_flexion] / 2);
  const Rotation chest_frame =
      pelvis_frame * turn_y(p[spine_twist]) * turn_z(-p[spine_bend]) * turn_x(p[spine_flexion]);
  const Rotation head_frame = chest_frame * turn_x(p[neck_flexion]);
  f.joint[pelvis] = Point::Zero();
  f.joint[chest] = lumbar_frame * up * body.lumbar;
  f.joint[neck] = f.joint[chest] + chest_frame * up * body.thorax;
  f.joint[head] = f.joint[neck] + head_frame * up * body.neck;
  f.crown = head_frame * up;
  f.face = head_frame * forward;
  for (std::size_t side = 0; side < 2; ++side) {
    const double m = side == 0 ? 1 : -1;
    const Rotation arm = chest_frame * turn_z(m * p[shoulder_abduction + side]) *
                         turn_x(-p[shoulder_flexion + side]) * turn_y(-m * p[shoulder_rotation + side]);
    const Rotation forearm = arm * turn_x(-p[elbow_flexion + side]);
    const Point shoulder(m * body.shoulder_half, -0.02 * body.height, 0);
    f.joint[left_shoulder + side] = f.joint[neck] + chest_frame * shoulder;
    f.joint[left_elbow + side] = f.joint[left_shoulder + side] - arm * up * body.upper_arm;
    f.joint[left_wrist + side] = f.joint[left_elbow + side] - forearm * up * body.forearm;
    f.hand[side] = f.joint[left_wrist + side] - forearm * up * body.hand;

    const Rotation thigh = pelvis_frame * turn_z(m * p[hip_abduction + side]) * turn_x(-p[hip_flexion + side]) *
                           turn_y(m * p[hip_rotation + side]);
    const Rotation shank = thigh * turn_x(p[knee_flexion + side]);
    const Rotation foot = shank * turn_x(-p[ankle_flexion + side]);
    f.joint[left_hip + side] = pelvis_frame * Point(m * body.hip_half, -0.02 * body.height, 0);
    f.joint[left_knee + side] = f.joint[left_hip + side] - thigh * up * body.thigh;
    f.joint[left_ankle + side] = f.joint[left_knee + side] - shank * up * body.shank;
    f.toe[side] = f.joint[left_ankle + side] + foot * Point(0, -0.55 * body.ankle_height, body.foot);
  }
  return f;
}

/// Height of a foot's lowest point above the floor, with the soles' thickness taken off.
inline double foot_clearance(const Body& body, const Figure& f, std::size_t side) {
  return std::min(f.joint[left_ankle + side].y() - body.ankle_height, f.toe[side].y() - 0.45 * body.ankle_height);
}

/// Moves the figure so that its lower foot touches the floor and `anchor` is at (x, z).
inline void stand_on_floor(const Body& body, Figure& f, const Point& anchor, double x, double z) {
  const double lowest = std::min(foot_clearance(body, f, 0), foot_clearance(body, f, 1));
  f.move(Point(x - anchor.x(), -lowest, z - anchor.z()));
}

}  // namespace exercises
STAC3DL_NAMESPACE_END
