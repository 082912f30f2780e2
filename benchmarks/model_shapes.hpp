/// benchmarks/model_shapes.hpp - the models that are timed whole.
#pragma once

#include <string>

#include "stac3dl/model/presets.hpp"

namespace bench {

/// The four sensors of MEx on small grids (12x16 depth, 32x16 mat, two accelerometers), eight steps, seven classes: the
/// model that examples/08_train_mex.cpp trains.
inline stac3dl::ModelConfig mex_model() {
  namespace presets = stac3dl::presets;
  stac3dl::ModelConfig c;
  c.modalities = {presets::depth_12x16(), presets::pressure_32x16(), presets::signal("thigh", 3),
                  presets::signal("wrist", 3)};
  for (auto& modality : c.modalities) modality.blocks[1].stride[0] /= 2;
  c.classes = 7;
  c.width = c.lstm_units = 32;
  c.position_embedding = true;
  c.fc6 = c.fc7 = 0;
  c.dropout = c.token_dropout = 0.2;
  return c;
}

struct ModelShape {
  const char* model;
  stac3dl::Index batch;

  std::string name() const { return std::string(model) + ".b" + std::to_string(batch); }
  stac3dl::ModelConfig config() const {
    return model == std::string("mex") ? mex_model() : stac3dl::presets::paper(60);
  }
};
inline constexpr ModelShape model_shapes[] = {{"paper", 1}, {"paper", 4}, {"paper", 8}, {"mex", 1}, {"mex", 32}};

}  // namespace bench
