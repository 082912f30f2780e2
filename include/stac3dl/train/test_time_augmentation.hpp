/// train/test_time_augmentation.hpp - a model is asked about varied copies of each example, their mean is its answer.
///
///   p(x) = 1/A sum_a softmax(model(vary_a(x)))
/// An answer should not depend on what training varied: which way round a sensor is worn, where on the mat a person
/// lies.  It does a little, and the mean over A copies less.  It costs A times as much.
#pragma once

#include "stac3dl/train/evaluate.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Samples as training sees them in one epoch, for evaluation.
template <TrainingSource Source>
class VariedSource {
 public:
  /// `source` must outlive this.
  VariedSource(const Source& source, std::uint64_t epoch) : source_(&source), epoch_(epoch) {}

  Index size() const { return source_->size(); }                       ///< Samples.
  Sample sample(Index i) const { return source_->sample(i, epoch_); }  ///< As in training.

 private:
  const Source* source_;
  std::uint64_t epoch_;
};

/// As `evaluate`, but each answer is the mean over `copies` variations of the sample, those of epochs 0 to copies - 1.
/// A source that was made with test_time(augment) varies only what does not change the question.  Error where
/// copies < 1.  Stopped early, it holds nothing.
template <class Model, TrainingSource Source>
Evaluation<typename Model::Scalar> evaluate_varied(Model& model, const Source& source, Index copies,
                                                   const EvaluateOptions& options = {}) {
  using Real = typename Model::Scalar;
  check(copies >= 1, "evaluate_varied: copies is ", copies, ", want 1 or more");
  Evaluation<Real> result;
  for (Index a = 0; a < copies; ++a) {
    Evaluation<Real> one = evaluate(model, VariedSource<Source>(source, static_cast<std::uint64_t>(a)), options);
    if (!one.complete) {  // a mean of fewer copies would be another measure
      Evaluation<Real> none;
      none.complete = false;
      return none;
    }
    if (a == 0) result = std::move(one);
    else result.probabilities.array() += one.probabilities.array();
  }
  result.probabilities.array() /= static_cast<Real>(copies);
  detail::score(result);
  return result;
}

STAC3DL_NAMESPACE_END
