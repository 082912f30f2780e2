/// data/pipeline.hpp - a preparation as configuration: for each stream the steps that it goes through, in order.
///
///   Pipeline pipeline{{{"thigh", {CheckRange{-8, 8}, Hampel{}, EvenRate{100, RateMode::mean}, FillGaps{0.5}}}}};
///   RecordingReport report = prepare(pipeline, recording);
///   reach(pipeline);       how far it looks back and ahead: a live picture is final after reach.ahead seconds
///   check_live(pipeline);  throws where a step wants the whole recording
/// It is stored in the model file (io/pipeline_json.hpp), so that training, evaluation and live use prepare alike.
#pragma once

#include <variant>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/adjust_light.hpp"
#include "stac3dl/data/check_bones.hpp"
#include "stac3dl/data/check_range.hpp"
#include "stac3dl/data/even_rate.hpp"
#include "stac3dl/data/face_camera.hpp"
#include "stac3dl/data/fill_gaps.hpp"
#include "stac3dl/data/fill_holes.hpp"
#include "stac3dl/data/find_frozen.hpp"
#include "stac3dl/data/flying_pixels.hpp"
#include "stac3dl/data/frame_motion.hpp"
#include "stac3dl/data/hampel.hpp"
#include "stac3dl/data/median_filter.hpp"
#include "stac3dl/data/mirror.hpp"
#include "stac3dl/data/preparation_report.hpp"
#include "stac3dl/data/repeat_past.hpp"
#include "stac3dl/data/resize.hpp"
#include "stac3dl/data/whole_steps.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Any step; a new one is added here and in io/pipeline_json.hpp.
using Step = std::variant<SortByTime, CheckRange, FindFrozen, Hampel, CheckBones, EvenRate, FillGaps, MedianFilter,
                          FlyingPixels, FillHoles, RepeatPast, FillNoReturn, SquareRoot, FaceCamera, Resize, Crop,
                          AdjustLight, MirrorPicture, MirrorSkeleton, Standardise, FrameMotion>;

/// What is done to one stream.
struct StreamSteps {
  std::string stream;            ///< name of the stream
  std::vector<Step> steps = {};  ///< in the order in which they are done
};

struct Pipeline {
  std::vector<StreamSteps> streams = {};  ///< streams that are not named stay as they are
};

/// What configuration calls the step.
inline const char* step_name(const Step& step) {
  return std::visit([](const auto& s) { return s.name; }, step);
}

/// The sum of the steps' reaches.
inline Reach reach(const std::vector<Step>& steps) {
  Reach sum;
  for (const Step& step : steps) sum = sum + std::visit([](const auto& s) { return s.reach(); }, step);
  return sum;
}
/// The largest of the streams' reaches.
inline Reach reach(const Pipeline& pipeline) {
  Reach most;
  for (const StreamSteps& s : pipeline.streams) {
    const Reach here = reach(s.steps);
    most = {std::max(most.back, here.back), std::max(most.ahead, here.ahead), most.whole || here.whole};
  }
  return most;
}

/// Throws on options that make no sense, and on a stream that is named twice.
inline void check_pipeline(const Pipeline& pipeline) {
  for (std::size_t i = 0; i < pipeline.streams.size(); ++i) {
    const StreamSteps& s = pipeline.streams[i];
    for (std::size_t k = 0; k < i; ++k)
      check(pipeline.streams[k].stream != s.stream, "pipeline: stream ", s.stream, " is named twice");
    for (const Step& step : s.steps) std::visit([](const auto& one) { one.check_options(); }, step);
  }
}

/// Throws if a step wants the whole recording, which a live one never is.
inline void check_live(const Pipeline& pipeline) {
  check_pipeline(pipeline);
  for (const StreamSteps& s : pipeline.streams)
    for (const Step& step : s.steps)
      check(!reach({step}).whole, "pipeline: step ", step_name(step), " of stream ", s.stream,
            " wants the whole recording and cannot be used live",
            std::holds_alternative<SortByTime>(step) ? "; with a lateness above 0 it can" : "");
}

/// Runs the steps on a stream, in place.  An absent stream stays absent; resize and crop still give it their grid.
inline StreamReport prepare(const std::vector<Step>& steps, Stream& stream) {
  StreamReport report;
  report.stream = stream.name, report.frames_before = stream.size();
  for (const Step& step : steps) {
    StepReport done{step_name(step), std::visit([&](const auto& s) { return s.apply(stream); }, step), 0, 0};
    if (done.count.repaired > 0) done.repaired_seconds = seconds_of(stream, done.count.repaired);
    if (done.count.masked > 0) done.masked_seconds = seconds_of(stream, done.count.masked);
    report.steps.push_back(std::move(done));
  }
  tidy_masks(stream);
  report.frames_after = stream.size();
  report.seconds = stream.span().length();
  Index masked = 0;
  if (!stream.valid.empty() || !stream.places.empty())
    for (Index t = 0; t < stream.size(); ++t)
      for (Index p = 0; p < place_count(stream); ++p) masked += !counts(stream, t, p);
  report.masked_seconds = seconds_of(stream, masked);
  return report;
}

/// Prepares a recording in place, once.  Streams that the pipeline does not name stay as they are.
inline RecordingReport prepare(const Pipeline& pipeline, Recording& recording) {
  check_pipeline(pipeline);
  RecordingReport report;
  report.recording = recording.id;
  try {
    for (const StreamSteps& s : pipeline.streams) {
      Stream* stream = recording.find(s.stream);
      if (!stream || stream->absent()) report.absent.push_back(s.stream);
      if (stream) report.streams.push_back(prepare(s.steps, *stream));
    }
  } catch (const Error& error) {
    fail("recording ", recording.id, ": ", error.what());
  }
  return report;
}

/// All recordings, on all threads; the same to the bit for any number of them.
inline PreparationReport prepare(const Pipeline& pipeline, std::vector<Recording>& recordings) {
  PreparationReport report;
  report.recordings.resize(recordings.size());
  parallel_for(static_cast<Index>(recordings.size()), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    report.recordings[at] = prepare(pipeline, recordings[at]);
  });
  return report;
}

STAC3DL_NAMESPACE_END
