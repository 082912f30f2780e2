#include <doctest/doctest.h>

#include <limits>

#include "../train/tiny_model.hpp"
#include "stac3dl/io/checkpoint.hpp"
#include "stac3dl/train/trainer.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;
using tiny::Patterns;
using Net = tiny::Model<float>;

namespace {

const Patterns training{}, held_out{.count = 30, .seed = 2};

TrainOptions options(OptimiserKind kind = OptimiserKind::adamw) {
  return {.epochs = 4,
          .batch_size = 8,
          .seed = 5,
          .optimiser = {.kind = kind},
          .schedule = {.rate = 0.02, .warmup_epochs = 1},
          .loss = {.label_smoothing = 0.05},
          .clip_norm = 1};
}
Net net(std::uint64_t seed = 4) { return Net(12, 16, 3, seed); }

struct Run {
  Net model;
  Trainer<Net> trainer;
  explicit Run(const TrainOptions& o, std::uint64_t seed = 4) : model(net(seed)), trainer(model, o) {
    trainer.hooks.log = nullptr;
  }
  Run(const Run&) = delete;  // the trainer points at the model
  void save(const std::filesystem::path& path, Replace replace = Replace::no) {
    save_checkpoint(path, model, trainer.state, trainer.options(), replace);
  }
  void load(const std::filesystem::path& path) { load_checkpoint(path, model, trainer.state, trainer.options()); }
};

/// What a training run came to, but for its times.
std::vector<double> figures(const TrainState<float>& state) {
  std::vector<double> all{static_cast<double>(state.step), static_cast<double>(state.best_epoch), state.best_score,
                          state.best_loss};
  for (const EpochRecord& r : state.history)
    for (const double x : {static_cast<double>(r.epoch), r.loss, r.accuracy, r.rate, r.validation_loss,
                           r.validation_accuracy, r.validation_macro_f1})
      all.push_back(x);
  return all;
}

/// A source that raises a flag after a number of samples, to stop a run anywhere.
struct Stopping {
  const Patterns* source;
  std::atomic<bool>* stop;
  mutable std::atomic<Index> left;
  Stopping(const Patterns& patterns, std::atomic<bool>& flag, Index samples)
      : source(&patterns), stop(&flag), left(samples) {}
  Index size() const { return source->size(); }
  Sample sample(Index i) const { return source->sample(i); }
  Sample sample(Index i, std::uint64_t epoch) const {
    if (--left == 0) *stop = true;
    return source->sample(i, epoch);
  }
};

}  // namespace

TEST_CASE("training that was stopped, saved and loaded ends in the same bits") {
  for (const OptimiserKind kind : {OptimiserKind::sgd, OptimiserKind::adam, OptimiserKind::adamw}) {
    Run whole(options(kind));
    whole.trainer.fit(training, held_out);
    for (const Index samples : {1, 20, 45, 46, 100, 179, 180}) {  // within an epoch, at its end, after the last step
      CAPTURE(samples);
      TempFolder folder;
      std::atomic<bool> stop{false};
      Run first(options(kind));
      first.trainer.hooks.stop = &stop;
      const TrainReport report = first.trainer.fit(Stopping(training, stop, samples), held_out);
      CHECK(report.reason == StopReason::interrupted);
      first.save(folder / "c");
      Run second(options(kind), 77);  // other start weights: all must come from the file
      second.load(folder / "c");
      CHECK(tiny::weights(second.model) == tiny::weights(first.model));
      second.trainer.fit(training, held_out);
      CHECK(tiny::weights(second.model) == tiny::weights(whole.model));
      CHECK(figures(second.trainer.state) == figures(whole.trainer.state));
    }
  }
}

TEST_CASE("a finished run is saved with its best and its last weights, and can go on") {
  TempFolder folder;
  TrainOptions longer = options();
  longer.schedule.kind = ScheduleKind::constant;
  TrainOptions shorter = longer;
  shorter.epochs = 2;
  Run whole(longer), first(shorter), second(longer, 77);
  whole.trainer.fit(training, held_out);
  first.trainer.fit(training, held_out);
  first.save(folder / "c");
  second.load(folder / "c");
  CHECK(second.trainer.state.model_is_best);
  second.trainer.fit(training, held_out);
  CHECK(tiny::weights(second.model) == tiny::weights(whole.model));
}

TEST_CASE("a run that has not begun can be saved") {
  TempFolder folder;
  Run first(options()), second(options(), 77);
  first.save(folder / "c");
  second.load(folder / "c");
  first.trainer.fit(training);
  second.trainer.fit(training);
  CHECK(tiny::weights(second.model) == tiny::weights(first.model));
}

TEST_CASE("numbers come back to the bit, infinity and NaN too") {
  TempFolder folder;
  Run first(options()), second(options());
  first.trainer.fit(training, held_out);
  first.trainer.state.best_loss = std::numeric_limits<double>::infinity();
  first.trainer.state.loss_sum = 0.1 + 0.2;
  first.trainer.state.history[0].loss = std::nan("");
  first.trainer.state.history[1].validation_loss = -std::numeric_limits<double>::infinity();
  first.trainer.state.history[1].seconds = 1.0 / 3;
  first.save(folder / "c");
  second.load(folder / "c");
  const auto& state = second.trainer.state;
  CHECK(state.best_loss == std::numeric_limits<double>::infinity());
  CHECK(state.loss_sum == 0.1 + 0.2);
  CHECK(std::isnan(state.history[0].loss));
  CHECK(state.history[1].validation_loss == -std::numeric_limits<double>::infinity());
  CHECK(state.history[1].seconds == 1.0 / 3);
  CHECK(state.history[3].validated);
  CHECK(state.seed == 5);
}

TEST_CASE("a checkpoint is replaced only when told to, and at once") {
  TempFolder folder;
  Run run(options());
  run.save(folder / "c");
  CHECK_ERROR(run.save(folder / "c"), "only replaced when told to");
  Index saved = 0;
  run.trainer.hooks.after_epoch = [&](TrainState<float>& state) {
    save_checkpoint(folder / "c", run.model, state, run.trainer.options(), Replace::yes);
    saved = state.epoch;
  };
  run.trainer.fit(training);
  CHECK(saved == 4);
  CHECK(folder.entries() == 1);
}

TEST_CASE("what does not fit is refused and changes nothing") {
  TempFolder folder;
  Run run(options());
  run.trainer.fit(training);
  run.save(folder / "c");
  const auto before = tiny::weights(run.model);

  Run other(options(OptimiserKind::sgd));
  CHECK_ERROR(other.load(folder / "c"), "training began with other options:\n  optimiser was");
  TrainOptions faster = options();
  faster.schedule.rate = 0.03;
  faster.clip_norm = 2;
  Run third(faster);
  CHECK_ERROR(third.load(folder / "c"), "clip_norm was \"1.0\", is 2.0");
  TrainOptions longer = options();
  longer.epochs = 9, longer.time_limit = 100;
  Run fourth(longer);
  CHECK_NOTHROW(fourth.load(folder / "c"));

  Net large(12, 17, 3, 4);
  Trainer<Net> trainer(large, options());
  const auto large_before = tiny::weights(large);
  CHECK_ERROR(load_checkpoint(folder / "c", large, trainer.state, options()),
              "misshapen: \"model.fc1.weight\" (want (12, 17) of F64, F32, F16 or BF16, got (12, 16) of F32)");
  CHECK(tiny::weights(large) == large_before);
  CHECK(trainer.state.step == 0);

  const std::string good = read_text(folder / "c");
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    const std::size_t at = random.below(bad.size());
    bad[at] = static_cast<char>(bad[at] ^ static_cast<int>(1 + random.below(255)));
    write_text(folder / "bad", bad);
    INFO("byte " << at);
    CHECK(error_of([&] { run.load(folder / "bad"); }) != "no error");
    write_text(folder / "bad", good.substr(0, at));
    CHECK(error_of([&] { run.load(folder / "bad"); }) != "no error");
  }
  CHECK(tiny::weights(run.model) == before);
  CHECK(run.trainer.state.step == 24);
  CHECK_ERROR(load_checkpoint_config(folder / "c"), "its metadata has no \"config\"");
}
