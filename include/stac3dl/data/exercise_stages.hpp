/// data/exercise_stages.hpp - four frames that tell a repetition: at rest, on the way, at the far end, on the way back.
#pragma once

#include "stac3dl/data/generated_exercises.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Frames of one repetition in order of time; of a squat: standing, descending, bottom, rising.
struct MovementStages {
  Index rest, there, end, back;                                             ///< frames, counted from 0
  std::array<Index, 4> frames() const { return {rest, there, end, back}; }  ///< The four in order of time.
};

/// Chosen by known progress u (about 1 at the far end): rest has the smallest, end the largest, the ways are nearest to
/// half of the end's; rest < there < end < back.  The sum of all four misfits is least.  Throws where the recording
/// holds no such four frames.
inline MovementStages movement_stages(const ExerciseRecording& recording) {
  const Index frames = recording.options().frames;
  check(frames >= 4, "movement_stages: want 4 frames or more, got ", frames);
  std::vector<double> u(static_cast<std::size_t>(frames));
  double top = 0;
  for (Index t = 0; t < frames; ++t) {
    u[static_cast<std::size_t>(t)] = std::abs(recording.progress(t));
    top = std::max(top, u[static_cast<std::size_t>(t)]);
  }
  check(top > 0, "movement_stages: a recording without movement");
  const auto at = [&](Index t) { return u[static_cast<std::size_t>(t)] / top; };
  MovementStages best{};
  double least = 1e9;
  for (Index end = 2; end + 1 < frames; ++end) {
    // Away from the end in both directions, as far as this repetition goes.
    Index there = end - 1, rest = end - 2, back = end + 1;
    for (Index t = end - 1; t >= 1 && at(t) <= at(t + 1) + 1e-9; --t)
      if (std::abs(at(t) - 0.5) < std::abs(at(there) - 0.5)) there = t;
    rest = there - 1;
    for (Index t = there - 1; t >= 0 && at(t) <= at(t + 1) + 1e-9; --t)
      if (at(t) < at(rest)) rest = t;
    for (Index t = end + 1; t < frames && at(t) <= at(t - 1) + 1e-9; ++t)
      if (std::abs(at(t) - 0.5) < std::abs(at(back) - 0.5)) back = t;
    if (rest < 0 || at(rest) >= at(there) || at(there) >= at(end) || at(back) >= at(end)) continue;
    const double misfit = at(rest) + std::abs(at(there) - 0.5) + (1 - at(end)) + std::abs(at(back) - 0.5);
    if (misfit < least) least = misfit, best = {rest, there, end, back};
  }
  check(least < 1e9, "movement_stages: no whole repetition in the recording");
  return best;
}

STAC3DL_NAMESPACE_END
