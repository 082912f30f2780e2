/// model/prepared.hpp - a model made ready for inference, apart from the one in training.
///
/// prepare() copies the weights and folds batch normalisation into the convolutions; training that goes on with the
/// original never meets stale weights.  Large convolutions keep transformed weights, up to eight times the plain ones.  The copy holds its own activations, so that calls at a shape seen before
/// allocate nothing; one thread uses it at a time.
#pragma once

#include "stac3dl/model/sta_c3dl.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A copy for inference: batch normalisation folded, nothing kept for backward.
template <std::floating_point Real = float>
class PreparedModel {
 public:
  using Scalar = Real;
  /// Outputs and activations of a call; they are overwritten by the next one.
  using Outputs = typename StaC3d<Real>::Pass;

  explicit PreparedModel(const StaC3d<Real>& model) : model_(model) {
    model_.fold();
    model_.visit_params([](const std::string&, auto& p) { p.grad = {}; });
    pass_.weights_stay = true;
  }

  const ModelConfig& config() const { return model_.config(); }  ///< The model's configuration.
  const ModelPlan& plan() const { return model_.plan(); }

  /// logits, probabilities, alpha, beta, valid and keypoints of the batch; they live until the next call.
  const Outputs& operator()(const Batch<Real>& batch) {
    model_.infer(batch, pass_);
    return pass_;
  }
  /// The same, carrying the LSTM's state from call to call: `state` is the start, and then the last.
  const Outputs& operator()(const Batch<Real>& batch, LstmState<Real>& state) {
    pass_.start = state.h.empty() ? nullptr : &state;
    pass_.last = &state;
    model_.infer(batch, pass_);
    pass_.start = nullptr, pass_.last = nullptr;
    return pass_;
  }

 private:
  StaC3d<Real> model_;
  Outputs pass_;
};

/// The copy; see PreparedModel.
template <std::floating_point Real>
PreparedModel<Real> prepare(const StaC3d<Real>& model) {
  return PreparedModel<Real>(model);
}

STAC3DL_NAMESPACE_END
