// The whole chain learns what can be learnt, and nothing where there is nothing: generated exercises, a small model.
#include <doctest/doctest.h>

#include "stac3dl/data/exercise_source.hpp"
#include "stac3dl/model/prepared.hpp"
#include "stac3dl/train/trainer.hpp"

using namespace stac3dl;

namespace {

/// Accuracy on people that were not trained on, of a model trained for a few epochs.
double learned(bool shuffled_labels) {
  ExerciseOptions options;
  options.frames = 16, options.fps = 4, options.height = options.width = 24, options.keypoints = false;
  const GeneratedExercises people(options, 1, 0, 20, 24), others(options, 1, 1000, 20, 12);
  ExercisePreparation preparation = ExerciseSource::measure(people, 24);
  preparation.motion_gain = {40};
  const ExerciseSource test(others, preparation);
  preparation.shuffled_labels = shuffled_labels;
  const ExerciseSource train(people, preparation);

  ModelConfig config;
  config.modalities = {{"rgb", 3, 16, 24, 24,
                        {{"conv1", 8, {3, 3, 3}, {1, 2, 2}, {1, 1, 1}, true, {1, 2, 2}},
                         {"conv2", 16, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, true, {2, 2, 2}}}}};
  config.classes = GeneratedExercises::classes();
  config.width = config.lstm_units = 24;
  config.fc6 = config.fc7 = 0, config.dropout = 0;
  config.position_embedding = true;
  StaC3d<float> model(config, 1);
  TrainOptions train_options;
  train_options.epochs = 6;
  train_options.schedule.rate = 8e-3;
  train_options.clip_norm = 2;
  Trainer trainer(model, train_options);
  trainer.hooks.log = nullptr;
  trainer.fit(train);
  return evaluate(model, test).accuracy();
}

}  // namespace

TEST_CASE("learning: exercises of unseen people are told apart, and not after training with shuffled labels") {
  const double chance = 1.0 / static_cast<double>(GeneratedExercises::classes());
  CHECK(learned(false) > 4 * chance);
  // 240 answers: chance within three standard deviations.
  CHECK(learned(true) < chance + 3 * std::sqrt(chance * (1 - chance) / 240));
}
