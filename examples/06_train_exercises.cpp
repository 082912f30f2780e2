// The demo: train STA-C3DL on generated exercises, look at people it has never seen, save the model.
//   06_train_exercises                          RGB alone, easy, under 3 minutes on two cores
//   06_train_exercises --hard                   moving backgrounds, passers-by, camera within 60 degrees, light that
//   changes 06_train_exercises --sensors all            RGB + depth + skeleton + heart rate + respiration, each then
//   left out in turn 06_train_exercises --order one-frame        what is left when the order of frames tells nothing
//   (or: shuffled) 06_train_exercises --shuffled-labels        what is left when labels tell nothing: chance
#include <CLI/CLI.hpp>
#include <iostream>

#include "exercise_model.hpp"
#include "exercise_report.hpp"
#include "stac3dl/io.hpp"

using namespace stac3dl;

namespace {

/// Share of right answers among the classes that differ from another in direction or timing alone.
double pair_accuracy(const ConfusionMatrix& m) {
  std::int64_t right = 0, all = 0;
  for (const auto& [a, b] : exercises::direction_pairs)
    right += m.count(a, a) + m.count(b, b), all += m.samples(a) + m.samples(b);
  return 100 * static_cast<double>(right) / static_cast<double>(all);
}

}  // namespace

int main(int argc, char** argv) try {
  bool hard = false, shuffled_labels = false, replace = false;
  std::string sensors = "rgb", order = "natural", accuracy = "standard", path = "exercises.safetensors", page;
  Index epochs = 0, people = 0;
  std::uint64_t seed = 1;
  CLI::App app{"Train STA-C3DL on generated exercises"};
  app.add_flag("--hard", hard, "moving backgrounds, people passing, wide camera angles, changing light");
  app.add_option("--sensors", sensors)
      ->check(CLI::IsMember({"rgb", "depth", "skeleton", "heart_rate", "respiration", "all"}));
  app.add_option("--order", order)->check(CLI::IsMember({"natural", "shuffled", "one-frame"}));
  app.add_flag("--shuffled-labels", shuffled_labels);
  app.add_option("--accuracy", accuracy, "of convolutions")->check(CLI::IsMember({"standard", "exact", "fast"}));
  app.add_option("--epochs", epochs, "0: enough for the level");
  app.add_option("--people", people, "people to learn from, 0: enough for the level; 20 others are for the test");
  app.add_option("--seed", seed);
  app.add_option("--model", path, "where to save");
  app.add_option("--report", page, "an HTML page of training, test and what the model looked at; figures beside it");
  app.add_flag("--replace", replace, "an older file of that name may be replaced");
  CLI11_PARSE(app, argc, argv);
  if (people == 0) people = hard ? 100 : 60;
  const Replace may_replace = replace ? Replace::yes : Replace::no;
  check_may_write(path, may_replace);  // before the work, not after it
  if (!page.empty()) check_may_write_report(page, may_replace);

  ExerciseOptions options = exercise_model::clip_options(hard, sensors == "all");
  if (sensors != "all") exercise_model::only(options, sensors);
  const GeneratedExercises train_clips(options, seed, 0, people, 24), test_clips(options, seed, 10000, 20, 24);
  ExercisePreparation preparation = exercise_model::preparation(train_clips);
  preparation.order = order == "shuffled"    ? FrameOrder::shuffled
                      : order == "one-frame" ? FrameOrder::one_frame
                                             : FrameOrder::natural;
  const ExerciseSource test(test_clips, preparation);
  preparation.shuffled_labels = shuffled_labels;  // of the training people alone: the test asks for true ones
  const ExerciseSource train(train_clips, preparation);

  StaC3d<float> model(exercise_model::config(options), seed);
  model.set_accuracy(accuracy_named(accuracy));
  std::cout << "sta_c3dl: " << model.plan().parameters << " parameters, " << model.plan().conv_macs / 1000000
            << " million multiplications a clip, L = " << model.plan().steps << ", P = " << model.plan().positions
            << "\ntrain: " << train.size() << " clips of " << people << " people an epoch; test: " << test.size()
            << " clips of 20 others; " << num_threads() << " threads\n";

  Trainer trainer(model, exercise_model::training(hard, epochs, seed));
  const StopSignal stop;
  trainer.hooks.stop = &stop.flag();
  const TrainReport report = trainer.fit(train);
  const ModelInfo info{GeneratedExercises::class_names(),
                       exercise_model::preparation_json(model.config(), preparation)};
  save_model(path, model, info, may_replace);
  std::cout << (report.reason == StopReason::interrupted ? "interrupted; " : "") << "saved " << path << " after "
            << static_cast<int>(report.seconds) << " s\n\n";
  if (report.reason == StopReason::interrupted) return 0;

  const auto result = evaluate(model, test);
  std::cout << result.confusion.table(info.classes).text() << "\n" << result.confusion.scores(info.classes).text();
  std::printf("\naccuracy on unseen people %.1f %%, macro F1 %.1f %%, on the pairs that differ in direction %.1f %%\n",
              100 * result.accuracy(), 100 * result.macro_f1(), pair_accuracy(result.confusion));
  for (std::size_t m = 0; sensors == "all" && m < model.config().modalities.size(); ++m)
    std::printf("without %-12s %.1f %%\n", model.config().modalities[m].name.c_str(),
                100 * evaluate(model, WithoutModality(test, m)).accuracy());
  if (page.empty()) return 0;
  const Report pages = exercise_report::report("Generated exercises", model, trainer.state.history, test, result);
  const Index files = write_report_and_figures(page, pages, may_replace);
  std::cout << "report: " << page << " and " << files << " figures beside it\n";
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
