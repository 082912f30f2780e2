/// data/fill_gaps.hpp - short gaps are bridged by a straight line, longer ones stay masked.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A masked place whose neighbours in time that count are at most `longest` seconds apart gets the value between them,
///   x(t) = (1 - w) x(a) + w x(b),   w = (t - a) / (b - a),
/// each place by itself.  Frames that never came are no masked frames: even_rate makes them such.
struct FillGaps {
  double longest = 0.5;  ///< seconds

  static constexpr const char* name = "fill_gaps";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(longest) && longest > 0, "fill_gaps: want longest above 0 seconds, got ", longest);
  }
  Reach reach() const { return {longest, longest}; }

  StepCount apply(Stream& stream) const {
    StepCount count;
    if (stream.valid.empty() && stream.places.empty()) return count;
    const Index channels = stream.frames.size(1), places = place_count(stream);
    const auto time = [&](Index t) { return stream.times[static_cast<std::size_t>(t)]; };
    std::vector<std::pair<Index, Index>> filled;
    for (Index p = 0; p < places; ++p) {
      Index before = -1;
      for (Index t = 0; t < stream.size(); ++t) {
        if (!counts(stream, t, p)) continue;
        if (before >= 0 && before + 1 < t && time(t) - time(before) <= longest)
          for (Index i = before + 1; i < t; ++i) {
            const auto w = static_cast<float>((time(i) - time(before)) / (time(t) - time(before)));
            for (Index c = 0; c < channels; ++c) {
              float* const x = stream.frames.data() + c * places + p;
              const Index step = channels * places;
              x[i * step] = (1 - w) * x[before * step] + w * x[t * step];
            }
            filled.emplace_back(i, p);
          }
        before = t;
      }
    }
    for (const auto& [t, p] : filled) unmask_place(stream, t, p);
    count.repaired = static_cast<Index>(filled.size());
    return count;
  }
};

STAC3DL_NAMESPACE_END
