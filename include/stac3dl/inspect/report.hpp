/// inspect/report.hpp - the content of a report as plain data; io/report.hpp writes it as HTML, SVG and PNG.
///
///   Report report;
///   report.title = "Exercises";
///   report.curves = learning_curves(trainer.state.history);                        // train/report_parts.hpp
///   report.scores.push_back(scores_of("clips of unseen people", names, result.confusion));
///   report.efficiency = measure_efficiency(model, batch);                           // inspect/efficiency.hpp
///   report.recordings.push_back(look_at(model, sample, shown, options));            // inspect/look_at.hpp
///   write_report("report.html", report, Replace::no);
/// Every part may be empty and is then left out.
#pragma once

#include "stac3dl/inspect/recording_view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One epoch of a training; losses are means a sample, accuracies shares in [0, 1].
struct CurvePoint {
  Index epoch = 0;  ///< counted from 0
  double loss = 0, accuracy = 0;  ///< of training
  bool validated = false;  ///< the rest is 0 without
  double validation_loss = 0, validation_accuracy = 0;  ///< of validation
};

/// Answers to a whole set.
struct ReportScores {
  std::string of;  ///< "clips of unseen people"
  std::vector<std::string> classes;  ///< names
  Tensor<std::int64_t, 2> counts;  ///< (K, K): true class, answer
};

/// What a model costs: "time a recording", "ms", 3.1, "median of 15 runs".
struct EfficiencyRow {
  std::string name, unit;  ///< "time a recording", "ms"
  double value = 0;  ///< in that unit
  std::string note;  ///< how it was measured
};

/// A line of the summary on top: "recordings", "480 of 20 people".
struct ReportFact {
  std::string name, value;  ///< for people
};

struct Report {
  std::string title = "Report";  ///< on top of the page
  std::vector<ReportFact> facts;  ///< the summary on top
  std::vector<CurvePoint> curves;  ///< one an epoch
  std::vector<ReportScores> scores;  ///< one a set
  std::vector<EfficiencyRow> efficiency;  ///< what the model costs
  std::vector<RecordingView> recordings;  ///< a page each
};

STAC3DL_NAMESPACE_END
