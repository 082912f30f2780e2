/// inspect/recording_view.hpp - what a model made of one recording, as plain data: the content of a report's pages.
///
/// inspect/look_at.hpp fills it in, io/report.hpp draws it.  Letters as in the model: L steps, P positions over all
/// modalities, K classes, T frames of a modality, J joints.  Times are seconds from the recording's begin.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

using Bones = std::vector<std::pair<Index, Index>>;  ///< pairs of joints

/// One sensor of the recording, as it was recorded, and where its positions stand in beta.
struct ModalityView {
  /// How it is shown.
  enum class Kind { picture, joints, signal };
  std::string name;  ///< of the modality
  Kind kind = Kind::signal;  ///< how it is shown
  Index frames = 0;           ///< T
  Index frames_per_step = 1;  ///< of one step of attention
  Index first = 0;            ///< its positions are first .. first + rows * columns - 1 of beta
  Index rows = 0, columns = 0;  ///< of its grid of positions
  Tensor<std::uint8_t, 4> pictures;  ///< picture: (T, H, W, 3)
  Tensor<float, 3> joints;           ///< joints: (T, J, 2), x to the right and y down, in [0, 1] of what they span
  Tensor<float, 2> signal;           ///< signal: (C, T), in `unit`
  Tensor<std::uint8_t, 1> seen;      ///< (T), 1 = the sensor was on; empty: always
  std::vector<std::string> names;    ///< of joints or channels; empty: numbered
  std::string unit;                  ///< of a signal
  Bones bones;  ///< pairs of joints that are joined
};

/// One gate of an LSTM layer over time: how its values spread over units and valid positions.
struct GateView {
  std::string name;                    ///< "input gate i"
  Tensor<float, 1> low, middle, high;  ///< (L): the 10th, 50th and 90th percentile; NaN where no token is valid
};
/// The gates of one direction of one layer.
struct LstmView {
  std::string name;             ///< "layer 1", "layer 1, backwards"
  std::vector<GateView> gates;  ///< i, f, o in [0, 1]; candidate g in [-1, 1]
};

/// Predicted joints, and the true ones if they are known, in [0, 1] of a modality's frame.
struct KeypointView {
  std::size_t modality = 0;  ///< whose frame it is
  Index frames_per_step = 1;  ///< frames of one step of key points
  Tensor<float, 3> predicted;     ///< (T', J, 2)
  Tensor<float, 3> truth;         ///< (T, J, 2); empty: not known
  Tensor<std::uint8_t, 2> known;  ///< (T, J), 1 = this true joint counts; empty: all do
  Bones bones;  ///< pairs of joints that are joined
  std::vector<Index> stages;       ///< frames that tell the movement
  std::vector<std::string> names;  ///< of the stages
};

/// Where a block of the encoder found what speaks for the answer (Grad-CAM).
struct CamView {
  std::size_t modality = 0;  ///< whose block it is
  std::string block;  ///< "conv5b"
  Tensor<float, 3> map;  ///< (T', H', W') in [0, 1], 1 = the most
};

struct RecordingView {
  std::string name, note;  ///< for the page
  double seconds = 0;  ///< of the recording; 0: time is counted in steps
  Index label = -1, answer = 0;  ///< true class, -1: not known; and the model's
  std::vector<std::string> classes;  ///< names; empty: numbered
  Tensor<float, 1> probabilities;  ///< (K)
  Tensor<float, 2> so_far;         ///< (L, K): had the recording ended after step l; NaN where nothing had been seen
  Tensor<float, 1> alpha;          ///< (L)
  Tensor<float, 2> beta;           ///< (L, P)
  std::vector<ModalityView> modalities;  ///< in the model's order
  std::vector<LstmView> lstm;  ///< layers and directions
  std::vector<KeypointView> keypoints;  ///< one, or none
  std::vector<CamView> cams;  ///< one a block that was asked for
  std::vector<double> window_times;       ///< begins of the windows of the whole recording, if it was cut
  Tensor<float, 2> window_probabilities;  ///< (windows, K)

  Index steps() const { return alpha.size(); }  ///< L.
  /// Seconds of one step of attention.
  double step_seconds() const { return seconds / static_cast<double>(steps()); }
  /// Weight of a modality in step l: the sum of beta over its positions.
  double share(std::size_t m, Index l) const {
    double sum = 0;
    const ModalityView& v = modalities[m];
    for (Index p = 0; p < v.rows * v.columns; ++p) sum += static_cast<double>(beta(l, v.first + p));
    return sum;
  }
  /// Weight of position p of a modality over all steps: sum over l of alpha beta.
  double weight(std::size_t m, Index p) const {
    double sum = 0;
    for (Index l = 0; l < steps(); ++l)
      sum += static_cast<double>(alpha[l]) * static_cast<double>(beta(l, modalities[m].first + p));
    return sum;
  }
};

STAC3DL_NAMESPACE_END
