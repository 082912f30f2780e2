/// data/resize.hpp - frames of another size: scaled, or a part cut out.
///
/// Along an axis of n places that becomes m, output i takes
///   m < n   the mean over [i n/m, (i+1) n/m), parts of places by their share          (nothing folds back)
///   m > n   the line between the two places around (i + 1/2) n/m - 1/2, the edge held
/// rows first, then columns; masked places give their weight to the others, and an output of which less than half is
/// left is masked.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// What each output of an axis takes: weights of the places from `first` on; they add up to 1.
struct AxisWeights {
  Index first = 0;
  std::vector<double> weights;
};
inline std::vector<AxisWeights> resize_weights(Index from, Index to) {
  std::vector<AxisWeights> all(static_cast<std::size_t>(to));
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  for (Index i = 0; i < to; ++i) {
    AxisWeights& w = all[static_cast<std::size_t>(i)];
    const double low = static_cast<double>(i) * ratio, high = static_cast<double>(i + 1) * ratio;
    if (to >= from) {
      const double at = std::clamp((low + high) / 2 - 0.5, 0.0, static_cast<double>(from - 1));
      w.first = std::min(static_cast<Index>(at), std::max<Index>(0, from - 2));
      const double part = at - static_cast<double>(w.first);
      w.weights = from == 1 ? std::vector<double>{1} : std::vector<double>{1 - part, part};
      continue;
    }
    w.first = static_cast<Index>(low);
    for (Index k = w.first; k < from && static_cast<double>(k) < high; ++k) {
      const double share = std::min(high, static_cast<double>(k + 1)) - std::max(low, static_cast<double>(k));
      if (share > 1e-9) w.weights.push_back(share / ratio);
    }
  }
  return all;
}

/// One plane (height, width) -> (rows.size(), columns.size()).  `counts` may be nullptr; `left` gets what share
/// counted.
inline void resize_plane(const float* x, const std::uint8_t* counts, Index width, const std::vector<AxisWeights>& rows,
                         const std::vector<AxisWeights>& columns, float* y, double* left) {
  for (const AxisWeights& row : rows)
    for (const AxisWeights& column : columns) {
      double sum = 0, total = 0;
      for (std::size_t v = 0; v < row.weights.size(); ++v)
        for (std::size_t u = 0; u < column.weights.size(); ++u) {
          const Index at = (row.first + static_cast<Index>(v)) * width + column.first + static_cast<Index>(u);
          if (counts && counts[at] == 0) continue;
          const double w = row.weights[v] * column.weights[u];
          sum += w * static_cast<double>(x[at]), total += w;
        }
      *y++ = total > 0 ? static_cast<float>(sum / total) : 0.0f;
      *left++ = total;
    }
}
}  // namespace detail

/// Frames become (height, width), whatever their shape was.
struct Resize {
  Index height = 112, width = 112;  ///< of the result, places

  static constexpr const char* name = "resize";
  static constexpr Index version = 1;
  void check_options() const {
    check(height >= 1 && width >= 1 && height <= 1 << 14 && width <= 1 << 14,
          "resize: want a height and width of 1 to 16384, got ", height, " and ", width);
  }
  Reach reach() const { return {}; }

  StepCount apply(Stream& stream) const {
    const auto [channels, from_height, from_width] = stream.grid();
    check(from_height > 0 && from_width > 0, "resize: stream ", stream.name, " has frames ", to_string(stream.grid()),
          " (C, H, W)");
    const auto rows = detail::resize_weights(from_height, height);
    const auto columns = detail::resize_weights(from_width, width);
    Tensor<float, 4> frames({stream.size(), channels, height, width});
    Tensor<std::uint8_t, 2> places(stream.places.empty() ? Shape<2>{} : Shape<2>{stream.size(), height * width});
    std::vector<double> left(static_cast<std::size_t>(height * width));
    for (Index t = 0; t < stream.size(); ++t) {
      const std::uint8_t* counted = stream.places.empty() ? nullptr : stream.places.slice(t).data();
      for (Index c = 0; c < channels; ++c)
        detail::resize_plane(stream.frames.slice(t).slice(c).data(), counted, from_width, rows, columns,
                             frames.slice(t).slice(c).data(), left.data());
      if (counted)
        for (Index p = 0; p < height * width; ++p) places(t, p) = left[static_cast<std::size_t>(p)] >= 0.5 - 1e-9;
    }
    stream.frames = std::move(frames);
    stream.places = std::move(places);
    tidy_masks(stream);
    return {};
  }
};

/// A part of each frame: (height, width) from row `top` and column `left`; -1: from the middle.
struct Crop {
  Index height = 112, width = 112;  ///< of the result, places
  Index top = -1, left = -1;        ///< its first row and column; -1: the middle

  static constexpr const char* name = "crop";
  static constexpr Index version = 1;
  void check_options() const {
    check(height >= 1 && width >= 1, "crop: want a height and width of 1 or more, got ", height, " and ", width);
    check(top >= -1 && left >= -1, "crop: want top and left of 0 or more, or -1 for the middle, got ", top, " and ",
          left);
  }
  Reach reach() const { return {}; }

  StepCount apply(Stream& stream) const {
    const auto [channels, from_height, from_width] = stream.grid();
    check(height <= from_height && width <= from_width, "crop: want ", height, " x ", width, " of stream ", stream.name,
          ", whose frames are ", from_height, " x ", from_width);
    const Index y = top < 0 ? (from_height - height) / 2 : top, x = left < 0 ? (from_width - width) / 2 : left;
    check(y <= from_height - height && x <= from_width - width, "crop: ", height, " x ", width, " from row ", y,
          " and column ", x, " leaves the frames of stream ", stream.name, ", ", from_height, " x ", from_width);
    Tensor<float, 4> frames({stream.size(), channels, height, width});
    Tensor<std::uint8_t, 2> places(stream.places.empty() ? Shape<2>{} : Shape<2>{stream.size(), height * width});
    for (Index t = 0; t < stream.size(); ++t)
      for (Index v = 0; v < height; ++v) {
        for (Index c = 0; c < channels; ++c)
          std::copy_n(&stream.frames(t, c, y + v, x), width, &frames(t, c, v, Index{0}));
        if (!places.empty()) std::copy_n(&stream.places(t, (y + v) * from_width + x), width, &places(t, v * width));
      }
    stream.frames = std::move(frames);
    stream.places = std::move(places);
    tidy_masks(stream);
    return {};
  }
};

STAC3DL_NAMESPACE_END
