/// data/fill_holes.hpp - holes in a depth picture get their value from the same place a moment before and after, else
/// from the places around them.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A masked place of a frame that counts becomes, in this order,
///   the line between the values at this place before and after, or the nearer one alone, within `seconds`;
///   the median of those of its eight neighbours that have a value by now, `rings` times over.
/// What is left stays masked; so do frames that are masked as a whole (fill_gaps, repeat_past).
struct FillHoles {
  double seconds = 0.5;  ///< before and after
  Index rings = 2;       ///< places around; 0: only time is looked at

  static constexpr const char* name = "fill_holes";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(seconds) && seconds >= 0, "fill_holes: want 0 or more seconds, got ", seconds);
    check(rings >= 0 && rings <= 1024, "fill_holes: want 0 to 1024 rings, got ", rings);
  }
  Reach reach() const { return {seconds, seconds}; }

  StepCount apply(Stream& stream) const {
    StepCount count;
    if (stream.places.empty()) return count;
    const std::vector<std::pair<Index, Index>> filled = from_time(stream);
    for (const auto& [t, p] : filled) unmask_place(stream, t, p);
    count.repaired = static_cast<Index>(filled.size());
    for (Index t = 0; t < stream.size(); ++t)
      if (counts(stream, t))
        for (Index ring = 0; ring < rings; ++ring) {
          const Index got = from_around(stream, t);
          count.repaired += got;
          if (got == 0) break;
        }
    return count;
  }

 private:
  std::vector<std::pair<Index, Index>> from_time(Stream& stream) const {
    const Index channels = stream.frames.size(1), places = place_count(stream), step = channels * places;
    const auto time = [&](Index t) { return stream.times[static_cast<std::size_t>(t)]; };
    std::vector<std::pair<Index, Index>> filled;
    for (Index p = 0; p < places; ++p)
      for (Index t = 0, before = -1, after = 0; t < stream.size(); ++t) {
        if (counts(stream, t, p)) {
          before = t;
          continue;
        }
        if (!counts(stream, t)) continue;
        after = std::max(after, t + 1);
        while (after < stream.size() && !counts(stream, after, p)) ++after;
        const bool has_before = before >= 0 && time(t) - time(before) <= seconds;
        const bool has_after = after < stream.size() && time(after) - time(t) <= seconds;
        if (!has_before && !has_after) continue;
        double w = has_before ? 0 : 1;
        if (has_before && has_after) w = (time(t) - time(before)) / (time(after) - time(before));
        for (Index c = 0; c < channels; ++c) {
          float* const x = stream.frames.data() + c * places + p;
          x[t * step] = (w < 1 ? static_cast<float>(1 - w) * x[before * step] : 0.0f) +
                        (w > 0 ? static_cast<float>(w) * x[after * step] : 0.0f);
        }
        filled.emplace_back(t, p);
      }
    return filled;
  }

  static Index from_around(Stream& stream, Index t) {
    const auto [channels, height, width] = stream.grid();
    std::vector<Index> filled;
    std::vector<float> around;
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        if (counts(stream, t, y * width + x)) continue;
        bool any = false;
        for (Index c = 0; c < channels; ++c) {
          around.clear();
          for (Index v = std::max<Index>(0, y - 1); v <= std::min(height - 1, y + 1); ++v)
            for (Index u = std::max<Index>(0, x - 1); u <= std::min(width - 1, x + 1); ++u)
              if (counts(stream, t, v * width + u)) around.push_back(stream.frames(t, c, v, u));
          any = !around.empty();
          if (any) stream.frames(t, c, y, x) = upper_median(around);
        }
        if (any) filled.push_back(y * width + x);
      }
    for (const Index p : filled) unmask_place(stream, t, p);  // after the sweep: a ring at a time
    return static_cast<Index>(filled.size());
  }
};

STAC3DL_NAMESPACE_END
