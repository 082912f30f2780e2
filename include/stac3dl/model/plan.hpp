/// model/plan.hpp - what a configuration means: shapes, parameters and multiplications, before anything is allocated.
///
/// plan_model() is the one place that refuses a configuration.  Its messages name the field and the cure.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/model/config.hpp"

STAC3DL_NAMESPACE_BEGIN

struct BlockPlan {
  Index channels_in = 0;
  Axes convolved{};       ///< (T, H, W) after the convolution
  Axes size{};            ///< (T, H, W) after the pool
  Index time_factor = 1;  ///< source frames that one step after this block stands for
  Index parameters = 0;
  Index macs = 0;  ///< multiply-accumulates of the convolution for one example, bias not counted
};

struct ModalityPlan {
  std::vector<BlockPlan> blocks;  ///< of the feature stream
  Index shared = 0;               ///< leading blocks that both streams share
  Axes grid{};                    ///< (L, H', W') that the encoder ends in
  Index time_factor = 1;          ///< frames a step
  Index channels = 0;             ///< C of the feature stream's end
  Index attention_channels = 0;   ///< M of the attention stream's end
  Index positions = 0;            ///< tokens a step
  Index token_channels = 0;       ///< of one token, before the map to the common width
  bool mapped = false;            ///< a linear map and an embedding follow
  Index parameters = 0;           ///< both streams, map and embeddings
  Index macs = 0;                 ///< of all convolutions
};

struct ModelPlan {
  std::vector<ModalityPlan> modalities;
  Index steps = 0;      ///< L
  Index positions = 0;  ///< P over all modalities
  Index width = 0;      ///< D of the tokens
  Index features = 0;   ///< size of F, or of the flattened pool5 with variant c3d
  Index parameters = 0;
  Index conv_macs = 0;  ///< of the convolutions of one example
  Index head_macs = 0;  ///< of FC6 to FC8
};

inline bool has_encoder(Variant v) { return v != Variant::lstm_stam; }
inline bool has_lstm(Variant v) { return v != Variant::c3d_stam && v != Variant::c3d; }

/// (T, H, W) of pool5 (section 6, variant c3d): 2x2x2, ceil mode, or with padding (0, 1, 1).
inline Axes pool5_size(const Axes& grid, bool padded) {
  if (padded) return {(grid[0] - 2) / 2 + 1, grid[1] / 2 + 1, grid[2] / 2 + 1};
  return {(grid[0] + 1) / 2, (grid[1] + 1) / 2, (grid[2] + 1) / 2};
}

namespace detail {

inline std::string block_field(const ModalityConfig& m, const BlockConfig& b) {
  return "modality \"" + m.name + "\", block \"" + b.name + "\": ";
}

/// Sizes, parameters and cost of one block that reads `in_channels` channels of `size` and writes `out_channels`.
inline BlockPlan plan_block(const ModalityConfig& m, const BlockConfig& b, Index in_channels, Index out_channels,
                            const Axes& size, Index time_factor) {
  static constexpr const char* axis_name[] = {"time", "rows", "columns"};
  const std::string at = block_field(m, b);
  check(out_channels > 0, at, "channels must be at least 1, got ", out_channels);
  BlockPlan plan;
  plan.channels_in = in_channels;
  Index taps = 1, places = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    check(b.kernel[a] > 0 && b.stride[a] > 0 && b.pool[a] > 0 && b.padding[a] >= 0, at,
          "kernel, stride and pool must be at least 1 and padding at least 0 along ", axis_name[a]);
    const Index room = size[a] + 2 * b.padding[a] - b.kernel[a];
    check(room >= 0, at, "kernel ", b.kernel[a], " does not fit ", size[a], " ", axis_name[a], " with padding ",
          b.padding[a], "; use a smaller kernel or more padding");
    plan.convolved[a] = room / b.stride[a] + 1;
    plan.size[a] = plan.convolved[a] / b.pool[a];
    check(plan.size[a] > 0, at, "pool ", b.pool[a], " leaves nothing of ", plan.convolved[a], " ", axis_name[a],
          "; use 1 along an axis that has nothing left to shrink");
    taps *= b.kernel[a], places *= plan.convolved[a];
  }
  // Time may only be divided: token l must stand for the same frames however long the recording is.
  check(plan.convolved[0] * b.stride[0] == size[0], at, "turns ", size[0], " steps into ", plan.convolved[0],
        "; time must be divided by stride ", b.stride[0], " exactly: use padding ", (b.kernel[0] - 1) / 2,
        " and a kernel that is not smaller than the stride");
  plan.time_factor = time_factor * b.stride[0] * b.pool[0];
  const Index weights = out_channels * in_channels * taps;
  plan.parameters = weights + (b.batch_norm ? 2 * out_channels : out_channels);
  plan.macs = weights * places;
  return plan;
}

inline ModalityPlan plan_modality(const ModelConfig& config, const ModalityConfig& m) {
  const std::string at = "modality \"" + m.name + "\": ";
  check(m.channels > 0 && m.frames > 0 && m.height > 0 && m.width > 0, at,
        "channels, frames, height and width must be at least 1, got ", m.channels, ", ", m.frames, ", ", m.height, ", ",
        m.width);
  check(!m.blocks.empty(), at, "blocks is empty; give the encoder at least one block");
  ModalityPlan plan;
  std::set<std::string> names;
  for (const BlockConfig& b : m.blocks) {
    check(!b.name.empty() && names.insert(b.name).second, at, "block names must be unique and not empty, got \"",
          b.name, "\"");
    check(b.stride[0] > 0 && b.pool[0] > 0, block_field(m, b), "stride and pool must be at least 1 along time, got ",
          b.stride[0], " and ", b.pool[0]);
    plan.time_factor *= b.stride[0] * b.pool[0];
    if (b.name == config.share_through) plan.shared = static_cast<Index>(names.size());
  }
  // T that the strides and pools do not divide is padded at the end with masked frames.
  Axes size{(m.frames + plan.time_factor - 1) / plan.time_factor * plan.time_factor, m.height, m.width};
  Index channels = m.channels, factor = 1;
  for (const BlockConfig& b : m.blocks) {
    plan.blocks.push_back(plan_block(m, b, channels, b.channels, size, factor));
    channels = b.channels, size = plan.blocks.back().size, factor = plan.blocks.back().time_factor;
  }
  plan.grid = size;
  plan.channels = channels;
  const bool outer = config.bilinear == Bilinear::outer && has_encoder(config.variant);
  plan.attention_channels = !outer ? channels : config.attention_channels > 0 ? config.attention_channels : 16;
  plan.positions = outer ? 1 : size[1] * size[2];
  plan.token_channels = !has_encoder(config.variant) ? m.channels
                        : outer                      ? plan.attention_channels * channels
                                                     : channels;
  plan.mapped =
      config.variant != Variant::c3d &&
      (config.modalities.size() > 1 || plan.token_channels != config.width || outer || !has_encoder(config.variant));
  const Index last = static_cast<Index>(m.blocks.size()) - 1;
  check(plan.shared <= last, at, "share_through \"", config.share_through,
        "\" is the last block, so the streams would be one; name an earlier block or set streams to 1");
  if (has_encoder(config.variant)) {
    for (Index i = 0; i <= last; ++i) {
      const BlockPlan& b = plan.blocks[static_cast<std::size_t>(i)];
      const BlockPlan second = i < last || config.streams == 1
                                   ? b
                                   : plan_block(m, m.blocks.back(), b.channels_in, plan.attention_channels,
                                                last > 0 ? plan.blocks[static_cast<std::size_t>(last) - 1].size
                                                         : Axes{size[0] * plan.time_factor, m.height, m.width},
                                                1);
      const bool twice = config.streams == 2 && i >= plan.shared;
      plan.parameters += b.parameters + (twice ? second.parameters : 0);
      plan.macs += b.macs + (twice ? second.macs : 0);
    }
  }
  if (plan.mapped) plan.parameters += (plan.token_channels + 1) * config.width + config.width;
  if (config.position_embedding && config.variant != Variant::c3d) plan.parameters += plan.positions * config.width;
  return plan;
}

/// Parameters and checks of the key-point head (section 7).
inline Index plan_keypoints(const ModelConfig& config, const ModelPlan& plan) {
  const KeypointConfig& k = config.keypoints;
  if (k.joints == 0) return 0;
  check(k.joints > 0, "keypoints.joints: want 0 (no head) or more, got ", k.joints);
  check(has_encoder(config.variant), "keypoints: variant lstm_stam has no convolutions to tap; choose another variant");
  const auto m = std::find_if(config.modalities.begin(), config.modalities.end(),
                              [&](const ModalityConfig& c) { return c.name == k.modality; });
  check(m != config.modalities.end(), "keypoints.modality: no modality is named \"", k.modality, "\"");
  const auto& blocks = plan.modalities[static_cast<std::size_t>(m - config.modalities.begin())].blocks;
  Index parameters = 0;
  Axes finest{};
  for (const std::string& tap : k.taps) {
    const auto b =
        std::find_if(m->blocks.begin(), m->blocks.end(), [&](const BlockConfig& c) { return c.name == tap; });
    check(b != m->blocks.end(), "keypoints.taps: modality \"", k.modality, "\" has no block \"", tap, "\"");
    const Axes& size = blocks[static_cast<std::size_t>(b - m->blocks.begin())].convolved;
    if (parameters == 0) finest = size;
    for (std::size_t a = 0; a < 3; ++a)
      check(finest[a] % size[a] == 0, "keypoints.taps: block \"", tap, "\" has ", size[a], " places along axis ", a,
            ", which do not divide the ", finest[a], " of \"", k.taps[0], "\"; name blocks whose sizes divide");
    parameters += (b->channels + 1) * k.joints;
  }
  return parameters;
}

inline Index lstm_parameters(const ModelConfig& c) {
  const Index directions = c.bidirectional ? 2 : 1;
  Index count = 0, inputs = c.width;
  for (Index layer = 0; layer < c.lstm_layers; ++layer, inputs = directions * c.lstm_units)
    count += directions * 4 * c.lstm_units * (inputs + c.lstm_units + 1);
  return count;
}

/// Multiplications of the LSTM's matrices for one token.
inline Index lstm_macs(const ModelConfig& c) {
  const Index biases = (c.bidirectional ? 2 : 1) * c.lstm_layers * 4 * c.lstm_units;
  return lstm_parameters(c) - biases;
}

}  // namespace detail

/// Shapes and counts of a configuration.  Throws Error, naming field and cure, where it cannot be built.
inline ModelPlan plan_model(const ModelConfig& config) {
  check(!config.modalities.empty(), "modalities is empty; a model needs at least one");
  check(config.classes > 1, "classes: want at least 2, got ", config.classes);
  check(config.streams == 1 || config.streams == 2, "streams: want 1 or 2, got ", config.streams);
  check(config.streams == 2 || config.bilinear == Bilinear::gate,
        "bilinear outer needs both streams; set streams to 2 or bilinear to gate");
  check(config.attention_channels >= 0, "attention_channels: want 0 (default) or more, got ",
        config.attention_channels);
  check(config.width > 0, "width: want at least 1, got ", config.width);
  check(config.lstm_units > 0 && config.lstm_layers > 0, "lstm_units and lstm_layers: want at least 1, got ",
        config.lstm_units, " and ", config.lstm_layers);
  check(config.fc6 >= 0 && config.fc7 >= 0, "fc6 and fc7: want 0 (no such layer) or more, got ", config.fc6, " and ",
        config.fc7);
  for (double p : {config.dropout, config.token_dropout})
    check(p >= 0 && p < 1, "dropout: want at least 0 and less than 1, got ", p);
  check(config.variant != Variant::c3d || config.bilinear == Bilinear::gate,
        "variant c3d pools over places, which bilinear outer has summed away; set bilinear to gate");
  ModelPlan plan;
  std::set<std::string> names;
  bool shares = config.share_through.empty();
  for (const ModalityConfig& m : config.modalities) {
    check(!m.name.empty() && m.name.find('.') == std::string::npos && names.insert(m.name).second,
          "modality names must be unique, not empty and without a dot, got \"", m.name, "\"");
    plan.modalities.push_back(detail::plan_modality(config, m));
    const ModalityPlan& p = plan.modalities.back();
    const ModalityPlan& first = plan.modalities.front();
    check(p.grid[0] == first.grid[0], "modality \"", m.name, "\" arrives at ", p.grid[0], " steps, \"",
          config.modalities.front().name, "\" at ", first.grid[0], ": all must have the same L; ", m.frames,
          " frames are divided by ", p.time_factor, ", give it ", first.grid[0] * p.time_factor,
          " frames or strides and pools of ", static_cast<double>(m.frames) / static_cast<double>(first.grid[0]),
          " in all");
    shares = shares || p.shared > 0;
    plan.positions += p.positions;
    plan.parameters += p.parameters;
    plan.conv_macs += p.macs;
  }
  check(shares, "share_through: no modality has a block named \"", config.share_through, "\"");
  check(config.share_through.empty() || config.streams == 2, "share_through: there is one stream; clear it");
  plan.steps = plan.modalities.front().grid[0];
  plan.width = config.width;

  const Index directions = config.bidirectional ? 2 : 1;
  plan.features = has_lstm(config.variant) ? directions * config.lstm_units : config.width;
  if (config.variant == Variant::c3d) {
    plan.features = 0;
    for (const ModalityPlan& p : plan.modalities) {
      const Axes pooled = pool5_size(p.grid, config.padded_pool5);
      check(pooled[0] > 0, "padded_pool5: ", p.grid[0], " steps are fewer than its window of 2; use ceil mode");
      plan.features += p.channels * pooled[0] * pooled[1] * pooled[2];
    }
  }
  if (has_lstm(config.variant)) plan.parameters += detail::lstm_parameters(config);
  const Index u = plan.features;
  if (config.variant == Variant::am) plan.parameters += u * u + u + u;
  if (config.variant == Variant::sta_c3dl || config.variant == Variant::lstm_stam ||
      config.variant == Variant::c3d_stam)
    plan.parameters += 2 * (u + 1);
  Index inputs = u;
  for (Index outputs : {config.fc6, config.fc7, config.classes}) {
    if (outputs == 0) continue;
    plan.parameters += (inputs + 1) * outputs;
    plan.head_macs += inputs * outputs;
    inputs = outputs;
  }
  plan.parameters += detail::plan_keypoints(config, plan);
  return plan;
}

STAC3DL_NAMESPACE_END
