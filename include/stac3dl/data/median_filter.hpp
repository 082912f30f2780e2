/// data/median_filter.hpp - noise of a depth camera, evened out by a median in space and time, which keeps edges.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Each place that counts becomes the median of those that count within `radius` rows and columns and `seconds`; of an
/// even number the upper of the two in the middle.  Masks stay as they are.
struct MedianFilter {
  Index radius = 1;      ///< places on each side
  double seconds = 0.1;  ///< to either side; 0: within the frame

  static constexpr const char* name = "median_filter";
  static constexpr Index version = 1;
  void check_options() const {
    check(radius >= 0 && radius <= 16, "median_filter: want a radius of 0 to 16, got ", radius);
    check(std::isfinite(seconds) && seconds >= 0, "median_filter: want 0 or more seconds, got ", seconds);
  }
  Reach reach() const { return {seconds, seconds}; }

  /// `repaired` counts places whose value changed.
  StepCount apply(Stream& stream) const {
    StepCount count;
    const auto [channels, height, width] = stream.grid();
    const Tensor<float, 4> before = stream.frames;
    std::vector<float> around;
    for (Index t = 0, first = 0, last = 0; t < stream.size(); ++t) {
      advance_window(stream.times, t, seconds, first, last);
      for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x) {
          if (!counts(stream, t, y * width + x)) continue;
          bool changed = false;
          for (Index c = 0; c < channels; ++c) {
            around.clear();
            for (Index i = first; i < last; ++i)
              for (Index v = std::max<Index>(0, y - radius); v <= std::min(height - 1, y + radius); ++v)
                for (Index u = std::max<Index>(0, x - radius); u <= std::min(width - 1, x + radius); ++u)
                  if (counts(stream, i, v * width + u)) around.push_back(before(i, c, v, u));
            const float middle = upper_median(around);
            changed = changed || middle != before(t, c, y, x);
            stream.frames(t, c, y, x) = middle;
          }
          count.repaired += changed;
        }
    }
    return count;
  }
};

STAC3DL_NAMESPACE_END
