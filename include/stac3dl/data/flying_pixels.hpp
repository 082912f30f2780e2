/// data/flying_pixels.hpp - at the edge of a body a depth camera sees some of both, a point that hangs in the air
/// between: it becomes a gap.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Masks a pixel that lies between its two neighbours along a row, a column or a diagonal, further than `jump` from
/// both, and a pixel further than `jump` from all of its neighbours.  Neighbours that are masked are left out.
struct FlyingPixels {
  double jump = 0.1;  ///< in the sensor's unit; a slope may rise by as much from a pixel to the next

  static constexpr const char* name = "flying_pixels";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(jump) && jump > 0, "flying_pixels: want a jump above 0, got ", jump);
  }
  Reach reach() const { return {}; }

  /// Wants one channel.
  StepCount apply(Stream& stream) const {
    const auto [channels, height, width] = stream.grid();
    check(channels == 1, "flying_pixels: stream ", stream.name, " has ", channels, " channels, want 1");
    std::vector<std::pair<Index, Index>> flying;
    for (Index t = 0; t < stream.size(); ++t)
      for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x)
          if (counts(stream, t, y * width + x) && flies(stream, t, y, x)) flying.emplace_back(t, y * width + x);
    for (const auto& [t, p] : flying) mask_place(stream, t, p);
    return {0, static_cast<Index>(flying.size()), 0};
  }

 private:
  bool flies(const Stream& stream, Index t, Index y, Index x) const {
    const Index height = stream.frames.size(2), width = stream.frames.size(3);
    const float here = stream.frames(t, Index{0}, y, x), far = static_cast<float>(jump);
    // how much further a neighbour is; false where there is none
    const auto step = [&](Index v, Index u, float& d) {
      if (v < 0 || v >= height || u < 0 || u >= width || !counts(stream, t, v * width + u)) return false;
      d = stream.frames(t, Index{0}, v, u) - here;
      return true;
    };
    constexpr std::array<std::array<Index, 2>, 4> directions{{{0, 1}, {1, 0}, {1, 1}, {1, -1}}};
    Index neighbours = 0, near = 0;
    for (const auto& [dy, dx] : directions) {
      float a = 0, b = 0;
      const bool has_a = step(y - dy, x - dx, a), has_b = step(y + dy, x + dx, b);
      if (has_a && has_b && ((a < -far && b > far) || (a > far && b < -far))) return true;
      neighbours += has_a + has_b;
      near += (has_a && std::abs(a) <= far) + (has_b && std::abs(b) <= far);
    }
    return neighbours > 0 && near == 0;
  }
};

STAC3DL_NAMESPACE_END
