#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/windows.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
WindowOptions two_modalities() {
  WindowOptions options;
  options.modalities = {{.name = "belt", .frames = 20}, {.name = "camera", .frames = 4}};
  return options;
}
}  // namespace

TEST_CASE("place_windows: a stride apart, inside the time that the named streams share") {
  std::vector<Recording> recordings{small_recording("a", 0, 12), small_recording("b", 1, 15, 100)};
  recordings[0].streams.push_back(signal("late", {8, 12}, [](double) { return 0.0; }));  // not named: no matter
  recordings[1].streams[1] = picture("belt", even_times(103, 111, 40), {2, 1, 1});
  const auto places = place_windows(recordings, {0, 1}, two_modalities());
  REQUIRE(places.size() == 3 + 2);  // 0, 2.5, 5 of 12 s; 103, 105.5 of 8 s
  CHECK(places[2].start == 5);
  CHECK(places[3].recording == 1);
  CHECK(places[3].start == 103);
  CHECK(places[4].start == 105.5);
  CHECK(place_windows({small_recording("c", 0, 10)}, {0}, two_modalities()).size() == 3);
}

TEST_CASE("place_windows: a short recording has one window; what lies behind its end is masked") {
  const std::vector<Recording> recordings{small_recording("a", 0, 3)};
  const WindowOptions options = two_modalities();
  const auto places = place_windows(recordings, {0}, options);
  REQUIRE(places.size() == 1);
  const Sample sample = make_sample(recordings[0], options, {{{0, 0}, {1, 1}}, {{0}, {1}}}, places[0].start);
  const Window& camera = sample.inputs[1];
  const int valid[] = {1, 1, 0, 0};  // bins of 1.25 s; of the third, 0.5 s is there
  for (Index t = 0; t < 4; ++t) {
    CHECK(static_cast<int>(camera.frames[t]) == valid[t]);
    CHECK((camera.x(0, t, 1, 2) == 0) == (valid[t] == 0));
  }
}

TEST_CASE("place_windows: streams that never meet, and absent ones") {
  std::vector<Recording> recordings{small_recording("a", 0, 12)};
  recordings[0].streams[1] = picture("belt", even_times(20, 30, 40), {2, 1, 1});
  CHECK_ERROR(place_windows(recordings, {0}, two_modalities()), "recording a_0: its streams have no time in common");
  recordings[0].streams[1] = Stream{"belt", {}, Tensor<float, 4>({0, 2, 1, 1}), {}};
  CHECK(place_windows(recordings, {0}, two_modalities()).size() == 3);
  const Sample sample = make_sample(recordings[0], two_modalities(), {{{0, 0}, {1, 1}}, {{0}, {1}}}, 2.5);
  CHECK(sample.inputs[0].frames.array().maxCoeff() == 0);
  CHECK(sample.inputs[0].x.shape() == Shape<4>{2, 20, 1, 1});
  CHECK(sample.inputs[1].frames.empty());
  recordings[0].streams[0] = Stream{"camera", {}, Tensor<float, 4>({0, 1, 2, 3}), {}};
  CHECK_ERROR(place_windows(recordings, {0}, two_modalities()), "recording a_0: all of its streams are absent");
}

TEST_CASE("make_sample: channels first, each modality at its rate, in the configured order") {
  const Recording recording = small_recording("a", 3);
  const Sample sample = make_sample(recording, two_modalities(), {{{0, 0}, {1, 1}}, {{0}, {1}}}, 2.5);
  CHECK(sample.label == 3);
  REQUIRE(sample.inputs.size() == 2);
  CHECK(sample.inputs[0].x.shape() == Shape<4>{2, 20, 1, 1});
  CHECK(sample.inputs[1].x.shape() == Shape<4>{1, 4, 2, 3});
  for (Index t = 0; t < 20; ++t)
    for (Index c = 0; c < 2; ++c)
      CHECK(sample.inputs[0].x(c, t, 0, 0) ==
            doctest::Approx(2.5 + (static_cast<double>(t) + 0.5) * 0.25 + 100 * static_cast<double>(c)).epsilon(1e-6));
  for (Index t = 0; t < 4; ++t)
    CHECK(sample.inputs[1].x(0, t, 1, 2) == doctest::Approx(2.5 + (static_cast<double>(t) + 0.5) * 1.25 + 12));
}

TEST_CASE("normalise and scale_motion: as their equations say") {
  Window window{Tensor<float, 4>({2, 3, 1, 2}, {1, 10, 2, 10, 6, 10,  //
                                                0, 0, 0, 3, 0, 9}), {}, {}};
  normalise(window, {{1, 3}, {2, 0.5f}});
  CHECK(window.x(0, 2, 0, 0) == 2.5f);
  CHECK(window.x(1, 1, 0, 1) == 0);
  CHECK(window.x(1, 0, 0, 0) == -6);
  scale_motion(window, 4);  // channel 0, place 0: 0, 0.5, 2.5 have mean 1
  CHECK(window.x(0, 0, 0, 0) == doctest::Approx(-3));
  CHECK(window.x(0, 1, 0, 0) == doctest::Approx(-1));
  CHECK(window.x(0, 2, 0, 0) == doctest::Approx(7));
  CHECK(window.x(0, 1, 0, 1) == doctest::Approx(4.5));  // what rests, rests
  CHECK_ERROR(normalise(window, {{1}, {1}}), "window of 2 channels, statistics of 1");
}

TEST_CASE("scale_motion: the mean is over valid frames") {
  Window window{Tensor<float, 4>({1, 3, 1, 1}, {1, 3, 100}), Tensor<std::uint8_t, 1>({3}, {1, 1, 0}), {}};
  scale_motion(window, 2);
  CHECK(window.x[0] == 0);
  CHECK(window.x[1] == 4);
  clear_masked(window);
  CHECK(window.x[2] == 0);
}

TEST_CASE("check_windows: each wrong field is named") {
  const auto refuse = [](auto change, const char* part) {
    WindowOptions options = two_modalities();
    change(options);
    CHECK_ERROR(check_windows(options), part);
  };
  refuse([](WindowOptions& o) { o.length = 0; }, "WindowOptions.length");
  refuse([](WindowOptions& o) { o.stride = -1; }, "WindowOptions.stride");
  refuse([](WindowOptions& o) { o.max_gap = -1; }, "WindowOptions.max_gap");
  refuse([](WindowOptions& o) { o.modalities.clear(); }, "WindowOptions.modalities: empty");
  refuse([](WindowOptions& o) { o.modalities[1].frames = 0; }, "camera.frames");
  refuse([](WindowOptions& o) { o.modalities[0].motion_gain = std::nan(""); }, "belt.motion_gain");
}

TEST_CASE("windows: joints that are masked one by one reach the sample as positions, and read 0") {
  Recording r = small_recording("a", 0);
  Stream& camera = r.streams[0];
  camera.places = Tensor<std::uint8_t, 2>({camera.size(), 6}, 1);
  for (Index t = 0; t < camera.size(); ++t) camera.places(t, 4) = 0;
  const WindowOptions options{4, 2, 1, {{"camera", 8, 3.0, {}}}};
  const Sample s = make_sample(r, options, {{{1}, {2}}}, 1);
  CHECK(s.inputs[0].positions.shape() == Shape<2>{8, 6});
  for (Index t = 0; t < 8; ++t)
    for (Index p = 0; p < 6; ++p) {
      CHECK(static_cast<int>(s.inputs[0].positions(t, p)) == (p != 4));
      if (p == 4) CHECK(s.inputs[0].x.data()[t * 6 + p] == 0);
    }
  Recording whole = small_recording("a", 0);
  const Sample w = make_sample(whole, options, {{{1}, {2}}}, 1);
  for (Index t = 0; t < 8; ++t) CHECK(s.inputs[0].x.data()[t * 6] == doctest::Approx(w.inputs[0].x.data()[t * 6]));
}

TEST_CASE("windows: larger frames are cropped to the model's size, in their middle") {
  const Recording r = small_recording("a", 0);   // camera: 10 y + x on 2 x 3
  WindowOptions options{4, 2, 1, {{"camera", 8}}};
  const Sample whole = make_sample(r, options, {{{0}, {1}}}, 1);
  options.modalities[0].height = 2, options.modalities[0].width = 1;
  const Sample middle = make_sample(r, options, {{{0}, {1}}}, 1);
  CHECK(middle.inputs[0].x.shape() == Shape<4>{1, 8, 2, 1});
  CHECK(middle.inputs[0].x(0, 3, 1, 0) == whole.inputs[0].x(0, 3, 1, 1));
  options.modalities[0].height = 3;
  CHECK_ERROR(make_sample(r, options, {{{0}, {1}}}, 1), "crop_window: want 3 x 1");
}

TEST_CASE("windows: partial ones, wherever some sensor has seen half of them") {
  Recording r = small_recording("a", 0, 30);
  const auto keep = [](Stream& s, double begin, double end) {
    const StreamView part = s.slice(begin, end);
    s = Stream{s.name, {part.times.begin(), part.times.end()}, Tensor<float, 4>(part.frames), {}};
  };
  keep(r.streams[0], 0, 8), keep(r.streams[1], 6, 31);   // the camera stops early, the belt starts late
  for (Index t = 0; t < r.streams[1].size(); ++t)        // and nobody sees anything from 12 to 20 s
    if (const double time = r.streams[1].times[static_cast<std::size_t>(t)]; time > 12 && time < 20) {
      if (r.streams[1].valid.empty()) r.streams[1].valid = Tensor<std::uint8_t, 1>({r.streams[1].size()}, 1);
      r.streams[1].valid[t] = 0;
    }
  WindowOptions options{4, 2, 1, {{"camera", 8}, {"belt", 8}}};
  const auto starts = [&] {
    std::vector<double> all;
    for (const WindowPlace& place : place_windows({r}, {0}, options)) all.push_back(place.start);
    return all;
  };
  CHECK(starts() == std::vector<double>{6});
  options.partial = true;
  CHECK(starts() == std::vector<double>{0, 2, 4, 6, 8, 10, 18, 20, 22, 24, 26});
  const Sample late = make_sample(r, options, {{{0}, {1}}, {{0, 0}, {1, 1}}}, 22);
  CHECK(late.inputs[0].frames.array().maxCoeff() == 0);
  CHECK(late.inputs[1].frames.empty());
  CHECK(seen_seconds(r.streams[1], 10, 22, 1) == doctest::Approx(4));
}
