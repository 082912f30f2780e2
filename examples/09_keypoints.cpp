// Key points beside the class: where the joints are, learned together with what the exercise is, and four stages of a
// squat drawn with true (dark) and predicted (light) joints.
//   09_keypoints [--epochs N] [--picture squat.png] [--report squat.html]
#include <CLI/CLI.hpp>
#include <iostream>

#include "exercise_model.hpp"
#include "exercise_report.hpp"
#include "stac3dl/io.hpp"

using namespace stac3dl;

namespace {

std::vector<std::pair<Index, Index>> bone_pairs() {
  std::vector<std::pair<Index, Index>> pairs;
  for (const auto& [a, b] : exercises::bones) pairs.emplace_back(a, b);
  return pairs;
}

/// Standing, descending, bottom, rising, side by side.
Tensor<std::uint8_t, 3> squat_stages(const StaC3d<float>& model, const ExerciseSource& source, Index i) {
  const Sample shown = source.clips().sample(i);  // as the camera saw it
  Batch<float> batch;
  collate({source.sample(i)}, batch);
  PreparedModel<float> ready(model);
  const auto predicted = ready(batch).keypoints.slice(0);  // (T', J, 2)
  const auto bones = bone_pairs();
  const Index frames_per_step = shown.keypoints.size(0) / predicted.size(0);
  std::vector<Tensor<std::uint8_t, 3>> pictures;
  for (const Index t : movement_stages(source.clips().open(i)).frames()) {
    pictures.push_back(frame_picture(shown.inputs[0], t, 4));
    draw_keypoints(pictures.back(), shown.keypoints.slice(t), shown.visible.slice(t), bones, true_purple);
    draw_keypoints(pictures.back(), predicted.slice(t / frames_per_step), {}, bones, predicted_purple);
  }
  return side_by_side(pictures);
}

}  // namespace

int main(int argc, char** argv) try {
  Index epochs = 20, people = 60, size = 48;
  std::uint64_t seed = 1;
  std::string picture = "squat_stages.png", page;
  bool replace = false;
  CLI::App app{"Train classes and key points together"};
  app.add_option("--epochs", epochs);
  app.add_option("--people", people);
  app.add_option("--size", size, "rows and columns of a frame");
  app.add_option("--picture", picture, "where to draw the squat");
  app.add_option("--report", page, "an HTML page of training, test and what the model looked at; figures beside it");
  app.add_flag("--replace", replace, "an older picture of that name may be replaced");
  CLI11_PARSE(app, argc, argv);
  const Replace may_replace = replace ? Replace::yes : Replace::no;
  check_may_write(picture, may_replace);
  if (!page.empty()) check_may_write_report(page, may_replace);

  ExerciseOptions options = exercise_model::clip_options(false, false);
  options.height = options.width = size;
  options.keypoints = true;
  const GeneratedExercises train_clips(options, seed, 0, people, 12), test_clips(options, seed, 10000, 20, 12);
  ExercisePreparation preparation = exercise_model::preparation(train_clips);
  preparation.motion_gain = {4};  // joints that rest must be seen, too
  const ExerciseSource train(train_clips, preparation), test(test_clips, preparation);

  StaC3d<float> model(exercise_model::config(options, true), seed);
  Trainer trainer(model, exercise_model::training(false, epochs, seed));
  const StopSignal stop;
  trainer.hooks.stop = &stop.flag();
  trainer.fit(train);

  Pck pck({.shoulders = {exercises::left_shoulder, exercises::right_shoulder},
           .hips = {exercises::left_hip, exercises::right_hip},
           .threshold = 0.1});
  StepTargets<float> targets;
  const auto result = evaluate(model, test, {}, [&](const Batch<float>& batch, const auto& pass) {
    step_targets<float>(batch.keypoints, batch.visible, pass.keypoints.size(1), 0, targets);
    pck.add<float>(pass.keypoints, targets);
  });
  std::printf("\naccuracy on unseen people %.1f %%, PCK@0.1 %.1f %% of %ld joints\n", 100 * result.accuracy(),
              100 * pck.value(), static_cast<long>(pck.counted()));
  write_png(picture, squat_stages(model, test, 0), may_replace);  // class 0 is a squat
  std::cout << "drew " << picture << "\n";
  if (page.empty()) return 0;
  Report pages = exercise_report::report("Classes and key points", model, trainer.state.history, test, result);
  pages.facts.push_back({"Key points within a tenth of the torso", percent_text(pck.value(), 1)});
  write_report_and_figures(page, pages, may_replace);
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
