// How much damage does it bear?  STA-C3DL learns MEx (see 08_train_mex) with and without modality dropout, and is then
// asked about recordings with gaps and spikes, without the depth for a while, without a sensor altogether.
//   12_mex_damage FOLDER                                  train on 24 people, test on persons 25 to 30
//   12_mex_damage FOLDER --models 3                       the same, the mean of three trainings, for less luck
//   12_mex_damage FOLDER --validation 19,20,21,22,23,24   choose settings: score these, leave those of the test alone
#include <CLI/CLI.hpp>
#include <iostream>

#include "mex_damages.hpp"
#include "mex_model.hpp"

using namespace stac3dl;
using mex_damages::damages;

namespace {

/// How an answer is asked for, from what costs least to what waits longest.  All but the first: of the copies' mean.
enum Asked : std::size_t { once, of_copies, with_neighbours, of_recordings, ways };
constexpr std::array<const char*, ways> way_names{"windows, each asked once", "windows, the mean of varied copies",
                                                  "the same, with a window to either side", "whole recordings"};

/// Accuracies under one kind of damage, of models of several seeds.
struct Score {
  std::array<std::vector<double>, ways> accuracies;

  void add(StaC3d<float>& model, const WindowSource& source, Index copies) {
    const auto asked_once = evaluate(model, source), varied = evaluate_varied(model, source, copies);
    const auto near = average_neighbours<float>(source, varied.probabilities, 1);
    const RecordingAnswers whole = by_recording<float>(source, varied.probabilities);
    accuracies[once].push_back(asked_once.accuracy());
    accuracies[of_copies].push_back(varied.accuracy());
    accuracies[with_neighbours].push_back(confusion<float>(near, varied.labels).accuracy());
    accuracies[of_recordings].push_back(confusion<double>(whole.probabilities, whole.labels).accuracy());
  }
  double mean(std::size_t way) const {
    const std::vector<double>& all = accuracies[way];
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  }
};

/// Points down are against the first row, which is undamaged.
std::string table_of(const std::vector<Score>& without, const std::vector<Score>& with, std::size_t way) {
  TextTable table({"damage", "no dropout", "points down", "dropout", "points down"});
  for (std::size_t d = 0; d < damages.size(); ++d) {
    TextTable::Row row{damages[d].name};
    for (const auto* scores : {&without, &with}) {
      const double it = (*scores)[d].mean(way);
      row.push_back(percent(it)), row.push_back(percent((*scores)[0].mean(way) - it));
    }
    table.add(std::move(row));
  }
  return table.markdown();
}

}  // namespace

int main(int argc, char** argv) try {
  std::string folder;
  std::vector<int> validation;
  Index epochs = 40, models = 1, copies = 16;
  std::uint64_t seed = 1;
  double dropout = 0.2, depth_dropout = 0.5;
  CLI::App app{"STA-C3DL on damaged recordings of MEx"};
  app.add_option("folder", folder, "with the folders act, acw, dc_0.05_0.05 and pm_1.0_1.0")->required();
  app.add_option("--validation", validation, "score these; neither they nor the test are trained on")->delimiter(',');
  app.add_option("--epochs", epochs);
  app.add_option("--seed", seed);
  app.add_option("--models", models, "of seeds one after the other: what one has on average")
      ->check(CLI::PositiveNumber);
  app.add_option("--dropout", dropout, "chance of each modality to be masked in training, in the model that has it");
  app.add_option("--depth-dropout", depth_dropout, "that of the depth, on which the model leans; below 0: the same");
  app.add_option("--copies", copies, "of a window, varied as in training: their mean is the answer")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  const std::vector<int> test{25, 26, 27, 28, 29, 30};
  MexData data = load_mex(folder);
  if (!validation.empty()) mex_model::leave_out(data.recordings, test);
  const Split split = hold_out(data.recordings, mex_model::names_of(validation.empty() ? test : validation));
  std::vector<Recording> raw(data.recordings.size());  // those that are asked about, as they were recorded
  for (const Index r : split.test) raw[static_cast<std::size_t>(r)] = data.recordings[static_cast<std::size_t>(r)];
  const Pipeline pipeline = mex_repair_pipeline();
  std::cout << "undamaged recordings:\n";
  for (const auto& [stream, total] : prepare(pipeline, data.recordings).totals())
    std::printf("  %-6s %-15s repaired %8td (%7.1f s)  masked %8td (%7.1f s)\n", stream.c_str(), total.step.c_str(),
                total.count.repaired, total.repaired_seconds, total.count.masked, total.masked_seconds);

  const auto recordings = std::make_shared<const std::vector<Recording>>(std::move(data.recordings));
  const WindowOptions windows = mex_windows();
  const auto statistics = compute_statistics(*recordings, split.train, windows);
  const WindowSource held_out(recordings, split.test, windows, statistics,
                              test_time(mex_model::robust_augment(windows, 0, 0)), 1);
  std::vector<WindowSource> sources;  // the same windows, damaged in each way and repaired
  for (const mex_damages::Damage& damage : damages) {
    auto damaged = raw;
    parallel_for(static_cast<Index>(split.test.size()), [&](Index i) {
      const auto r = static_cast<std::size_t>(split.test[static_cast<std::size_t>(i)]);
      damage.apply(damaged[r], r);
      prepare(pipeline, damaged[r]);
    });
    sources.push_back(held_out.of(std::make_shared<const std::vector<Recording>>(std::move(damaged))));
  }

  std::vector<Score> without(damages.size()), with(damages.size());
  for (const bool drops : {true, false})
    for (Index i = 0; i < models; ++i) {
      const std::uint64_t s = seed + static_cast<std::uint64_t>(i);
      const AugmentOptions augment = mex_model::robust_augment(windows, drops ? dropout : 0, drops ? depth_dropout : 0);
      StaC3d<float> model(mex_model::robust_config(), s);
      Trainer(model, mex_model::training(epochs, s))
          .fit(WindowSource(recordings, split.train, windows, statistics, augment, s));
      for (std::size_t d = 0; d < damages.size(); ++d) {
        Score& score = (drops ? with : without)[d];
        score.add(model, sources[d], copies);
        std::cerr << (drops ? "dropout" : "no dropout") << ", seed " << s << ", " << damages[d].name << ":";
        for (const auto& accuracies : score.accuracies) std::cerr << " " << percent(accuracies.back());
        std::cerr << "\n";
      }
    }
  std::cout << "accuracy on " << held_out.size() << " windows of " << split.test_people.size()
            << " people that were not trained on\n";
  for (std::size_t way = 0; way < ways; ++way)
    std::cout << "\n" << way_names[way] << ":\n\n" << table_of(without, with, way);
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
