// Train STA-C3DL on real recordings: MEx, physiotherapy exercises seen by a depth camera, a pressure mat and two
// accelerometers (UCI repository, CC BY 4.0).  People in the test are never trained on.
//   08_train_mex FOLDER                                  train on 24 people, test on persons 25 to 30, save the model
//   08_train_mex FOLDER --validation 19,20,21,22,23,24   choose settings: score these, leave those of the test alone
#include <CLI/CLI.hpp>
#include <iostream>

#include "mex_report.hpp"

using namespace stac3dl;

int main(int argc, char** argv) try {
  std::string folder, accuracy = "standard", path = "mex.safetensors", page;
  std::vector<int> test{25, 26, 27, 28, 29, 30}, validation;
  Index epochs = 20;
  std::uint64_t seed = 1;
  bool replace = false;
  CLI::App app{"Train STA-C3DL on MEx"};
  app.add_option("folder", folder, "with the folders act, acw, dc_0.05_0.05 and pm_1.0_1.0")->required();
  app.add_option("--epochs", epochs);
  app.add_option("--test", test, "people who are tested")->delimiter(',');
  app.add_option("--validation", validation, "score these instead; neither they nor the test are trained on")
      ->delimiter(',');
  app.add_option("--seed", seed);
  app.add_option("--accuracy", accuracy, "of convolutions")->check(CLI::IsMember({"standard", "exact", "fast"}));
  app.add_option("--model", path, "where to save");
  app.add_option("--report", page, "an HTML page of training, test and what the model looked at; figures beside it");
  app.add_flag("--replace", replace, "an older file may be replaced");
  CLI11_PARSE(app, argc, argv);
  const Replace may = replace ? Replace::yes : Replace::no;
  check_may_write(path, may);  // now, not after the training
  if (!page.empty()) check_may_write_report(page, may);

  MexData data = load_mex(folder);
  std::cout << data.report.summary() << "\n";
  if (!validation.empty()) mex_model::leave_out(data.recordings, test);
  prepare_mex(data.recordings);
  const auto recordings = std::make_shared<const std::vector<Recording>>(std::move(data.recordings));
  const Split split = hold_out(*recordings, mex_model::names_of(validation.empty() ? test : validation));
  const WindowOptions windows = mex_windows();
  const auto statistics = compute_statistics(*recordings, split.train, windows);
  const WindowSource train(recordings, split.train, windows, statistics, mex_augment(windows), seed);
  const WindowSource held_out(recordings, split.test, windows, statistics);

  StaC3d<float> model(mex_model::config(), seed);
  model.set_accuracy(accuracy_named(accuracy));
  std::cout << "sta_c3dl: " << model.plan().parameters << " parameters, L = " << model.plan().steps
            << ", P = " << model.plan().positions << "\ntrain: " << train.size() << " windows of " << split.train.size()
            << " recordings; " << (validation.empty() ? "test: " : "validation: ") << held_out.size() << " windows of "
            << split.test.size() << " recordings of " << split.test_people.size() << " other people; " << num_threads()
            << " threads\n";

  Trainer trainer(model, mex_model::training(epochs, seed));
  const StopSignal stop;
  trainer.hooks.stop = &stop.flag();
  trainer.hooks.ahead = 2;
  const TrainReport report = validation.empty() ? trainer.fit(train) : trainer.fit(train, held_out);
  const auto preparation = window_preparation(windows, statistics, mex_pipeline());
  save_model(path, model, {mex_classes(), preparation_to_json(preparation)}, may);
  std::cout << (report.reason == StopReason::interrupted ? "interrupted; " : "") << "saved " << path << " after "
            << static_cast<int>(report.seconds) << " s, " << percent(report.waited / report.seconds)
            << " % of them waiting for data\n\n";

  const auto result = evaluate(model, held_out);
  const RecordingAnswers whole = by_recording<float>(held_out, result.probabilities);
  std::cout << result.confusion.table(mex_classes()).text() << "\n" << result.confusion.scores(mex_classes()).text();
  std::printf("\nunseen people: window accuracy %.2f %%, macro F1 %.2f %%, recording accuracy %.2f %%\n",
              100 * result.accuracy(), 100 * result.macro_f1(),
              100 * confusion<double>(whole.probabilities, whole.labels).accuracy());
  if (!page.empty())
    write_report_and_figures(page, mex_report::report(model, trainer.state.history, held_out, result, whole), may);
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
