/// data/missing.hpp - sensors that are not there: in a recording, or in every sample that a model is asked about.
#pragma once

#include <map>

#include "stac3dl/data/recording.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Gives every recording the streams that others have and it has not, absent (T = 0) and on the others' grid, so that
/// windows of it can be cut: the model gets them masked.  Returns how many were added.  Grids that differ between
/// recordings are an error.
inline Index add_absent_streams(std::vector<Recording>& recordings) {
  std::map<std::string, std::pair<Shape<3>, std::string>> grids;  // by name: the grid, and who has it
  for (const Recording& recording : recordings)
    for (const Stream& stream : recording.streams) {
      const auto [at, fresh] = grids.try_emplace(stream.name, stream.grid(), recording.id);
      check(fresh || at->second.first == stream.grid(), "add_absent_streams: stream ", stream.name, " of recording ",
            recording.id, " is on a grid (C, H, W) of ", to_string(stream.grid()), ", that of recording ",
            at->second.second, " on ", to_string(at->second.first));
    }
  Index added = 0;
  for (Recording& recording : recordings)
    for (const auto& [name, grid] : grids) {
      if (recording.find(name)) continue;
      const auto [channels, height, width] = grid.first;
      recording.streams.push_back({name, {}, Tensor<float, 4>({0, channels, height, width}), {}});
      ++added;
    }
  return added;
}

/// Masks all of one modality.
inline void mask_modality(Window& window) {
  window.x.fill(0);
  window.frames = Tensor<std::uint8_t, 1>({window.x.size(1)}, 0);
}

/// A source whose samples lack one modality, whatever the source is: a sensor that is off at prediction time.
template <class Source>
class WithoutModality {
 public:
  /// `source` must outlive this.
  WithoutModality(const Source& source, std::size_t modality) : source_(&source), modality_(modality) {}

  Index size() const { return source_->size(); }  ///< Samples.
  /// Sample i with one modality masked.
  Sample sample(Index i) const {
    Sample sample = source_->sample(i);
    check(modality_ < sample.inputs.size(), "WithoutModality: modality ", modality_, " of ", sample.inputs.size());
    mask_modality(sample.inputs[modality_]);
    return sample;
  }

 private:
  const Source* source_;
  std::size_t modality_;
};

STAC3DL_NAMESPACE_END
