/// train/optimiser.hpp - SGD, Adam and AdamW over a model's list of parameters.  Equations: kernels/optimiser.hpp.
///
///   Optimiser<float> optimiser({.kind = OptimiserKind::adamw, .decay = 0.01});
///   zero_grad(model);  ...backward...;  optimiser.step(model, rate);
///
/// State is made on the first step (or by plan) and is a flat tensor a parameter: "conv1a.weight.momentum" with SGD,
/// "conv1a.weight.mean" and "conv1a.weight.square" with Adam and AdamW.  Parameters that say `decay == false`
/// (biases, batch norm, embeddings) get no weight decay.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/kernels/optimiser.hpp"
#include "stac3dl/nn/parameter.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Which rule turns gradients into updates.
enum class OptimiserKind { sgd, adam, adamw };

/// An optimiser as plain data.
struct OptimiserOptions {
  OptimiserKind kind = OptimiserKind::adamw;  ///< the rule
  double decay = 0.01;        ///< weight decay; AdamW's is decoupled from the gradient
  double momentum = 0.9;      ///< SGD
  bool nesterov = false;      ///< SGD
  double beta1 = 0.9;         ///< Adam, AdamW
  double beta2 = 0.999;       ///< Adam, AdamW: decay of the mean of squares
  double epsilon = 1e-8;      ///< Adam, AdamW: added to the root
  bool operator==(const OptimiserOptions&) const = default;
};

template <class Real>
class Optimiser {
 public:
  /// Error where an option is out of its range.
  explicit Optimiser(const OptimiserOptions& options = {}) : options_(options) {
    const auto share = [](const char* name, double value) {
      check(value >= 0 && value < 1, "Optimiser: ", name, " is ", value, ", want 0 or more and below 1");
    };
    share("momentum", options.momentum), share("beta1", options.beta1), share("beta2", options.beta2);
    check(options.decay >= 0, "Optimiser: decay is ", options.decay, ", want 0 or more");
    check(options.epsilon > 0, "Optimiser: epsilon is ", options.epsilon, ", want more than 0");
    check(!options.nesterov || options.kind != OptimiserKind::sgd || options.momentum > 0,
          "Optimiser: nesterov wants a momentum above 0");
  }

  const OptimiserOptions& options() const { return options_; }  ///< As given.
  /// Updates done so far; with visit_state all that a checkpoint needs.
  Index updates() const { return updates_; }
  /// Continues after so many updates: Adam's corrections depend on their number.
  void set_updates(Index updates) {
    check(updates >= 0, "Optimiser::set_updates: want 0 or more, got ", updates);
    updates_ = updates;
  }

  /// Sizes the state for the model, all zero, unless it already fits.
  template <class Model>
  void plan(Model& model) {
    if (fits(model)) return;
    check(updates_ == 0 || slots_.empty(), "Optimiser: the model's parameters changed after ", updates_, " updates");
    slots_.clear();
    model.visit_params([&](const std::string& name, auto& p) {
      Slot slot{name, Tensor<Real, 1>(), Tensor<Real, 1>()};
      if (adam() || options_.momentum > 0) slot.first = Tensor<Real, 1>({p.size()});
      if (adam()) slot.second = Tensor<Real, 1>({p.size()});
      slots_.push_back(std::move(slot));
    });
  }

  /// One update of every parameter from its gradient.
  template <class Model>
  void step(Model& model, double rate) {
    plan(model);
    ++updates_;
    std::size_t i = 0;
    model.visit_params([&](const std::string&, auto& p) {
      Slot& slot = slots_[i++];
      const double decay = p.decay ? options_.decay : 0;
      const CView<Real, 1> g = p.grad.view().flat();
      const View<Real, 1> w = p.value.view().flat();
      if (adam())
        kernels::adam_step<Real>(g, w, slot.first, slot.second,
                                 {rate, options_.beta1, options_.beta2, options_.epsilon, decay,
                                  options_.kind == OptimiserKind::adamw, updates_});
      else kernels::sgd_step<Real>(g, w, slot.first, {rate, options_.momentum, decay, options_.nesterov});
    });
  }

  /// visit(name, Tensor<Real, 1>&) for every state tensor, in the order of the parameters.  Empty before plan.
  template <class Visit>
  void visit_state(Visit&& visit) {
    for (Slot& slot : slots_) {
      if (!slot.first.empty()) visit(slot.name + (adam() ? ".mean" : ".momentum"), slot.first);
      if (!slot.second.empty()) visit(slot.name + ".square", slot.second);
    }
  }

 private:
  struct Slot {
    std::string name;
    Tensor<Real, 1> first, second;
  };

  bool adam() const { return options_.kind != OptimiserKind::sgd; }

  template <class Model>
  bool fits(Model& model) const {
    std::size_t i = 0;
    bool same = true;
    model.visit_params([&](const std::string& name, auto& p) {
      same = same && i < slots_.size() && slots_[i].name == name &&
             (slots_[i].first.empty() || slots_[i].first.size() == p.size());
      ++i;
    });
    return same && i == slots_.size();
  }

  OptimiserOptions options_;
  std::vector<Slot> slots_;
  Index updates_ = 0;
};

STAC3DL_NAMESPACE_END
