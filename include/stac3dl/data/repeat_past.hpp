/// data/repeat_past.hpp - a stream that is gone for a while is completed from its own past: exercises repeat
/// themselves.
///
/// For a gap of masked frames that begins at frame a, on an even rate:
///   for each lag k of up to `past` seconds, err(k) = mean over the `context` seconds before a, and over places, of
///     (x[i] - x[i-k])^2, frames i and i-k that count; at least half of them must
///   k* = the lag of the least error among those whose frames for the gap, x[a-k], x[a-k+1], ..., count
///   x[a+i] <- x[a+i-k*] + (x[a-1] - x[a-1-k*]) (1 - (i+1)/(n+1)),   n = frames of `longest` seconds
/// The second term begins at the last picture that was seen and fades out.  Of a longer gap the first `longest` seconds
/// are filled, the rest stays masked, as does a gap for which the past has nothing to offer.  Nothing after the gap's
/// begin is looked at, so live use does not wait for its end.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

struct RepeatPast {
  double context = 1;  ///< what is compared
  double past = 8;     ///< how far back the same movement is looked for
  double longest = 2;  ///< that is filled; all in seconds

  static constexpr const char* name = "repeat_past";
  static constexpr Index version = 1;
  void check_options() const {
    for (const double s : {context, past, longest})
      check(s > 0 && s <= 3600, "repeat_past: want context, past and longest above 0 and up to 3600 seconds, got ",
            context, ", ", past, ", ", longest);
  }
  /// A frame from either side of each stretch, hence the second.
  Reach reach() const { return {context + past + longest + 1, 0}; }

  /// Wants an even rate of 2 frames a second or more (even_rate).
  StepCount apply(Stream& stream) const {
    StepCount count;
    if (stream.valid.empty() || stream.size() < 2) return count;
    const double step = stream.times[1] - stream.times[0];
    for (Index t = 1; t < stream.size(); ++t) {
      const double here = stream.times[static_cast<std::size_t>(t)] - stream.times[static_cast<std::size_t>(t - 1)];
      check(std::abs(here - step) < 0.01 * step && step <= 0.5, "repeat_past: stream ", stream.name, " has frames ",
            here, " and ", step, " s apart, want an even rate of 2 or more a second; even_rate before it gives one");
    }
    const auto frames_in = [&](double seconds) { return static_cast<Index>(std::floor(seconds / step + 1e-6)); };
    const Index most = frames_in(longest), compared = std::max<Index>(1, frames_in(context)), lags = frames_in(past);
    const Tensor<std::uint8_t, 1> seen = stream.valid;  // what is filled is no past to others
    const auto was_seen = [&](Index t) { return t >= 0 && seen[t] != 0; };
    for (Index a = 1; a < stream.size(); ++a) {
      if (seen[a] != 0 || seen[a - 1] == 0) continue;
      Index lag = 0;
      double least = std::numeric_limits<double>::infinity();
      for (Index k = 1; k <= lags; ++k) {
        bool offers = was_seen(a - 1 - k);
        for (Index i = 0; i < std::min(k, most) && offers; ++i) offers = was_seen(a - k + i);
        const double error = offers ? mean_error(stream, seen, a, k, compared) : least;
        if (error < least) least = error, lag = k;
      }
      if (lag == 0) continue;
      for (Index i = 0; i < most && a + i < stream.size() && seen[a + i] == 0; ++i) {
        const float fade = 1 - static_cast<float>(i + 1) / static_cast<float>(most + 1);
        stream.frames.slice(a + i).array() =
            stream.frames.slice(a - lag + i % lag).array() +
            fade * (stream.frames.slice(a - 1).array() - stream.frames.slice(a - 1 - lag).array());
        for (Index p = 0; p < place_count(stream); ++p) {
          if (!stream.places.empty() &&
              (!counts(stream, a - lag + i % lag, p) || !counts(stream, a - 1, p) || !counts(stream, a - 1 - lag, p)))
            continue;
          unmask_place(stream, a + i, p);
          ++count.repaired;
        }
      }
    }
    return count;
  }

 private:
  /// Infinite where too little can be compared.
  static double mean_error(const Stream& stream, const Tensor<std::uint8_t, 1>& seen, Index a, Index k,
                           Index compared) {
    double sum = 0;
    Index count = 0;
    for (Index i = std::max<Index>(k, a - compared); i < a; ++i) {
      if (seen[i] == 0 || seen[i - k] == 0) continue;
      const auto d = stream.frames.slice(i).array() - stream.frames.slice(i - k).array();
      sum += static_cast<double>(d.square().mean()), ++count;
    }
    return 2 * count >= compared ? sum / static_cast<double>(count) : std::numeric_limits<double>::infinity();
  }
};

STAC3DL_NAMESPACE_END
