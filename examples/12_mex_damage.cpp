// How much damage does it bear?  STA-C3DL learns MEx (see 08_train_mex) with and without modality dropout, and is then
// asked about recordings with gaps and spikes, without the depth for a while, without a sensor altogether.
//   12_mex_damage FOLDER                                  train on 24 people, test on persons 25 to 30
//   12_mex_damage FOLDER --models 3                       the same, three times, for less luck
//   12_mex_damage FOLDER --validation 19,20,21,22,23,24   choose settings: score these, leave those of the test alone
#include <CLI/CLI.hpp>
#include <iostream>

#include "mex_damages.hpp"
#include "mex_model.hpp"

using namespace stac3dl;
using mex_damages::damages;

namespace {

/// What models of several seeds say of one kind of damage.
struct Score {
  std::vector<double> accuracies;  ///< of each model
  Tensor<float, 2> sum;            ///< (windows, K) of their probabilities
  std::vector<Index> labels;       ///< (windows)

  /// The accuracy of this one.
  double add(const Evaluation<float>& said) {
    labels = said.labels;
    if (sum.empty()) sum = Tensor<float, 2>(said.probabilities.shape());
    sum.array() += said.probabilities.array();
    accuracies.push_back(said.accuracy());
    return said.accuracy();
  }
  /// Mean of the models' accuracies.
  double of_one() const {
    return std::accumulate(accuracies.begin(), accuracies.end(), 0.0) / static_cast<double>(accuracies.size());
  }
  /// Accuracy of the models' mean.
  double of_all() const { return confusion<float>(sum, labels).accuracy(); }
};

/// Points down are against the first row, which is undamaged.
std::string table_of(const std::vector<Score>& without, const std::vector<Score>& with,
                     double (Score::*accuracy)() const) {
  TextTable table({"damage", "no dropout", "points down", "dropout", "points down"});
  for (std::size_t d = 0; d < damages.size(); ++d) {
    TextTable::Row row{damages[d].name};
    for (const auto* scores : {&without, &with}) {
      const double it = ((*scores)[d].*accuracy)();
      row.push_back(percent(it)), row.push_back(percent(((*scores)[0].*accuracy)() - it));
    }
    table.add(std::move(row));
  }
  return table.markdown();
}

}  // namespace

int main(int argc, char** argv) try {
  std::string folder;
  std::vector<int> validation;
  Index epochs = 40, models = 1;
  std::uint64_t seed = 1;
  double dropout = 0.2, depth_dropout = 0.5;
  CLI::App app{"STA-C3DL on damaged recordings of MEx"};
  app.add_option("folder", folder, "with the folders act, acw, dc_0.05_0.05 and pm_1.0_1.0")->required();
  app.add_option("--validation", validation, "score these; neither they nor the test are trained on")->delimiter(',');
  app.add_option("--epochs", epochs);
  app.add_option("--seed", seed);
  app.add_option("--models", models, "of seeds one after the other: scores of one on average, and of their mean")
      ->check(CLI::PositiveNumber);
  app.add_option("--dropout", dropout, "chance of each modality to be masked in training, in the model that has it");
  app.add_option("--depth-dropout", depth_dropout, "that of the depth, on which the model leans; below 0: the same");
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
  const WindowSource held_out(recordings, split.test, windows, statistics);
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
      AugmentOptions augment = mex_augment(windows, drops ? dropout : 0);
      if (drops) augment.modalities[0].dropout = depth_dropout;
      StaC3d<float> model(mex_model::robust_config(), s);
      Trainer(model, mex_model::training(epochs, s))
          .fit(WindowSource(recordings, split.train, windows, statistics, augment, s));
      for (std::size_t d = 0; d < damages.size(); ++d) {
        const double accuracy = (drops ? with : without)[d].add(evaluate(model, sources[d]));
        std::cerr << (drops ? "dropout" : "no dropout") << ", seed " << s << ", " << damages[d].name << ": "
                  << percent(accuracy) << "\n";
      }
    }
  std::cout << "window accuracy on " << held_out.size() << " windows of " << split.test_people.size()
            << " people that were not trained on:\n"
            << table_of(without, with, &Score::of_one);
  if (models > 1) std::cout << "the mean of " << models << " models:\n" << table_of(without, with, &Score::of_all);
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
