/// data/sample.hpp - one prepared example, and how examples become a batch.
///
/// A modality's window is (C, T, H, W); model.md, section 1: every sensor is a video on its own grid.
#pragma once

#include <cstdint>
#include <vector>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One modality of one example.
struct Window {
  Tensor<float, 4> x;                  ///< (C, T, H, W); an absent modality still has its shape, all masked
  Tensor<std::uint8_t, 1> frames;      ///< (T), 1 = valid; empty: all are
  Tensor<std::uint8_t, 2> positions;   ///< (T, H*W), 1 = valid, for grids whose places are masked one by one (joints);
                                       ///< empty: all are
};

/// One example: its modalities in the model's order, and what training compares with.
struct Sample {
  std::vector<Window> inputs;          ///< in the model's order
  Index label = 0;                     ///< class, counted from 0
  Tensor<float, 3> keypoints;          ///< (T, J, 2): x, y in [0, 1] of the frame; empty: none known
  Tensor<std::uint8_t, 2> visible;     ///< (T, J), 1 = this joint counts; empty: all do
};

/// N examples side by side.
template <class Real>
struct Batch {
  /// One modality of all examples.
  struct Input {
    Tensor<Real, 5> x;                   ///< (N, C, T, H, W)
    Tensor<std::uint8_t, 2> frames;      ///< (N, T), always filled in
    Tensor<std::uint8_t, 3> positions;   ///< (N, T, H*W), or empty
  };
  std::vector<Input> inputs;             ///< in the model's order
  std::vector<Index> labels;             ///< N
  Tensor<Real, 4> keypoints;             ///< (N, T, J, 2), or empty
  Tensor<std::uint8_t, 3> visible;       ///< (N, T, J), or empty

  Index size() const { return static_cast<Index>(labels.size()); }  ///< N.
};

/// Copies samples into `batch`, reusing its memory.  All samples must have the same modalities and shapes; if one has
/// keypoints, all must.
template <class Real>
void collate(const std::vector<Sample>& samples, Batch<Real>& batch) {
  check(!samples.empty(), "collate: an empty batch");
  const Index n = static_cast<Index>(samples.size());
  const Sample& first = samples.front();
  batch.inputs.resize(first.inputs.size());
  batch.labels.resize(samples.size());
  for (std::size_t m = 0; m < first.inputs.size(); ++m) {
    const auto& shape = first.inputs[m].x.shape();
    auto& input = batch.inputs[m];
    input.x.resize({n, shape[0], shape[1], shape[2], shape[3]});
    input.frames.resize({n, shape[1]});
    bool any_positions = false;
    for (const Sample& s : samples) {
      check(s.inputs.size() == first.inputs.size(), "collate: samples with ", first.inputs.size(), " and ",
            s.inputs.size(), " modalities");
      check_shape("collate: modality", s.inputs[m].x.shape(), shape);
      any_positions = any_positions || !s.inputs[m].positions.empty();
    }
    const Index places = shape[2] * shape[3];
    input.positions.resize(any_positions ? Shape<3>{n, shape[1], places} : Shape<3>{});
    parallel_for(n, [&](Index i) {
      const Window& w = samples[static_cast<std::size_t>(i)].inputs[m];
      std::copy(w.x.begin(), w.x.end(), input.x.slice(i).begin());
      auto frames = input.frames.slice(i);
      if (w.frames.empty()) std::fill(frames.begin(), frames.end(), std::uint8_t{1});
      else check_shape("collate: frame mask", w.frames.shape(), frames.shape()),
          std::copy(w.frames.begin(), w.frames.end(), frames.begin());
      if (!any_positions) return;
      auto positions = input.positions.slice(i);
      if (w.positions.empty()) std::fill(positions.begin(), positions.end(), std::uint8_t{1});
      else check_shape("collate: position mask", w.positions.shape(), positions.shape()),
          std::copy(w.positions.begin(), w.positions.end(), positions.begin());
    });
  }
  for (std::size_t i = 0; i < samples.size(); ++i) batch.labels[i] = samples[i].label;
  const auto& points = first.keypoints.shape();
  batch.keypoints.resize(first.keypoints.empty() ? Shape<4>{} : Shape<4>{n, points[0], points[1], points[2]});
  batch.visible.resize(first.keypoints.empty() ? Shape<3>{} : Shape<3>{n, points[0], points[1]});
  if (first.keypoints.empty()) return;
  for (Index i = 0; i < n; ++i) {
    const Sample& s = samples[static_cast<std::size_t>(i)];
    check_shape("collate: keypoints", s.keypoints.shape(), points);
    std::copy(s.keypoints.begin(), s.keypoints.end(), batch.keypoints.slice(i).begin());
    auto visible = batch.visible.slice(i);
    if (s.visible.empty()) std::fill(visible.begin(), visible.end(), std::uint8_t{1});
    else check_shape("collate: visible", s.visible.shape(), visible.shape()),
        std::copy(s.visible.begin(), s.visible.end(), visible.begin());
  }
}

STAC3DL_NAMESPACE_END
