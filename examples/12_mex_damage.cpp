// How much damage does it bear?  STA-C3DL learns MEx (see 08_train_mex) with and without modality dropout, and is then
// asked about recordings with gaps and spikes, without the depth for a while, without a sensor altogether.
//   12_mex_damage FOLDER                                  train on 24 people, test on persons 25 to 30
//   12_mex_damage FOLDER --validation 19,20,21,22,23,24   choose settings: score these, leave those of the test alone
#include <CLI/CLI.hpp>
#include <iostream>

#include "mex_model.hpp"
#include "stac3dl/data/damage.hpp"

using namespace stac3dl;

namespace {

/// One kind of damage; `number` is the recording's, so that every recording is damaged in its own way.
struct Damage {
  const char* name;
  void (*apply)(Recording& recording, std::uint64_t number);
};

/// What each sensor can read, in the order of mex_sensors(): spikes are anywhere in it.
constexpr std::array<std::array<double, 2>, 4> ranges{{{0, 1}, {0, 4000}, {-8, 8}, {-8, 8}}};

void gaps(Recording& r, std::uint64_t number) {
  for (std::uint64_t m = 0; m < 4; ++m) cut_gaps(r.streams[m], 0.3, 0.1, 1, Random({77, number, m}));
}
void spikes(Recording& r, std::uint64_t number) {
  for (std::uint64_t m = 0; m < 4; ++m)
    add_spikes(r.streams[m], 0.05, ranges[m][0], ranges[m][1], Random({78, number, m}));
}
template <std::size_t Sensor>
void off(Recording& r, std::uint64_t) {
  take_away(r.streams[Sensor]);
}

const std::vector<Damage> damages{
    {"none", [](Recording&, std::uint64_t) {}},
    {"30 % gone in gaps of 0.1 to 1 s", gaps},
    {"5 % spikes", spikes},
    {"gaps and spikes", [](Recording& r, std::uint64_t number) { gaps(r, number), spikes(r, number); }},
    {"depth gone half of the time, up to 2 s at once",
     [](Recording& r, std::uint64_t number) {
       cut_gaps(r.streams[0], 0.5, 0, 2, Random({79, number}));
     }},
    {"depth off", off<0>},
    {"mat off", off<1>},
    {"thigh off", off<2>},
    {"wrist off", off<3>}};

}  // namespace

int main(int argc, char** argv) try {
  std::string folder;
  std::vector<int> validation;
  Index epochs = 20;
  std::uint64_t seed = 1;
  double dropout = 0.4, depth_dropout = -1;
  CLI::App app{"STA-C3DL on damaged recordings of MEx"};
  app.add_option("folder", folder, "with the folders act, acw, dc_0.05_0.05 and pm_1.0_1.0")->required();
  app.add_option("--validation", validation, "score these; neither they nor the test are trained on")->delimiter(',');
  app.add_option("--epochs", epochs);
  app.add_option("--seed", seed);
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
  std::vector<TextTable::Row> rows;
  for (const Damage& damage : damages) rows.push_back({damage.name});
  for (const bool drops : {true, false}) {
    AugmentOptions augment = mex_augment(windows, drops ? dropout : 0);
    if (drops) augment.modalities[0].dropout = depth_dropout;
    const WindowSource train(recordings, split.train, windows, statistics, augment, seed);
    StaC3d<float> model(mex_model::config(), seed);
    Trainer(model, mex_model::training(epochs, seed)).fit(train);
    double whole = 0;
    for (std::size_t d = 0; d < damages.size(); ++d) {
      auto damaged = raw;
      parallel_for(static_cast<Index>(split.test.size()), [&](Index i) {
        const auto r = static_cast<std::size_t>(split.test[static_cast<std::size_t>(i)]);
        damages[d].apply(damaged[r], r);
        prepare(pipeline, damaged[r]);
      });
      const WindowSource source = held_out.of(std::make_shared<const std::vector<Recording>>(std::move(damaged)));
      const double accuracy = evaluate(model, source).accuracy();
      if (d == 0) whole = accuracy;
      const std::vector<std::string> cells{percent(accuracy), percent(whole - accuracy)};
      rows[d].insert(rows[d].begin() + 1, cells.begin(), cells.end());  // without dropout stands first
      std::cerr << (drops ? "dropout, " : "no dropout, ") << damages[d].name << ": " << cells[0] << "\n";
    }
  }
  TextTable table({"damage", "no dropout", "points down", "dropout", "points down"});
  for (auto& row : rows) table.add(std::move(row));
  std::cout << "window accuracy on " << held_out.size() << " windows of " << split.test_people.size()
            << " people that were not trained on:\n"
            << table.markdown();
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
