/// data/check_range.hpp - readings that a sensor cannot have given become gaps.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Masks places where a channel is below `low`, above `high`, or no number: an accelerometer of 8 g beyond 8 g, a depth
/// of 0 (no return), a heart rate of 250.  In the sensor's unit.
struct CheckRange {
  double low = 0, high = 1;  ///< in the stream's unit

  static constexpr const char* name = "check_range";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(low) && std::isfinite(high) && low <= high, "check_range: want finite low <= high, got ", low,
          " and ", high);
  }
  Reach reach() const { return {}; }

  StepCount apply(Stream& stream) const {
    StepCount count;
    const Index channels = stream.frames.size(1), places = place_count(stream);
    const auto least = static_cast<float>(low), most = static_cast<float>(high);
    for (Index t = 0; t < stream.size(); ++t)
      for (Index p = 0; p < places; ++p) {
        const float* x = stream.frames.data() + t * channels * places + p;
        bool inside = true;
        for (Index c = 0; c < channels; ++c) inside = inside && x[c * places] >= least && x[c * places] <= most;
        if (inside || !counts(stream, t, p)) continue;
        mask_place(stream, t, p);
        ++count.masked;
      }
    return count;
  }
};

STAC3DL_NAMESPACE_END
