// Train STA-C3DL on skeletons of rehabilitation movements done correctly and incorrectly (UI-PRMD, Kinect half) and
// test it on people that it has not seen: each of the ten once, with a model that learned from the other nine.
//   10_train_ui_prmd FOLDER [--people 1,2]     all ten trainings, or some, to choose settings and leave the others
//   alone
// One model of 20 classes, movement times correctness, answers both questions: the probability of a movement is the sum
// over correct and incorrect, that of "correct" the sum over the movements.
#include <CLI/CLI.hpp>
#include <iostream>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

namespace {

ModelConfig small_model() {
  ModelConfig c;
  c.modalities = {presets::skeleton(22, 32)};
  c.classes = 20, c.width = c.lstm_units = 32, c.fc6 = c.fc7 = 0;
  c.position_embedding = true, c.dropout = c.token_dropout = 0.2;
  return c;
}

TrainOptions training(Index epochs, std::uint64_t seed) {
  TrainOptions t;
  t.epochs = epochs, t.batch_size = 32, t.seed = seed;
  t.schedule.rate = 3e-3, t.schedule.warmup_epochs = 0.1 * static_cast<double>(epochs);
  t.loss.label_smoothing = 0.1, t.clip_norm = 2;
  return t;
}

/// Where the camera stood, which way and how tall people are and how fast they were is gone: the waist's mean place is
/// the origin, the mean line from the right hip and shoulder to the left runs along x, the mean distance from waist to
/// neck is the unit, and every trial lasts from 0 to 1.
void normalise_trial(Stream& skeleton) {
  Tensor<float, 4>& x = skeleton.frames;
  const auto at = [&](Index t, Index j) { return Eigen::Vector3f(x(t, 0, j, 0), x(t, 1, j, 0), x(t, 2, j, 0)); };
  const Index frames = x.size(0), waist = 0, neck = 3;
  Eigen::Vector3f centre(0, 0, 0), across(0, 0, 0);
  float torso = 0;
  for (Index t = 0; t < frames; ++t) {
    centre += at(t, waist) / static_cast<float>(frames);
    torso += (at(t, neck) - at(t, waist)).norm() / static_cast<float>(frames);
    across += at(t, 7) - at(t, 11) + at(t, 14) - at(t, 18);
  }
  across.y() = 0, across /= across.norm() * torso;
  for (Index t = 0; t < frames; ++t) {
    for (Index j = 0; j < 22; ++j) {
      const Eigen::Vector3f p = at(t, j) - centre;
      x(t, 0, j, 0) = p.x() * across.x() + p.z() * across.z();
      x(t, 1, j, 0) = p.y() / torso;
      x(t, 2, j, 0) = p.z() * across.x() - p.x() * across.z();
    }
    skeleton.times[static_cast<std::size_t>(t)] = static_cast<double>(t) / static_cast<double>(frames - 1);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  std::string folder;
  std::vector<int> people{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Index epochs = 25;
  std::uint64_t seed = 1;
  CLI::App app{"Train STA-C3DL on UI-PRMD, leaving one person out"};
  app.add_option("folder", folder, "with Segmented Movements and Incorrect Segmented Movements")->required();
  app.add_option("--people", people, "who is tested, one after the other")->delimiter(',');
  app.add_option("--epochs", epochs);
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  UiPrmdData data = load_ui_prmd(folder, {.fixed_bones = true});
  for (std::size_t r = 0; r < data.recordings.size(); ++r) {
    normalise_trial(data.recordings[r].streams[0]);
    data.recordings[r].label = 2 * data.recordings[r].label + (data.correct[r] ? 0 : 1);
  }
  const auto recordings = std::make_shared<const std::vector<Recording>>(std::move(data.recordings));
  WindowOptions windows;
  windows.length = windows.stride = 1;
  windows.modalities.push_back({"skeleton", 32, 2.0, {.pooled = true, .centred = false}});
  AugmentOptions augment;
  augment.speed_low = 0.9, augment.speed_high = 1.1, augment.shift = 0.05, augment.modalities.resize(1);
  augment.modalities[0].sensor.axis_jitter = 0.1, augment.modalities[0].sensor.noise = 0.01;
  ConfusionMatrix movements(10), correctness(2);
  std::vector<ConfusionMatrix> by_movement(10, ConfusionMatrix(2));
  double movement_sum = 0, correct_sum = 0;
  for (int person : people) {
    const Split split = hold_out(*recordings, {(person < 10 ? "s0" : "s") + std::to_string(person)});
    const auto statistics = compute_statistics(*recordings, split.train, windows);
    const WindowSource train(recordings, split.train, windows, statistics, augment, seed);
    const WindowSource test(recordings, split.test, windows, statistics);
    StaC3d<float> model(small_model(), seed);
    Trainer trainer(model, training(epochs, seed));
    trainer.hooks.ahead = 2;
    const TrainReport report = trainer.fit(train);
    const auto result = evaluate(model, test);
    ConfusionMatrix here(10), right(2);
    for (Index i = 0; i < test.size(); ++i) {
      const auto p = result.probabilities.slice(i);
      Eigen::Array<float, 10, 1> movement;
      float correct = 0;
      for (Index m = 0; m < 10; ++m) movement[m] = p[2 * m] + p[2 * m + 1], correct += p[2 * m];
      const Index answer = std::max_element(movement.begin(), movement.end()) - movement.begin(), label = test.label(i);
      for (ConfusionMatrix* m : {&here, &movements}) m->add(label / 2, answer);
      for (ConfusionMatrix* m : {&right, &correctness, &by_movement[static_cast<std::size_t>(label / 2)]})
        m->add(label % 2, correct < 0.5f);
    }
    movement_sum += here.accuracy(), correct_sum += right.accuracy();
    std::printf("person %2d: movement %6.2f %%, correctness %6.2f %%  (%lld trials, trained %.0f s)\n", person,
                100 * here.accuracy(), 100 * right.accuracy(), static_cast<long long>(test.size()), report.seconds);
  }
  const double n = static_cast<double>(people.size()) / 100;
  std::printf("\nmean: movement %.2f %%, correctness %.2f %%\n\n", movement_sum / n, correct_sum / n);
  std::cout << movements.table(ui_prmd::movements()).text() << "\n"
            << correctness.table({"correct", "incorrect"}).text();
  for (std::size_t m = 0; m < 10; ++m)
    std::printf("correctness in %-26s %6.2f %%\n", ui_prmd::movements()[m].c_str(), 100 * by_movement[m].accuracy());
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
