/// data/frame_motion.hpp - pictures become what changed since the one before: the room goes, what moves stays.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// y(t, p) = mean over channels of |x(t, c, p) - x(t-1, c, p)|;  (T, C, H, W) becomes (T, 1, H, W).
/// Best done before pictures are made smaller, when small movements are still there, and at an even rate: the longer the
/// step, the larger the change.  A frame without another one within `max_gap` seconds before it is masked, and a place
/// that is masked in either.
struct FrameMotion {
  double max_gap = 0.2;  ///< seconds

  static constexpr const char* name = "frame_motion";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(max_gap) && max_gap > 0, "frame_motion: want a max_gap above 0 seconds, got ", max_gap);
  }
  Reach reach() const { return {max_gap, 0}; }

  StepCount apply(Stream& stream) const {
    const auto [channels, height, width] = stream.grid();
    const Index places = height * width;
    check(channels > 0 && places > 0, "frame_motion: stream ", stream.name, " has frames ", to_string(stream.grid()),
          " (C, H, W)");
    Stream motion;
    motion.name = stream.name, motion.times = stream.times, motion.valid = stream.valid;
    motion.places = stream.places;
    motion.frames = Tensor<float, 4>({stream.size(), 1, height, width});
    StepCount count;
    for (Index t = 0; t < stream.size(); ++t) {
      if (!counts(stream, t)) continue;
      const auto at = static_cast<std::size_t>(t);
      if (t == 0 || !counts(stream, t - 1) || stream.times[at] - stream.times[at - 1] > max_gap) {
        for (Index p = 0; p < places; ++p) count.masked += counts(stream, t, p);
        mask_frame(motion, t);
        continue;
      }
      auto y = motion.frames.slice(t).flat().array();
      const auto now = stream.frames.slice(t), before = stream.frames.slice(t - 1);
      for (Index c = 0; c < channels; ++c) y += (now.slice(c).flat().array() - before.slice(c).flat().array()).abs();
      y /= static_cast<float>(channels);
      for (Index p = 0; !stream.places.empty() && p < places; ++p)
        if (counts(stream, t, p) && !counts(stream, t - 1, p)) mask_place(motion, t, p), ++count.masked;
    }
    stream = std::move(motion);
    tidy_masks(stream);
    return count;
  }
};

STAC3DL_NAMESPACE_END
