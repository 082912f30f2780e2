/// io/pipeline_json.hpp - a preparation as JSON, for model files and configuration; rules as in io/json_fields.hpp.
///
///   [{"stream": "thigh", "steps": [{"step": "hampel", "version": 1, "seconds": 0.25, "threshold": 5.0, "least": 0.0},
///                                  {"step": "fill_gaps", "version": 1, "longest": 0.5}]}, ...]
/// A step of another version than this library's is refused: it would prepare in another way than in training.
#pragma once

#include "stac3dl/data/pipeline.hpp"
#include "stac3dl/io/json_fields.hpp"

STAC3DL_NAMESPACE_BEGIN

inline std::span<const char* const> enum_names(RateMode) {
  static constexpr const char* names[] = {"nearest", "blend", "mean"};
  return names;
}
inline std::span<const char* const> enum_names(Mirror) {
  static constexpr const char* names[] = {"none", "rows", "columns"};
  return names;
}

// clang-format off
template <class Visit> void visit_fields(SortByTime& s, Visit&& visit) { visit("lateness", s.lateness); }
template <class Visit> void visit_fields(CheckRange& s, Visit&& visit) { visit("low", s.low), visit("high", s.high); }
template <class Visit> void visit_fields(FindFrozen& s, Visit&& visit) { visit("seconds", s.seconds); }
template <class Visit> void visit_fields(Hampel& s, Visit&& visit) {
  visit("seconds", s.seconds), visit("threshold", s.threshold), visit("least", s.least);
}
template <class Visit> void visit_fields(CheckBones& s, Visit&& visit) {
  visit("parents", s.parents), visit("tolerance", s.tolerance), visit("seconds", s.seconds);
}
template <class Visit> void visit_fields(EvenRate& s, Visit&& visit) {
  visit("rate", s.rate), visit("mode", s.mode), visit("max_gap", s.max_gap);
}
template <class Visit> void visit_fields(FillGaps& s, Visit&& visit) { visit("longest", s.longest); }
template <class Visit> void visit_fields(MedianFilter& s, Visit&& visit) {
  visit("radius", s.radius), visit("seconds", s.seconds);
}
template <class Visit> void visit_fields(FlyingPixels& s, Visit&& visit) { visit("jump", s.jump); }
template <class Visit> void visit_fields(FillHoles& s, Visit&& visit) {
  visit("seconds", s.seconds), visit("rings", s.rings);
}
template <class Visit> void visit_fields(RepeatPast& s, Visit&& visit) {
  visit("context", s.context), visit("past", s.past), visit("longest", s.longest);
}
template <class Visit> void visit_fields(FillNoReturn& s, Visit&& visit) { visit("none", s.none); }
template <class Visit> void visit_fields(SquareRoot&, Visit&&) {}
template <class Visit> void visit_fields(FaceCamera& s, Visit&& visit) {
  visit("root", s.root), visit("neck", s.neck), visit("left", s.left), visit("right", s.right);
  visit("up", s.up), visit("seconds", s.seconds);
}
template <class Visit> void visit_fields(Resize& s, Visit&& visit) {
  visit("height", s.height), visit("width", s.width);
}
template <class Visit> void visit_fields(Crop& s, Visit&& visit) {
  visit("height", s.height), visit("width", s.width), visit("top", s.top), visit("left", s.left);
}
template <class Visit> void visit_fields(AdjustLight& s, Visit&& visit) {
  visit("brightness", s.brightness), visit("contrast", s.contrast), visit("seconds", s.seconds);
}
template <class Visit> void visit_fields(MirrorPicture& s, Visit&& visit) { visit("axis", s.axis); }
template <class Visit> void visit_fields(MirrorSkeleton& s, Visit&& visit) {
  visit("pairs", s.pairs), visit("axis", s.axis);
}
template <class Visit> void visit_fields(Standardise& s, Visit&& visit) {
  visit("mean", s.mean), visit("scale", s.scale);
}
template <class Visit> void visit_fields(FrameMotion& s, Visit&& visit) { visit("max_gap", s.max_gap); }
// clang-format on

namespace detail {
template <class S>
std::size_t listed_fields() {
  S step;
  std::size_t count = 0;
  visit_fields(step, [&](const char*, const auto&) { ++count; });
  return count;
}
}  // namespace detail

/// Every step of the variant lists as many fields above as it has; a test calls it.
template <std::size_t... I>
bool steps_list_all_fields(std::index_sequence<I...>) {
  return ((detail::listed_fields<std::variant_alternative_t<I, Step>>() ==
           field_count<std::variant_alternative_t<I, Step>>)&&...);
}
/// True if visit_fields of every step names as many fields as the step has.
inline bool steps_list_all_fields() {
  return steps_list_all_fields(std::make_index_sequence<std::variant_size_v<Step>>{});
}

/// {"step": name, "version": version, and the options}.
inline Json step_to_json(const Step& step, const std::string& path = "step") {
  return std::visit(
      [&](const auto& s) {
        Json json{{"step", s.name}, {"version", s.version}};
        const Json fields = fields_to_json(s, path);
        for (const auto& [key, value] : fields.items()) json[key] = value;
        return json;
      },
      step);
}

/// Throws, naming the place, unless it is a step that this library knows, in its version, with options that make sense.
inline Step step_from_json(const Json& json, const std::string& path) {
  check(json.is_object() && json.contains("step") && json["step"].is_string(), path,
        ": want an object with \"step\", the name of a step, got ", detail::shown(json));
  const std::string name = json["step"].get<std::string>();
  Step step;
  bool known = false;
  std::vector<std::string> names;
  const auto try_one = [&]<class S>(S option) {
    names.push_back(S::name);
    if (known || name != S::name) return;
    known = true;
    Index version = 0;
    check(json.contains("version"), path, ": ", name, " without a version, want ", S::version);
    fields_from_json(json["version"], version, path + ".version");
    check(version == S::version, path, ": ", name, " of version ", version, ", this library has ", S::version,
          " and would prepare in another way");
    Json fields = json;
    fields.erase("step"), fields.erase("version");
    fields_from_json(fields, option, path);
    try {
      option.check_options();
    } catch (const Error& error) {
      fail(path, ": ", error.what());
    }
    step = std::move(option);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) { (try_one(std::variant_alternative_t<I, Step>{}), ...); }
  (std::make_index_sequence<std::variant_size_v<Step>>{});
  check(known, path, ": unknown step ", in_quotes(name), "; the nearest known one is \"",
        detail::nearest_name(name, names), "\"");
  return step;
}

/// An array of steps.
inline Json steps_to_json(const std::vector<Step>& steps, const std::string& path = "steps") {
  Json list = Json::array();
  for (std::size_t i = 0; i < steps.size(); ++i)
    list.push_back(step_to_json(steps[i], path + "[" + std::to_string(i) + "]"));
  return list;
}
/// Error that names the place below `path`, also where a version is not the library's.
inline std::vector<Step> steps_from_json(const Json& json, const std::string& path) {
  check(json.is_array(), path, ": want an array of steps, got ", detail::shown(json));
  std::vector<Step> steps;
  for (std::size_t i = 0; i < json.size(); ++i)
    steps.push_back(step_from_json(json[i], path + "[" + std::to_string(i) + "]"));
  return steps;
}

/// An array of {"stream": name, "steps": [...]}.
inline Json pipeline_to_json(const Pipeline& pipeline) {
  Json list = Json::array();
  for (const StreamSteps& s : pipeline.streams)
    list.push_back({{"stream", s.stream}, {"steps", steps_to_json(s.steps, "pipeline." + s.stream)}});
  return list;
}
/// Error that names the place below `path`, also where a version is not the library's.
inline Pipeline pipeline_from_json(const Json& json, const std::string& path = "pipeline") {
  check(json.is_array(), path, ": want an array of {\"stream\", \"steps\"}, got ", detail::shown(json));
  Pipeline pipeline;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string here = path + "[" + std::to_string(i) + "]";
    check(json[i].is_object() && json[i].size() == 2 && json[i].contains("stream") && json[i].contains("steps"), here,
          ": want {\"stream\", \"steps\"} and nothing else");
    StreamSteps s;
    fields_from_json(json[i]["stream"], s.stream, here + ".stream");
    s.steps = steps_from_json(json[i]["steps"], here + ".steps");
    pipeline.streams.push_back(std::move(s));
  }
  check_pipeline(pipeline);
  return pipeline;
}

/// What a preparation did, for people who keep records and for programs.
inline Json report_to_json(const PreparationReport& report) {
  Json list = Json::array();
  for (const RecordingReport& r : report.recordings) {
    Json streams = Json::array();
    for (const StreamReport& s : r.streams) {
      Json steps = Json::array();
      for (const StepReport& step : s.steps)
        steps.push_back({{"step", step.step},
                         {"repaired", step.count.repaired},
                         {"repaired_seconds", step.repaired_seconds},
                         {"masked", step.count.masked},
                         {"masked_seconds", step.masked_seconds},
                         {"dropped", step.count.dropped}});
      streams.push_back({{"stream", s.stream},
                         {"frames_before", s.frames_before},
                         {"frames_after", s.frames_after},
                         {"seconds", s.seconds},
                         {"masked_seconds", s.masked_seconds},
                         {"steps", steps}});
    }
    list.push_back({{"recording", r.recording}, {"streams", streams}, {"absent", r.absent}});
  }
  return {{"recordings", list}};
}

STAC3DL_NAMESPACE_END
