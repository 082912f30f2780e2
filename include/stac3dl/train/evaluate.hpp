/// train/evaluate.hpp - a model's answers to a whole source of examples, in order, and how good they are.
#pragma once

#include <atomic>
#include <cmath>
#include <limits>

#include "stac3dl/model/mode.hpp"
#include "stac3dl/train/batches.hpp"
#include "stac3dl/train/metrics.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How a source is gone through.
struct EvaluateOptions {
  Index batch_size = 32;                    ///< examples at a time
  const std::atomic<bool>* stop = nullptr;  ///< raised: stop after the current batch, `complete` is then false
};

/// What a model answered to a whole source.
template <class Real>
struct Evaluation {
  Tensor<Real, 2> probabilities;  ///< (samples, K)
  std::vector<Index> labels;      ///< (samples): the truth
  ConfusionMatrix confusion;      ///< accuracy, precision, recall, F1
  double loss = 0;                ///< mean of -log(probability of the true class)
  bool complete = true;           ///< false where `stop` ended it early

  double accuracy() const { return confusion.accuracy(); }  ///< Share of right answers, in [0, 1].
  double macro_f1() const { return confusion.macro_f1(); }  ///< Mean F1 of the classes that occur, in [0, 1].
};

namespace detail {
/// One way to ask a prepared model, or one in training; gives what has .probabilities.
template <class Model>
struct Asked {
  Model& model;
  template <class Real>
  const auto& operator()(const Batch<Real>& batch) {
    return model(batch);
  }
};
template <class Model>
  requires requires { typename Model::Pass; }
struct Asked<Model> {
  Model& model;
  typename Model::Pass pass{};
  template <class Real>
  const auto& operator()(const Batch<Real>& batch) {
    if constexpr (requires { model.infer(batch, pass); }) model.infer(batch, pass);  // keeps nothing for backward
    else model.forward(batch, pass, Mode::inference, Random(0));
    return pass;
  }
};

/// What follows from the answers to those samples that have a label already.
template <class Real>
void score(Evaluation<Real>& result) {
  const Index asked = static_cast<Index>(result.labels.size());
  if (asked == 0) return;
  const CView<Real, 2> answers = result.probabilities.view().range(0, asked);
  result.confusion = confusion<Real>(answers, result.labels);
  result.loss = 0;
  for (Index i = 0; i < asked; ++i) {
    const double p = static_cast<double>(answers(i, result.labels[static_cast<std::size_t>(i)]));
    result.loss -= std::log(std::max(p, std::numeric_limits<double>::min()));
  }
  result.loss /= static_cast<double>(asked);
}
}  // namespace detail

/// Runs a model, in training or prepared, on every sample in inference mode.  observe(batch, pass) is called after each
/// batch, for measures that need more than probabilities (key points, attention).
template <class Model, SampleSource Source, class Observe>
Evaluation<typename Model::Scalar> evaluate(Model& model, const Source& source, const EvaluateOptions& options,
                                            Observe&& observe) {
  using Real = typename Model::Scalar;
  const Index total = source.size();
  check(total > 0, "evaluate: no samples");
  check(options.batch_size > 0, "evaluate: batch_size is ", options.batch_size, ", want 1 or more");
  detail::Asked<Model> ask{model};
  Batch<Real> batch;
  std::vector<Sample> samples;
  Evaluation<Real> result;
  for (Index first = 0; first < total; first += options.batch_size) {
    if (options.stop && options.stop->load()) {
      result.complete = false;
      break;
    }
    const Index n = std::min(options.batch_size, total - first);
    load_batch(n, [&](Index i) { return source.sample(first + i); }, samples, batch);
    const auto& pass = ask(batch);
    const CView<Real, 2> answers = pass.probabilities;
    const Index classes = answers.size(1);
    check_shape("evaluate: probabilities", answers.shape(), {n, classes});
    check_labels("evaluate", batch.labels, classes);
    if (first == 0) result.probabilities = Tensor<Real, 2>({total, classes});
    std::copy(answers.begin(), answers.end(), result.probabilities.view().range(first, n).begin());
    result.labels.insert(result.labels.end(), batch.labels.begin(), batch.labels.end());
    observe(batch, pass);
  }
  detail::score(result);
  return result;
}

/// The same without a look at each batch.
template <class Model, SampleSource Source>
Evaluation<typename Model::Scalar> evaluate(Model& model, const Source& source, const EvaluateOptions& options = {}) {
  return evaluate(model, source, options, [](const auto&, const auto&) {});
}

STAC3DL_NAMESPACE_END
