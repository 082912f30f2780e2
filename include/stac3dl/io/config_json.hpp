/// io/config_json.hpp - a model's configuration as JSON, to be kept in model files and written by hand.
///
///   {"variant": "sta_c3dl", "classes": 8, "modalities": [{"name": "rgb", "frames": 32, "blocks": [...]}]}
///
/// Names are those of model/config.hpp.  What is left out keeps its default; what is misspelt is an error with the
/// nearest right name.  Whether the configuration can be built is for plan_model() to say; here only numbers so large
/// that its sums would overflow are refused, because a file may have been made to do harm.
#pragma once

#include <fstream>
#include <sstream>

#include "stac3dl/io/atomic_file.hpp"
#include "stac3dl/io/json_fields.hpp"
#include "stac3dl/model/config.hpp"

STAC3DL_NAMESPACE_BEGIN

inline std::span<const char* const> enum_names(Variant) {
  static constexpr const char* names[] = {"sta_c3dl", "lstm_stam", "c3d_stam", "c3d_lstm", "am", "c3d"};
  return names;
}
inline std::span<const char* const> enum_names(Bilinear) {
  static constexpr const char* names[] = {"gate", "outer"};
  return names;
}

// Every field of model/config.hpp once.  A new one that is not listed here does not compile.
static_assert(field_count<BlockConfig> == 7, "list the new field of BlockConfig below");
template <class Visit>
void visit_fields(BlockConfig& c, Visit&& visit) {
  visit("name", c.name);
  visit("channels", c.channels);
  visit("kernel", c.kernel);
  visit("stride", c.stride);
  visit("padding", c.padding);
  visit("batch_norm", c.batch_norm);
  visit("pool", c.pool);
}

static_assert(field_count<ModalityConfig> == 6, "list the new field of ModalityConfig below");
template <class Visit>
void visit_fields(ModalityConfig& c, Visit&& visit) {
  visit("name", c.name);
  visit("channels", c.channels);
  visit("frames", c.frames);
  visit("height", c.height);
  visit("width", c.width);
  visit("blocks", c.blocks);
}

static_assert(field_count<KeypointConfig> == 3, "list the new field of KeypointConfig below");
template <class Visit>
void visit_fields(KeypointConfig& c, Visit&& visit) {
  visit("modality", c.modality);
  visit("joints", c.joints);
  visit("taps", c.taps);
}

static_assert(field_count<ModelConfig> == 18, "list the new field of ModelConfig below");
template <class Visit>
void visit_fields(ModelConfig& c, Visit&& visit) {
  visit("variant", c.variant);
  visit("modalities", c.modalities);
  visit("classes", c.classes);
  visit("bilinear", c.bilinear);
  visit("streams", c.streams);
  visit("attention_channels", c.attention_channels);
  visit("share_through", c.share_through);
  visit("width", c.width);
  visit("position_embedding", c.position_embedding);
  visit("lstm_units", c.lstm_units);
  visit("lstm_layers", c.lstm_layers);
  visit("bidirectional", c.bidirectional);
  visit("fc6", c.fc6);
  visit("fc7", c.fc7);
  visit("dropout", c.dropout);
  visit("token_dropout", c.token_dropout);
  visit("padded_pool5", c.padded_pool5);
  visit("keypoints", c.keypoints);
}

namespace detail {
/// Throws unless all that plan_model() multiplies stays below 2^60.
inline void check_sizes(const ModelConfig& c) {
  constexpr double most_cost = 0x1p60, most_features = 0x1p40;
  constexpr Index most_size = 1 << 20, most_layers = 1024;
  for (const Index size :
       {c.classes, c.streams, c.attention_channels, c.width, c.lstm_units, c.fc6, c.fc7, c.keypoints.joints})
    check(size <= most_size, "a size of ", size, ": want at most ", most_size);
  check(c.lstm_layers <= most_layers, "lstm_layers: want at most ", most_layers, ", got ", c.lstm_layers);
  double cost = 0;
  for (const ModalityConfig& m : c.modalities) {
    double factor = 1;  // T is padded to a multiple of it
    for (const BlockConfig& b : m.blocks) factor *= static_cast<double>(b.stride[0]) * static_cast<double>(b.pool[0]);
    double size[] = {static_cast<double>(m.frames) + std::abs(factor), static_cast<double>(m.height),
                     static_cast<double>(m.width)};
    double channels = static_cast<double>(m.channels);
    for (const BlockConfig& b : m.blocks) {
      double taps = 1, places = 1;
      for (std::size_t a = 0; a < 3; ++a) {
        size[a] += 2 * static_cast<double>(b.padding[a]);  // at most: strides and pools only make it smaller
        taps *= static_cast<double>(b.kernel[a]), places *= size[a];
      }
      const double out = std::max(static_cast<double>(b.channels), static_cast<double>(most_size));
      cost += std::abs(channels * out * taps * places);
      channels = static_cast<double>(b.channels);
      check(std::abs(channels * places) <= most_features && cost <= most_cost, "modality ", in_quotes(m.name),
            ", block ", in_quotes(b.name), ": its sizes are too large to be computed with");
    }
  }
}
}  // namespace detail

/// Every field, defaults too.
inline Json config_to_json(const ModelConfig& config) { return fields_to_json(config); }

/// Throws "what: modalities[0].width: want a whole number, got \"64\"".
inline ModelConfig config_from_json(const Json& json, const std::string& what = "configuration") {
  try {
    ModelConfig config;
    fields_from_json(json, config, "");
    detail::check_sizes(config);
    return config;
  } catch (const Error& error) {
    fail(what, ": ", error.what());
  }
}

/// Writes a configuration as JSON.  Error where the file may not be replaced or written.
inline void save_config(const std::filesystem::path& path, const ModelConfig& config, Replace replace) {
  write_file(path, config_to_json(config).dump(2) + "\n", replace);
}

/// Reads a configuration.  Error that names file, field, what was wanted and what is there.
inline ModelConfig load_config(const std::filesystem::path& path) {
  constexpr std::size_t most = 1 << 20;
  std::error_code error;
  check(std::filesystem::is_regular_file(path, error), "read ", path.string(), ": there is no such file");
  check(std::filesystem::file_size(path, error) <= most && !error, "read ", path.string(), ": want at most ", most,
        " bytes");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  check(in.good() && text.good(), "read ", path.string(), ": cannot read it");
  return config_from_json(parse_json(text.str(), path.string()), path.string());
}

STAC3DL_NAMESPACE_END
