// What the programs on generated exercises share: which sensors, and a small STA-C3DL for them.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

namespace exercise_model {

using namespace stac3dl;

/// 32 frames at 8 a second: 4 s, half a repetition to two.
inline ExerciseOptions clip_options(bool hard, bool all_sensors) {
  ExerciseOptions o;
  o.level = hard ? ExerciseOptions::Level::hard : ExerciseOptions::Level::easy;
  o.height = o.width = 32;
  o.depth = o.skeleton = o.heart_rate = o.respiration = all_sensors;
  o.keypoints = false;
  return o;
}

/// One sensor alone.
inline void only(ExerciseOptions& o, const std::string& sensor) {
  o.rgb = sensor == "rgb", o.depth = sensor == "depth", o.skeleton = sensor == "skeleton";
  o.heart_rate = sensor == "heart_rate", o.respiration = sensor == "respiration";
}

/// Every sensor arrives at L = 8 steps of half a second; batch normalisation after each convolution.
inline ModelConfig config(const ExerciseOptions& o, bool keypoints = false) {
  const Index c = o.level == ExerciseOptions::Level::hard ? 16 : 12;
  const auto video = [&](const char* name, Index channels) {
    return ModalityConfig{name, channels, o.frames, o.height, o.width,
                          {{"conv1", c, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, true, {2, 2, 2}},
                           {"conv2", 2 * c, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, true, {2, 2, 2}},
                           {"conv3", 4 * c, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, true, {1, 2, 2}}}};
  };
  const auto signal = [&](const char* name) {
    return ModalityConfig{name, 1, o.frames * o.signal_steps_per_frame, 1, 1,
                          {{"conv1", 16, {7, 1, 1}, {4, 1, 1}, {3, 0, 0}, true},
                           {"conv2", 16, {5, 1, 1}, {4, 1, 1}, {2, 0, 0}, true}}};
  };
  ModelConfig model;
  if (o.rgb) model.modalities.push_back(video("rgb", 3));
  if (o.depth) model.modalities.push_back(video("depth", 1));
  if (o.skeleton)
    model.modalities.push_back({"skeleton", 3, o.frames, ExerciseRecording::joints, 1,
                            {{"conv1", 16, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, true},
                             {"conv2", 32, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, true}}});
  if (o.heart_rate) model.modalities.push_back(signal("heart_rate"));
  if (o.respiration) model.modalities.push_back(signal("respiration"));
  model.classes = GeneratedExercises::classes();
  model.width = model.lstm_units = 32;
  model.share_through = "conv1";
  model.position_embedding = true;
  model.fc6 = model.fc7 = 0;
  model.dropout = 0;
  if (keypoints) model.keypoints = {"rgb", ExerciseRecording::joints, {"conv1", "conv2", "conv3"}};
  return model;
}

/// Statistics of the training people; a gain on what moves for pictures, which brings the person out of the room.
inline ExercisePreparation preparation(const GeneratedExercises& train) {
  const ExerciseOptions& o = train.options();
  ExercisePreparation p = ExerciseSource::measure(train);
  if (o.rgb) p.motion_gain.push_back(40);
  if (o.depth) p.motion_gain.push_back(40);
  for (bool on : {o.skeleton, o.heart_rate, o.respiration})
    if (on) p.motion_gain.push_back(1);
  return p;
}

inline TrainOptions training(bool hard, Index epochs, std::uint64_t seed) {
  TrainOptions t;
  t.epochs = epochs > 0 ? epochs : hard ? 36 : 12;
  t.batch_size = 24;
  t.seed = seed;
  t.optimiser.kind = OptimiserKind::adamw;
  t.schedule.rate = 8e-3;
  t.schedule.warmup_epochs = 1;
    t.clip_norm = 2;
  return t;
}

/// The same as the JSON that the model file keeps.
inline std::string preparation_json(const ModelConfig& config, const ExercisePreparation& p) {
  std::vector<InputPreparation> inputs;
  for (std::size_t m = 0; m < config.modalities.size(); ++m)
    inputs.push_back({config.modalities[m].name, p.statistics[m], p.motion_gain[m]});
  return preparation_to_json(inputs);
}

}  // namespace exercise_model
