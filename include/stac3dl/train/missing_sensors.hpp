/// train/missing_sensors.hpp - what each sensor is worth to a trained model: evaluation with each one off in turn.
#pragma once

#include "stac3dl/data/missing.hpp"
#include "stac3dl/train/evaluate.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Scores with one modality masked; `lost` is what that took from the accuracy with all of them.
struct WithoutScore {
  std::string modality;                         ///< the one that is masked
  double accuracy = 0, macro_f1 = 0, lost = 0;  ///< shares in [0, 1]
};

/// One row a modality.  A model of one modality has nothing left to look at without it: an error.
template <class Model, SampleSource Source>
std::vector<WithoutScore> evaluate_without_each(Model& model, const Source& source,
                                                const std::vector<std::string>& modalities, double accuracy_with_all,
                                                const EvaluateOptions& options = {}) {
  check(modalities.size() >= 2, "evaluate_without_each: want 2 or more modalities, got ", modalities.size());
  std::vector<WithoutScore> scores;
  for (std::size_t m = 0; m < modalities.size(); ++m) {
    const auto result = evaluate(model, WithoutModality<Source>(source, m), options);
    scores.push_back({modalities[m], result.accuracy(), result.macro_f1(), accuracy_with_all - result.accuracy()});
  }
  return scores;
}

STAC3DL_NAMESPACE_END
