/// data/preparation_report.hpp - what a preparation did to each recording: repaired, masked, dropped; counts and
/// seconds.
#pragma once

#include <cstdio>

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One step on one stream.
struct StepReport {
  std::string step;                                 ///< its name in configuration
  StepCount count;                                  ///< what it did
  double repaired_seconds = 0, masked_seconds = 0;  ///< of frames' worth of places: half a picture for 2 s is 1 s
};

/// One stream of one recording.
struct StreamReport {
  std::string stream;                         ///< name of the stream
  Index frames_before = 0, frames_after = 0;  ///< the steps' frames
  double seconds = 0;         ///< from first to last frame, afterwards
  double masked_seconds = 0;  ///< of these, how much counts no longer
  std::vector<StepReport> steps;  ///< in order
};

/// What was done to one recording.
struct RecordingReport {
  std::string recording;              ///< its id
  std::vector<StreamReport> streams;  ///< in the pipeline's order
  std::vector<std::string> absent;  ///< streams that the preparation names and the recording does not have

  /// A line a step that did something: "03_05_1 depth: hampel masked 12 (0.08 s)".
  std::string text() const;
};

/// Typical time from frame to frame; 0 with fewer than two frames.
inline double frame_spacing(const Stream& stream) {
  std::vector<float> steps;
  for (std::size_t i = 1; i < stream.times.size(); ++i)
    steps.push_back(static_cast<float>(stream.times[i] - stream.times[i - 1]));
  return steps.empty() ? 0 : static_cast<double>(upper_median(steps));
}

/// Seconds' worth of so many places.
inline double seconds_of(const Stream& stream, Index places) {
  const Index each = place_count(stream);
  return each == 0 ? 0 : static_cast<double>(places) / static_cast<double>(each) * frame_spacing(stream);
}

namespace detail {
inline std::string with_unit(double seconds) {
  char text[48];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}
}  // namespace detail

inline std::string RecordingReport::text() const {
  std::string out;
  for (const StreamReport& s : streams) {
    const std::string head = recording + " " + s.stream + ": ";
    for (const StepReport& step : s.steps) {
      std::string what;
      const auto add = [&](const char* verb, Index count, double seconds) {
        if (count == 0) return;
        what += detail::concat(what.empty() ? "" : ", ", verb, " ", count);
        if (seconds > 0) what += " (" + detail::with_unit(seconds) + ")";
      };
      add("repaired", step.count.repaired, step.repaired_seconds);
      add("masked", step.count.masked, step.masked_seconds);
      add("dropped frames", step.count.dropped, 0);
      if (!what.empty()) out += head + step.step + " " + what + "\n";
    }
    out += head + detail::concat(s.frames_after, " of ", s.frames_before, " frames, ") +
           detail::with_unit(s.masked_seconds) + " of " + detail::with_unit(s.seconds) + " masked\n";
  }
  for (const std::string& name : absent) out += recording + " " + name + ": absent\n";
  return out;
}

/// All recordings of a set.
struct PreparationReport {
  std::vector<RecordingReport> recordings;  ///< in their order

  /// A line for every step that did something.
  std::string text() const {
    std::string out;
    for (const RecordingReport& r : recordings) out += r.text();
    return out;
  }
  /// Each step's counts over all recordings, in order of first appearance: "depth hampel" -> counts.
  std::vector<std::pair<std::string, StepReport>> totals() const {
    std::vector<std::pair<std::string, StepReport>> sums;
    for (const RecordingReport& r : recordings)
      for (const StreamReport& s : r.streams)
        for (const StepReport& step : s.steps) {
          auto at = std::find_if(sums.begin(), sums.end(), [&](const auto& sum) {
            return sum.first == s.stream && sum.second.step == step.step;
          });
          if (at == sums.end()) at = sums.insert(sums.end(), {s.stream, StepReport{step.step, {}, 0, 0}});
          at->second.count.repaired += step.count.repaired, at->second.count.masked += step.count.masked;
          at->second.count.dropped += step.count.dropped;
          at->second.repaired_seconds += step.repaired_seconds, at->second.masked_seconds += step.masked_seconds;
        }
    return sums;
  }
};

STAC3DL_NAMESPACE_END
