// What 09_keypoints trains and how it measures.
#pragma once

#include "exercise_model.hpp"

namespace keypoint_model {

using namespace stac3dl;

struct Settings {
  Index epochs = 80, people = 240, recordings = 2, size = 64;
  double motion_gain = 4, rate = 3e-3, lambda = 100, heatmap_weight = 1;
  std::uint64_t seed = 1;       ///< of the people to learn from, and of the weights
  std::string start;            ///< a model file whose weights training goes on from; empty: none
  bool hard = false;

  /// 16 frames at 4 a second: neighbouring frames tell little about where the joints are, other recordings much.
  ExerciseOptions clip_options() const {
    ExerciseOptions o = exercise_model::clip_options(hard, false);
    o.height = o.width = size;
    o.frames = 16, o.fps = 4;
    o.keypoints = true;
    return o;
  }
  /// Maps of half the frame's size, a key point a frame.  conv2b sees 12 pixels, conv3b 30, conv4b 66: the whole
  /// frame of 64.  Blocks that look along time are few, for speed.
  ModelConfig config() const {
    const Axes one{1, 1, 1}, space{1, 2, 2};
    const auto block = [&](const char* name, Index channels, const Axes& pool, bool time) {
      return BlockConfig{name, channels, {time ? 3 : 1, 3, 3}, one, {time ? 1 : 0, 1, 1}, true, pool};
    };
    ModelConfig m = exercise_model::config(clip_options());
    m.modalities = {{"rgb", 3, 16, size, size,
                     {block("conv1", 16, space, true),
                      block("conv2a", 32, one, false), block("conv2b", 32, space, false),
                      block("conv3a", 64, one, false), block("conv3b", 64, {2, 2, 2}, false),
                      block("conv4a", 96, one, true), block("conv4b", 96, space, false),
                      block("conv5", 96, one, true)}}};
    m.width = m.lstm_units = 64;
    m.share_through = "conv4b";
    m.keypoints = {"rgb", ExerciseRecording::joints, {"conv2b", "conv3b", "conv4b"}};
    return m;
  }
};

struct Trained {
  LoadedModel<float> loaded;
  std::vector<EpochRecord> history;  ///< empty: it was read from a file
};

/// Learns from `people`, with new recordings of them in every epoch.
inline Trained train(const Settings& s) {
  const GeneratedExercises clips(s.clip_options(), s.seed, 0, s.people, s.recordings);
  ExercisePreparation preparation = ExerciseSource::measure(clips);
  preparation.motion_gain = {s.motion_gain};
  const ExerciseSource source(clips, preparation);
  StaC3d<float> model = s.start.empty() ? StaC3d<float>(s.config(), s.seed) : load_model<float>(s.start).model;
  check(model.config() == s.config(), "09_keypoints: ", s.start, " holds a model of another shape");
  TrainOptions t = exercise_model::training(s.hard, s.epochs, s.seed);
  t.batch_size = 8;
  t.schedule.rate = s.rate, t.schedule.warmup_epochs = 0.5;
  t.loss.keypoint_weight = s.lambda, t.loss.heatmap_weight = s.heatmap_weight;
  Trainer trainer(model, t);
  const StopSignal stop;
  trainer.hooks.stop = &stop.flag();
  trainer.fit(source);
  return {{std::move(model),
           {GeneratedExercises::class_names(), exercise_model::preparation_json(s.config(), preparation)}},
          trainer.state.history};
}

struct Scores {
  double accuracy = 0, pck = 0, pck_wide = 0;  ///< shares; PCK@0.1 and PCK@0.2
  Index counted = 0;
  Evaluation<float> answers;
  std::array<double, exercises::joint_count> of_joint{};  ///< PCK@0.1

  void print() const {
    std::printf("accuracy %.1f %%, PCK@0.1 %.1f %%, PCK@0.2 %.1f %% of %ld joints\n", 100 * accuracy, 100 * pck,
                100 * pck_wide, static_cast<long>(counted));
    for (std::size_t j = 0; j < of_joint.size(); ++j)
      std::printf("%s%s %.1f", j == 0 ? "PCK@0.1 of: " : ", ", exercises::joint_names[j], 100 * of_joint[j]);
    std::printf("\n");
  }
};

/// Recordings as a model wants them that was prepared for so.
inline ExerciseSource source(const GeneratedExercises& clips, const std::vector<InputPreparation>& inputs) {
  ExercisePreparation preparation;
  for (const InputPreparation& p : inputs) {
    preparation.statistics.push_back(p.statistics);
    preparation.motion_gain.push_back(p.motion_gain);
  }
  return {clips, preparation};
}

inline Scores measure(const StaC3d<float>& model, const ExerciseSource& source) {
  using namespace exercises;
  PckOptions options{{left_shoulder, right_shoulder}, {left_hip, right_hip}, 0.1};
  Pck near(options);
  options.threshold = 0.2;
  Pck wide(options);
  options.threshold = 0.1;
  std::vector<Pck> joints(joint_count, Pck(options));
  StepTargets<float> targets, one;
  PreparedModel<float> ready(model);
  auto result = evaluate(ready, source, {}, [&](const Batch<float>& batch, const auto& pass) {
    step_targets<float>(batch.keypoints, batch.visible, pass.keypoints.size(1), 0, targets);
    near.add<float>(pass.keypoints, targets), wide.add<float>(pass.keypoints, targets);
    for (std::size_t j = 0; j < joints.size(); ++j)
      joints[j].add<float>(pass.keypoints, targets, static_cast<Index>(j));
  });
  Scores scores{result.accuracy(), near.value(), wide.value(), near.counted(), std::move(result), {}};
  for (std::size_t j = 0; j < joints.size(); ++j) scores.of_joint[j] = joints[j].value();
  return scores;
}

}  // namespace keypoint_model
