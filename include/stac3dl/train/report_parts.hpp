/// train/report_parts.hpp - what training and evaluation put into a report (inspect/report.hpp).
#pragma once

#include "stac3dl/inspect/report.hpp"
#include "stac3dl/train/metrics.hpp"
#include "stac3dl/train/train_state.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One point an epoch, as reports draw them.
inline std::vector<CurvePoint> learning_curves(const std::vector<EpochRecord>& history) {
  std::vector<CurvePoint> curves;
  for (const EpochRecord& r : history)
    curves.push_back({r.epoch, r.loss, r.accuracy, r.validated, r.validation_loss, r.validation_accuracy});
  return curves;
}

/// `of` says what was counted: "clips of unseen people".  Without names classes are numbered.
inline ReportScores scores_of(const std::string& of, const std::vector<std::string>& classes,
                              const ConfusionMatrix& confusion) {
  const Index K = confusion.classes();
  check(classes.empty() || static_cast<Index>(classes.size()) == K, "scores_of: ", classes.size(), " names for ", K,
        " classes");
  ReportScores scores{of, classes, Tensor<std::int64_t, 2>({K, K})};
  for (Index t = 0; t < K; ++t) {
    if (classes.empty()) scores.classes.push_back("class " + std::to_string(t));
    for (Index p = 0; p < K; ++p) scores.counts(t, p) = confusion.count(t, p);
  }
  return scores;
}

STAC3DL_NAMESPACE_END
