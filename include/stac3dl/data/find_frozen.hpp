/// data/find_frozen.hpp - a sensor that hangs repeats its last reading; the repeats become gaps.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Frames that equal the one before them to the bit, in a run that lasts `seconds` or longer (first to last; neighbours
/// are at most `seconds` apart).  The first of the run was read, the others are masked.  A real sensor has noise and
/// does not stand still; one that may (a mat with nobody on it) is no sensor for this step.
struct FindFrozen {
  double seconds = 0.5;  ///< that a reading may stay the same

  static constexpr const char* name = "find_frozen";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(seconds) && seconds > 0, "find_frozen: want seconds above 0, got ", seconds);
  }
  /// A run of twice the length is enough to tell that the frame in its middle is frozen.
  Reach reach() const { return {2 * seconds, 2 * seconds}; }

  StepCount apply(Stream& stream) const {
    StepCount count;
    const Index places = place_count(stream);
    const auto time = [&](Index t) { return stream.times[static_cast<std::size_t>(t)]; };
    for (Index first = 0; first < stream.size();) {
      Index end = first + 1;
      while (end < stream.size() && time(end) - time(end - 1) <= seconds && same(stream, end, end - 1)) ++end;
      if (time(end - 1) - time(first) >= seconds)
        for (Index t = first + 1; t < end; ++t) {
          for (Index p = 0; p < places; ++p) count.masked += counts(stream, t, p);
          mask_frame(stream, t);
        }
      first = end;
    }
    return count;
  }

 private:
  static bool same(const Stream& stream, Index a, Index b) {
    if (!counts(stream, a) || !counts(stream, b)) return false;
    const auto x = stream.frames.slice(a), y = stream.frames.slice(b);
    return std::equal(x.begin(), x.end(), y.begin());
  }
};

STAC3DL_NAMESPACE_END
