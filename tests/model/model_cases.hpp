// Small models of every variant with hostile sizes, and random batches with masks: shared by the model's tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stac3dl/model/presets.hpp"
#include "stac3dl/model/sta_c3dl.hpp"

namespace stac3dl::testing {

inline ModalityConfig small_video(bool norm = false) {
  return {"rgb",
          3,
          12,
          9,
          7,
          {{"conv1", 4, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, norm, {1, 2, 2}},
           {"conv2", 6, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, norm, {2, 1, 1}},
           {"conv3", 5, {3, 3, 3}, {2, 2, 1}, {1, 1, 1}, norm, {1, 1, 1}}}};
}
inline ModalityConfig small_skeleton(bool norm = false) {
  return {"skeleton",
          3,
          6,
          5,
          1,
          {{"conv1", 4, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, norm, {1, 1, 1}},
           {"conv2", 5, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}, norm, {1, 1, 1}}}};
}
inline ModalityConfig small_signal(bool norm = false) {
  return {"pulse",
          2,
          24,
          1,
          1,
          {{"conv1", 4, {7, 1, 1}, {4, 1, 1}, {3, 0, 0}, norm, {1, 1, 1}},
           {"conv2", 4, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}, norm, {1, 1, 1}}}};
}

/// One modality whose channels are the common width: no map, no embedding.
inline ModelConfig video_model(Variant variant) {
  ModelConfig c;
  c.variant = variant;
  c.modalities = {small_video()};
  c.classes = 4;
  c.width = 5, c.lstm_units = 6;
  c.fc6 = 8, c.fc7 = 7;
  c.dropout = 0.25;
  return c;
}
/// Three modalities, batch norm, position embeddings, two layers in both directions.
inline ModelConfig fused_model(Variant variant) {
  ModelConfig c = video_model(variant);
  c.modalities = {small_video(true), small_skeleton(true), small_signal(true)};
  c.width = 6;
  c.position_embedding = true;
  c.lstm_layers = 2, c.bidirectional = true;
  c.token_dropout = 0.125;
  return c;
}

inline std::vector<std::pair<std::string, ModelConfig>> model_cases() {
  std::vector<std::pair<std::string, ModelConfig>> cases;
  const std::pair<const char*, Variant> variants[] = {{"sta_c3dl", Variant::sta_c3dl},
                                                      {"lstm_stam", Variant::lstm_stam},
                                                      {"c3d_stam", Variant::c3d_stam},
                                                      {"c3d_lstm", Variant::c3d_lstm},
                                                      {"am", Variant::am},
                                                      {"c3d", Variant::c3d}};
  for (const auto& [name, variant] : variants) {
    cases.emplace_back(std::string(name) + " video", video_model(variant));
    cases.emplace_back(std::string(name) + " fused", fused_model(variant));
  }
  ModelConfig outer = video_model(Variant::sta_c3dl);
  outer.bilinear = Bilinear::outer, outer.attention_channels = 3;
  cases.emplace_back("outer video", outer);
  outer = fused_model(Variant::sta_c3dl);
  outer.bilinear = Bilinear::outer, outer.attention_channels = 3;
  cases.emplace_back("outer fused", outer);
  ModelConfig shared = fused_model(Variant::sta_c3dl);
  shared.share_through = "conv1";
  cases.emplace_back("shared", shared);
  ModelConfig keypoints = video_model(Variant::sta_c3dl);
  keypoints.modalities[0].height = keypoints.modalities[0].width = 8;
  keypoints.modalities[0].blocks[2].stride = {2, 2, 2};
  keypoints.keypoints = {"rgb", 3, {"conv1", "conv2", "conv3"}};
  cases.emplace_back("keypoints", keypoints);
  keypoints.share_through = "conv2";
  cases.emplace_back("keypoints shared", keypoints);
  ModelConfig one = video_model(Variant::c3d);
  one.streams = 1, one.padded_pool5 = true;
  cases.emplace_back("c3d one stream", one);
  return cases;
}

/// Random numbers in every modality.  `masked`: sample 1 loses a modality (or a stretch, if it has but one), sample 2 a
/// stretch, some joints go; T of the first modality is one frame short of what its pools divide.
template <class Real>
Batch<Real> random_batch(const ModelConfig& config, Index N, bool masked, std::uint64_t seed) {
  Batch<Real> batch;
  batch.labels.resize(static_cast<std::size_t>(N));
  for (std::size_t n = 0; n < batch.labels.size(); ++n) batch.labels[n] = static_cast<Index>(n) % config.classes;
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const ModalityConfig& c = config.modalities[m];
    const bool odd = masked && m == 0 && config.variant != Variant::c3d;
    typename Batch<Real>::Input in;
    in.x.resize({N, c.channels, c.frames - (odd ? 1 : 0), c.height, c.width});
    fill_normal(in.x, 1.0, Random({seed, m}));
    in.frames = Tensor<std::uint8_t, 2>({N, in.x.size(2)}, 1);
    if (masked) {
      const Index T = in.x.size(2);
      for (Index t = 0; t < T; ++t) {
        if (N > 1 && m == 0) in.frames(1, t) = config.modalities.size() > 1 || t < T / 2 ? 0 : 1;
        if (N > 2 && m + 1 == config.modalities.size()) in.frames(2, t) = t > T / 3;
      }
      if (c.name == "skeleton") {
        in.positions = Tensor<std::uint8_t, 3>({N, T, c.height}, 1);
        for (Index t = 0; t < T; ++t) in.positions(0, t, 1) = 0, in.positions(0, t, 3) = t < 2;
      }
    }
    batch.inputs.push_back(std::move(in));
  }
  return batch;
}

}  // namespace stac3dl::testing
