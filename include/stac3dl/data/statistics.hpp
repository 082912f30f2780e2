/// data/statistics.hpp - mean and scale of each modality's channels over chosen recordings: those of the training
/// people, and never of the others.
///
///   mean[c] = mean of x over frames and places       scale[c] = sqrt(mean of (x - mean[c])^2)
/// `pooled`: one mean and scale for all channels.  `centred = false`: mean is 0 and scale the root mean square, for
/// accelerometers whose axes point another way from person to person.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What is measured together.
struct StatisticsOptions {
  bool pooled = false;  ///< one mean and scale for all channels
  bool centred = true;  ///< false: the mean is 0
};

/// Normalisation constants of one modality; they belong to the model and are saved with it.
struct ModalityStatistics {
  std::vector<float> mean, scale;  ///< (C)
};

namespace detail {
/// Sum of x and of x^2 in double; eight running sums, so that additions need not wait for each other.
inline std::pair<double, double> sum_and_squares(CView<float, 1> x) {
  using Eight = Eigen::Array<double, 8, 1>;
  Eight sum = Eight::Zero(), squares = Eight::Zero();
  Index i = 0;
  for (; i + 8 <= x.size(); i += 8) {
    const Eight part = Eigen::Map<const Eigen::Array<float, 8, 1>>(x.data() + i).cast<double>();
    sum += part, squares += part * part;
  }
  for (; i < x.size(); ++i) {
    const double part = static_cast<double>(x[i]);
    sum[0] += part, squares[0] += part * part;
  }
  return {sum.sum(), squares.sum()};
}
/// The same over the places that count.
inline std::pair<double, double> sum_and_squares(CView<float, 1> x, CView<std::uint8_t, 1> counts) {
  double sum = 0, squares = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (counts[i] != 0)
      sum += static_cast<double>(x[i]), squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return {sum, squares};
}
}  // namespace detail

/// Over all valid frames and places of the stream `name` in the chosen recordings.  A channel that never changes has
/// scale 1.
inline ModalityStatistics compute_statistics(const std::vector<Recording>& recordings, const std::vector<Index>& chosen,
                                             const std::string& name, const StatisticsOptions& options = {}) {
  check(!chosen.empty(), "compute_statistics: no recordings");
  Index channels = 0;
  for (Index r : chosen) {
    check(r >= 0 && r < static_cast<Index>(recordings.size()), "compute_statistics: recording ", r, " of ",
          recordings.size());
    const Recording& recording = recordings[static_cast<std::size_t>(r)];
    const Index here = recording.stream(name).frames.size(1);
    if (channels == 0) channels = here;
    check(here == channels, "compute_statistics: stream ", name, " has ", channels, " channels, but ", here,
          " in recording ", recording.id);
  }
  check(channels > 0, "compute_statistics: stream ", name, " has no channels");

  struct Sums {
    double count = 0;
    std::vector<double> x, xx;
  };
  std::vector<Sums> parts(chosen.size());  // one a recording, added in order: the same for any number of threads
  parallel_for(static_cast<Index>(chosen.size()), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    const Stream& stream = recordings[static_cast<std::size_t>(chosen[at])].stream(name);
    Sums& sums = parts[at];
    sums.x.assign(static_cast<std::size_t>(channels), 0.0), sums.xx = sums.x;
    for (Index t = 0; t < stream.size(); ++t) {
      if (!stream.valid.empty() && stream.valid[t] == 0) continue;
      const auto frame = stream.frames.slice(t);
      const auto counts = stream.places.empty() ? CView<std::uint8_t, 1>() : stream.places.slice(t);
      for (Index c = 0; c < channels; ++c) {
        const auto [x, xx] = counts ? detail::sum_and_squares(frame.slice(c).flat(), counts)
                                    : detail::sum_and_squares(frame.slice(c).flat());
        sums.x[static_cast<std::size_t>(c)] += x;
        sums.xx[static_cast<std::size_t>(c)] += xx;
      }
      sums.count +=
          static_cast<double>(counts ? std::count(counts.begin(), counts.end(), 1) : frame.size(1) * frame.size(2));
    }
  });
  Sums total{0, std::vector<double>(static_cast<std::size_t>(channels)), {}};
  total.xx = total.x;
  for (const Sums& part : parts) {
    total.count += part.count;
    for (std::size_t c = 0; c < total.x.size(); ++c) total.x[c] += part.x[c], total.xx[c] += part.xx[c];
  }
  check(total.count > 0, "compute_statistics: stream ", name, " is absent from all ", chosen.size(),
        " chosen recordings");
  if (options.pooled) {
    double x = 0, xx = 0;
    for (std::size_t c = 0; c < total.x.size(); ++c) x += total.x[c], xx += total.xx[c];
    std::fill(total.x.begin(), total.x.end(), x / static_cast<double>(channels));
    std::fill(total.xx.begin(), total.xx.end(), xx / static_cast<double>(channels));
  }
  ModalityStatistics statistics;
  for (std::size_t c = 0; c < total.x.size(); ++c) {
    const double mean = options.centred ? total.x[c] / total.count : 0;
    const double scale = std::sqrt(std::max(0.0, total.xx[c] / total.count - mean * mean));
    check(std::isfinite(mean) && std::isfinite(scale), "compute_statistics: stream ", name, " channel ", c,
          " holds values that are not finite");
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.scale.push_back(scale > 1e-6 * std::abs(mean) && scale > 1e-30 ? static_cast<float>(scale) : 1.0f);
  }
  return statistics;
}

STAC3DL_NAMESPACE_END
