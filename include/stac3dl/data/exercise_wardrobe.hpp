/// data/exercise_wardrobe.hpp - what a figure, a chair and a passer-by look like: limbs, thickness and colours.
///
/// Clothes are the same left and right: a single frame's colours never tell one side from the other.
#pragma once

#include "stac3dl/data/exercise_canvas.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

inline constexpr std::uint8_t scenery = 0, subject_pixels = 1, passer_pixels = 2;  ///< who a pixel belongs to

/// Hue in turns, saturation and value in [0, 1].
inline Colour from_hsv(double hue, double saturation, double value) {
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double k = std::fmod(5 - 2 * static_cast<double>(c) + 6 * hue, 6.0);
    const double part = std::clamp(std::min(k, 4 - k), 0.0, 1.0);
    colour[c] = static_cast<float>(value - value * saturation * part);
  }
  return colour;
}
/// A + share (b - a).
inline Colour mix(const Colour& a, const Colour& b, double share) {
  Colour m{};
  for (std::size_t c = 0; c < 3; ++c) m[c] = static_cast<float>(a[c] + share * (b[c] - a[c]));
  return m;
}
/// Euclidean distance of two colours, at most sqrt(3).
inline double distance(const Colour& a, const Colour& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// What a figure wears.
struct Clothes {
  Colour skin, hair, shirt, trousers, shoes;  ///< [0, 1] each
  bool long_sleeves, long_trousers;           ///< else skin shows

  /// Skin and hair are the subject's, the rest is the recording's.  `behind` is what shirt and trousers must stand out
  /// from by `contrast` (distance of colours).
  static Clothes draw(Random subject, Random recording, const Colour& behind, double contrast) {
    Clothes c{};
    c.skin = mix({0.95f, 0.78f, 0.66f}, {0.38f, 0.24f, 0.16f}, subject.uniform());
    c.hair = mix({0.08f, 0.06f, 0.05f}, {0.75f, 0.6f, 0.4f}, std::pow(subject.uniform(), 2));
    const auto draw_colour = [&] {
      Colour colour{};
      for (int attempt = 0; attempt < 16; ++attempt) {
        colour = from_hsv(recording.uniform(), recording.uniform(0.1, 0.95), recording.uniform(0.12, 0.95));
        if (distance(colour, behind) >= contrast) break;
      }
      return colour;
    };
    c.shirt = draw_colour(), c.trousers = draw_colour(), c.shoes = draw_colour();
    c.long_sleeves = recording.chance(0.5), c.long_trousers = recording.chance(0.7);
    return c;
  }
};

/// Adds a figure's limbs, in camera coordinates.
inline void dress(std::vector<Limb>& limbs, const Figure& f, const Body& body, const Clothes& wear,
                  const Camera& camera, std::uint8_t owner) {
  const double k = body.height / 1.7, g = k * body.girth;
  const auto add = [&](const Point& a, const Point& b, double radius_a, double radius_b, const Colour& colour,
                       BodyParts part = 0) {
    limbs.push_back({camera.to_camera(a), camera.to_camera(b), radius_a, radius_b, colour, owner, part});
  };
  add(f.joint[left_hip], f.joint[right_hip], 0.095 * g, 0.095 * g, wear.trousers);
  add(f.joint[pelvis], f.joint[chest], 0.11 * g, 0.12 * g, wear.shirt);
  add(f.joint[chest], (f.joint[chest] + 3 * f.joint[neck]) / 4, 0.125 * g, 0.09 * g, wear.shirt);
  add(f.joint[left_shoulder], f.joint[right_shoulder], 0.062 * g, 0.062 * g, wear.shirt);
  add(f.joint[neck], f.joint[head], 0.05 * k, 0.05 * k, wear.skin);
  add(f.joint[head] - 0.03 * k * f.crown, f.joint[head] + 0.02 * k * f.crown, 0.08 * k, 0.085 * k, wear.skin);
  const Point hair = f.joint[head] + 0.035 * k * f.crown - 0.022 * k * f.face;
  add(hair, hair - 0.03 * k * f.face, 0.088 * k, 0.085 * k, wear.hair);
  for (std::size_t side = 0; side < 2; ++side) {
    const Point &shoulder = f.joint[left_shoulder + side], &elbow = f.joint[left_elbow + side];
    const Point &wrist = f.joint[left_wrist + side], &hip = f.joint[left_hip + side];
    const Point &knee = f.joint[left_knee + side], &ankle = f.joint[left_ankle + side];
    add((f.joint[pelvis] + 2 * hip) / 3, (f.joint[neck] + 3 * shoulder) / 4, 0.08 * g, 0.075 * g, wear.shirt);
    const BodyParts forearm = side_part(left_forearm, side), shank = side_part(left_shank, side);
    add(shoulder, elbow, 0.054 * g, 0.043 * g, wear.shirt, side_part(left_upper_arm, side));
    add(elbow, wrist, 0.042 * g, 0.031 * g, wear.long_sleeves ? wear.shirt : wear.skin, forearm);
    add(wrist, f.hand[side], 0.032 * k, 0.036 * k, wear.skin, forearm);
    add(hip, knee, 0.088 * g, 0.06 * g, wear.trousers, side_part(left_thigh, side));
    add(knee, ankle, 0.057 * g, 0.04 * g, wear.long_trousers ? wear.trousers : wear.skin, shank);
    add(ankle - Point(0, 0.03 * k, 0), f.toe[side], 0.04 * k, 0.031 * k, wear.shoes, shank);
  }
}

/// Adds a chair under a seated figure.
inline void place_chair(std::vector<Limb>& limbs, const Figure& seated, const Body& body, double heading,
                        const Colour& colour, const Camera& camera) {
  const Point& at = seated.joint[pelvis];
  const double g = body.height / 1.7 * body.girth;
  const double seat = (seated.joint[left_hip].y() + seated.joint[right_hip].y()) / 2 - 0.088 * g - 0.03;
  const Rotation turn = turn_y(heading);
  const Point ground(at.x(), 0, at.z());
  const auto add = [&](const Point& a, const Point& b, double radius) {
    limbs.push_back({camera.to_camera(ground + turn * a), camera.to_camera(ground + turn * b), radius, radius, colour,
                     scenery});
  };
  constexpr double half = 0.23, front = 0.2, rear = -0.24, bar = 0.028;
  for (int i = 0; i < 6; ++i) {
    const double z = rear + (front - rear) * i / 5;
    add({-half, seat, z}, {half, seat, z}, 1.5 * bar);
  }
  for (double x : {-half, half}) {
    add({x, 0.03, front}, {x, seat, front}, bar);
    add({x, 0.03, rear}, {x, seat + 0.5, rear - 0.05}, bar);
  }
  for (double y : {0.2, 0.34, 0.48}) add({-half, seat + y, rear - 0.04}, {half, seat + y, rear - 0.04}, 1.6 * bar);
}

/// Somebody who walks through, in a pose of the gait at phase (in turns).
inline Pose walking_pose(double phase) {
  Pose p;
  const double turn = 2 * std::numbers::pi;
  p[pelvis_pitch] = 3 * degree;
  for (std::size_t side = 0; side < 2; ++side) {
    const double at = turn * (phase + 0.5 * static_cast<double>(side));
    p[hip_flexion + side] = (6 + 26 * std::sin(at)) * degree;
    p[knee_flexion + side] = (12 + 44 * std::max(0.0, std::sin(at + 0.25 * turn))) * degree;
    p[shoulder_flexion + side] = -22 * std::sin(at) * degree;
    p[shoulder_abduction + side] = 7 * degree;
    p[elbow_flexion + side] = 22 * degree;
  }
  p.limit();
  return p;
}

}  // namespace exercises
STAC3DL_NAMESPACE_END
