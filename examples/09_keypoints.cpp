// Key points beside the class: where the joints are, learned together with what the exercise is, and four stages of a
// squat drawn with true (dark) and predicted (light) joints.  The test's people take no part in training.
//   09_keypoints --save keypoints.safetensors --picture squat.png
//   09_keypoints --model keypoints.safetensors --shown 3          no training: asks and draws, here the fourth person
//   09_keypoints --model keypoints.safetensors --report page.html what it looked at, joints drawn on the person
#include <CLI/CLI.hpp>
#include <iostream>

#include "exercise_report.hpp"
#include "keypoint_model.hpp"

using namespace stac3dl;

namespace {

/// Standing, descending, bottom, rising, side by side.
Tensor<std::uint8_t, 3> squat_stages(const StaC3d<float>& model, const std::vector<InputPreparation>& preparation,
                                     const ExerciseRecording& recording) {
  const Sample shown = recording.sample();  // as the camera saw it
  Sample sample = shown;
  prepare_sample(preparation, sample);
  Batch<float> batch;
  collate({sample}, batch);
  PreparedModel<float> ready(model);
  const auto predicted = ready(batch).keypoints.slice(0);  // (T', J, 2)
  const Bones bones = exercise_report::bones();
  const Index frames_per_step = shown.keypoints.size(0) / predicted.size(0);
  const Index zoom = 224 / shown.inputs[0].x.size(2);
  std::vector<Tensor<std::uint8_t, 3>> pictures;
  for (const Index t : movement_stages(recording).frames()) {
    pictures.push_back(frame_picture(shown.inputs[0], t, zoom));
    draw_keypoints(pictures.back(), shown.keypoints.slice(t), shown.visible.slice(t), bones, true_purple);
    draw_keypoints(pictures.back(), predicted.slice(t / frames_per_step), {}, bones, predicted_purple);
  }
  return side_by_side(pictures);
}

Report report(const keypoint_model::Trained& trained, const ExerciseSource& test, const keypoint_model::Scores& scores,
              Index squat) {
  Report r = exercise_report::report("Key points of generated exercises", trained.loaded.model, trained.history, test,
                                     scores.answers, squat);
  r.facts.push_back({"Joints within 0.1 of the torso", percent_text(scores.pck, 1)});
  r.facts.push_back({"Joints within 0.2 of the torso", percent_text(scores.pck_wide, 1)});
  return r;
}

}  // namespace

int main(int argc, char** argv) try {
  keypoint_model::Settings settings;
  std::string picture = "squat_stages.png", load, save, page;
  Index test_people = 20, shown = 0;
  bool replace = false;
  CLI::App app{"Train classes and key points together"};
  app.add_flag("--hard", settings.hard, "moving backgrounds, people passing, wide camera angles, changing light");
  app.add_option("--epochs", settings.epochs);
  app.add_option("--people", settings.people, "people to learn from");
  app.add_option("--recordings", settings.recordings, "of each of them, anew every epoch");
  app.add_option("--test-people", test_people, "12 recordings of each");
  app.add_option("--size", settings.size, "rows and columns of a frame");
  app.add_option("--motion-gain", settings.motion_gain);
  app.add_option("--rate", settings.rate);
  app.add_option("--lambda", settings.lambda, "weight of the coordinates' loss");
  app.add_option("--heatmap-weight", settings.heatmap_weight, "weight of the maps' own loss, 0: none");
  app.add_option("--seed", settings.seed, "of the people to learn from; those of the test are always the same");
  app.add_option("--start", settings.start, "a model file to go on from, with new people (another seed)");
  app.add_option("--model", load, "a model file: asked, nothing is trained");
  app.add_option("--save", save, "where to keep the model");
  app.add_option("--picture", picture, "where to draw the squat");
  app.add_option("--shown", shown, "which of the test people does it");
  app.add_option("--report", page, "an HTML page of training, test and what the model looked at; figures beside it");
  app.add_flag("--replace", replace, "older files of these names may be replaced");
  CLI11_PARSE(app, argc, argv);
  const Replace may_replace = replace ? Replace::yes : Replace::no;
  check_may_write(picture, may_replace);
  if (!save.empty()) check_may_write(save, may_replace);
  if (!page.empty()) check_may_write_report(page, may_replace);

  const keypoint_model::Trained trained =
      load.empty() ? keypoint_model::train(settings) : keypoint_model::Trained{load_model<float>(load), {}};
  const auto& [model, info] = trained.loaded;
  if (!save.empty()) save_model(save, model, info, may_replace);
  const auto preparation = preparation_from_json(info.preparation);
  for (const bool hard : {false, true}) {
    keypoint_model::Settings asked = settings;
    asked.hard = hard;
    const GeneratedExercises people(asked.clip_options(), 1, 10000, test_people, 12);
    const ExerciseSource test = keypoint_model::source(people, preparation);
    const keypoint_model::Scores scores = keypoint_model::measure(model, test);
    std::cout << "\n" << (hard ? "hard" : "easy") << " recordings of " << test_people << " unseen people\n";
    scores.print();
    if (hard != settings.hard) continue;
    const Index squat = 12 * shown;  // class 0
    write_png(picture, squat_stages(model, preparation, people.open(squat)), may_replace);
    if (!page.empty()) write_report_and_figures(page, report(trained, test, scores, squat), may_replace);
  }
  std::cout << "drew " << picture << "\n";
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
