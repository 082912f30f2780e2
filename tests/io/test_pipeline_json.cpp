#include <doctest/doctest.h>

#include "stac3dl/io/pipeline_json.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;

namespace {
/// Every step that there is, no option at its default where that matters.
Pipeline everything() {
  return {{{"thigh",
            {SortByTime{0.5}, CheckRange{-8, 8}, FindFrozen{0.7}, Hampel{0.3, 4, 0.1},
             EvenRate{50, RateMode::mean, 0.3}, FillGaps{0.6}, Standardise{{0.5}, {2}}}},
           {"depth",
            {FillNoReturn{0.1}, MedianFilter{2, 0.3}, FlyingPixels{0.2}, FillHoles{0.4, 7}, RepeatPast{1.5, 6, 3},
             Resize{24, 32}, Crop{12, 16, 1, 2}, AdjustLight{0.4, 0.3, 2}, MirrorPicture{Mirror::rows}, SquareRoot{},
             FrameMotion{0.15}}},
           {"skeleton", {CheckBones{{-1, 0, 1}, 0.2, 3}, FaceCamera{4, 5, 6, 7, 2, 1}, MirrorSkeleton{{{1, 2}}, 1}}}}};
}
Pipeline parsed(const std::string& text) { return pipeline_from_json(parse_json(text, "pipeline")); }
}  // namespace

TEST_CASE("pipeline_json: every step lists all of its fields, and all come back") {
  CHECK(steps_list_all_fields());
  std::size_t steps = 0;
  for (const StreamSteps& s : everything().streams) steps += s.steps.size();
  CHECK(steps == std::variant_size_v<Step>);
  const std::string text = pipeline_to_json(everything()).dump();
  const Pipeline back = parsed(text);
  CHECK(pipeline_to_json(back).dump() == text);
  CHECK(std::get<EvenRate>(back.streams[0].steps[4]).mode == RateMode::mean);
  CHECK(std::get<Crop>(back.streams[1].steps[6]).left == 2);
  CHECK(std::get<MirrorSkeleton>(back.streams[2].steps[2]).pairs == std::vector<JointPair>{{1, 2}});
  CHECK(text.find(R"({"step":"fill_gaps","version":1,"longest":0.6})") != text.npos);
}

TEST_CASE("pipeline_json: left-out options keep their defaults; what is wrong is named with its place") {
  const Pipeline p = parsed(R"([{"stream": "thigh", "steps": [{"step": "hampel", "version": 1, "seconds": 1}]}])");
  CHECK(std::get<Hampel>(p.streams[0].steps[0]).seconds == 1);
  CHECK(std::get<Hampel>(p.streams[0].steps[0]).threshold == Hampel{}.threshold);
  const auto refuse = [](const std::string& step, const char* part) {
    CHECK_ERROR(parsed(R"([{"stream": "a", "steps": [)" + step + "]}]"), part);
  };
  refuse(R"({"step": "hampl", "version": 1})",
         "pipeline[0].steps[0]: unknown step \"hampl\"; the nearest known one is \"hampel\"");
  refuse(R"({"step": "hampel", "version": 2})", "hampel of version 2, this library has 1");
  refuse(R"({"step": "hampel"})", "hampel without a version, want 1");
  refuse(R"({"step": "hampel", "version": 1, "second": 1})",
         "unknown key \"second\"; the nearest known one is \"seconds\"");
  refuse(R"({"step": "hampel", "version": 1, "seconds": -1})", "pipeline[0].steps[0]: hampel: want seconds above 0");
  refuse(R"({"step": "even_rate", "version": 1, "mode": "cubic"})", "want one of nearest, blend, mean, got \"cubic\"");
  refuse(R"({"step": "resize", "version": 1, "height": 1e9})", "want a whole number");
  refuse(R"({"step": "square_root", "version": 1, "power": 3})", "unknown key \"power\"; none is known");
  refuse("7", "want an object with \"step\"");
  CHECK_ERROR(parsed("{}"), "want an array");
  CHECK_ERROR(parsed(R"([{"stream": "a"}])"), "want {\"stream\", \"steps\"} and nothing else");
  CHECK_ERROR(parsed(R"([{"stream": "a", "steps": []}, {"stream": "a", "steps": []}])"), "named twice");
}

TEST_CASE("pipeline_json: the report for programs") {
  PreparationReport report;
  report.recordings.push_back({"r1", {{"thigh", 10, 9, 0.8, 0.1, {{"hampel", {0, 1, 0}, 0, 0.1}}}}, {"mat"}});
  CHECK(
      report_to_json(report).dump() ==
      R"({"recordings":[{"recording":"r1","streams":[{"stream":"thigh","frames_before":10,"frames_after":9,)"
      R"("seconds":0.8,"masked_seconds":0.1,"steps":[{"step":"hampel","repaired":0,"repaired_seconds":0.0,"masked":1,)"
      R"("masked_seconds":0.1,"dropped":0}]}],"absent":["mat"]}]})");
}
