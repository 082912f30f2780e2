/// data/hampel.hpp - spikes become gaps: Hampel's filter, in a window of time around each frame.
///
///   m = median of x over the frames within `seconds`        s = 1.4826 median of |x - m|
///   x is an outlier if |x - m| > threshold * max(s, least)
/// 1.4826 makes s the standard deviation where the noise is normal.  For each channel and each place (the one place of
/// a signal, joints, pixels) by itself; a place with an outlier in any channel is masked.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

struct Hampel {
  double seconds = 0.25;  ///< to either side
  double threshold = 5;   ///< in median deviations, scaled to a standard deviation
  double least = 0;  ///< smallest s that is believed, in the sensor's unit: steps of a coarse reading are no spikes

  static constexpr const char* name = "hampel";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(seconds) && seconds > 0, "hampel: want seconds above 0, got ", seconds);
    check(std::isfinite(threshold) && threshold > 0, "hampel: want a threshold above 0, got ", threshold);
    check(std::isfinite(least) && least >= 0, "hampel: want least of 0 or more, got ", least);
  }
  Reach reach() const { return {seconds, seconds}; }

  /// Fewer than 5 values around a frame say nothing about it.
  StepCount apply(Stream& stream) const {
    const Index frames = stream.size(), channels = stream.frames.size(1), places = place_count(stream);
    std::vector<std::pair<Index, Index>> outliers;
    std::vector<float> around, away;
    for (Index p = 0; p < places; ++p)
      for (Index c = 0; c < channels; ++c) {
        const auto value = [&](Index t) { return stream.frames.data()[(t * channels + c) * places + p]; };
        for (Index t = 0, first = 0, last = 0; t < frames; ++t) {
          advance_window(stream.times, t, seconds, first, last);
          if (!counts(stream, t, p)) continue;
          around.clear(), away.clear();
          for (Index i = first; i < last; ++i)
            if (counts(stream, i, p)) around.push_back(value(i));
          if (around.size() < 5) continue;
          // values this close together hold no outlier, whatever their median is; most of a mat reads 0
          const auto [low, high] = std::minmax_element(around.begin(), around.end());
          if (static_cast<double>(*high - *low) <= threshold * least) continue;
          const float middle = upper_median(around);
          for (const float x : around) away.push_back(std::abs(x - middle));
          const double deviation = std::max(1.4826 * static_cast<double>(upper_median(away)), least);
          if (static_cast<double>(std::abs(value(t) - middle)) > threshold * deviation) outliers.emplace_back(t, p);
        }
      }
    StepCount count;
    for (const auto& [t, p] : outliers) {
      count.masked += counts(stream, t, p);
      mask_place(stream, t, p);
    }
    return count;
  }
};

STAC3DL_NAMESPACE_END
