// Attention that can be trusted: how much of beta lies on the limb that moves, and what is lost without the place that
// it lies on.  Trains one model a seed on generated exercises, or loads one, and asks it about people it has not seen.
//   15_attention_figures                              three seeds, with their spread
//   15_attention_figures --seeds 1 --save attention   keeps attention_1.safetensors
//   15_attention_figures --model attention_1.safetensors
#include <CLI/CLI.hpp>
#include <iostream>

#include "attention_figures.hpp"

using namespace stac3dl;
namespace figures = attention_figures;

namespace {

/// The model and what was learned with it: trained on recordings of `people`.
LoadedModel<float> train(const figures::Settings& s, std::uint64_t seed) {
  const GeneratedExercises clips(s.clip_options(), seed, 0, s.people, s.recordings);
  const ExercisePreparation preparation = s.preparation(clips);
  const ExerciseSource source(clips, preparation);
  StaC3d<float> model(s.config(), seed);
  Trainer trainer(model, s.training(seed));
  trainer.fit(source);
  return {std::move(model),
          {GeneratedExercises::class_names(), exercise_model::preparation_json(s.config(), preparation)}};
}

void print(const char* name, const figures::Spread& s) {
  std::printf("%-34s %7.3f  +- %6.3f\n", name, s.mean(), s.deviation());
}

}  // namespace

int main(int argc, char** argv) try {
  figures::Settings settings;
  std::vector<std::uint64_t> seeds{1, 2, 3};
  std::string load, save;
  Index test_people = 20;
  bool replace = false;
  CLI::App app{"How far attention can be trusted"};
  app.add_option("--seeds", seeds, "one model is trained for each")->delimiter(',');
  app.add_option("--epochs", settings.epochs);
  app.add_option("--people", settings.people, "people to learn from");
  app.add_option("--recordings", settings.recordings, "of each of them, anew every epoch");
  app.add_option("--test-people", test_people, "12 recordings of each");
  app.add_option("--size", settings.size, "rows and columns of a frame: 7 times a power of two");
  app.add_option("--motion-gain", settings.motion_gain);
  app.add_option("--rate", settings.rate);
  app.add_option("--token-dropout", settings.token_dropout);
  app.add_flag("--wide", settings.wide, "the last convolution sees 3 x 3 places, not one");
  app.add_flag("--hard", settings.hard, "moving backgrounds, people passing, wide camera angles, changing light");
  app.add_option("--model", load, "a model file: asked, nothing is trained");
  app.add_option("--save", save, "keep each model as SAVE_SEED.safetensors");
  app.add_flag("--replace", replace, "older files of these names may be replaced");
  CLI11_PARSE(app, argc, argv);
  if (!load.empty()) seeds.resize(1);

  figures::Figures all;
  for (const std::uint64_t seed : seeds) {
    auto [model, info] = load.empty() ? train(settings, seed) : load_model<float>(load);
    if (!save.empty())
      save_model(save + "_" + std::to_string(seed) + ".safetensors", model, info, replace ? Replace::yes : Replace::no);
    const GeneratedExercises test(settings.clip_options(), seed, 10000, test_people, 12);
    const figures::Figures one = figures::measure(model, preparation_from_json(info.preparation), test);
    std::printf("seed %lu: accuracy %.1f %%, limb lift %.2f, deletion gap %.3f\n", static_cast<unsigned long>(seed),
                100 * one.accuracy.mean(), one.lift.mean(), one.gap.at(figures::headline_cells).mean());
    std::fflush(stdout);
    all.join(one);
  }
  std::printf("\nmeans over recordings of all seeds, and their deviation from recording to recording\n");
  print("limb lift", all.lift);
  print("limb lift, steps weighed by alpha", all.lift_alpha);
  print("weight on the limb", all.on);
  print("the limb's share of the frame", all.of);
  for (const auto& [name, lift] : all.lift_of_class) print(("limb lift, " + name).c_str(), lift);
  print("probability, all seen", all.seen);
  for (const auto& [cells, gap] : all.gap) {
    const std::string hidden = std::to_string(cells) + " cells hidden: ";
    print((hidden + "attended").c_str(), all.without_attended[cells]);
    print((hidden + "elsewhere").c_str(), all.without_other[cells]);
    print((hidden + "gap").c_str(), gap);
  }
  if (all.over_seeds.size() > 1) {
    std::printf("\nmeans over seeds, and their deviation from seed to seed\n");
    for (const auto& [name, spread] : all.over_seeds) print(name.c_str(), spread);
  }
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
