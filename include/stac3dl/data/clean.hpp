/// data/clean.hpp - what is mended in a stream before it is cut into windows: the order of its frames, places where a
/// depth camera got no return, and the scale of its values.
#pragma once

#include <numeric>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What sort_by_time found.
struct SortReport {
  Index backward = 0;        ///< frames that are earlier than the one before them, in the given order
  Index repeated = 0;        ///< frames dropped because another frame before them has the same time
  Index first_offence = -1;  ///< first frame that is not later than the one before it; -1: there is none
  double longest_gap = 0;    ///< between neighbours, once in order
};

/// Sorts frames by time, stable; of frames with one time the first is kept.
inline SortReport sort_by_time(Stream& stream) {
  check(stream.frames.size(0) == stream.size() && (stream.valid.empty() || stream.valid.size() == stream.size()),
        "sort_by_time: stream ", stream.name, " has ", stream.size(), " times, but frames ",
        to_string(stream.frames.shape()), " and a mask of ", stream.valid.size());
  SortReport report;
  auto& times = stream.times;
  for (std::size_t i = 0; i < times.size(); ++i) {
    check(std::isfinite(times[i]), "sort_by_time: stream ", stream.name, " has time ", times[i], " at frame ", i);
    if (i == 0 || times[i] > times[i - 1]) continue;
    if (times[i] < times[i - 1]) ++report.backward;
    if (report.first_offence < 0) report.first_offence = static_cast<Index>(i);
  }
  if (report.first_offence >= 0) {
    const auto time = [&](Index i) { return times[static_cast<std::size_t>(i)]; };
    std::vector<Index> order(times.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return time(a) < time(b); });
    const auto last = std::unique(order.begin(), order.end(), [&](Index a, Index b) { return time(a) == time(b); });
    report.repeated = static_cast<Index>(order.end() - last);
    order.erase(last, order.end());

    stream = take_frames(stream, order);
  }
  for (std::size_t i = 1; i < stream.times.size(); ++i)
    report.longest_gap = std::max(report.longest_gap, stream.times[i] - stream.times[i - 1]);
  return report;
}

namespace detail {
/// Median of the values, the upper one of two; reorders them.
inline float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}
}  // namespace detail

/// Replaces values <= `none`, which say that the camera got no return, by the median over time of the returns at the
/// same place.  A place that never had one gets the median of the other places' medians.  Returns how many values were
/// replaced; a stream without any return stays as it is.
inline Index fill_no_return(Stream& stream, float none = 0) {
  const Index frames = stream.size(), places = frames == 0 ? 0 : stream.frames.size() / frames;
  float* const x = stream.frames.data();
  std::vector<float> returns, medians, typical(static_cast<std::size_t>(places), none);
  for (Index p = 0; p < places; ++p) {
    returns.clear();
    for (Index t = 0; t < frames; ++t)
      if (x[t * places + p] > none) returns.push_back(x[t * places + p]);
    if (returns.empty()) continue;
    medians.push_back(typical[static_cast<std::size_t>(p)] = detail::median(returns));
  }
  if (medians.empty()) return 0;
  const float elsewhere = detail::median(medians);
  Index replaced = 0;
  for (Index p = 0; p < places; ++p) {
    const float here = typical[static_cast<std::size_t>(p)];
    for (Index t = 0; t < frames; ++t)
      if (x[t * places + p] <= none) x[t * places + p] = here > none ? here : elsewhere, ++replaced;
  }
  return replaced;
}

/// x <- sqrt(max(x, 0)): evens out sensors whose readings span orders of magnitude, such as a pressure mat.
inline void take_square_root(Stream& stream) {
  // sixteen at a time: Eigen's vector root is no correctly rounded one, and must not depend on where a value stands
  for (Index i = 0; i < stream.frames.size(); i += 16) {
    const Index count = std::min<Index>(16, stream.frames.size() - i);
    Eigen::Array<float, 16, 1> part = Eigen::Array<float, 16, 1>::Zero();
    std::copy_n(stream.frames.data() + i, count, part.data());
    part = part.max(0.0f).sqrt();
    std::copy_n(part.data(), count, stream.frames.data() + i);
  }
}

STAC3DL_NAMESPACE_END
