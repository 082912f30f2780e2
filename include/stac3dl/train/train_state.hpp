/// train/train_state.hpp - everything that training holds beside the model: save both, load both, and training goes on
/// to the same bits as if it had never stopped.
///
/// Random numbers need no state: they are functions of (seed, epoch, batch).
#pragma once

#include <string>
#include <vector>

#include "stac3dl/train/optimiser.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One finished epoch.
struct EpochRecord {
  Index epoch = 0;            ///< counted from 0
  double loss = 0;            ///< mean over the epoch's samples, in training mode
  double accuracy = 0;        ///< likewise
  double rate = 0;            ///< of the last step
  bool validated = false;     ///< the rest is 0 without
  double validation_loss = 0, validation_accuracy = 0, validation_macro_f1 = 0;  ///< losses in nats, shares in [0, 1]
  double seconds = 0;                                                            ///< that the epoch took

  /// visit(name, number&) for every field, in the order of files.
  template <class Visit>
  void visit(Visit&& visit) {
    visit("epoch", epoch), visit("loss", loss), visit("accuracy", accuracy), visit("rate", rate);
    visit("validated", validated), visit("validation_loss", validation_loss);
    visit("validation_accuracy", validation_accuracy), visit("validation_macro_f1", validation_macro_f1);
    visit("seconds", seconds);
  }
};

/// Copies of a model's parameters and buffers, flat, in the order of its lists.
template <class Real>
class WeightCopy {
 public:
  bool empty() const { return tensors_.empty(); }  ///< True before take() or plan().
  void clear() { tensors_.clear(); }               ///< Forgets the copies.

  /// Copies the model's parameters and buffers.
  template <class Model>
  void take(Model& model) {
    plan(model);
    walk(model, [](Tensor<Real, 1>& kept, View<Real, 1> value) {
      std::copy(value.begin(), value.end(), kept.begin());
    });
  }
  /// Changes places with the model's.  Error where sizes differ.
  template <class Model>
  void swap_with(Model& model) {
    walk(model, [](Tensor<Real, 1>& kept, View<Real, 1> value) {
      std::swap_ranges(value.begin(), value.end(), kept.begin());
    });
  }
  /// Gives the copies the model's sizes without filling them: before a file is read into them.
  template <class Model>
  void plan(Model& model) {
    tensors_.clear();
    each(model, [&](const std::string& name, View<Real, 1> value) {
      tensors_.push_back({name, Tensor<Real, 1>(value.shape())});
    });
  }
  /// visit(name, Tensor&) for every copy.
  template <class Visit>
  void visit_tensors(Visit&& visit) {
    for (Named& t : tensors_) visit(t.name, t.value);
  }

 private:
  struct Named {
    std::string name;
    Tensor<Real, 1> value;
  };

  template <class Model, class Body>
  static void each(Model& model, Body&& body) {
    model.visit_params([&](const std::string& name, auto& p) { body(name, p.value.view().flat()); });
    model.visit_buffers([&](const std::string& name, auto& buffer) { body(name, buffer.view().flat()); });
  }
  template <class Model, class Body>
  void walk(Model& model, Body&& body) {
    std::size_t i = 0;
    each(model, [&](const std::string& name, View<Real, 1> value) {
      check(i < tensors_.size() && tensors_[i].name == name && tensors_[i].value.size() == value.size(),
            "WeightCopy: ", name, " is not what was kept");
      body(tensors_[i++].value, value);
    });
    check(i == tensors_.size(), "WeightCopy: kept ", tensors_.size(), " tensors, the model has ", i);
  }

  std::vector<Named> tensors_;
};

template <class Real>
struct TrainState {
  // Where training is.
  Index epoch = 0;                ///< epochs finished
  Index step = 0;                 ///< updates done
  Index batch = 0;                ///< batches done of the current epoch
  double loss_sum = 0;            ///< over the current epoch's samples so far
  Index correct = 0, seen = 0;    ///< samples of the current epoch so far
  double seconds = 0;             ///< spent on the current epoch so far

  // What it must be continued with, set by the first step.
  std::uint64_t seed = 0;             ///< of all randomness in training
  Index samples = 0, batch_size = 0;  ///< of the source and of a batch

  // The best weights so far by validation.  When training ends they are swapped with the model's, so that the model
  // is the best one and `kept` holds the last one, from which training would go on.
  Index best_epoch = -1;          ///< -1: nothing validated yet
  double best_score = 0, best_loss = 0;          ///< by validation; the score is the one that the options name
  bool has_kept = false, model_is_best = false;  ///< kept holds weights; the model's are the best ones
  WeightCopy<Real> kept;                         ///< see above

  std::vector<EpochRecord> history;  ///< one an epoch
  Optimiser<Real> optimiser;         ///< its state, and how many updates were done

  /// visit(name, number&) for all but history and tensors; optimiser.updates() equals step.
  template <class Visit>
  void visit_numbers(Visit&& visit) {
    visit("epoch", epoch), visit("step", step), visit("batch", batch), visit("loss_sum", loss_sum);
    visit("correct", correct), visit("seen", seen), visit("seconds", seconds), visit("seed", seed);
    visit("samples", samples), visit("batch_size", batch_size), visit("best_epoch", best_epoch);
    visit("best_score", best_score), visit("best_loss", best_loss);
    visit("has_kept", has_kept), visit("model_is_best", model_is_best);
  }
  /// visit(name, Tensor<Real, 1>&): "optimiser.conv1a.weight.momentum", "kept.conv1a.weight".
  template <class Visit>
  void visit_tensors(Visit&& visit) {
    optimiser.visit_state(scoped("optimiser.", visit));
    kept.visit_tensors(scoped("kept.", visit));
  }
  /// To load: make the state with the optimiser's options, read the numbers, call this, then read the tensors.
  template <class Model>
  void plan(Model& model) {
    optimiser.set_updates(0);
    optimiser.plan(model);
    optimiser.set_updates(step);
    if (has_kept) kept.plan(model);
    else kept.clear();
  }
};

STAC3DL_NAMESPACE_END
