#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <sstream>

#include "stac3dl/train/stop_signal.hpp"
#include "stac3dl/train/trainer.hpp"
#include "tiny_model.hpp"

using namespace stac3dl;
using tiny::Patterns;
using Net = tiny::Model<float>;

namespace {

const Patterns training{}, held_out{.count = 30, .seed = 2};

TrainOptions options(Index epochs = 4) {
  return {.epochs = epochs, .batch_size = 8, .seed = 5, .optimiser = {.kind = OptimiserKind::adamw},
          .schedule = {.rate = 0.02, .warmup_epochs = 1}, .loss = {.label_smoothing = 0.05}, .clip_norm = 1};
}

Net net() { return Net(12, 16, 3, 4); }

Trainer<Net> quiet(Net& model, const TrainOptions& o) {
  Trainer<Net> trainer(model, o);
  trainer.hooks.log = nullptr;
  return trainer;
}

/// The numbers of a history but for its times.
std::vector<double> figures(const std::vector<EpochRecord>& history) {
  std::vector<double> all;
  for (const EpochRecord& r : history)
    for (double x : {static_cast<double>(r.epoch), r.loss, r.accuracy, r.rate, r.validation_loss,
                     r.validation_accuracy, r.validation_macro_f1})
      all.push_back(x);
  return all;
}

/// Through text and flat vectors, as a file would do it.
TrainState<float> through_a_file(TrainState<float>& state, Net& model, const OptimiserOptions& o) {
  std::map<std::string, std::string> numbers;
  std::map<std::string, std::vector<float>> tensors;
  state.visit_numbers([&](const std::string& name, const auto& x) {
    std::ostringstream text;
    text.precision(17);
    text << x;
    CHECK(numbers.emplace(name, text.str()).second);
  });
  state.visit_tensors([&](const std::string& name, const Tensor<float, 1>& x) {
    CHECK(tensors.emplace(name, std::vector<float>(x.begin(), x.end())).second);
  });
  TrainState<float> loaded;
  loaded.optimiser = Optimiser<float>(o);
  loaded.visit_numbers([&](const std::string& name, auto& x) { std::istringstream(numbers.at(name)) >> x; });
  loaded.history = state.history;
  loaded.plan(model);
  std::size_t read = 0;
  loaded.visit_tensors([&](const std::string& name, Tensor<float, 1>& x) {
    REQUIRE(tensors.at(name).size() == static_cast<std::size_t>(x.size()));
    std::copy(tensors.at(name).begin(), tensors.at(name).end(), x.begin()), ++read;
  });
  CHECK(read == tensors.size());
  return loaded;
}

}  // namespace

TEST_CASE("Trainer learns patterns, and nothing from shuffled labels") {
  Net model = net();
  auto trainer = quiet(model, options(12));
  const TrainReport report = trainer.fit(training, held_out);
  CHECK(report.reason == StopReason::finished);
  CHECK(report.epochs == 12);
  CHECK(report.steps == 72);  // 45 samples: five batches of 8 and one of 5
  const auto& history = trainer.state.history;
  REQUIRE(history.size() == 12);
  CHECK(history.back().loss < 0.5 * history.front().loss);
  CHECK(history.back().accuracy > 0.9);
  CHECK(evaluate(model, held_out).accuracy() >= 0.95);

  Net fooled = net();
  Patterns shuffled = training;
  shuffled.count = 300, shuffled.shuffled_labels = true;
  quiet(fooled, options(3)).fit(shuffled);
  const Patterns fresh{.count = 300, .seed = 2};
  CHECK(evaluate(fooled, fresh).accuracy() < 0.55);
}

TEST_CASE("Trainer: the same bits on 1, 2, 3 and 8 threads after 24 steps") {
  const auto run = [] {
    Net model = net();
    auto trainer = quiet(model, options());
    CHECK(trainer.fit(training, held_out).steps == 24);
    return std::pair(tiny::weights(model), figures(trainer.state.history));
  };
  set_num_threads(1);
  const auto one = run();
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CHECK(run() == one);
  }
  set_num_threads(0);
}

TEST_CASE("Trainer: batches made ahead are the same to the bit") {
  Net model = net();
  auto trainer = quiet(model, options());
  const TrainReport whole = trainer.fit(training, held_out);
  CHECK(whole.waited > 0);
  CHECK(whole.waited < whole.seconds);
  for (const std::size_t ahead : {1, 2, 50}) {
    Net other = net();
    auto beside = quiet(other, options());
    beside.hooks.ahead = ahead;
    const TrainReport report = beside.fit(training, held_out);
    CHECK(report.steps == 24);
    CHECK(report.waited < report.seconds);
    CHECK(tiny::weights(other) == tiny::weights(model));
    CHECK(figures(beside.state.history) == figures(trainer.state.history));
  }
}

TEST_CASE("Trainer: made ahead, stopped between two steps and resumed, it ends with the same bits") {
  Net whole = net();
  auto uninterrupted = quiet(whole, options());
  uninterrupted.fit(training, held_out);
  for (const Index epochs : {1, 2, 3}) {
    Net model = net();
    auto first = quiet(model, options());
    std::atomic<bool> stop{false};
    first.hooks.ahead = 3, first.hooks.stop = &stop;
    first.hooks.after_epoch = [&](TrainState<float>& state) { stop = state.epoch == epochs; };
    CHECK(first.fit(training, held_out).reason == StopReason::interrupted);
    auto second = quiet(model, options());
    second.hooks.ahead = 3;
    second.state = through_a_file(first.state, model, options().optimiser);
    CHECK(second.fit(training, held_out).steps == 24);
    CHECK(tiny::weights(model) == tiny::weights(whole));
  }
}

TEST_CASE("Trainer: what a source throws ahead comes at its own step") {
  struct Failing : Patterns {
    Sample sample(Index i, std::uint64_t epoch) const {
      check(epoch < 1, "no file for sample");
      return Patterns::sample(i, epoch);
    }
  };
  for (const std::size_t ahead : {0, 1, 20}) {
    Net model = net();
    auto trainer = quiet(model, options());
    trainer.hooks.ahead = ahead;
    CHECK_THROWS_WITH_AS(trainer.fit(Failing{}),
                         "Trainer::fit, step 7 (epoch 2, batch 1): no file for sample; the weights are those before "
                         "this step", Error);
    CHECK(trainer.state.step == 6);
  }
}

TEST_CASE("BatchStream: from the middle of an epoch, and from behind its last batch") {
  const BatchOrder order{5, 45, 8, 3};
  const auto labels = [&](Index epoch, Index batch, std::size_t ahead) {
    BatchStream<float, Patterns> stream(training, order, epoch, batch, ahead);
    std::vector<std::vector<Index>> all;
    for (Batch<float> made; stream.next(made);) all.push_back(made.labels);
    return all;
  };
  const auto whole = labels(0, 0, 0);
  REQUIRE(whole.size() == 18);
  CHECK(whole[5].size() == 5);
  for (const std::size_t ahead : {0, 1, 4}) {
    CHECK(labels(0, 0, ahead) == whole);
    CHECK(labels(1, 2, ahead) == std::vector(whole.begin() + 8, whole.end()));
    CHECK(labels(0, 6, ahead) == std::vector(whole.begin() + 6, whole.end()));
    CHECK(labels(2, 6, ahead).empty());
  }
}

TEST_CASE("Trainer: interrupted anywhere, saved and resumed, it ends with the same bits") {
  for (OptimiserKind kind : {OptimiserKind::sgd, OptimiserKind::adamw}) {
    TrainOptions o = options();
    o.optimiser.kind = kind;
    Net whole = net();
    auto uninterrupted = quiet(whole, o);
    uninterrupted.fit(training, held_out);
    for (Index stop_after : {0, 1, 5, 6, 13, 23, 24}) {
      CAPTURE(stop_after);
      std::atomic<bool> stop{stop_after == 0};
      Net model = net();
      auto first = quiet(model, o);
      first.hooks.stop = &stop;
      /// Training source that raises the flag while the batch after which to stop is made.
      struct Stopping {
        Index samples;
        std::atomic<bool>& flag;
        mutable std::atomic<Index> made{0};
        Index size() const { return training.size(); }
        Sample sample(Index i, std::uint64_t epoch) const {
          if (++made == samples) flag.store(true);
          return training.sample(i, epoch);
        }
      };
      const Index in_epoch = stop_after % 6;
      const Stopping source{stop_after / 6 * 45 + (in_epoch == 0 ? 0 : in_epoch * 8), stop};
      const TrainReport report = first.fit(source, held_out);
      CHECK(report.reason == StopReason::interrupted);
      CHECK(report.steps == stop_after);

      Net resumed = model;  // the weights, as a model file would bring them
      auto second = quiet(resumed, o);
      second.state = through_a_file(first.state, resumed, o.optimiser);
      CHECK(second.fit(training, held_out).reason == StopReason::finished);
      CHECK(second.state.step == 24);
      CHECK(tiny::weights(resumed) == tiny::weights(whole));
      CHECK(figures(second.state.history) == figures(uninterrupted.state.history));
    }
  }
}

TEST_CASE("Trainer keeps the best weights by validation, and goes on from the last ones") {
  TrainOptions o = options(3);
  o.schedule = {.kind = ScheduleKind::constant, .rate = 0.02};
  Net longer = net(), model = net(), last = net();
  TrainOptions six = o;
  six.epochs = 6;
  auto all = quiet(longer, six);
  all.fit(training, held_out);

  auto trainer = quiet(model, o);
  trainer.fit(training, held_out);
  CHECK(trainer.state.model_is_best);
  const auto result = evaluate(model, held_out, {.batch_size = 8});
  CHECK(result.accuracy() == trainer.state.best_score);
  CHECK(result.loss == trainer.state.best_loss);
  for (const EpochRecord& r : trainer.state.history) CHECK(r.validation_accuracy <= trainer.state.best_score);
  auto more = quiet(model, six);
  more.state = trainer.state;
  more.fit(training, held_out);
  CHECK(tiny::weights(model) == tiny::weights(longer));

  o.keep_best = false;
  auto plain = quiet(last, o);
  plain.fit(training, held_out);
  CHECK_FALSE(plain.state.has_kept);
  CHECK(evaluate(last, held_out, {.batch_size = 8}).loss == plain.state.history.back().validation_loss);
}

TEST_CASE("Trainer validates every k epochs and after the last, and stops when time is up") {
  TrainOptions o = options(5);
  o.validate_every = 3;
  Net model = net();
  auto trainer = quiet(model, o);
  int saved = 0;
  trainer.hooks.after_epoch = [&](TrainState<float>& state) { CHECK(state.epoch == ++saved); };
  trainer.fit(training, held_out);
  CHECK(saved == 5);
  std::vector<bool> validated;
  for (const auto& r : trainer.state.history) validated.push_back(r.validated);
  CHECK(validated == std::vector<bool>{false, false, true, false, true});

  o.time_limit = 1e-9;
  Net short_lived = net();
  auto limited = quiet(short_lived, o);
  const TrainReport report = limited.fit(training, held_out);
  CHECK(report.reason == StopReason::time_limit);
  CHECK(report.epochs == 1);
  CHECK(limited.state.history.front().validated);
}

TEST_CASE("Trainer: a gradient that is not finite stops it, the weights stay those before the step") {
  TrainOptions o = options();
  Net good = net(), bad = net();
  std::atomic<bool> stop{false};
  bad.poison_at = 7;  // the eighth backward: epoch 2, batch 2
  auto trainer = quiet(bad, o);
  CHECK_THROWS_WITH_AS(trainer.fit(training),
                       "Trainer::fit, step 8 (epoch 2, batch 2): gradient of fc2.bias: nan at (1), want finite "
                       "numbers; the weights are those before this step", Error);
  CHECK(trainer.state.step == 7);
  // The same seven steps without the accident.
  struct Seven {
    std::atomic<bool>& flag;
    mutable std::atomic<int> made{0};
    Index size() const { return training.size(); }
    Sample sample(Index i, std::uint64_t epoch) const {
      if (++made == 45 + 8) flag.store(true);
      return training.sample(i, epoch);
    }
  };
  auto reference = quiet(good, o);
  reference.hooks.stop = &stop;
  reference.fit(Seven{stop});
  CHECK(reference.state.step == 7);
  CHECK(tiny::weights(good) == tiny::weights(bad));
}

TEST_CASE("Trainer: a loss that is not finite stops it and names the logits") {
  struct Broken : Patterns {
    Sample sample(Index i, std::uint64_t epoch) const {
      Sample s = Patterns::sample(i, epoch);
      if (epoch == 1) s.inputs[0].x[0] = std::numeric_limits<float>::infinity();
      return s;
    }
  };
  Net model = net();
  auto trainer = quiet(model, options());
  std::string message;
  try {
    trainer.fit(Broken{});
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("Trainer::fit, step 7 (epoch 2, batch 1): the loss is not finite; logits: ") == 0);
  for (float w : tiny::weights(model)) CHECK(std::isfinite(w));
}

TEST_CASE("Trainer refuses bad input") {
  Net model = net();
  const auto with = [](auto change) {
    TrainOptions o = options();
    change(o);
    return o;
  };
  CHECK_THROWS_WITH_AS(Trainer<Net>(model, with([](auto& o) { o.batch_size = 0; })),
                       "TrainOptions: batch_size is 0, want 1 or more", Error);
  CHECK_THROWS_AS(Trainer<Net>(model, with([](auto& o) { o.epochs = -1; })), Error);
  CHECK_THROWS_AS(Trainer<Net>(model, with([](auto& o) { o.loss.label_smoothing = 1; })), Error);
  CHECK_THROWS_AS(Trainer<Net>(model, with([](auto& o) { o.validate_every = 0; })), Error);

  auto trainer = quiet(model, options());
  const Patterns none{.count = 0};
  CHECK_THROWS_WITH_AS(trainer.fit(none), "Trainer::fit: the training source is empty", Error);
  CHECK_THROWS_WITH_AS(trainer.fit(training, none), "Trainer::fit: the validation source is empty", Error);
  CHECK_THROWS_WITH_AS(evaluate(model, none), "evaluate: no samples", Error);
  CHECK_THROWS_WITH_AS(evaluate(model, held_out, {.batch_size = 0}), "evaluate: batch_size is 0, want 1 or more",
                       Error);

  struct Mislabelled : Patterns {
    Sample sample(Index i) const {
      Sample s = Patterns::sample(i);
      s.label = i == 0 ? -1 : 3;
      return s;
    }
  };
  auto other = quiet(model, with([](auto& o) { o.batch_size = 45; }));
  std::string message;
  try {
    other.fit(Mislabelled{});
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("Trainer::fit, step 1 (epoch 1, batch 1): labels: label ") == 0);
  CHECK(message.find("want 0 to 2") != std::string::npos);
  CHECK_THROWS_WITH_AS(evaluate(model, Mislabelled{}), "evaluate: label -1 of sample 0 of the batch, want 0 to 2",
                       Error);

  auto started = quiet(model, options(1));
  started.fit(training);
  auto resumed = quiet(model, with([](auto& o) { o.seed = 6; }));
  resumed.state = started.state;
  CHECK_THROWS_WITH_AS(resumed.fit(training),
                       "Trainer::fit: training began with seed 5, 45 samples and batches of 8, and cannot go on with "
                       "seed 6, 45 samples and batches of 8", Error);
}

TEST_CASE("Trainer logs a plain line an epoch where output is no terminal, and draws a bar when told to") {
  std::ostringstream lines, bar;
  Net model = net();
  Trainer trainer(model, {.epochs = 2, .batch_size = 8});
  trainer.hooks.log = &lines;
  trainer.fit(training, held_out);
  CHECK(lines.str().find("epoch 1/2  loss ") == 0);
  const auto newlines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(newlines(lines.str()) == 2);
  CHECK(lines.str().find("validation loss") != std::string::npos);
  CHECK(lines.str().find("left 0:00") != std::string::npos);
  CHECK(lines.str().find('\r') == std::string::npos);

  Net other = net();
  Trainer<Net> drawn(other, options(2));
  drawn.hooks.log = &bar, drawn.hooks.style = ProgressStyle::bar;
  drawn.fit(training);
  CHECK(bar.str().find("\r1/2 [############] 100 %  loss ") != std::string::npos);
  CHECK(newlines(bar.str()) == 2);
  CHECK(clock_text(3785) == "1:03:05");
  CHECK(clock_text(59.6) == "1:00");
  CHECK_FALSE(is_terminal(bar));
}

TEST_CASE("StopSignal turns Ctrl-C into a request") {
  {
    StopSignal stop;
    CHECK_FALSE(stop.requested());
    CHECK_THROWS_WITH_AS(StopSignal(), "StopSignal: there is one already", Error);
    struct Interrupting : Patterns {
      Sample sample(Index i, std::uint64_t epoch) const {
        if (i == 0 && epoch == 1) std::raise(SIGINT);
        return Patterns::sample(i, epoch);
      }
    };
    std::ostringstream log;
    Net model = net();
    Trainer<Net> trainer(model, options());
    trainer.hooks.stop = &stop.flag(), trainer.hooks.log = &log;
    const TrainReport report = trainer.fit(Interrupting{});
    CHECK(report.reason == StopReason::interrupted);
    CHECK(report.epochs == 1);
    CHECK(report.steps > 6);
    CHECK(stop.requested());
    CHECK(log.str().find("stopped on request after step " + std::to_string(report.steps)) != std::string::npos);
  }
  StopSignal again;
  CHECK_FALSE(again.requested());
}

TEST_CASE("evaluate answers in order, whatever the batch size") {
  Net model = net();
  quiet(model, options(2)).fit(training);
  const auto a = evaluate(model, held_out, {.batch_size = 7}), b = evaluate(model, held_out, {.batch_size = 30});
  REQUIRE(a.probabilities.shape() == Shape<2>{30, 3});
  for (Index i = 0; i < 30; ++i) CHECK(a.labels[static_cast<std::size_t>(i)] == i % 3);
  CHECK((a.probabilities.array() - b.probabilities.array()).abs().maxCoeff() < 1e-6f);
  double loss = 0;
  for (Index i = 0; i < 30; ++i) loss -= std::log(static_cast<double>(a.probabilities(i, i % 3))) / 30;
  CHECK(a.loss == doctest::Approx(loss));
  Index seen = 0;
  evaluate(model, held_out, {.batch_size = 7},
           [&](const Batch<float>& batch, const Net::Pass&) { seen += batch.size(); });
  CHECK(seen == 30);
}
