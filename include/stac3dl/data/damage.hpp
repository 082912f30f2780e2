/// data/damage.hpp - recordings damaged on purpose, reproducibly, to measure what a preparation and a model bear.
#pragma once

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Takes out the frames of gaps whose lengths are uniform in [shortest, longest] seconds; what lies between two gaps is
/// of random length too, uniform up to twice its mean, which is such that `share` of the time is gone.  The first frame
/// stays.  Returns how many frames are gone.
inline Index cut_gaps(Stream& stream, double share, double shortest, double longest, Random random) {
  check(share > 0 && share < 1 && shortest >= 0 && shortest <= longest && longest > 0,
        "cut_gaps: want a share in (0, 1) and 0 <= shortest <= longest, longest above 0, got ", share, ", ", shortest,
        " and ", longest);
  if (stream.absent()) return 0;
  const double between = (shortest + longest) * (1 - share) / share;  // twice the mean
  double begin = stream.times.front() + random.uniform(0, between), end = begin + random.uniform(shortest, longest);
  std::vector<Index> kept;
  for (Index t = 0; t < stream.size(); ++t) {
    const double time = stream.times[static_cast<std::size_t>(t)];
    while (time >= end) begin = end + random.uniform(0, between), end = begin + random.uniform(shortest, longest);
    if (t == 0 || time < begin) kept.push_back(t);
  }
  const Index gone = stream.size() - static_cast<Index>(kept.size());
  stream = take_frames(stream, kept);
  return gone;
}

/// Puts a value uniform in [low, high] into one channel of `share` of all places (samples, joints, pixels).  Returns
/// how many.
inline Index add_spikes(Stream& stream, double share, double low, double high, Random random) {
  const Index channels = stream.frames.size(1), places = place_count(stream);
  Index spikes = 0;
  for (Index t = 0; t < stream.size(); ++t)
    for (Index p = 0; p < places; ++p) {
      if (!random.chance(share)) continue;
      const Index c = static_cast<Index>(random.below(static_cast<std::uint64_t>(channels)));
      stream.frames.data()[(t * channels + c) * places + p] = static_cast<float>(random.uniform(low, high));
      ++spikes;
    }
  return spikes;
}

/// The sensor was off: no frames, the grid stays.
inline void take_away(Stream& stream) { stream = take_frames(stream, {}); }

STAC3DL_NAMESPACE_END
