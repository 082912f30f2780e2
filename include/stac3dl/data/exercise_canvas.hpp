/// data/exercise_canvas.hpp - a small z-buffer renderer of round-ended limbs, with a pinhole camera.
///
/// Camera coordinates are metres: x right, y down, z away.  A point falls on pixel coordinates f (x, y)/z + centre,
/// where pixel i covers [i, i + 1) and f counts pixels.  A limb is a capsule from a to b, radius r_a at a and r_b at b.
/// On the screen it is the set of places nearer to the segment's image than the radius' image R; over it the depth is
/// z - r sqrt(1 - d^2/R^2), where d is the distance to the segment and 1/z runs linearly along it.  Edges are blended
/// over one pixel, so limbs are drawn from far to near.
#pragma once

#include <vector>

#include "stac3dl/data/exercise_limbs.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

using Colour = std::array<float, 3>;  ///< red, green, blue in [0, 1]

/// World to camera and camera to frame.
struct Camera {
  Rotation rotation = Rotation::Identity();  ///< rows: right, down, away, in world coordinates
  Point position{0, 1, 3};                   ///< metres, world coordinates
  double focal = 1.2;                        ///< in units of the frame's shorter side
  double shift_x = 0, shift_y = 0;           ///< of the picture's centre, in units of the shorter side

  /// Looks from `position` at `target`, upright.
  void look_at(const Point& target) {
    const Point away = (target - position).normalized();
    const Point right = Point(-away.z(), 0, away.x()).normalized();  // level; +x for a camera that looks along -z
    const Point down(away.y() * right.z() - away.z() * right.y(), away.z() * right.x() - away.x() * right.z(),
                     away.x() * right.y() - away.y() * right.x());
    rotation.row(0) = right.transpose(), rotation.row(1) = down.transpose(), rotation.row(2) = away.transpose();
  }
  /// World to camera coordinates, metres.
  Point to_camera(const Point& world) const { return rotation * (world - position); }
};

/// The camera on a frame of h by w pixels.
struct Lens {
  double focal, centre_x, centre_y;  ///< pixels

  /// The camera's picture of h x w pixels.
  Lens(const Camera& camera, Index h, Index w) {
    const double side = static_cast<double>(std::min(h, w));
    focal = camera.focal * side;
    centre_x = static_cast<double>(w) / 2 + camera.shift_x * side;
    centre_y = static_cast<double>(h) / 2 + camera.shift_y * side;
  }
  /// Column of a point in camera coordinates, in pixels.
  double x(const Point& p) const { return centre_x + focal * p.x() / p.z(); }
  /// Row of a point in camera coordinates, in pixels.
  double y(const Point& p) const { return centre_y + focal * p.y() / p.z(); }
};

/// A limb in camera coordinates.  It marks the pixels that it covers: `owner` is 0 scenery, 1 the subject, 2 somebody
/// else; `part` says which part of a body, as a bit of exercise_limbs.hpp, 0 what is none.
struct Limb {
  Point a, b;                 ///< its ends, metres
  double radius_a, radius_b;  ///< metres
  Colour colour;              ///< before light falls on it
  std::uint8_t owner;         ///< see above
  BodyParts part = 0;         ///< see above
};

/// From where the light comes (unit vector, camera coordinates) and how much comes from everywhere.
struct Light {
  Point from{0, -1, 0};   ///< unit vector
  double ambient = 0.55;  ///< share that comes from everywhere
  Colour gain{1, 1, 1};   ///< tint, a factor on each colour
};

/// One frame being drawn.
struct Canvas {
  Index height, width;              ///< pixels
  std::vector<float> rgb;           ///< (h, w, 3)
  std::vector<float> depth;         ///< (h, w), metres
  std::vector<std::uint8_t> owner;  ///< (h, w)
  std::vector<BodyParts> part;      ///< (h, w)

  /// Black, and nothing in the way.
  Canvas(Index h, Index w)
      : height(h), width(w), rgb(static_cast<std::size_t>(3 * h * w)), depth(static_cast<std::size_t>(h * w)),
        owner(static_cast<std::size_t>(h * w)), part(static_cast<std::size_t>(h * w)) {}

  /// Adds a limb where it is nearer than what is there.  From far to near, since edges are blended.
  void draw(const Limb& limb, const Lens& lens, const Light& light) {
    constexpr double nearest = 0.2;  // limbs that reach behind the lens are left out
    if (limb.a.z() < nearest || limb.b.z() < nearest) return;
    const float ax = static_cast<float>(lens.x(limb.a)), ay = static_cast<float>(lens.y(limb.a));
    const float bx = static_cast<float>(lens.x(limb.b)), by = static_cast<float>(lens.y(limb.b));
    const float focal = static_cast<float>(lens.focal);
    const float inv_a = static_cast<float>(1 / limb.a.z()), inv_b = static_cast<float>(1 / limb.b.z());
    const float ra = focal * static_cast<float>(limb.radius_a) * inv_a;
    const float rb = focal * static_cast<float>(limb.radius_b) * inv_b;
    const float dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy, widest = std::max(ra, rb);
    const float inv_length2 = length2 > 1e-6f ? 1 / length2 : 0;
    // Seen nearly end on, the nearer end hides the rest: draw it on its own, too.
    if (length2 > 1e-6f && length2 < 4 * widest * widest) {
      const bool a_near = limb.a.z() < limb.b.z();
      const Point& end = a_near ? limb.a : limb.b;
      const double radius = a_near ? limb.radius_a : limb.radius_b;
      draw({end, end, radius, radius, limb.colour, limb.owner, limb.part}, lens, light);
    }
    const Index x0 = pixel_floor(std::min(ax - ra, bx - rb) - 1, width);
    const Index x1 = pixel_ceil(std::max(ax + ra, bx + rb) + 1, width);
    const Index y0 = pixel_floor(std::min(ay - ra, by - rb) - 1, height);
    const Index y1 = pixel_ceil(std::max(ay + ra, by + rb) + 1, height);
    const float lx = static_cast<float>(light.from.x()), ly = static_cast<float>(light.from.y());
    const float lz = static_cast<float>(light.from.z()), ambient = static_cast<float>(light.ambient);
    for (Index y = y0; y < y1; ++y) {
      for (Index x = x0; x < x1; ++x) {
        const float px = static_cast<float>(x) + 0.5f - ax, py = static_cast<float>(y) + 0.5f - ay;
        const float s = std::clamp((px * dx + py * dy) * inv_length2, 0.0f, 1.0f);
        const float ex = px - s * dx, ey = py - s * dy, r = ra + s * (rb - ra);
        const float d2 = ex * ex + ey * ey;
        if (d2 >= (r + 0.5f) * (r + 0.5f)) continue;
        const float bulge = std::sqrt(std::max(0.0f, 1 - d2 / (r * r)));
        const float z = (1 - r / focal * bulge) / (inv_a + s * (inv_b - inv_a));
        const std::size_t at = static_cast<std::size_t>(y * width + x);
        if (z >= depth[at]) continue;
        const float cover = std::min(1.0f, r - std::sqrt(d2) + 0.5f);
        const float lambert = std::max(0.0f, (ex * lx + ey * ly) / (r + 0.5f) - bulge * lz);
        const float shade = ambient + (1 - ambient) * lambert;
        for (std::size_t c = 0; c < 3; ++c) {
          float& value = rgb[3 * at + c];
          value += cover * (limb.colour[c] * light.gain[c] * shade - value);
        }
        if (cover >= 0.5f) depth[at] = z, owner[at] = limb.owner, part[at] = limb.part;
      }
    }
  }

 private:
  static Index pixel_floor(float x, Index end) {
    return static_cast<Index>(std::clamp(std::floor(x), 0.0f, static_cast<float>(end)));
  }
  static Index pixel_ceil(float x, Index end) {
    return static_cast<Index>(std::clamp(std::ceil(x), 0.0f, static_cast<float>(end)));
  }
};

}  // namespace exercises
STAC3DL_NAMESPACE_END
