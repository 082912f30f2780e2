// What the programs on MEx put into a report: windows of a recording as the sensors saw them.
#pragma once

#include <string>
#include <vector>

#include "mex_model.hpp"

namespace mex_report {

using namespace stac3dl;

/// Window i before it is normalised: what a report shows.  The mat is a square root already (mex_pipeline).
inline Sample as_recorded(const WindowSource& source, Index i) {
  const WindowOptions& o = source.options();
  Sample sample;
  sample.label = source.label(i);
  for (const ModalityOptions& m : o.modalities)
    sample.inputs.push_back(
        cut_window(source.recording(i).stream(m.name), m.frames, source.start(i), o.length, o.max_gap));
  return sample;
}

/// Window i, and the answers to all windows of its recording.
inline RecordingView look(const StaC3d<float>& model, const WindowSource& source, const Evaluation<float>& result,
                          Index i, const std::string& name) {
  LookOptions look{.name = name, .classes = mex_classes(), .seconds = source.options().length};
  look.names = {{"thigh", {"x", "y", "z"}, "g"}, {"wrist", {"x", "y", "z"}, "g"}};
  std::vector<Index> windows;
  for (Index w = 0; w < source.size(); ++w)
    if (source.recording_index(w) == source.recording_index(i)) windows.push_back(w);
  const double begin = source.start(windows.front());
  look.note = "Recording " + source.recording_id(i) + ", the window of " + number_text(source.options().length) +
              " s from " + fixed_text(source.start(i) - begin, 1) + " s on.";
  RecordingView view = look_at(model, source.sample(i), as_recorded(source, i), look);
  view.cams = grad_cams(model, source.sample(i), view.answer);
  view.window_probabilities = Tensor<float, 2>({static_cast<Index>(windows.size()), model.config().classes});
  for (std::size_t w = 0; w < windows.size(); ++w) {
    view.window_times.push_back(source.start(windows[w]) - begin);
    const auto row = result.probabilities.slice(windows[w]);
    std::copy(row.begin(), row.end(), view.window_probabilities.slice(static_cast<Index>(w)).begin());
  }
  return view;
}

/// Training, evaluation of windows and recordings, the middle of the first recording, and the surest mistake.
inline Report report(const StaC3d<float>& model, const std::vector<EpochRecord>& history, const WindowSource& source,
                     const Evaluation<float>& result, const RecordingAnswers& whole) {
  Report r;
  r.title = "Physiotherapy exercises, four sensors";
  const ConfusionMatrix recordings = confusion<double>(whole.probabilities, whole.labels);
  r.facts = {
      {"Model", std::to_string(model.plan().parameters) + " parameters, L = " + std::to_string(model.plan().steps) +
                    " steps, P = " + std::to_string(model.plan().positions) + " positions"},
      {"Tested on", std::to_string(source.size()) + " windows of " + std::to_string(whole.labels.size()) +
                        " recordings of people it has never seen"},
      {"Windows right", percent_text(result.accuracy(), 1)},
      {"Recordings right", percent_text(recordings.accuracy(), 1)}};
  r.curves = learning_curves(history);
  r.scores.push_back(scores_of("windows of unseen people", mex_classes(), result.confusion));
  r.scores.push_back(scores_of("recordings of unseen people", mex_classes(), recordings));
  Batch<float> one;
  collate<float>({source.sample(0)}, one);
  r.efficiency = measure_efficiency(model, one);
  Index middle = 0, wrong = -1;
  while (middle + 1 < source.size() && source.recording_index(middle + 1) == source.recording_index(0)) ++middle;
  float most = 0;
  for (Index i = 0; i < source.size(); ++i) {
    const auto row = result.probabilities.slice(i);
    const Index answer = argmax<float>(row);
    if (answer != source.label(i) && row[answer] > most) most = row[answer], wrong = i;
  }
  r.recordings.push_back(look(model, source, result, middle / 2, "A recording"));
  if (wrong >= 0) r.recordings.push_back(look(model, source, result, wrong, "The surest mistake"));
  return r;
}

}  // namespace mex_report
