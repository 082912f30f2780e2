/// data/check_bones.hpp - bones do not change their length; joints that say so are masked.
///
/// A bone joins a joint and its parent.  Its usual length is the median over the frames within `seconds`; it is
/// impossible where it differs from that by more than `tolerance` of it.  Which of its two ends is wrong: a root whose
/// bones are all impossible; else, from the root outwards, the joint itself, unless its parent has been found wrong
/// already (one misplaced joint spoils the bones on both sides of it).
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

struct CheckBones {
  std::vector<Index> parents = {};  ///< (J) of each joint its parent; a root has -1; parents come before their children
  double tolerance = 0.3;           ///< share of the usual length
  double seconds = 2;               ///< to either side

  static constexpr const char* name = "check_bones";
  static constexpr Index version = 1;
  void check_options() const {
    check(!parents.empty(), "check_bones: parents is empty; want the parent of each joint, -1 for a root");
    for (std::size_t j = 0; j < parents.size(); ++j)
      check(parents[j] >= -1 && parents[j] < static_cast<Index>(j), "check_bones: parents[", j, "] is ", parents[j],
            ", want -1 or a joint before it");
    check(std::isfinite(tolerance) && tolerance > 0, "check_bones: want a tolerance above 0, got ", tolerance);
    check(std::isfinite(seconds) && seconds > 0, "check_bones: want seconds above 0, got ", seconds);
  }
  Reach reach() const { return {seconds, seconds}; }

  /// Wants frames (T, 3 or more, J, 1) with x, y, z first.
  StepCount apply(Stream& stream) const {
    const Index joints = static_cast<Index>(parents.size()), frames = stream.size();
    check(stream.frames.size(1) >= 3 && stream.frames.size(2) == joints && stream.frames.size(3) == 1,
          "check_bones: stream ", stream.name, " is ", to_string(stream.frames.shape()), ", want (T, 3 or more, ",
          joints, ", 1)");
    const Tensor<float, 2> length = lengths(stream);
    Tensor<std::uint8_t, 2> impossible({frames, joints});
    std::vector<float> around;
    for (Index j = 0; j < joints; ++j)
      for (Index t = 0, first = 0, last = 0; t < frames; ++t) {
        advance_window(stream.times, t, seconds, first, last);
        if (length(t, j) < 0) continue;
        around.clear();
        for (Index i = first; i < last; ++i)
          if (length(i, j) >= 0) around.push_back(length(i, j));
        const float usual = upper_median(around);
        impossible(t, j) = std::abs(length(t, j) - usual) > static_cast<float>(tolerance) * usual;
      }
    StepCount count;
    for (Index t = 0; t < frames; ++t) mark(stream, t, length, impossible, count);
    return count;
  }

 private:
  Index parent(Index j) const { return parents[static_cast<std::size_t>(j)]; }

  /// (T, J) of the bone to the parent; -1 where there is none, or an end of it is masked.
  Tensor<float, 2> lengths(const Stream& stream) const {
    const Index joints = static_cast<Index>(parents.size());
    Tensor<float, 2> length({stream.size(), joints}, -1);
    for (Index t = 0; t < stream.size(); ++t)
      for (Index j = 0; j < joints; ++j) {
        const Index other = parent(j);
        if (other < 0 || !counts(stream, t, j) || !counts(stream, t, other)) continue;
        float squares = 0;
        for (Index c = 0; c < 3; ++c) {
          const float d = stream.frames(t, c, j, Index{0}) - stream.frames(t, c, other, Index{0});
          squares += d * d;
        }
        length(t, j) = std::sqrt(squares);
      }
    return length;
  }

  void mark(Stream& stream, Index t, const Tensor<float, 2>& length, const Tensor<std::uint8_t, 2>& impossible,
            StepCount& count) const {
    const Index joints = static_cast<Index>(parents.size());
    std::vector<bool> wrong(parents.size());
    for (Index j = 0; j < joints; ++j) {
      bool here = false;
      if (parent(j) < 0) {
        Index bones = 0, bad = 0;
        for (Index k = 0; k < joints; ++k)
          if (parent(k) == j && length(t, k) >= 0) ++bones, bad += impossible(t, k);
        here = bones >= 2 && bad == bones;
      } else {
        here = impossible(t, j) != 0 && !wrong[static_cast<std::size_t>(parent(j))];
      }
      wrong[static_cast<std::size_t>(j)] = here;
      if (here) mask_place(stream, t, j), ++count.masked;
    }
  }
};

STAC3DL_NAMESPACE_END
