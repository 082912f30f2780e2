// The shortest program that embeds the library: load a model, look at a recording, say what it is.
//   07_classify exercises.safetensors [recording]
//   07_classify exercises.safetensors 5 --report squat.html     what it looked at, as a page
#include <cstdio>

#include "exercise_model.hpp"
#include "exercise_report.hpp"
#include "stac3dl/io.hpp"

using namespace stac3dl;

int main(int argc, char** argv) try {
  std::string page;
  if (argc > 3 && std::string(argv[argc - 2]) == "--report") page = argv[argc - 1], argc -= 2;
  check(argc > 1, "usage: 07_classify MODEL [RECORDING] [--report FILE]; 06_train_exercises writes a model");
  if (!page.empty()) check_may_write_report(page, Replace::no);
  const auto [model, info] = load_model<float>(argv[1]);

  // A recording of somebody whom the model has never seen; bring your own as a Sample of the same shape.
  const GeneratedExercises people(exercise_model::clip_options(false, false), 2, 20000, 1, 24);
  const Index number = argc > 2 ? std::stol(argv[2]) : 0;
  Sample recording = people.sample(number);
  prepare_sample(preparation_from_json(info.preparation), recording);
  Batch<float> batch;
  collate({recording}, batch);

  PreparedModel<float> ready(model);
  const auto& out = ready(batch);
  for (Index k = 0; k < out.probabilities.size(1); ++k)
    std::printf("%-28s %5.1f %%%s\n", info.classes[static_cast<std::size_t>(k)].c_str(),
                100 * static_cast<double>(out.probabilities(0, k)), k == recording.label ? "  <- what it is" : "");
  std::printf("attention over time:");
  for (Index l = 0; l < out.alpha.size(1); ++l) std::printf(" %.2f", static_cast<double>(out.alpha(0, l)));
  std::printf("\n");
  if (page.empty()) return 0;
  Report report;
  report.title = "Recording " + std::to_string(number);
  report.efficiency = measure_efficiency(model, batch);
  report.recordings.push_back(exercise_report::look(model, recording, people, number, "What the model looked at"));
  write_report_and_figures(page, report, Replace::no);
} catch (const std::exception& e) {
  std::fprintf(stderr, "error: %s\n", e.what());
  return 1;
}
