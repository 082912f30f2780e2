/// A report with every part filled in by hand: what its figures and its page must show is known.
#pragma once

#include <limits>

#include "stac3dl/inspect/report.hpp"

namespace stac3dl_test {

using namespace stac3dl;

/// T frames of 3 channels; a bright square wanders to the right.
inline ModalityView camera(Index frames, Index side) {
  ModalityView m;
  m.name = "camera", m.kind = ModalityView::Kind::picture, m.frames = frames;
  m.rows = m.columns = 2, m.first = 0, m.frames_per_step = 2;
  m.pictures = Tensor<std::uint8_t, 4>({frames, side, side, 3}, 70);
  for (Index t = 0; t < frames; ++t)
    for (Index y = 4; y < 8; ++y)
      for (Index x = t; x < t + 4; ++x) m.pictures(t, y, x, Index{0}) = 240, m.pictures(t, y, x, Index{1}) = 200;
  return m;
}

/// L = 4 steps of 0.5 s, K = 3 classes, P = 4 places, 3 joints and a sensor; step 3 and place (0, 1) have the most.
inline RecordingView recording() {
  RecordingView v;
  v.name = "Squat <b>\"1\"</b>", v.note = "by & for people", v.seconds = 2, v.label = 1, v.answer = 1;
  v.classes = {"lunge", "squat </script><i>", "rest"};
  v.probabilities = Tensor<float, 1>({3}, {0.1f, 0.8f, 0.1f});
  v.so_far = Tensor<float, 2>(
      {4, 3}, {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::quiet_NaN(),
               std::numeric_limits<float>::quiet_NaN(), 0.6f, 0.3f, 0.1f, 0.2f, 0.7f, 0.1f, 0.1f, 0.8f, 0.1f});
  v.alpha = Tensor<float, 1>({4}, {0.1f, 0.2f, 0.5f, 0.2f});
  v.modalities = {camera(8, 16)};
  ModalityView skeleton, thigh;
  skeleton.name = "skeleton", skeleton.kind = ModalityView::Kind::joints, skeleton.frames = 8;
  skeleton.first = 4, skeleton.rows = 3, skeleton.columns = 1, skeleton.names = {"head", "hip", "knee"};
  skeleton.joints = Tensor<float, 3>({8, 3, 2}, 0.5f), skeleton.bones = {{0, 1}, {1, 2}};
  thigh.name = "thigh", thigh.kind = ModalityView::Kind::signal, thigh.frames = 16;
  thigh.first = 7, thigh.rows = thigh.columns = 1, thigh.names = {"x"}, thigh.unit = "g";
  thigh.signal = Tensor<float, 2>({1, 16}, 1.0f), thigh.signal(0, 3) = 2.5f;
  v.modalities.push_back(std::move(skeleton)), v.modalities.push_back(std::move(thigh));
  v.beta = Tensor<float, 2>({4, 8}, 0.05f);
  for (Index l = 0; l < 4; ++l) v.beta(l, Index{1}) = 0.5f, v.beta(l, Index{6}) = 0.2f;
  LstmView lstm{"layer 1", {}};
  for (const char* name : {"input gate i", "forget gate f", "output gate o", "candidate g"})
    lstm.gates.push_back({name, Tensor<float, 1>({4}, 0.2f), Tensor<float, 1>({4}, 0.5f), Tensor<float, 1>({4}, 0.9f)});
  lstm.gates[1].middle[2] = 0.8f;
  v.lstm.push_back(std::move(lstm));
  KeypointView k;
  k.frames_per_step = 2, k.bones = {{0, 1}}, k.stages = {0, 2, 4, 6},
  k.names = {"standing", "descending", "bottom", "rising"};
  k.predicted = Tensor<float, 3>({4, 2, 2}, 0.5f), k.truth = Tensor<float, 3>({8, 2, 2}, 0.5f);
  for (Index t = 0; t < 8; ++t) k.truth(t, Index{0}, Index{0}) = 0.6f;
  v.keypoints.push_back(std::move(k));
  for (const char* block : {"conv1", "conv2"}) {
    CamView cam{0, block, Tensor<float, 3>({4, 4, 4}, 0.1f)};
    cam.map(2, 3, 0) = 1;
    v.cams.push_back(std::move(cam));
  }
  v.window_times = {0, 1, 2};
  v.window_probabilities = Tensor<float, 2>({3, 3}, {0.1f, 0.8f, 0.1f, 0.6f, 0.2f, 0.2f, 0.2f, 0.7f, 0.1f});
  return v;
}

inline Report report() {
  Report r;
  r.title = "Exercises of <people>";
  r.facts = {{"Accuracy", "90.0 %"}};
  for (Index e = 0; e < 4; ++e) {
    const double x = static_cast<double>(e);
    r.curves.push_back({e, 2 - 0.5 * x, 0.2 + 0.2 * x, true, 2.1 - 0.4 * x, 0.15 + 0.15 * x});
  }
  ReportScores scores{"clips", {"lunge", "squat </script><i>", "rest"}, Tensor<std::int64_t, 2>({3, 3})};
  scores.counts(0, 0) = 8, scores.counts(0, 1) = 2, scores.counts(1, 1) = 10, scores.counts(2, 2) = 9,
                   scores.counts(2, 0) = 1;
  r.scores.push_back(std::move(scores));
  r.efficiency = {{"Parameters", "million", 0.0899, "learned numbers"}, {"Time a recording", "ms", 3.25, "median"}};
  r.recordings.push_back(recording());
  return r;
}

}  // namespace stac3dl_test
