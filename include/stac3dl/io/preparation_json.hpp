/// io/preparation_json.hpp - what was done to recordings before they became input, as the JSON object of a model file.
///
///   {"inputs": [{"name": "rgb", "mean": [0.4, 0.4, 0.4], "scale": [0.2, 0.2, 0.2], "motion_gain": 4}, ...]}
/// Training writes it, and whoever loads the model applies it with prepare_sample: x <- (x - mean) / scale, then
/// x <- mu + motion_gain (x - mu) with mu the mean over the window.
///
/// Inputs that are cut from recordings also say how, in these keys of theirs:
///   "steps": [{"step": "fill_no_return", ...}, ...]  done to the stream, in this order (io/pipeline_json.hpp)
///   "seconds": 5, "frames": 16, "max_gap": 3         the window and its bins (data/windows.hpp)
///   "crop": [112, 112]                               rows and columns of larger frames, from their middle
/// (older files have "cleaned": ["fill_no_return", "square_root"] in place of steps)
/// so that a new recording becomes input by
///   prepare_recording(preparation, recording);
///   Sample sample = make_sample(recording, window_options(preparation), window_statistics(preparation), start);
#pragma once

#include <string>
#include <vector>

#include "stac3dl/data/windows.hpp"
#include "stac3dl/io/pipeline_json.hpp"
#include "stac3dl/model/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Constants of one modality.
struct InputPreparation {
  std::string name;               ///< of the modality
  ModalityStatistics statistics;  ///< of the training people
  double motion_gain = 1;         ///< see data/windows.hpp
  std::vector<Step> steps = {};  ///< what its stream goes through before windows are cut
  double seconds = 0;            ///< of a window; 0: samples are made whole, not cut from recordings
  Index frames = 0;              ///< bins of a window
  double max_gap = 0;            ///< a longer hole is masked; seconds
  Index height = 0, width = 0;   ///< of the part of larger frames that the model sees; 0: all of them
};

namespace detail {
/// What older files say instead of steps.
inline std::vector<Step> cleaned_steps(const std::vector<std::string>& names, const std::string& path) {
  std::vector<Step> steps;
  for (const std::string& name : names) {
    check(name == FillNoReturn::name || name == SquareRoot::name, path, ": cleaned by ", in_quotes(name), ", want ",
          FillNoReturn::name, " or ", SquareRoot::name);
    steps.push_back(name == SquareRoot::name ? Step(SquareRoot{}) : Step(FillNoReturn{}));
  }
  return steps;
}
}  // namespace detail

/// As the JSON text that a model file keeps.
inline std::string preparation_to_json(const std::vector<InputPreparation>& inputs) {
  Json list = Json::array();
  for (const InputPreparation& p : inputs) {
    list.push_back(
        {{"name", p.name}, {"mean", p.statistics.mean}, {"scale", p.statistics.scale}, {"motion_gain", p.motion_gain}});
    if (!p.steps.empty()) list.back()["steps"] = steps_to_json(p.steps, p.name);
    if (p.seconds > 0)
      list.back()["seconds"] = p.seconds, list.back()["frames"] = p.frames, list.back()["max_gap"] = p.max_gap;
    if (p.height > 0 || p.width > 0) list.back()["crop"] = {p.height, p.width};
  }
  return Json{{"inputs", list}}.dump();
}

/// Throws unless the text is such an object.
inline std::vector<InputPreparation> preparation_from_json(const std::string& text) {
  std::vector<InputPreparation> inputs;
  try {
    const Json json = parse_json(text, "preparation");
    for (const auto& p : json.at("inputs")) {
      InputPreparation input;
      input.name = p.at("name").template get<std::string>();
      input.statistics.mean = p.at("mean").template get<std::vector<float>>();
      input.statistics.scale = p.at("scale").template get<std::vector<float>>();
      input.motion_gain = p.at("motion_gain").template get<double>();
      const std::string path = "preparation: input " + in_quotes(input.name);
      if (p.contains("steps")) input.steps = steps_from_json(p.at("steps"), path + ": steps");
      if (p.contains("cleaned"))
        input.steps = detail::cleaned_steps(p.at("cleaned").template get<std::vector<std::string>>(), path);
      if (p.contains("seconds")) {
        input.seconds = p.at("seconds").template get<double>();
        input.frames = p.at("frames").template get<Index>();
        input.max_gap = p.at("max_gap").template get<double>();
      }
      if (p.contains("crop")) {
        std::array<Index, 2> crop{};
        fields_from_json(p.at("crop"), crop, path + ": crop");
        input.height = crop[0], input.width = crop[1];
      }
      inputs.push_back(std::move(input));
    }
  } catch (const Json::exception& e) {
    fail("preparation: want {\"inputs\": [{\"name\", \"mean\", \"scale\", \"motion_gain\"}, ...]}: ", e.what());
  }
  return inputs;
}

/// Applies the constants to a sample whose inputs are in the same order.
inline void prepare_sample(const std::vector<InputPreparation>& preparation, Sample& sample) {
  check(preparation.size() == sample.inputs.size(), "prepare_sample: constants of ", preparation.size(),
        " modalities for a sample of ", sample.inputs.size());
  for (std::size_t m = 0; m < preparation.size(); ++m) {
    normalise(sample.inputs[m], preparation[m].statistics);
    scale_motion(sample.inputs[m], preparation[m].motion_gain);
  }
}

/// The steps of all inputs.
inline Pipeline preparation_pipeline(const std::vector<InputPreparation>& preparation) {
  Pipeline pipeline;
  for (const InputPreparation& p : preparation)
    if (!p.steps.empty()) pipeline.streams.push_back({p.name, p.steps});
  return pipeline;
}

/// Prepares the streams that the model reads, in place, and says what it did.  Call it once.  A recording without one
/// of the streams is an error; one whose stream is absent (a sensor that was off) is none.
inline RecordingReport prepare_recording(const std::vector<InputPreparation>& preparation, Recording& recording) {
  for (const InputPreparation& p : preparation)
    check(recording.find(p.name) != nullptr, "prepare_recording: recording ", recording.id, " has no stream ",
          in_quotes(p.name));
  return prepare(preparation_pipeline(preparation), recording);
}

/// How windows are cut; `stride` is the caller's, who may look as often as they like.
inline WindowOptions window_options(const std::vector<InputPreparation>& preparation, double stride = 2.5) {
  check(!preparation.empty(), "window_options: no inputs");
  const InputPreparation& first = preparation.front();
  WindowOptions options{first.seconds, stride, first.max_gap, {}};
  for (const InputPreparation& p : preparation) {
    check(p.seconds == first.seconds && p.max_gap == first.max_gap, "preparation: input ", in_quotes(p.name),
          ": windows of ", p.seconds, " s with gaps up to ", p.max_gap, " s, but ", first.seconds, " s and ",
          first.max_gap, " s of ", in_quotes(first.name), "; all must be the same");
    options.modalities.push_back({p.name, p.frames, p.motion_gain, {}, p.height, p.width});
  }
  check_windows(options);
  return options;
}

/// The statistics alone, in the inputs' order.
inline std::vector<ModalityStatistics> window_statistics(const std::vector<InputPreparation>& preparation) {
  std::vector<ModalityStatistics> statistics;
  for (const InputPreparation& p : preparation) statistics.push_back(p.statistics);
  return statistics;
}

/// The same as window_options and window_statistics read backwards, with the steps of each modality's stream.
inline std::vector<InputPreparation> window_preparation(const WindowOptions& options,
                                                        const std::vector<ModalityStatistics>& statistics,
                                                        const Pipeline& pipeline = {}) {
  check(statistics.size() == options.modalities.size(), "window_preparation: ", options.modalities.size(),
        " modalities, statistics of ", statistics.size());
  std::vector<InputPreparation> inputs;
  for (const StreamSteps& s : pipeline.streams)
    check(std::any_of(options.modalities.begin(), options.modalities.end(),
                      [&](const ModalityOptions& m) { return m.name == s.stream; }),
          "window_preparation: the pipeline names stream ", s.stream, ", which is no modality");
  for (std::size_t m = 0; m < statistics.size(); ++m) {
    const ModalityOptions& modality = options.modalities[m];
    inputs.push_back({modality.name,
                      statistics[m],
                      modality.motion_gain,
                      {},
                      options.length,
                      modality.frames,
                      options.max_gap,
                      modality.height,
                      modality.width});
    for (const StreamSteps& s : pipeline.streams)
      if (s.stream == modality.name) inputs.back().steps = s.steps;
  }
  return inputs;
}

STAC3DL_NAMESPACE_END
