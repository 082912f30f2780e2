#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/missing.hpp"
#include "stac3dl/data/window_source.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
SharedRecordings with_gaps() {
  std::vector<Recording> list{small_recording("a", 0), small_recording("b", 1), small_recording("c", 0)};
  list[1].streams.erase(list[1].streams.begin());  // person b's camera was off
  add_absent_streams(list);
  return std::make_shared<const std::vector<Recording>>(list);
}
const WindowOptions options{4, 2, 3, {{"camera", 8}, {"belt", 16}}};
}  // namespace

TEST_CASE("add_absent_streams: every recording has every stream, those that were off without frames") {
  std::vector<Recording> list = *with_gaps();
  CHECK(list[1].stream("camera").absent());
  CHECK(list[1].stream("camera").grid() == Shape<3>{1, 2, 3});
  CHECK(add_absent_streams(list) == 0);
  list[2].streams[0] = picture("camera", {0, 1}, {1, 4, 3});
  CHECK_ERROR(add_absent_streams(list),
              "stream camera of recording c_0 is on a grid (C, H, W) of (1, 4, 3), that of "
              "recording a_0 on (1, 2, 3)");
}

TEST_CASE("a recording without a sensor gives windows with that modality masked, its own times, and no statistics") {
  const SharedRecordings recordings = with_gaps();
  const auto statistics = compute_statistics(*recordings, {0, 1, 2}, options);
  CHECK(statistics[0].mean == compute_statistics(*recordings, {0, 2}, options)[0].mean);
  const WindowSource source(recordings, {1}, options, statistics);
  CHECK(source.size() == 5);
  const Sample sample = source.sample(2);
  CHECK(sample.inputs[0].x.shape() == Shape<4>{1, 8, 2, 3});
  CHECK(sample.inputs[0].frames.array().maxCoeff() == 0);
  CHECK(sample.inputs[0].x.array().abs().maxCoeff() == 0);
  CHECK(sample.inputs[1].frames.empty());
}

TEST_CASE("WithoutModality: one modality of every sample is masked, the others are as they were") {
  const SharedRecordings recordings = with_gaps();
  const WindowSource source(recordings, {0, 2}, options, compute_statistics(*recordings, {0, 2}, options));
  const WithoutModality<WindowSource> blind(source, 0);
  CHECK(blind.size() == source.size());
  const Sample a = source.sample(3), b = blind.sample(3);
  CHECK(b.inputs[0].frames.array().maxCoeff() == 0);
  CHECK(b.inputs[0].x.array().abs().maxCoeff() == 0);
  CHECK(std::equal(a.inputs[1].x.begin(), a.inputs[1].x.end(), b.inputs[1].x.begin()));
  CHECK_ERROR(WithoutModality<WindowSource>(source, 2).sample(0), "modality 2 of 2");
}

TEST_CASE("WindowSource::of: the same windows of damaged recordings") {
  const SharedRecordings recordings = with_gaps();
  const WindowSource source(recordings, {0, 2}, options, compute_statistics(*recordings, {0, 2}, options));
  std::vector<Recording> damaged = *recordings;
  Stream& belt = *damaged[0].find("belt");
  belt = take_frames(belt, std::vector<Index>{100, 101, 102});  // 2.5 s on
  const WindowSource other = source.of(std::make_shared<const std::vector<Recording>>(damaged));
  CHECK(other.size() == source.size());
  CHECK(other.start(1) == source.start(1));
  CHECK(other.sample(1).inputs[1].frames.array().maxCoeff() == 0);  // 3 samples are less than half a bin
  std::swap(damaged[0], damaged[2]);
  CHECK_ERROR(source.of(std::make_shared<const std::vector<Recording>>(damaged)), "recording c_0 in place of a_0");
  CHECK_ERROR(source.of(nullptr), "want 3 recordings, got 0");
}
