// What the programs on MEx share: a small STA-C3DL for its four sensors, and how it is trained.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

namespace mex_model {

using namespace stac3dl;

/// The default encoders, but L = 8 steps of 0.6 s in place of 4: the second convolution halves time once less.
inline ModelConfig config() {
  ModelConfig c;
  c.modalities = {presets::depth_12x16(), presets::pressure_32x16(), presets::signal("thigh", 3),
                  presets::signal("wrist", 3)};
  c.modalities[1].name = "mat";
  for (std::size_t m = 0; m < 4; ++m) c.modalities[m].blocks[1].stride[0] /= 2;
  c.classes = static_cast<Index>(mex_classes().size());
  c.width = c.lstm_units = 32;
  c.position_embedding = true;
  c.fc6 = c.fc7 = 0;
  c.dropout = c.token_dropout = 0.2;
  return c;
}

/// The same, made to do without a sensor: each of the others has to tell everything.  Twice the width, twice the mat's
/// channels, and accelerometers through four convolutions that halve time each.  Trained for longer, it gets two points
/// more from mat and accelerometers alone (cross-validated, docs/results/mex_damage.md).
inline ModelConfig robust_config() {
  ModelConfig c = config();
  for (BlockConfig& block : c.modalities[1].blocks) block.channels *= 2;
  for (std::size_t m : {2, 3})
    c.modalities[m].blocks = {{"conv1", 16, {7, 1, 1}, {2, 1, 1}, {3, 0, 0}, true, {1, 1, 1}},
                              {"conv2", 32, {5, 1, 1}, {2, 1, 1}, {2, 0, 0}, true, {1, 1, 1}},
                              {"conv3", 32, {5, 1, 1}, {2, 1, 1}, {2, 0, 0}, true, {1, 1, 1}},
                              {"conv4", 32, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}, true, {1, 1, 1}}};
  c.width = c.lstm_units = 64;
  return c;
}

/// mex_augment with the mat varied twice as much: how much it reads, which rows are dead, where the person lies.  Depth
/// has a chance of its own to be masked: the model leans on it most.
inline AugmentOptions robust_augment(const WindowOptions& windows, double dropout, double depth_dropout) {
  AugmentOptions options = mex_augment(windows, dropout);
  for (std::size_t m = 0; m < windows.modalities.size(); ++m) {
    ModalityAugment& vary = options.modalities[m];
    if (windows.modalities[m].name == "depth") vary.dropout = depth_dropout;
    if (windows.modalities[m].name == "mat")
      vary.sensor.gain = 0.8, vary.sensor.dead_rows = 0.16, vary.picture.shift_rows = 4;
  }
  return options;
}

inline TrainOptions training(Index epochs, std::uint64_t seed) {
  TrainOptions t;
  t.epochs = epochs;
  t.batch_size = 64;
  t.seed = seed;
  t.schedule.rate = 3e-3;
  t.schedule.warmup_epochs = 0.1 * static_cast<double>(epochs);
  t.loss.label_smoothing = 0.1;
  t.clip_norm = 2;
  t.keep_best = false;  // the last weights, as where nothing is validated
  return t;
}

inline std::vector<std::string> names_of(const std::vector<int>& people) {
  std::vector<std::string> names;
  for (int person : people) names.push_back((person < 10 ? "0" : "") + std::to_string(person));
  return names;
}

/// A test that has been looked at is none: while settings are chosen its people are not there.
inline void leave_out(std::vector<Recording>& recordings, const std::vector<int>& people) {
  std::erase_if(recordings, [out = names_of(people)](const Recording& r) {
    return std::find(out.begin(), out.end(), r.subject) != out.end();
  });
}

}  // namespace mex_model
