/// data/adjust_light.hpp - pictures of a dark room and of a bright one get the same brightness and contrast.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// x <- brightness + contrast (x - m) / s,  m and s the mean and the deviation of all values that count in the frames
/// within `seconds`; with 0 seconds each frame by itself.  All channels together: colours keep their hue.  A picture
/// without contrast becomes `brightness` throughout.
struct AdjustLight {
  double brightness = 0.5, contrast = 0.25;  ///< mean and standard deviation afterwards
  double seconds = 1;                        ///< to either side

  static constexpr const char* name = "adjust_light";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(brightness), "adjust_light: want a finite brightness, got ", brightness);
    check(std::isfinite(contrast) && contrast > 0, "adjust_light: want a contrast above 0, got ", contrast);
    check(std::isfinite(seconds) && seconds >= 0, "adjust_light: want 0 or more seconds, got ", seconds);
  }
  Reach reach() const { return {seconds, seconds}; }

  StepCount apply(Stream& stream) const {
    struct Sums {
      double count = 0, x = 0, xx = 0;
    };
    const Index channels = stream.frames.size(1), places = place_count(stream);
    std::vector<Sums> sums(stream.times.size());
    for (Index t = 0; t < stream.size(); ++t)
      for (Index p = 0; p < places; ++p) {
        if (!counts(stream, t, p)) continue;
        for (Index c = 0; c < channels; ++c) {
          const double x = static_cast<double>(stream.frames.data()[(t * channels + c) * places + p]);
          Sums& here = sums[static_cast<std::size_t>(t)];
          here.count += 1, here.x += x, here.xx += x * x;
        }
      }
    for (Index t = 0, first = 0, last = 0; t < stream.size(); ++t) {
      advance_window(stream.times, t, seconds, first, last);
      Sums all;
      for (Index i = first; i < last; ++i) {
        const Sums& part = sums[static_cast<std::size_t>(i)];
        all.count += part.count, all.x += part.x, all.xx += part.xx;
      }
      if (all.count == 0) continue;
      const double mean = all.x / all.count, scale = std::sqrt(std::max(0.0, all.xx / all.count - mean * mean));
      const double slope = scale > 1e-6 * std::abs(mean) && scale > 1e-30 ? contrast / scale : 0;
      auto x = stream.frames.slice(t).array();
      x = static_cast<float>(brightness - slope * mean) + static_cast<float>(slope) * x;
    }
    return {};
  }
};

STAC3DL_NAMESPACE_END
