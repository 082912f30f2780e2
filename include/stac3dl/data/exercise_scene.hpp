/// data/exercise_scene.hpp - one recording seen by a camera: room, light, people, and their picture at any time.
///
/// easy: a still room, a steady light, the camera within 20 degrees of the figure's front.
/// hard: a wall whose pattern drifts, people passing before or behind, light that changes in strength, tint and
/// direction, the camera within 60 degrees, and clothes that may look like the wall.
/// Room, light and passers-by run forwards in every class: only the subject's movement is what the class says.
#pragma once

#include "stac3dl/data/exercise_backdrop.hpp"
#include "stac3dl/data/exercise_motion.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

/// How cluttered the scene is; see above.
enum class Level { easy, hard };

/// Draws frames of one recording.
class Scene {
 public:
  /// `subject` is the person's stream of random numbers, `random` the recording's.
  Scene(Level level, const Motion& motion, Random subject, Random random)
      : motion_(&motion), hard_(level == Level::hard), camera_(draw_camera(random)),
        wall_distance_(random.uniform(1.5, 2.4)), wall_turn_(random.uniform(-12, 12) * degree),
        wall_colour_(from_hsv(random.uniform(), random.uniform(0, 0.45), random.uniform(0.35, 0.95))),
        wall_(wall_colour_, second_colour(wall_colour_, random), static_cast<Index>(random.below(6)), fork(random, 1)),
        floor_(draw_floor(random)),
        clothes_(Clothes::draw(subject, fork(random, 2), wall_colour_, hard_ ? 0.2 : 0.4)) {
    chair_colour_ = from_hsv(random.uniform(), random.uniform(0.1, 0.7), random.uniform(0.15, 0.8));
    light_turn_ = random.uniform(-1, 1);
    light_height_ = random.uniform(0.5, 1.2);
    gain_ = random.uniform(0.85, 1.1);
    if (!hard_) return;
    drift_u_ = random.uniform(-0.5, 0.5), drift_v_ = random.uniform(-0.25, 0.25);
    flicker_ = random.uniform(0.05, 0.28), flicker_rate_ = random.uniform(0.1, 0.7), flicker_phase_ = random.uniform();
    tint_ = random.uniform(0, 0.12), light_sweep_ = random.uniform(0, 0.7);
    const std::uint64_t passers = random.chance(0.35) ? 0 : 1 + random.below(2);
    for (std::uint64_t i = 0; i < passers; ++i) passers_.push_back(draw_passer(random, i));
  }

  const Camera& camera() const { return camera_; }     ///< Where the picture is taken from.
  const Clothes& clothes() const { return clothes_; }  ///< What the subject wears.

  /// For render(): fixed for the recording at one frame size.
  Backdrop backdrop(Index h, Index w) const { return Backdrop(camera_, h, w, wall_distance_, wall_turn_); }

  /// Draws the moment t onto the canvas.
  void render(double t, const Backdrop& backdrop, Canvas& canvas) const {
    const Light light = light_at(t);
    const Figure figure = motion_->figure(t);
    std::vector<Limb> limbs;
    limbs.reserve(80);
    std::vector<Point> shadows{(figure.joint[left_ankle] + figure.joint[right_ankle] + figure.joint[pelvis]) / 3};
    dress(limbs, figure, motion_->body(), clothes_, camera_, subject_pixels);
    if (motion_->exercise().movement == Movement::sit_to_stand)
      place_chair(limbs, motion_->seated_figure(), motion_->body(), motion_->heading(), chair_colour_, camera_);
    for (const Passer& passer : passers_) {
      const Figure walker = passer_figure(passer, t);
      dress(limbs, walker, passer.body, passer.clothes, camera_, passer_pixels);
      shadows.push_back(walker.joint[pelvis]);
    }
    std::sort(limbs.begin(), limbs.end(),
              [](const Limb& p, const Limb& q) { return p.a.z() + p.b.z() > q.a.z() + q.b.z(); });
    paint_room(t, backdrop, light, shadows, canvas);
    const Lens lens(camera_, canvas.height, canvas.width);
    for (const Limb& limb : limbs) canvas.draw(limb, lens, light);
  }

 private:
  struct Passer {
    Body body;
    Clothes clothes;
    double crossing, speed, beside, stride, phase;  // s, m/s (sign: direction), metres behind the subject, 1/s, turns
  };

  static Random fork(Random& random, std::uint64_t name) {
    return Random({random.below(std::uint64_t{1} << 31), name});
  }

  Camera draw_camera(Random& random) const {
    const double yaw = motion_->heading() + random.uniform(-1, 1) * (hard_ ? 60 : 20) * degree;
    const double distance = random.uniform(2.8, 3.6), eye = random.uniform(0.95, 1.55);
    const double view = random.uniform(2.35, 2.65) * (hard_ ? random.uniform(0.98, 1.12) : 1);
    const double middle = 0.58 * motion_->body().height + random.uniform(-0.03, 0.06);
    Camera camera;
    camera.position = Point(distance * std::sin(yaw), eye, distance * std::cos(yaw));
    camera.look_at(Point(0, middle, 0));
    camera.focal = distance / view;
    camera.shift_x = random.uniform(-0.04, 0.04), camera.shift_y = random.uniform(-0.02, 0.02);
    return camera;
  }

  static Colour second_colour(const Colour& first, Random& random) {
    const Colour other = from_hsv(random.uniform(), random.uniform(0, 0.5), random.uniform(0.3, 0.95));
    return mix(first, other, random.uniform(0.25, 0.7));
  }

  static Texture draw_floor(Random& random) {
    const Colour base = from_hsv(random.uniform(0.03, 0.15), random.uniform(0.1, 0.5), random.uniform(0.3, 0.75));
    return Texture(base, mix(base, {0.2f, 0.2f, 0.2f}, random.uniform(0.15, 0.45)), 0, fork(random, 3));
  }

  Passer draw_passer(Random& random, std::uint64_t number) const {
    Passer p{Body::draw(fork(random, 10 + number)), {}, 0, 0, 0, 0, 0};
    p.clothes = Clothes::draw(fork(random, 20 + number), fork(random, 30 + number), wall_colour_, 0.2);
    p.crossing = random.uniform(0, motion_->duration());
    p.speed = random.uniform(0.7, 1.5) * (random.chance(0.5) ? 1 : -1);
    p.beside = random.chance(0.3) ? random.uniform(-1.2, -0.8) : random.uniform(0.75, 1.2);
    p.stride = std::abs(p.speed) / (0.75 * p.body.height), p.phase = random.uniform();
    return p;
  }

  Figure passer_figure(const Passer& p, double t) const {
    const Point right = camera_.rotation.row(0).transpose();
    const Point level = Point(-right.z(), 0, right.x()) * -1;  // away from the camera, level
    const Point at = p.beside * level + p.speed * (t - p.crossing) * right;
    const double sign = p.speed > 0 ? 1 : -1;
    const double heading = std::atan2(sign * right.x(), sign * right.z());
    Figure f = pose_figure(p.body, walking_pose(p.phase + p.stride * t), heading);
    stand_on_floor(p.body, f, f.joint[pelvis], at.x(), at.z());
    return f;
  }

  Light light_at(double t) const {
    Light light;
    const double wave = std::sin(2 * std::numbers::pi * (flicker_rate_ * t + flicker_phase_));
    const double side = light_turn_ + light_sweep_ * wave;
    light.from = Point(side, -light_height_, -0.7).normalized();
    for (std::size_t c = 0; c < 3; ++c)
      light.gain[c] = static_cast<float>(gain_ * (1 + flicker_ * wave + tint_ * wave * (static_cast<double>(c) - 1)));
    return light;
  }

  void paint_room(double t, const Backdrop& backdrop, const Light& light, const std::vector<Point>& shadows,
                  Canvas& canvas) const {
    const double drift_u = drift_u_ * t, drift_v = drift_v_ * t;
    for (std::size_t i = 0; i < backdrop.place.size(); ++i) {
      const Backdrop::Place& p = backdrop.place[i];
      const Colour colour = p.floor ? floor_.at(p.u, p.v) : wall_.at(p.u + drift_u, p.v + drift_v);
      float shade = p.shade;
      if (p.floor)
        for (const Point& s : shadows) {
          const float x = p.u - static_cast<float>(s.x()), z = p.v - static_cast<float>(s.z());
          shade *= 1 - 0.45f * std::max(0.0f, 1 - (x * x + z * z) * 8);
        }
      for (std::size_t c = 0; c < 3; ++c) canvas.rgb[3 * i + c] = colour[c] * shade * light.gain[c];
      canvas.depth[i] = p.depth;
      canvas.owner[i] = scenery, canvas.part[i] = 0;
    }
  }

  const Motion* motion_;
  bool hard_;
  Camera camera_;
  double wall_distance_, wall_turn_;
  Colour wall_colour_;
  Texture wall_, floor_;
  Clothes clothes_;
  Colour chair_colour_{};
  double light_turn_ = 0, light_height_ = 1, gain_ = 1;
  double drift_u_ = 0, drift_v_ = 0;
  double flicker_ = 0, flicker_rate_ = 0, flicker_phase_ = 0, tint_ = 0, light_sweep_ = 0;
  std::vector<Passer> passers_;
};

}  // namespace exercises
STAC3DL_NAMESPACE_END
