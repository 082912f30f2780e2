#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/mex_windows.hpp"
#include "stac3dl/data/splits.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

struct Fixture {
  SharedRecordings recordings;
  Split split;
  WindowOptions options;
  AugmentOptions augment;
  std::vector<ModalityStatistics> statistics;
  Fixture() {
    std::vector<Recording> list;
    for (const char* person : {"a", "b", "c"})
      for (Index label : {0, 1}) list.push_back(small_recording(person, label, 12 + 0.4 * static_cast<double>(label)));
    recordings = std::make_shared<const std::vector<Recording>>(std::move(list));
    split = hold_out(*recordings, {"c"});
    options.modalities = {{"camera", 4, 4.0, {}}, {"belt", 20, 1.0, {true, false}}};
    statistics = compute_statistics(*recordings, split.train, options);
    augment.speed_low = 0.8, augment.speed_high = 1.25, augment.shift = 1, augment.mirror = 0.5, augment.dropout = 0.3;
    augment.modalities.resize(2);
    augment.modalities[0].picture = {1, 1, Mirror::columns, 0.2, 0.1, 0.05};
    augment.modalities[1].sensor = {0.1, 0, true, 0.1, 0.02};
  }
  WindowSource train(std::uint64_t seed = 7) const {
    return {recordings, split.train, options, statistics, augment, seed};
  }
};

bool same(const Sample& a, const Sample& b) {
  if (a.label != b.label || a.inputs.size() != b.inputs.size()) return false;
  for (std::size_t m = 0; m < a.inputs.size(); ++m) {
    const Window &u = a.inputs[m], &v = b.inputs[m];
    if (u.x.shape() != v.x.shape() || !std::equal(u.x.begin(), u.x.end(), v.x.begin())) return false;
    if (u.frames.shape() != v.frames.shape() || !std::equal(u.frames.begin(), u.frames.end(), v.frames.begin()))
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("WindowSource: counts windows and says where each is from") {
  const Fixture f;
  const WindowSource source = f.train();
  CHECK(source.size() == 4 * 3);  // 12 s and 12.4 s both hold three windows
  CHECK(source.recording_id(0) == "a_0");
  CHECK(source.recording_id(3) == "a_1");
  CHECK(source.subject(11) == "b");
  CHECK(source.label(11) == 1);
  CHECK(source.recording_index(11) == 3);
  CHECK(source.start(11) == 5);
  CHECK_ERROR(source.sample(12), "WindowSource: window 12 of 12");
  const Sample sample = source.sample(4);
  CHECK(sample.label == 1);
  CHECK(same(sample, make_sample((*f.recordings)[1], f.options, f.statistics, 2.5)));
}

TEST_CASE("WindowSource: a varied sample depends on seed, epoch and index alone") {
  const Fixture f;
  const WindowSource source = f.train(), again = f.train(), other = f.train(8);
  const Index n = source.size();
  for (Index i = 0; i < n; ++i) {
    CHECK(same(source.sample(i, 3), again.sample(i, 3)));
    CHECK_FALSE(same(source.sample(i, 3), source.sample(i, 4)));
    CHECK_FALSE(same(source.sample(i, 3), other.sample(i, 3)));
    CHECK_FALSE(same(source.sample(i, 3), source.sample(i)));
  }
  std::vector<Sample> one(static_cast<std::size_t>(n)), many = one;
  set_num_threads(1);
  parallel_for(n, [&](Index i) { one[static_cast<std::size_t>(i)] = source.sample(i, 5); });
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    parallel_for(n, [&](Index i) { many[static_cast<std::size_t>(i)] = source.sample(i, 5); });
    for (Index i = 0; i < n; ++i) CHECK(same(one[static_cast<std::size_t>(i)], many[static_cast<std::size_t>(i)]));
  }
  set_num_threads(0);
}

TEST_CASE("WindowSource: with nothing to vary, training sees what evaluation sees") {
  const Fixture f;
  const WindowSource source(f.recordings, f.split.train, f.options, f.statistics);
  for (Index i = 0; i < source.size(); ++i) CHECK(same(source.sample(i, 9), source.sample(i)));
}

TEST_CASE("WindowSource: speed and shift stay inside the recording") {
  Fixture f;
  f.options.modalities = {{"belt", 20, 1.0, {}}};
  AugmentOptions augment;
  augment.speed_low = 0.8, augment.speed_high = 1.25, augment.shift = 2;
  const WindowSource source(f.recordings, f.split.train, f.options, {{{0, 0}, {1, 1}}}, augment, 1);
  double slowest = 9, fastest = 0, earliest = 99, latest = -99;
  for (Index i = 0; i < source.size(); ++i)
    for (std::uint64_t epoch = 0; epoch < 40; ++epoch) {
      const Sample sample = source.sample(i, epoch);
      const Window& w = sample.inputs[0];
      CHECK(w.frames.empty());
      const double step = static_cast<double>(w.x(0, 19, 0, 0) - w.x(0, 0, 0, 0)) / 19;  // the belt shows the time
      const double begin = static_cast<double>(w.x(0, 0, 0, 0)) - step / 2;
      slowest = std::min(slowest, step * 20 / 5), fastest = std::max(fastest, step * 20 / 5);
      earliest = std::min(earliest, begin - source.start(i)), latest = std::max(latest, begin - source.start(i));
      CHECK(begin > -1e-4);
      CHECK(begin + 20 * step < 12.4 + 1e-4);
    }
  CHECK(slowest < 0.83);
  CHECK(slowest > 0.799);
  CHECK(fastest > 1.22);
  CHECK(fastest < 1.251);
  CHECK(earliest < -1.8);
  CHECK(latest > 1.7);
  CHECK(latest < 2.001);
}

TEST_CASE("WindowSource: statistics come from the training people") {
  const Fixture f;
  std::vector<Recording> list = *f.recordings;
  for (Recording& recording : list)
    if (recording.subject == "c")
      for (Stream& stream : recording.streams) stream.frames.array() *= 1000;
  const auto changed = compute_statistics(list, hold_out(list, {"c"}).train, f.options);
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK(changed[m].mean == f.statistics[m].mean);
    CHECK(changed[m].scale == f.statistics[m].scale);
  }
  CHECK(f.statistics[1].mean[0] == 0);
  CHECK(f.statistics[1].scale[0] == f.statistics[1].scale[1]);
}

TEST_CASE("WindowSource: what it refuses") {
  const Fixture f;
  CHECK_ERROR(WindowSource(nullptr, {0}, f.options, f.statistics), "WindowSource: no recordings");
  CHECK_ERROR(WindowSource(f.recordings, {0}, f.options, {}), "2 modalities, statistics of 0");
  CHECK_ERROR(WindowSource(f.recordings, {6}, f.options, f.statistics), "recording 6 of 6");
  auto list = *f.recordings;
  list[1].streams[0] = picture("camera", even_times(0, 9, 10), {1, 3, 3});
  CHECK_ERROR(WindowSource(std::make_shared<const std::vector<Recording>>(list), {0, 1}, f.options, f.statistics),
              "stream camera of recording a_1 is on a grid (C, H, W) of (1, 3, 3), that of recording a_0 on (1, 2, 3)");
  list[1].streams.erase(list[1].streams.begin());
  CHECK_ERROR(WindowSource(std::make_shared<const std::vector<Recording>>(list), {0, 1}, f.options, f.statistics),
              "recording a_1: no stream \"camera\"; it has belt");
}

TEST_CASE("mex_windows and mex_augment: modalities in the asked order") {
  const WindowOptions options = mex_windows({"thigh", "depth"});
  CHECK(options.modalities[0].frames == 128);
  CHECK(options.modalities[0].statistics.pooled);
  CHECK(options.modalities[1].frames == 16);
  CHECK(options.modalities[1].statistics.centred);
  const AugmentOptions augment = mex_augment(options);
  check_augment(augment, 2);
  CHECK(augment.modalities[0].sensor.axis_signs);
  CHECK(augment.modalities[1].picture.mirror == Mirror::rows);
  CHECK(mex_augment(mex_windows({"mat"})).dropout == 0);
  CHECK_ERROR(mex_windows({"camera"}), "no modality camera");
}

TEST_CASE("prepare_mex: the depth is filled, the mat's root taken, what is absent left alone") {
  std::vector<Recording> recordings(2);
  recordings[0].streams.push_back({"depth", {0, 1}, Tensor<float, 4>({2, 1, 1, 1}, {0, 0.5f}), {}});
  recordings[0].streams.push_back({"mat", {0}, Tensor<float, 4>({1, 1, 1, 1}, {9}), {}});
  recordings[1].streams.push_back({"thigh", {0}, Tensor<float, 4>({1, 1, 1, 1}, {9}), {}});
  prepare_mex(recordings);
  CHECK(recordings[0].streams[0].frames[0] == 0.5f);
  CHECK(recordings[0].streams[1].frames[0] == doctest::Approx(3));
  CHECK(recordings[1].streams[0].frames[0] == 9);
}

TEST_CASE(
    "WindowSource: with everything varied, a sample is known by seed, epoch and index, on any number of threads") {
  std::vector<Recording> list{small_recording("a", 0), small_recording("b", 1)};
  for (Recording& r : list) r.streams.push_back(picture("skeleton", even_times(0, 12, 20), {3, 5, 1}));
  const auto recordings = std::make_shared<const std::vector<Recording>>(list);
  const WindowOptions options{4, 1, 3, {{"camera", 8, 2.0, {}, 2, 2}, {"belt", 16}, {"skeleton", 8}}};
  AugmentOptions augment;
  augment.speed_low = 0.8, augment.speed_high = 1.2, augment.shift = 1, augment.mirror = 0.5, augment.dropout = 0.2;
  augment.gap = 0.5, augment.modalities.resize(3);
  augment.modalities[0].picture = {.contrast = 0.2, .brightness = 0.1, .noise = 0.1, .crop = 0.6};
  augment.modalities[1].sensor = {.gain = 0.2, .noise = 0.1};
  augment.modalities[2].sensor.rotation = 10;
  augment.modalities[2].skeleton = {.turn = 20, .noise = 0.1, .mirror = true, .pairs = {{1, 2}}};
  const WindowSource source(recordings, {0, 1}, options, compute_statistics(*recordings, {0, 1}, options), augment, 7);
  const auto draw = [&](int threads, std::uint64_t epoch) {
    std::vector<Sample> samples(static_cast<std::size_t>(source.size()));
    set_num_threads(threads);
    parallel_for(source.size(), [&](Index i) { samples[static_cast<std::size_t>(i)] = source.sample(i, epoch); });
    set_num_threads(0);
    return samples;
  };
  const auto one = draw(1, 3), four = draw(4, 3), other = draw(1, 4);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(same(one[i], four[i]));
    CHECK_FALSE(same(one[i], other[i]));
    CHECK(one[i].inputs[0].x.shape() == Shape<4>{1, 8, 2, 2});
  }
}

TEST_CASE("test_time: the same stretch of time, all sensors, still varied") {
  const Fixture f;
  AugmentOptions varied = f.augment;
  varied.modalities[1].dropout = 0.9, varied.gap = 1;
  const WindowSource source(f.recordings, f.split.test, f.options, f.statistics, test_time(varied), 3);
  const WindowSource plain(f.recordings, f.split.test, f.options, f.statistics);
  check_augment(source.augment(), 2);
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    const Sample a = source.sample(2, epoch), b = plain.sample(2);
    CHECK(!same(a, b));
    for (std::size_t m = 0; m < 2; ++m)
      CHECK(std::equal(a.inputs[m].frames.begin(), a.inputs[m].frames.end(), b.inputs[m].frames.begin()));
  }
  AugmentOptions nothing = f.augment;  // what is varied in time alone is not varied at all
  nothing.mirror = 0, nothing.modalities.assign(2, {});
  const WindowSource still(f.recordings, f.split.test, f.options, f.statistics, test_time(nothing), 3);
  CHECK(same(still.sample(2, 5), plain.sample(2)));
}
