/// data/draw_keypoints.hpp - joints as purple dots, bones as lines, over an enlarged frame: the paper's figure 7.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

using Pixel = std::array<std::uint8_t, 3>;               ///< red, green, blue
inline constexpr Pixel true_purple{92, 16, 140};         ///< dark: where the joints are
inline constexpr Pixel predicted_purple{214, 120, 255};  ///< light: where the model sees them

/// Frame t of an RGB window (3, T, H, W) in [0, 1] as a picture (H zoom, W zoom, 3), linearly interpolated.
inline Tensor<std::uint8_t, 3> frame_picture(const Window& rgb, Index t, Index zoom) {
  check(rgb.x.size(0) == 3 && t >= 0 && t < rgb.x.size(1) && zoom >= 1, "frame_picture: frame ", t, " at zoom ", zoom,
        " of a window ", to_string(rgb.x.shape()), ", want (3, T, H, W)");
  const Index h = rgb.x.size(2), w = rgb.x.size(3);
  Tensor<std::uint8_t, 3> picture({h * zoom, w * zoom, 3});
  const auto split = [&](Index i, Index size) {
    const double at = std::clamp((static_cast<double>(i) + 0.5) / static_cast<double>(zoom) - 0.5, 0.0,
                                 static_cast<double>(size - 1));
    const auto low = static_cast<Index>(at);
    return std::pair<Index, float>(low, static_cast<float>(at - static_cast<double>(low)));
  };
  for (Index y = 0; y < h * zoom; ++y)
    for (Index x = 0; x < w * zoom; ++x) {
      const auto [j, fy] = split(y, h);
      const auto [i, fx] = split(x, w);
      const Index j1 = std::min(j + 1, h - 1), i1 = std::min(i + 1, w - 1);
      for (Index c = 0; c < 3; ++c) {
        const float top = rgb.x(c, t, j, i) * (1 - fx) + rgb.x(c, t, j, i1) * fx;
        const float low = rgb.x(c, t, j1, i) * (1 - fx) + rgb.x(c, t, j1, i1) * fx;
        picture(y, x, c) = static_cast<std::uint8_t>(255 * std::clamp(top * (1 - fy) + low * fy, 0.0f, 1.0f) + 0.5f);
      }
    }
  return picture;
}

/// A line with round ends from (x0, y0) to (x1, y1) in pixels, edges blended; a dot when both are one.
inline void draw_line(View<std::uint8_t, 3> picture, double x0, double y0, double x1, double y1, double radius,
                      const Pixel& colour) {
  const double dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
  const auto cut = [](double v, Index end) {
    return static_cast<Index>(std::clamp(v, 0.0, static_cast<double>(end)));
  };
  const Index height = picture.size(0), width = picture.size(1);
  const Index top = cut(std::min(y0, y1) - radius - 1, height), bottom = cut(std::max(y0, y1) + radius + 2, height);
  const Index left = cut(std::min(x0, x1) - radius - 1, width), right = cut(std::max(x0, x1) + radius + 2, width);
  for (Index y = top; y < bottom; ++y)
    for (Index x = left; x < right; ++x) {
      const double px = static_cast<double>(x) + 0.5 - x0, py = static_cast<double>(y) + 0.5 - y0;
      const double s = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0;
      const double cover = std::clamp(radius + 0.5 - std::hypot(px - s * dx, py - s * dy), 0.0, 1.0);
      if (cover <= 0) continue;
      for (Index c = 0; c < 3; ++c) {
        std::uint8_t& v = picture(y, x, c);
        v = static_cast<std::uint8_t>(v + cover * (colour[static_cast<std::size_t>(c)] - v) + 0.5);
      }
    }
}

/// Points (J, 2) in [0, 1] of the frame with the bones between them, given as pairs of joints; `visible` (J) may be
/// empty.
inline void draw_keypoints(View<std::uint8_t, 3> picture, CView<float, 2> points, CView<std::uint8_t, 1> visible,
                           std::span<const std::pair<Index, Index>> bones, const Pixel& colour) {
  check(picture.size(2) == 3, "draw_keypoints: want a picture (H, W, 3), got ", to_string(picture.shape()));
  check(points.size(1) == 2, "draw_keypoints: want points (J, 2), got ", to_string(points.shape()));
  const Index joints = points.size(0);
  check(visible.empty() || visible.size() == joints, "draw_keypoints: ", joints, " points, ", visible.size(), " flags");
  const double width = static_cast<double>(picture.size(1)), height = static_cast<double>(picture.size(0));
  const double dot = std::max(1.5, height / 90), line = dot * 0.4;
  const auto shown = [&](Index j) {
    return (visible.empty() || visible[j] != 0) && std::isfinite(points(j, 0)) && std::isfinite(points(j, 1));
  };
  const auto x = [&](Index j) { return static_cast<double>(points(j, 0)) * width; };
  const auto y = [&](Index j) { return static_cast<double>(points(j, 1)) * height; };
  for (const auto& [a, b] : bones)
    check(a >= 0 && a < joints && b >= 0 && b < joints, "draw_keypoints: bone ", a, "-", b, " of ", joints, " joints");
  // First wider in white, so that clothes of any colour leave an edge.
  for (const auto& [wider, paint] : {std::pair(0.5 * line, Pixel{255, 255, 255}), std::pair(0.0, colour)}) {
    for (const auto& [a, b] : bones)
      if (shown(a) && shown(b)) draw_line(picture, x(a), y(a), x(b), y(b), line + wider, paint);
    for (Index j = 0; j < joints; ++j)
      if (shown(j)) draw_line(picture, x(j), y(j), x(j), y(j), dot + wider, paint);
  }
}

/// Pictures of one height side by side, `gap` white pixels between them.
inline Tensor<std::uint8_t, 3> side_by_side(const std::vector<Tensor<std::uint8_t, 3>>& pictures, Index gap = 4) {
  check(!pictures.empty(), "side_by_side: no pictures");
  Index width = -gap;
  for (const auto& p : pictures) {
    check_shape("side_by_side: picture", p.shape(), {pictures.front().size(0), any_size, 3});
    width += p.size(1) + gap;
  }
  Tensor<std::uint8_t, 3> out({pictures.front().size(0), width, 3}, 255);
  Index left = 0;
  for (const auto& p : pictures) {
    for (Index y = 0; y < p.size(0); ++y)
      std::copy(p.data() + y * p.size(1) * 3, p.data() + (y + 1) * p.size(1) * 3, out.data() + (y * width + left) * 3);
    left += p.size(1) + gap;
  }
  return out;
}

STAC3DL_NAMESPACE_END
