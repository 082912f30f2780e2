#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/live_preparation.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// 40 s at about 20 Hz: jitter, holes, spikes, no returns, a frozen second, masked joints.
Stream rough(Shape<3> grid, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> times;
  for (double t = 0; t < 40; t += 0.05)
    if (!(t > 11 && t < 11.7) && !(t > 25 && t < 27) && !random.chance(0.1))
      times.push_back(1e6 + t + random.uniform(-0.02, 0.02));
  Stream s = picture("s", times, grid);
  const Index each = s.frames.size() / s.size(), places = grid[1] * grid[2];
  for (Index t = 0; t < s.size(); ++t) {
    const double time = times[static_cast<std::size_t>(t)] - 1e6;
    for (Index i = 0; i < each; ++i) {
      float& x = s.frames.data()[t * each + i];
      x = static_cast<float>(2 + std::sin(2 * time + static_cast<double>(i)) + 0.01 * random.normal());
      if (random.chance(0.02)) x += 20;
      if (random.chance(0.02)) x = 0;
    }
    if (time > 30 && time < 31 && t > 0)
      std::copy_n(s.frames.data() + (t - 1) * each, each, s.frames.data() + t * each);
    if (places > 1 && random.chance(0.1))
      mask_place(s, t, static_cast<Index>(random.below(static_cast<std::uint64_t>(places))));
  }
  return s;
}

Stream part(const Stream& s, Index first, Index end) {
  std::vector<Index> order;
  for (Index t = first; t < end; ++t) order.push_back(t);
  return take_frames(s, order);
}

/// Pushed in odd pieces, put together: to the bit what the whole gives.
void check_live_equals_whole(const std::vector<Step>& steps, const Stream& raw) {
  Stream whole = raw;
  prepare(steps, whole);
  LivePreparation live(steps);
  Index at = 0, seen = 0, most = 0;
  Random random(9);
  const auto compare = [&](const Stream& piece) {
    for (Index t = 0; t < piece.size(); ++t, ++seen) {
      REQUIRE(seen < whole.size());
      REQUIRE(piece.times[static_cast<std::size_t>(t)] == whole.times[static_cast<std::size_t>(seen)]);
      REQUIRE(counts(piece, t) == counts(whole, seen));
      for (Index p = 0; p < place_count(whole); ++p) REQUIRE(counts(piece, t, p) == counts(whole, seen, p));
      const CView<float, 3> a = piece.frames.slice(t), b = whole.frames.slice(seen);
      REQUIRE(std::equal(a.begin(), a.end(), b.begin()));
    }
  };
  while (at < raw.size()) {
    const Index end = std::min(raw.size(), at + 1 + static_cast<Index>(random.below(40)));
    compare(live.push(part(raw, at, end)));
    most = std::max(most, live.kept());
    at = end;
  }
  compare(live.finish());
  CHECK(seen == whole.size());
  if (reach(steps).back + reach(steps).ahead < 20) CHECK(most < raw.size());  // memory follows the reach
}

}  // namespace

TEST_CASE("pipeline: every step's live form equals the whole recording, to the bit") {
  const Stream depth = rough({1, 4, 5}, 1), skeleton = rough({3, 5, 1}, 2), thigh = rough({3, 1, 1}, 3);
  for (const Stream* s : {&depth, &skeleton, &thigh}) {
    const std::vector<Step> any[] = {{CheckRange{0.1, 5}},
                                     {FindFrozen{0.4}},
                                     {Hampel{0.3, 4, 0.05}},
                                     {EvenRate{10, RateMode::nearest, 0.2}},
                                     {EvenRate{17, RateMode::blend, 0.3}},
                                     {EvenRate{8, RateMode::mean, 0.3}},
                                     {MedianFilter{1, 0.2}},
                                     {AdjustLight{0.5, 0.2, 0.7}},
                                     {SquareRoot{}},
                                     {FrameMotion{0.3}},
                                     {EvenRate{10, RateMode::nearest, 0.2}, FrameMotion{0.15}, FillGaps{0.5}},
                                     {SortByTime{0.5}},
                                     {EvenRate{10, RateMode::blend, 0.2}, FillGaps{0.8}},
                                     {EvenRate{10, RateMode::blend, 0.2}, RepeatPast{0.7, 3, 1}, FillGaps{2}}};
    for (const auto& steps : any) {
      CAPTURE(s->frames.shape()[2]);
      CAPTURE(std::string(step_name(steps.front())));
      check_live_equals_whole(steps, *s);
    }
  }
  check_live_equals_whole({CheckRange{0.1, 5}, FlyingPixels{0.5}, FillHoles{0.4, 2}}, depth);
  check_live_equals_whole({Resize{2, 3}, Crop{2, 2}, MirrorPicture{Mirror::rows}, Standardise{{0.3}, {0.7}}}, depth);
  check_live_equals_whole({CheckBones{{-1, 0, 1, 1, 0}, 0.5, 0.6}}, skeleton);
  check_live_equals_whole({FaceCamera{0, 1, 2, 3, 1, 0.5}, MirrorSkeleton{{{2, 3}}, 0}}, skeleton);
}

TEST_CASE("pipeline: a long chain, and frames that come in the wrong order") {
  Stream thigh = rough({3, 1, 1}, 4);
  Random random(3);
  for (std::size_t t = 1; t < thigh.times.size(); ++t)
    if (random.chance(0.05)) std::swap(thigh.times[t], thigh.times[t - 1]);
  check_live_equals_whole({SortByTime{0.5}, CheckRange{0.1, 9}, FindFrozen{0.4}, Hampel{0.3, 4, 0.05},
                           EvenRate{25, RateMode::mean, 0.15}, FillGaps{0.5}},
                          thigh);
}

TEST_CASE("pipeline: reaches add up; the largest stream counts; whole-recording steps are refused for live use") {
  const Pipeline pipeline{{{"thigh", {Hampel{0.3, 5, 0}, EvenRate{10, RateMode::mean, 0.2}, FillGaps{1}}},
                           {"depth", {RepeatPast{1, 6, 2}}}}};
  CHECK(reach(pipeline.streams[0].steps).ahead == doctest::Approx(0.3 + 0.7 + 1));
  CHECK(reach(pipeline).back == doctest::Approx(10));
  CHECK(reach(pipeline).ahead == doctest::Approx(2));
  check_live(pipeline);
  CHECK_ERROR(check_live({{{"depth", {Hampel{}, FillNoReturn{}}}}}),
              "pipeline: step fill_no_return of stream depth wants the whole recording and cannot be used live");
  CHECK_ERROR(LivePreparation({SortByTime{}}), "with a lateness above 0 it can");
  CHECK_ERROR(check_pipeline({{{"a", {}}, {"a", {}}}}), "stream a is named twice");
  CHECK_ERROR(check_pipeline({{{"a", {FillGaps{-1}}}}}), "fill_gaps");
}

TEST_CASE("pipeline: the report says what was repaired, masked and dropped") {
  Recording r;
  r.id = "r7";
  r.streams.push_back(signal("thigh", even_times(0, 10, 10), [](double t) { return t > 4.95 && t < 5.45 ? 99 : t; }));
  r.streams[0].times[100] = r.streams[0].times[99];
  r.streams.push_back({"depth", {}, Tensor<float, 4>({0, 1, 2, 2}), {}});
  const Pipeline pipeline{{{"thigh", {SortByTime{}, CheckRange{-50, 50}, FillGaps{0.4}, FillGaps{2}}},
                           {"depth", {CheckRange{0, 1}}},
                           {"mat", {SquareRoot{}}}}};
  PreparationReport report{{prepare(pipeline, r)}};
  const auto& steps = report.recordings[0].streams[0].steps;
  CHECK(steps[0].count == StepCount{0, 0, 1});
  CHECK(steps[1].count == StepCount{0, 5, 0});
  CHECK(steps[1].masked_seconds == doctest::Approx(0.5));
  CHECK(steps[2].count == StepCount{});
  CHECK(steps[3].count == StepCount{5, 0, 0});
  CHECK(report.text() ==
        "r7 thigh: sort_by_time dropped frames 1\n"
        "r7 thigh: check_range masked 5 (0.50 s)\n"
        "r7 thigh: fill_gaps repaired 5 (0.50 s)\n"
        "r7 thigh: 100 of 101 frames, 0.00 s of 9.90 s masked\n"
        "r7 depth: 0 of 0 frames, 0.00 s of 0.00 s masked\n"
        "r7 depth: absent\n"
        "r7 mat: absent\n");
  CHECK(report.totals()[1].second.count.masked == 5);
  r.streams[0].frames[3] = 99;
  CHECK_ERROR(prepare({{{"thigh", {Crop{2, 2}}}}}, r), "recording r7: crop: want 2 x 2");
}

TEST_CASE("pipeline: the same to the bit for any number of threads") {
  std::vector<Recording> one, many;
  for (Index i = 0; i < 6; ++i) {
    Recording r;
    r.id = std::to_string(i);
    r.streams.push_back(rough({1, 3, 3}, static_cast<std::uint64_t>(i)));
    one.push_back(r), many.push_back(r);
  }
  const Pipeline pipeline{{{"s", {Hampel{}, EvenRate{10, RateMode::blend, 0.2}, RepeatPast{}, FillGaps{}}}}};
  set_num_threads(1);
  const std::string text = prepare(pipeline, one).text();
  set_num_threads(4);
  CHECK(prepare(pipeline, many).text() == text);
  set_num_threads(0);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::equal(one[i].streams[0].frames.begin(), one[i].streams[0].frames.end(),
                     many[i].streams[0].frames.begin()));
}
