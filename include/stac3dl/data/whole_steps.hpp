/// data/whole_steps.hpp - functions of data/clean.hpp as steps of a preparation, and standardising.
#pragma once

#include "stac3dl/data/clean.hpp"
#include "stac3dl/data/preparation_step.hpp"
#include "stac3dl/data/statistics.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Puts frames in order; of frames with one time the first is kept.  `lateness` above 0: a frame that arrives when
/// another one, later by more than that, is there already is dropped; 0: any order is put right, at the price that the
/// whole recording must be there.
struct SortByTime {
  double lateness = 0;  ///< seconds

  static constexpr const char* name = "sort_by_time";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(lateness) && lateness >= 0, "sort_by_time: want a lateness of 0 or more seconds, got ",
          lateness);
  }
  Reach reach() const { return {lateness, lateness, lateness == 0}; }

  StepCount apply(Stream& stream) const {
    const Index before = stream.size();
    if (lateness > 0) {
      std::vector<Index> kept;
      double latest = -std::numeric_limits<double>::infinity();
      for (Index t = 0; t < before; ++t) {
        const double time = stream.times[static_cast<std::size_t>(t)];
        latest = std::max(latest, time);
        if (latest - time <= lateness) kept.push_back(t);
      }
      if (static_cast<Index>(kept.size()) < before) stream = take_frames(stream, kept);
    }
    sort_by_time(stream);
    return {0, 0, before - stream.size()};
  }
};

/// fill_no_return: places without a return get the median of those that they had, over the whole recording.
struct FillNoReturn {
  double none = 0;  ///< values up to this are no return

  static constexpr const char* name = "fill_no_return";
  static constexpr Index version = 1;
  void check_options() const { check(std::isfinite(none), "fill_no_return: want a finite value, got ", none); }
  Reach reach() const { return {0, 0, true}; }
  StepCount apply(Stream& stream) const { return {fill_no_return(stream, static_cast<float>(none)), 0, 0}; }
};

/// x <- sqrt(max(x, 0))
struct SquareRoot {
  static constexpr const char* name = "square_root";
  static constexpr Index version = 1;
  void check_options() const {}
  Reach reach() const { return {}; }
  StepCount apply(Stream& stream) const {
    take_square_root(stream);
    return {};
  }
};

/// x <- (x - mean[c]) / scale[c], with the training people's numbers (compute_statistics).  Windows do it by themselves
/// (data/windows.hpp); this is for streams that are used whole.
struct Standardise {
  std::vector<double> mean = {}, scale = {};  ///< (C)

  static constexpr const char* name = "standardise";
  static constexpr Index version = 1;
  /// The step that does what the model's normalisation does.
  static Standardise by(const ModalityStatistics& statistics) {
    return {{statistics.mean.begin(), statistics.mean.end()}, {statistics.scale.begin(), statistics.scale.end()}};
  }
  void check_options() const {
    check(!mean.empty() && mean.size() == scale.size(), "standardise: want a mean and a scale for each channel, got ",
          mean.size(), " and ", scale.size());
    for (const double s : scale) check(std::isfinite(s) && s > 0, "standardise: want scales above 0, got ", s);
  }
  Reach reach() const { return {}; }
  StepCount apply(Stream& stream) const {
    const Index channels = stream.frames.size(1);
    check(static_cast<Index>(mean.size()) == channels, "standardise: stream ", stream.name, " has ", channels,
          " channels, statistics ", mean.size());
    for (Index t = 0; t < stream.size(); ++t)
      for (Index c = 0; c < channels; ++c) {
        auto x = stream.frames.slice(t).slice(c).flat().array();
        const auto at = static_cast<std::size_t>(c);
        x = (x - static_cast<float>(mean[at])) * static_cast<float>(1 / scale[at]);
      }
    return {};
  }
};

STAC3DL_NAMESPACE_END
