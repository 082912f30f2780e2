// What the programs on generated exercises put into a report: recordings with the names of their joints and sensors.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

namespace exercise_report {

using namespace stac3dl;

inline Bones bones() {
  Bones pairs;
  for (const auto& [a, b] : exercises::bones) pairs.emplace_back(a, b);
  return pairs;
}

/// Recording i of `clips`, which the model reads as `prepared`: attention, answers, gates, key points, Grad-CAM.
inline RecordingView look(const StaC3d<float>& model, const Sample& prepared, const GeneratedExercises& clips, Index i,
                          const std::string& name) {
  ExerciseOptions options = clips.options();
  options.keypoints = !model.config().keypoints.modality.empty();  // drawn beside those that are predicted
  const ExerciseRecording recording(options, clips.seed(), clips.subject(i), clips.recording(i), clips.label(i));
  LookOptions look{.name = name, .classes = GeneratedExercises::class_names()};
  look.note = "Person " + std::to_string(clips.subject(i)) + ", recording " + std::to_string(clips.recording(i)) +
              " of the generated exercises.";
  look.seconds = static_cast<double>(options.frames) / options.fps;
  look.names = {{"skeleton", {exercises::joint_names.begin(), exercises::joint_names.end()}, "", bones()},
                {"heart_rate", {"heart rate"}, "beats a minute"},
                {"respiration", {"respiration"}}};
  look.keypoint_bones = bones();
  try {
    const auto stages = movement_stages(recording).frames();
    look.stages = {stages.begin(), stages.end()};
    look.stage_names = {"at rest", "on the way", "far end", "on the way back"};
  } catch (const Error&) {  // no whole repetition in this recording: four moments, evenly
  }
  RecordingView view = look_at(model, prepared, recording.sample(), look);
  view.cams = grad_cams(model, prepared, view.answer);
  return view;
}

/// The wrong answer that the model was surest of, or -1.
inline Index surest_mistake(const Evaluation<float>& result) {
  Index at = -1;
  float most = 0;
  for (std::size_t i = 0; i < result.labels.size(); ++i) {
    const auto row = result.probabilities.slice(static_cast<Index>(i));
    const Index answer = argmax<float>(row);
    if (answer != result.labels[i] && row[answer] > most) most = row[answer], at = static_cast<Index>(i);
  }
  return at;
}

/// Training and evaluation of a model on generated exercises, a squat (recording `squat`), and the surest mistake.
inline Report report(const std::string& title, const StaC3d<float>& model, const std::vector<EpochRecord>& history,
                     const ExerciseSource& test, const Evaluation<float>& result, Index squat = 0) {
  Report r;
  r.title = title;
  r.facts = {
      {"Model", std::to_string(model.plan().parameters) + " parameters, L = " + std::to_string(model.plan().steps) +
                    " steps, P = " + std::to_string(model.plan().positions) + " positions"},
      {"Tested on", std::to_string(test.size()) + " recordings of people it has never seen"},
      {"Accuracy", percent_text(result.accuracy(), 1)},
      {"Macro F1", percent_text(result.macro_f1(), 1)}};
  r.curves = learning_curves(history);
  r.scores.push_back(scores_of("recordings of unseen people", GeneratedExercises::class_names(), result.confusion));
  Batch<float> one;
  collate<float>({test.sample(0)}, one);
  r.efficiency = measure_efficiency(model, one);
  const auto add = [&](const std::string& name, Index i) {
    r.recordings.push_back(look(model, test.sample(i), test.clips(), i, name));
  };
  add("A squat", squat);
  if (const Index wrong = surest_mistake(result); wrong >= 0 && wrong != squat) add("The surest mistake", wrong);
  return r;
}

}  // namespace exercise_report
