#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/recording.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("Stream: slices by time show the frames in [begin, end) and copy nothing") {
  Stream stream = signal("s", {0, 1, 2, 4}, [](double t) { return t; });
  stream.valid = Tensor<std::uint8_t, 1>({4}, {1, 0, 1, 1});
  const StreamView part = stream.slice(1, 4);
  CHECK(part.size() == 2);
  CHECK(part.times[0] == 1);
  CHECK(part.frames.data() == stream.frames.data() + 1);
  CHECK(part.valid[0] == 0);
  CHECK(stream.slice(-5, 99).size() == 4);
  CHECK(stream.slice(2.5, 3).size() == 0);
  CHECK(stream.slice(3, 1).size() == 0);
  CHECK(stream.slice(9, 10).size() == 0);
}

TEST_CASE("check_stream: times must increase and sizes agree") {
  Stream stream = signal("s", {0, 1, 2}, [](double t) { return t; });
  check_stream(stream);
  stream.times[2] = 1;
  CHECK_ERROR(check_stream(stream), "stream s: want increasing times, got 1 after 1 at frame 2");
  stream.times[2] = std::nan("");
  CHECK_ERROR(check_stream(stream), "of frame 2, want a finite number");
  stream.times = {0, 1};
  CHECK_ERROR(check_stream(stream), "stream s: 2 times, but frames (3, 1, 1, 1)");
  stream.times = {0, 1, 2};
  stream.valid = Tensor<std::uint8_t, 1>({2}, 1);
  CHECK_ERROR(check_stream(stream), "a mask of 2");
}

TEST_CASE("overlap: what all streams share; absent ones do not count") {
  Recording recording;
  recording.id = "r";
  recording.streams.push_back(signal("a", {0, 5, 9}, [](double) { return 0.0; }));
  recording.streams.push_back(signal("b", {2, 5, 12}, [](double) { return 0.0; }));
  recording.streams.push_back(signal("gone", {}, [](double) { return 0.0; }));
  CHECK(overlap(recording).begin == 2);
  CHECK(overlap(recording).end == 9);
  recording.streams.push_back(signal("c", {20, 21}, [](double) { return 0.0; }));
  CHECK(overlap(recording).length() < 0);
  CHECK(overlap(Recording{}).length() == 0);
  CHECK(recording.find("b") == &recording.streams[1]);
  CHECK(recording.find("z") == nullptr);
}
