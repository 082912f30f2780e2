/// data/preparation_step.hpp - what every step of a preparation has in common.
///
/// A step is a plain struct of options with
///   static constexpr const char* name;      how configuration calls it
///   static constexpr Index version;         counts up when its results change, so that stored ones are not mixed
///   void check_options() const;             throws on options that make no sense
///   Reach reach() const;                    how far around a moment it looks
///   StepCount apply(Stream&) const;         does it, and counts what it did
/// A step may look only at what its reach covers; a live preparation then equals that of the whole recording.
/// Whatever a step does not believe it masks: a gap, which a later step may fill.
#pragma once

#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A frame at time t depends on frames at t - back to t + ahead.
struct Reach {
  double back = 0, ahead = 0;  ///< seconds
  bool whole = false;          ///< on the whole recording: not for live use
};
/// One step after the other: reaches add up.
inline Reach operator+(Reach a, Reach b) { return {a.back + b.back, a.ahead + b.ahead, a.whole || b.whole}; }

/// What a step did, counted in places of frames: samples of a signal, joints, pixels.
struct StepCount {
  Index repaired = 0;  ///< got a value in place of a gap or of one that was not believed
  Index masked = 0;    ///< counted before and count no longer
  Index dropped = 0;   ///< frames that are gone

  friend bool operator==(const StepCount&, const StepCount&) = default;
};

/// Places of a frame: H W.
inline Index place_count(const Stream& stream) { return stream.frames.size(2) * stream.frames.size(3); }

/// Does this frame, or this place of it, count?
inline bool counts(const Stream& stream, Index t) { return stream.valid.empty() || stream.valid[t] != 0; }
inline bool counts(const Stream& stream, Index t, Index p) {
  return counts(stream, t) && (stream.places.empty() || stream.places.data()[t * stream.places.size(1) + p] != 0);
}

/// Masks a whole frame.
inline void mask_frame(Stream& stream, Index t) {
  if (stream.valid.empty()) stream.valid = Tensor<std::uint8_t, 1>({stream.size()}, 1);
  stream.valid[t] = 0;
}
/// Masks one place of a frame; of a signal, which has one place, that is the frame.
inline void mask_place(Stream& stream, Index t, Index p) {
  const Index places = place_count(stream);
  if (places == 1) return mask_frame(stream, t);
  if (stream.places.empty()) stream.places = Tensor<std::uint8_t, 2>({stream.size(), places}, 1);
  stream.places(t, p) = 0;
}
/// Lets one place of a frame count again, its frame with it; what else that frame has stays masked.
inline void unmask_place(Stream& stream, Index t, Index p) {
  const Index places = place_count(stream);
  if (!counts(stream, t)) {
    if (places > 1) {
      if (stream.places.empty()) stream.places = Tensor<std::uint8_t, 2>({stream.size(), places}, 1);
      stream.places.slice(t).array().setZero();
    }
    stream.valid[t] = 1;
  }
  if (places > 1 && !stream.places.empty()) stream.places(t, p) = 1;
}

/// Frames without a place that counts are masked, what is masked reads 0, masks that mask nothing are left out.
inline void tidy_masks(Stream& stream) {
  if (stream.valid.empty() && stream.places.empty()) return;
  const Index channels = stream.frames.size(1), places = place_count(stream);
  Index masked_frames = 0, masked_places = 0;
  for (Index t = 0; t < stream.size(); ++t) {
    if (!stream.places.empty() && stream.places.slice(t).array().maxCoeff() == 0) mask_frame(stream, t);
    const bool frame = counts(stream, t);
    masked_frames += !frame;
    for (Index p = 0; p < places; ++p) {
      if (counts(stream, t, p)) continue;
      ++masked_places;
      if (!stream.places.empty()) stream.places(t, p) = 0;
      for (Index c = 0; c < channels; ++c) stream.frames.data()[(t * channels + c) * places + p] = 0;
    }
  }
  if (masked_frames == 0) stream.valid = {};
  if (masked_places == masked_frames * places) stream.places = {};
}

/// Median of the values, the upper one of two; reorders them.  Not for an empty range.
inline float upper_median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Frames [first, last) within `seconds` of frame t; `first` and `last` are moved on from those of the frame before.
inline void advance_window(const std::vector<double>& times, Index t, double seconds, Index& first, Index& last) {
  const auto time = [&](Index i) { return times[static_cast<std::size_t>(i)]; };
  while (time(first) < time(t) - seconds) ++first;
  while (last < static_cast<Index>(times.size()) && time(last) <= time(t) + seconds) ++last;
}

STAC3DL_NAMESPACE_END
