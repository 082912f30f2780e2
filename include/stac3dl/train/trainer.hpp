/// train/trainer.hpp - mini-batch training of any model.
///
///   Trainer trainer(model, {.epochs = 20, .batch_size = 16});
///   trainer.fit(train_source, validation_source);
///
/// One step, with t counted over the whole training and randomness a function of (seed, epoch, batch):
///   batch -> forward -> loss -> zero_grad, backward -> clip -> weights -= schedule.rate(t) * direction
/// Loss and gradients are looked at before the weights are touched: one that is not finite ends training with an Error
/// that names step and tensor, and the model keeps the weights from before that step.
///
/// Model: forward(batch, pass, mode, random) const, backward(batch, pass), update_running(pass), visit_params,
/// visit_buffers; Pass has logits, probabilities, d_logits.  Sources: train/batches.hpp.  Loss: train/loss.hpp.
#pragma once

#include <functional>
#include <string>

#include "stac3dl/train/batch_stream.hpp"
#include "stac3dl/train/evaluate.hpp"
#include "stac3dl/train/gradients.hpp"
#include "stac3dl/train/options.hpp"
#include "stac3dl/train/progress.hpp"
#include "stac3dl/train/train_state.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Why fit() came back.
enum class StopReason { finished, time_limit, interrupted };

/// What fit() did.
struct TrainReport {
  StopReason reason = StopReason::finished;  ///< why it came back
  Index epochs = 0, steps = 0;   ///< done altogether, those before a resume included
  double seconds = 0;            ///< of this fit()
  double waited = 0;             ///< seconds of these in which steps waited for their batch
};

/// What the surroundings see and say; not part of what is trained.
template <class Real>
struct TrainHooks {
  std::ostream* log = &std::cerr;            ///< nullptr: silent
  ProgressStyle style = ProgressStyle::automatic;  ///< of what is said to `log`
  const std::atomic<bool>* stop = nullptr;   ///< raised (StopSignal): fit() returns after the current step
  std::function<void(TrainState<Real>&)> after_epoch;  ///< model and state are ready to be saved
  std::size_t ahead = 0;  ///< batches that a thread of their own makes ahead; 0: each when it is wanted, on all threads
};

template <class Model, class Loss = ClassifierLoss<typename Model::Scalar>>
class Trainer {
 public:
  using Real = typename Model::Scalar;  ///< The model's numbers.

  /// Model and loss stay as they are until fit(); the model must outlive the trainer.
  Trainer(Model& model, const TrainOptions& options) : Trainer(model, options, Loss(options.loss)) {}
  Trainer(Model& model, const TrainOptions& options, Loss loss)
      : model_(model), options_(options), loss_(std::move(loss)) {
    check_options(options);
    state.optimiser = Optimiser<Real>(options.optimiser);
  }

  TrainState<Real> state;   ///< to resume: load it, and the model's weights, before fit()
  TrainHooks<Real> hooks;   ///< may be changed between calls of fit()
  const TrainOptions& options() const { return options_; }  ///< As given.

  /// Trains until the epochs are done, time is up, or the stop flag is raised; continues where `state` is.
  template <class Source>
  TrainReport fit(const Source& train) {
    return run<Source, NoValidation>(train, nullptr);
  }
  /// The same, with validation after each epoch.
  template <class Source, SampleSource Validation>
  TrainReport fit(const Source& train, const Validation& validation) {
    return run<Source, Validation>(train, &validation);
  }

 private:
  struct NoValidation {};
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  bool stopped() const { return hooks.stop && hooks.stop->load(); }

  template <class Source, class Validation>
  TrainReport run(const Source& train, const Validation* validation) {
    const Index batches = begin(train.size());
    if constexpr (SampleSource<Validation>)
      check(validation->size() > 0, "Trainer::fit: the validation source is empty");
    const Schedule schedule(options_.schedule, batches, options_.epochs);
    Progress progress(hooks.log, hooks.style);
    const Clock::time_point start = Clock::now();
    const Index first_step = state.step;
    const auto seconds_left = [&] {
      const Index done = state.step - first_step, left = options_.epochs * batches - state.step;
      return done == 0 ? 0 : since(start) / static_cast<double>(done) * static_cast<double>(left);
    };
    BatchStream<Real, Source> stream(train, {state.seed, state.samples, options_.batch_size, options_.epochs},
                                     state.epoch, state.batch, hooks.ahead);
    const auto report = [&](StopReason why) {
      return TrainReport{why, state.epoch, state.step, since(start), stream.waited()};
    };
    const auto interrupted = [&] {
      progress.note("stopped on request after step " + std::to_string(state.step));
      return report(StopReason::interrupted);
    };
    const auto time_is_up = [&] { return options_.time_limit > 0 && since(start) >= options_.time_limit; };

    bool out_of_time = false;
    while (state.epoch < options_.epochs && !out_of_time) {
      while (state.batch < batches) {
        if (stopped()) return interrupted();
        const Clock::time_point step_start = Clock::now();
        step(stream, schedule.rate(state.step));
        state.seconds += since(step_start);
        progress.step({state.epoch, options_.epochs, state.batch, batches, mean_loss(), mean_accuracy(),
                       schedule.rate(state.step - 1), seconds_left()});
      }
      EpochRecord record;
      record.epoch = state.epoch, record.loss = mean_loss(), record.accuracy = mean_accuracy();
      record.rate = schedule.rate(state.step - 1);
      bool best = false;
      const bool last = state.epoch + 1 == options_.epochs || time_is_up();
      if constexpr (SampleSource<Validation>)
        if (last || (state.epoch + 1) % options_.validate_every == 0) {
          const Clock::time_point validation_start = Clock::now();
          const auto result = evaluate(std::as_const(model_), *validation, {options_.batch_size, hooks.stop});
          if (!result.complete) return interrupted();  // resumed training validates this epoch again
          best = rank(result, record);
          state.seconds += since(validation_start);
        }
      record.seconds = state.seconds;
      state.history.push_back(record);
      ++state.epoch;
      state.batch = 0, state.loss_sum = 0, state.correct = 0, state.seen = 0, state.seconds = 0;
      progress.epoch(record, options_.epochs, best, seconds_left());
      if (hooks.after_epoch) hooks.after_epoch(state);
      out_of_time = time_is_up();
    }
    if (options_.keep_best && state.has_kept) swap_best();
    return report(out_of_time && state.epoch < options_.epochs ? StopReason::time_limit : StopReason::finished);
  }

  /// Refuses what cannot be trained or resumed; batches of an epoch.
  Index begin(Index samples) {
    check(samples > 0, "Trainer::fit: the training source is empty");
    if (state.step == 0 && state.samples == 0)
      state.seed = options_.seed, state.samples = samples, state.batch_size = options_.batch_size;
    check(state.seed == options_.seed && state.samples == samples && state.batch_size == options_.batch_size,
          "Trainer::fit: training began with seed ", state.seed, ", ", state.samples, " samples and batches of ",
          state.batch_size, ", and cannot go on with seed ", options_.seed, ", ", samples, " samples and batches of ",
          options_.batch_size);
    if (state.model_is_best) swap_best();
    state.optimiser.plan(model_);
    return batch_count(samples, options_.batch_size);
  }

  template <class Source>
  void step(BatchStream<Real, Source>& stream, double rate) {
    const auto epoch = static_cast<std::uint64_t>(state.epoch);
    try {
      check(stream.next(batch_), "no batch is left");
      const Index n = batch_.size();
      model_.forward(batch_, pass_, Mode::training,
                     Random({state.seed, epoch, static_cast<std::uint64_t>(state.batch)}));
      const CView<Real, 2> logits = pass_.logits;
      check_shape("logits", logits.shape(), {n, any_size});
      check_labels("labels", batch_.labels, logits.size(1));
      const LossValue value = loss_(batch_, pass_);
      if (!std::isfinite(value.total)) {
        check_finite("the loss is not finite; logits", logits);
        fail("the loss is ", value.total);
      }
      zero_grad(model_);
      model_.backward(batch_, pass_);
      clip_gradients(model_, options_.clip_norm);  // throws before the weights change
      state.optimiser.step(model_, rate);
      model_.update_running(pass_);
      state.loss_sum += value.total * static_cast<double>(n);
      for (Index i = 0; i < n; ++i)
        state.correct += argmax<Real>(logits.slice(i)) == batch_.labels[static_cast<std::size_t>(i)];
      state.seen += n, ++state.batch, ++state.step;
    } catch (const Error& error) {
      fail("Trainer::fit, step ", state.step + 1, " (epoch ", state.epoch + 1, ", batch ", state.batch + 1, "): ",
           error.what(), "; the weights are those before this step");
    }
  }

  double mean_loss() const { return state.seen == 0 ? 0 : state.loss_sum / static_cast<double>(state.seen); }
  double mean_accuracy() const {
    return state.seen == 0 ? 0 : static_cast<double>(state.correct) / static_cast<double>(state.seen);
  }

  /// Writes the validation into the record and keeps the weights if they are the best so far.
  bool rank(const Evaluation<Real>& result, EpochRecord& record) {
    record.validated = true, record.validation_loss = result.loss;
    record.validation_accuracy = result.accuracy(), record.validation_macro_f1 = result.macro_f1();
    const double score = options_.score == ValidationScore::accuracy ? result.accuracy() : result.macro_f1();
    const bool best = state.best_epoch < 0 || score > state.best_score ||
                      (score == state.best_score && result.loss < state.best_loss);
    if (!best) return false;
    state.best_epoch = state.epoch, state.best_score = score, state.best_loss = result.loss;
    state.has_kept = options_.keep_best;
    if (state.has_kept) state.kept.take(model_);
    else state.kept.clear();
    return true;
  }
  void swap_best() {
    state.kept.swap_with(model_);
    state.model_is_best = !state.model_is_best;
  }

  Model& model_;
  TrainOptions options_;
  Loss loss_;
  typename Model::Pass pass_;
  Batch<Real> batch_;
};

STAC3DL_NAMESPACE_END
