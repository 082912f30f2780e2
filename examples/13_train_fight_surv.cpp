// Train STA-C3DL to tell fights from everything else in clips of surveillance cameras (fight-surv: 300 .mp4 files), in
// five folds: clips that were cut from one video are on one side.
//   13_train_fight_surv FOLDER                        five folds, with and without the 30 clips of other data sets
//   13_train_fight_surv FOLDER --validation --folds 0,2    choose settings: leave fold f alone, score fold f + 1
// Clips are decoded, prepared and kept in a cache when the training first asks for them, beside the training.
#include <CLI/CLI.hpp>
#include <iostream>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

namespace {

/// Ten pictures a second, all equally bright, then what changes from one to the next: (T, 1, 40, 48).
/// (Types are spelled out: braces alone make compilers try every step for every brace, for minutes.)
const std::vector<Step> steps{Step{EvenRate{10, RateMode::nearest, 0.3}}, Step{AdjustLight{0.5, 0.25, 2}},
                              Step{FrameMotion{0.2}}, Step{Resize{40, 48}}, Step{SquareRoot{}}};
const Pipeline pipeline{std::vector<StreamSteps>{StreamSteps{"motion", steps}}};
const FrameOptions frames{.height = 112, .width = 144, .name = "motion"};

WindowOptions windows() {
  WindowOptions w;
  w.length = 1.6, w.max_gap = 1;
  w.modalities.push_back({.name = "motion", .frames = 16, .statistics = {.pooled = true}, .height = 36, .width = 44});
  return w;
}

AugmentOptions augment() {
  AugmentOptions a;
  a.speed_low = 0.8, a.speed_high = 1.2, a.mirror = 0.5, a.modalities.resize(1);
  a.modalities[0].picture = {.mirror = Mirror::columns, .contrast = 0.2, .brightness = 0.3};
  return a;
}

ModelConfig small_model() {
  const auto block = [](const char* name, Index channels, Axes stride, Axes pool) {
    return BlockConfig{name, channels, {3, 3, 3}, stride, {1, 1, 1}, true, pool};
  };
  ModelConfig c;
  c.modalities = {{"motion", 1, 16, 36, 44, {block("conv1", 8, {1, 2, 2}, {1, 1, 1}),
                                             block("conv2", 8, {1, 1, 1}, {2, 2, 2}),
                                             block("conv3", 16, {1, 1, 1}, {2, 2, 2}),
                                             block("conv4", 16, {1, 1, 1}, {1, 2, 2})}}};
  c.classes = 2, c.width = c.lstm_units = 16, c.fc6 = c.fc7 = 0, c.dropout = c.token_dropout = 0.3;
  return c;
}

TrainOptions training(Index epochs, std::uint64_t seed) {
  TrainOptions t;
  t.epochs = epochs, t.batch_size = 16, t.seed = seed, t.clip_norm = 2, t.loss.label_smoothing = 0.1;
  t.schedule.rate = 3e-3, t.schedule.warmup_epochs = 0.1 * static_cast<double>(epochs);
  return t;
}

/// The 270 clips that belong together, dealt into five folds; those from elsewhere are a group and join the smallest.
std::vector<Index> five_folds(const FightSurvClips& clips) {
  std::vector<Recording> own;
  for (std::size_t r = 0; r < clips.recordings.size(); ++r)
    if (!clips.elsewhere[r]) own.push_back(clips.recordings[r]);
  const std::vector<Index> dealt = deal_groups(own, 5);
  std::vector<Index> sizes(5), fold;
  for (const Index f : dealt) ++sizes[static_cast<std::size_t>(f)];
  const Index smallest = std::min_element(sizes.begin(), sizes.end()) - sizes.begin();
  for (std::size_t r = 0, next = 0; r < clips.recordings.size(); ++r)
    fold.push_back(clips.elsewhere[r] ? smallest : dealt[next++]);
  return fold;
}

/// Mean and scale from every eighth clip that trains: enough for two numbers, and soon loaded.
std::vector<ModalityStatistics> statistics_of(RecordingStore& store, const std::vector<Index>& train) {
  std::vector<Recording> some;
  std::vector<Index> all;
  for (std::size_t k = 0; k < train.size(); k += 8)
    all.push_back(static_cast<Index>(some.size())), some.push_back(*store.get(train[k]));
  return compute_statistics(some, all, windows());
}

}  // namespace

int main(int argc, char** argv) try {
  std::string folder, cache_folder = "fight_surv_cache";
  std::vector<Index> folds{0, 1, 2, 3, 4};
  Index epochs = 20, copies = 16, models = 1;
  std::uint64_t seed = 1;
  std::size_t ahead = 2, megabytes = 1024;
  bool validation = false, all = true, own = true;
  CLI::App app{"Train STA-C3DL on fight-surv"};
  app.add_option("folder", folder, "with fight, noFight and videos.txt")->required();
  app.add_option("--cache", cache_folder, "where prepared clips are kept");
  app.add_option("--folds", folds, "which of 0 to 4")->delimiter(',')->check(CLI::Range(0, 4));
  app.add_flag("--validation", validation, "score fold f + 1 and leave fold f out; else fold f is tested");
  app.add_flag("--all,!--no-all", all, "with all 300 clips");
  app.add_flag("--own,!--no-own", own, "without those taken from other data sets");
  app.add_option("--epochs", epochs);
  app.add_option("--seed", seed);
  app.add_option("--models", models, "of seeds one after the other, whose mean is the answer")
      ->check(CLI::Range(1, 100));
  app.add_option("--copies", copies, "of a clip, varied as in training: their mean is the answer; 0: of three windows")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--ahead", ahead, "batches made beside the training; 0: by its own threads");
  app.add_option("--memory", megabytes, "for prepared clips, in MB; the others are read again");
  CLI11_PARSE(app, argc, argv);

  const FightSurvClips clips = read_fight_surv(folder);
  const std::vector<Index> fold = five_folds(clips);
  WindowCache cache(cache_folder);
  const auto store = std::make_shared<RecordingStore>(
      clips.recordings,
      [&](Recording& clip) {
        prepare_cached(cache, pipeline, {{clip.source}, "read_video 112x144"}, clip,
                       [](Recording& r) { load_clip(r, {.frames = frames}); });
      },
      megabytes << 20);
  for (const bool elsewhere : {true, false}) {
    if (!(elsewhere ? all : own)) continue;
    TextTable table({"fold", "trained on", "tested", "accuracy", "noFight", "fight", "seconds", "waited %"});
    ConfusionMatrix together(2);
    std::vector<double> accuracies;
    for (const Index f : folds) {
      Split split;
      for (std::size_t r = 0; r < fold.size(); ++r) {
        if ((clips.elsewhere[r] && !elsewhere) || (validation && fold[r] == f)) continue;
        (fold[r] == (validation ? (f + 1) % 5 : f) ? split.test : split.train).push_back(static_cast<Index>(r));
      }
      check_split(clips.recordings, split);
      const auto statistics = statistics_of(*store, split.train);
      const ClipSource train(store, split.train, windows(), statistics, augment(), seed);
      const ClipSource test(store, split.test, windows(), statistics, augment(), 0, copies > 0 ? 1 : 3);
      Evaluation<float> result;
      double seconds = 0, waited = 0;
      for (Index m = 0; m < models; ++m) {
        const std::uint64_t own_seed = seed + static_cast<std::uint64_t>(m);
        StaC3d<float> model(small_model(), own_seed);
        if (together.total() == 0 && m == 0)
          std::cout << "sta_c3dl: " << model.plan().parameters << " parameters, L = " << model.plan().steps
                    << ", P = " << model.plan().positions << ", " << num_threads() << " threads\n";
        Trainer trainer(model, training(epochs, own_seed));
        trainer.hooks.ahead = ahead;
        const TrainReport report = trainer.fit(train);
        seconds += report.seconds, waited += report.waited;
        const EvaluateOptions ask{.batch_size = 30};
        Evaluation<float> one = copies > 0 ? evaluate_varied(model, test, copies, ask) : evaluate(model, test, ask);
        if (m > 0) one.probabilities.array() += result.probabilities.array();
        result = std::move(one);  // its loss and confusion are the last model's; probabilities are the sum of all
      }
      result.probabilities.array() /= static_cast<float>(models);
      const RecordingAnswers answers = by_recording<float>(test, result.probabilities);
      const ConfusionMatrix here = confusion<double>(answers.probabilities, answers.labels);
      for (std::size_t i = 0; i < answers.labels.size(); ++i)
        together.add(answers.labels[i], answers.probabilities(static_cast<Index>(i), 1) > 0.5);
      accuracies.push_back(here.accuracy());
      table.add({std::to_string(f), std::to_string(split.train.size()), std::to_string(split.test.size()),
                 percent(here.accuracy()), percent(here.recall(0)), percent(here.recall(1)),
                 std::to_string(std::lround(seconds)), percent(waited / seconds)});
      std::cerr << "fold " << f << ": " << percent(here.accuracy()) << " %\n";
    }
    double mean = 0, variance = 0;
    for (const double a : accuracies) mean += a / static_cast<double>(accuracies.size());
    for (const double a : accuracies) variance += (a - mean) * (a - mean) / static_cast<double>(accuracies.size());
    std::cout << "\n" << (elsewhere ? "all clips" : "without clips of other data sets") << "\n" << table.markdown();
    std::printf("folds: mean %.2f %%, standard deviation %.2f; clips: %.2f %%, macro F1 %.2f %%\n", 100 * mean,
                100 * std::sqrt(variance), 100 * together.accuracy(), 100 * together.macro_f1());
  }
  const WindowCacheCounts counts = cache.counts();
  std::cout << "\n" << counts.hits << " clips from the cache, " << counts.stored << " decoded and kept\n";
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
