/// data/exercise_backdrop.hpp - the room: a wall and a floor with drawn textures, still or drifting.
///
/// A texture is a periodic square of `texture_size`^2 colours, `texture_metres` wide: value noise of three octaves,
/// stripes, checks or bricks between two colours, with some flat things on it.  Where a pixel's ray meets wall or
/// floor is worked out once for a recording; a frame then only looks colours up, so drifting costs little.
#pragma once

#include "stac3dl/data/exercise_wardrobe.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

inline constexpr Index texture_size = 128;     ///< texels along a side
inline constexpr double texture_metres = 4.0;  ///< what a side spans in the room

/// Colours that repeat every texture_metres in both directions.
struct Texture {
  std::vector<Colour> texel;  ///< (texture_size, texture_size)

  /// A pattern between two colours with `things` flat things on it.
  Texture(const Colour& first, const Colour& second, Index things, Random random)
      : texel(static_cast<std::size_t>(texture_size * texture_size)) {
    const std::uint64_t kind = random.below(5);
    const double period = random.uniform() < 0.5 ? 8 : 4, grain = random.uniform(0.3, 1.0);
    const std::uint64_t base = 1000;  // the lattice's own numbers start here
    const auto lattice = [&](Index octave, Index x, Index y) {
      const Index n = Index{8} << octave;
      return random.uniform_at(base + static_cast<std::uint64_t>((octave * 64 + y % n) * 64 + x % n));
    };
    std::array<std::vector<double>, 3> value;
    for (Index octave = 0; octave < 3; ++octave) {
      const Index n = Index{8} << octave;
      auto& values = value[static_cast<std::size_t>(octave)];
      for (Index i = 0; i < n * n; ++i) values.push_back(lattice(octave, i % n, i / n));
    }
    for (Index y = 0; y < texture_size; ++y)
      for (Index x = 0; x < texture_size; ++x) {
        double noise = 0, weight = 0.5;
        for (Index octave = 0; octave < 3; ++octave, weight /= 2) {
          const Index n = Index{8} << octave, cell = texture_size / n;
          const double fx = smooth(static_cast<double>(x % cell) / static_cast<double>(cell));
          const double fy = smooth(static_cast<double>(y % cell) / static_cast<double>(cell));
          const auto& values = value[static_cast<std::size_t>(octave)];
          const auto at = [&](Index i, Index j) { return values[static_cast<std::size_t>((j % n) * n + i % n)]; };
          const Index i = x / cell, j = y / cell;
          noise += weight * ((at(i, j) * (1 - fx) + at(i + 1, j) * fx) * (1 - fy) +
                             (at(i, j + 1) * (1 - fx) + at(i + 1, j + 1) * fx) * fy);
        }
        const double u = static_cast<double>(x) * period / texture_size;
        const double v = static_cast<double>(y) * period / texture_size;
        const double row = std::floor(2 * v);
        double pattern = noise;
        if (kind == 1) pattern = u - std::floor(u) < 0.5;
        if (kind == 2) pattern = static_cast<Index>(std::floor(u) + std::floor(v)) % 2 == 0;
        if (kind == 3) pattern = std::fmod(u + 0.5 * std::fmod(row, 2.0), 1.0) < 0.08 || 2 * v - row < 0.12;
        if (kind == 4) pattern = 0.5 + 0.5 * std::sin(2 * std::numbers::pi * v / period);
        const double share =
            kind == 0 ? std::clamp(2 * noise - 0.4, 0.0, 1.0) : (1 - grain / 2) * pattern + grain / 2 * noise;
        texel[static_cast<std::size_t>(y * texture_size + x)] = mix(first, second, share);
      }
    for (Index k = 0; k < things; ++k) add_thing(random);
  }

  /// Bilinear look-up at (u, v) metres.
  Colour at(double u, double v) const {
    const double x = u * (texture_size / texture_metres), y = v * (texture_size / texture_metres);
    const double x0 = std::floor(x), y0 = std::floor(y);
    const auto fx = static_cast<float>(x - x0), fy = static_cast<float>(y - y0);
    const std::size_t i = wrap(x0), j = wrap(y0), i1 = wrap(x0 + 1), j1 = wrap(y0 + 1);
    const auto row = static_cast<std::size_t>(texture_size);
    const Colour &a = texel[j * row + i], &b = texel[j * row + i1];
    const Colour &c = texel[j1 * row + i], &d = texel[j1 * row + i1];
    Colour out{};
    for (std::size_t k = 0; k < 3; ++k)
      out[k] = (a[k] * (1 - fx) + b[k] * fx) * (1 - fy) + (c[k] * (1 - fx) + d[k] * fx) * fy;
    return out;
  }

 private:
  static double smooth(double s) { return s * s * (3 - 2 * s); }
  static std::size_t wrap(double x) { return static_cast<std::size_t>(static_cast<Index>(x) & (texture_size - 1)); }

  /// A picture, a window or a ball on the wall.
  void add_thing(Random& random) {
    const bool round = random.chance(0.4);
    const double cx = random.uniform(0, texture_size), cy = random.uniform(0, texture_size);
    const double rx = random.uniform(4, 18), ry = round ? rx : random.uniform(4, 22);
    const Colour colour = from_hsv(random.uniform(), random.uniform(0, 0.8), random.uniform(0.15, 0.95));
    for (auto y = static_cast<Index>(cy - ry); y <= static_cast<Index>(cy + ry); ++y)
      for (auto x = static_cast<Index>(cx - rx); x <= static_cast<Index>(cx + rx); ++x) {
        const double dx = (static_cast<double>(x) - cx) / rx, dy = (static_cast<double>(y) - cy) / ry;
        if (round && dx * dx + dy * dy > 1) continue;
        const auto row = static_cast<std::size_t>(y & (texture_size - 1));
        const auto column = static_cast<std::size_t>(x & (texture_size - 1));
        texel[row * static_cast<std::size_t>(texture_size) + column] = colour;
      }
  }
};

/// Where each pixel's ray ends, for one camera and frame size.
struct Backdrop {
  /// Where one pixel's ray ends.
  struct Place {
    float u, v, depth, shade;  ///< texture coordinates in metres; on the floor they are world x and z
    bool floor;                ///< floor, or wall
  };
  Index height, width;       ///< pixels
  std::vector<Place> place;  ///< (h, w)

  /// The wall stands upright `distance` metres behind the world's origin as the camera sees it, turned by `turn`.
  Backdrop(const Camera& camera, Index h, Index w, double distance, double turn)
      : height(h), width(w), place(static_cast<std::size_t>(h * w)) {
    constexpr double farthest = 12;
    const Lens lens(camera, h, w);
    const Point away = camera.rotation.row(2).transpose();
    const Point level = Point(away.x(), 0, away.z()).normalized();
    const Point normal = turn_y(turn) * level;  // points away from the camera
    const Point along(-normal.z(), 0, normal.x());
    const double reach = distance * normal.dot(level) - normal.dot(camera.position);
    for (Index y = 0; y < h; ++y)
      for (Index x = 0; x < w; ++x) {
        const Point ray_camera((static_cast<double>(x) + 0.5 - lens.centre_x) / lens.focal,
                               (static_cast<double>(y) + 0.5 - lens.centre_y) / lens.focal, 1);
        const Point ray = camera.rotation.transpose() * ray_camera;
        const double facing = ray.dot(normal);
        const double to_wall = facing > 1e-6 ? std::min(reach / facing, farthest) : farthest;
        const double to_floor = ray.y() < -1e-6 ? -camera.position.y() / ray.y() : 2 * farthest;
        Place& p = place[static_cast<std::size_t>(y * w + x)];
        p.floor = to_floor < to_wall;
        const Point hit = camera.position + ray * std::min(to_floor, to_wall);
        p.u = static_cast<float>(p.floor ? hit.x() : hit.dot(along));
        p.v = static_cast<float>(p.floor ? hit.z() : -hit.y());
        p.depth = static_cast<float>(std::min(to_floor, to_wall));
        // A dark line where wall and floor meet, as rooms have.
        p.shade = static_cast<float>(p.floor ? 0.92 : (hit.y() < 0.08 ? 0.7 : 1.0));
      }
  }
};

}  // namespace exercises
STAC3DL_NAMESPACE_END
