/// inspect/dead_relus.hpp - channels that never fire: their ReLU's output is 0 at every place of every batch looked at.
///
/// Such a channel takes part in nothing and, its gradient being 0, learns nothing more on this data.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "stac3dl/model/sta_c3dl.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The channels of one layer that never fire.
struct DeadChannels {
  std::string layer;        ///< "rgb.feature.conv2a", "head.fc6"
  Index channels = 0;       ///< how many it has
  std::vector<Index> dead;  ///< which of them never fired
};

/// Layers that have any, in order of computation; `batches` is a range of Batch<Real>.  Batch normalisation uses its
/// running statistics.
template <std::floating_point Real, class Batches>
std::vector<DeadChannels> dead_relus(const StaC3d<Real>& model, const Batches& batches) {
  std::vector<std::pair<std::string, std::vector<bool>>> fired;  // by layer and channel
  std::map<std::string, std::size_t> places;
  static const std::string end = ".active";
  Recorder<Real> recorder;
  recorder.tensor = [&](const RecordedTensor<Real>& seen) {
    if (!seen.name.ends_with(end)) return;
    const Index N = seen.shape[0], C = seen.shape[1];
    Index per_channel = 1;
    for (Index size : seen.shape.subspan(2)) per_channel *= size;
    const auto [at, fresh] = places.try_emplace(seen.name, fired.size());
    if (fresh) fired.emplace_back(seen.name, std::vector<bool>(static_cast<std::size_t>(C)));
    auto& layer = fired[at->second].second;
    for (Index i = 0; i < N * C; ++i) {
      const Real* numbers = seen.data + i * per_channel;
      if (std::any_of(numbers, numbers + per_channel, [](Real v) { return v != 0; }))
        layer[static_cast<std::size_t>(i % C)] = true;
    }
  };
  ModelPass<Real> pass;
  pass.recorder = &recorder;
  for (const Batch<Real>& batch : batches) model.forward(batch, pass, Mode::inference);

  std::vector<DeadChannels> found;
  for (const auto& [name, channels] : fired) {
    DeadChannels layer{name.substr(0, name.size() - end.size()), static_cast<Index>(channels.size()), {}};
    for (std::size_t c = 0; c < channels.size(); ++c)
      if (!channels[c]) layer.dead.push_back(static_cast<Index>(c));
    if (!layer.dead.empty()) found.push_back(std::move(layer));
  }
  return found;
}

STAC3DL_NAMESPACE_END
