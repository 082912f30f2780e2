/// data/prepare_window.hpp - for samples that are made rather than cut from recordings: statistics, and skeletons
/// without their camera.  normalise and scale_motion of windows.hpp then apply as they do to recordings.
#pragma once

#include <cmath>
#include <vector>

#include "stac3dl/data/windows.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Mean and scale of each channel of input `modality` over all valid frames and places of the samples.  A channel that
/// never changes has scale 1.
inline ModalityStatistics sample_statistics(const std::vector<Sample>& samples, std::size_t modality) {
  double count = 0;
  std::vector<double> x, xx;
  for (const Sample& sample : samples) {
    check(modality < sample.inputs.size(), "sample_statistics: modality ", modality, " of ", sample.inputs.size());
    const Window& window = sample.inputs[modality];
    const auto [channels, frames, height, width] = window.x.shape();
    if (x.empty()) x.resize(static_cast<std::size_t>(channels)), xx = x;
    check(static_cast<Index>(x.size()) == channels, "sample_statistics: modality ", modality, " has ", x.size(),
          " and ", channels, " channels");
    for (Index t = 0; t < frames; ++t) {
      if (!window.frames.empty() && window.frames[t] == 0) continue;
      for (Index p = 0; p < height * width; ++p) {
        if (!window.positions.empty() && window.positions.data()[t * height * width + p] == 0) continue;
        count += 1;
        for (Index c = 0; c < channels; ++c) {
          const double value = static_cast<double>(window.x.data()[(c * frames + t) * height * width + p]);
          x[static_cast<std::size_t>(c)] += value, xx[static_cast<std::size_t>(c)] += value * value;
        }
      }
    }
  }
  check(count > 0, "sample_statistics: no valid values in modality ", modality, " of ", samples.size(), " samples");
  ModalityStatistics statistics;
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double mean = x[c] / count, scale = std::sqrt(std::max(0.0, xx[c] / count - mean * mean));
    check(std::isfinite(mean) && std::isfinite(scale), "sample_statistics: modality ", modality, " channel ", c,
          " holds values that are not finite");
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.scale.push_back(scale > 1e-6 * std::abs(mean) && scale > 1e-30 ? static_cast<float>(scale) : 1.0f);
  }
  return statistics;
}

/// Takes a joint's mean place over the valid frames from all joints of a skeleton (3 or more, T, J, 1), x, y, z first:
/// where the camera stood is gone, how the body moves as a whole stays.
inline void centre_on_joint(Window& window, Index joint) {
  const auto [channels, frames, joints, one] = window.x.shape();
  check(one == 1 && channels >= 3 && joint >= 0 && joint < joints, "centre_on_joint: joint ", joint, " of a window ",
        to_string(window.x.shape()), ", want (3 or more, T, J, 1)");
  for (Index c = 0; c < 3; ++c) {
    auto x = window.x.slice(c);
    double sum = 0, count = 0;
    for (Index t = 0; t < frames; ++t) {
      if (!window.frames.empty() && window.frames[t] == 0) continue;
      if (!window.positions.empty() && window.positions(t, joint) == 0) continue;
      sum += static_cast<double>(x(t, joint, Index{0})), count += 1;
    }
    if (count > 0) x.flat().array() -= static_cast<float>(sum / count);
  }
}

STAC3DL_NAMESPACE_END
