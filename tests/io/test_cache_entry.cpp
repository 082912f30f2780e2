#include <doctest/doctest.h>

#include "cache_recordings.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/io/cache_entry.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

const std::string key(64, 'a');

std::string written(const std::vector<Stream>& streams, const RecordingReport& report = {}) {
  std::string out;
  const auto sink = [&](const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); };
  write_cache_entry(sink, key, streams, report);
  return out;
}
CacheEntry read(const std::string& bytes, const std::string& wanted = key) {
  std::istringstream in(bytes);
  return read_cache_entry(in, bytes.size(), wanted);
}
/// With a checksum that is right again.
std::string sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  const std::uint32_t crc = crc32(bytes);
  for (int b = 0; b < 4; ++b) bytes += static_cast<char>(crc >> (8 * b) & 255);
  return bytes + std::string(4, '\0');
}

}  // namespace

TEST_CASE("an entry gives streams and report back to the bit") {
  Recording recording = rough_recording();
  const RecordingReport report = prepare(mending(), recording);
  Stream odd = recording.streams[0];  // nothing is too odd to be kept
  odd.name = std::string("\xff\0name", 6);
  odd.frames[0] = -0.0f, odd.frames[1] = std::nanf("7"), odd.frames[2] = -std::numeric_limits<float>::infinity();
  odd.frames[3] = std::numeric_limits<float>::denorm_min(), odd.times[1] = 1.0 / 3;
  odd.valid = Tensor<std::uint8_t, 1>({odd.size()}, 1);
  recording.streams.push_back(odd);
  const CacheEntry entry = read(written(recording.streams, report));
  CHECK(same_bits(entry.streams, recording.streams));
  RecordingReport back = entry.report;
  CHECK(back.recording.empty());
  back.recording = report.recording;
  CHECK(back.text() == report.text());
  CHECK(report.text() != "");
  REQUIRE(back.streams.size() == 2);
  CHECK(back.absent == std::vector<std::string>{"pulse"});
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(same_bits(back.streams[i].seconds, report.streams[i].seconds));
    CHECK(same_bits(back.streams[i].masked_seconds, report.streams[i].masked_seconds));
    REQUIRE(back.streams[i].steps.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(back.streams[i].steps[k].count == report.streams[i].steps[k].count);
      CHECK(same_bits(back.streams[i].steps[k].repaired_seconds, report.streams[i].steps[k].repaired_seconds));
    }
  }
  CHECK(read(written({})).streams.empty());
}

TEST_CASE("any one byte changed, any length cut: refused") {
  Recording recording = rough_recording("ann", 0, 1);
  const RecordingReport report = prepare(mending(), recording);
  const std::string good = written(recording.streams, report);
  REQUIRE(error_of([&] { read(good); }) == "no error");
  Random random(4);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ static_cast<int>(1 + random.below(255)));
    CHECK_MESSAGE(error_of([&] { read(bad); }) != "no error", "byte ", at);
    CHECK_MESSAGE(error_of([&] { read(good.substr(0, at)); }) != "no error", "length ", at);
  }
  CHECK_ERROR(read(good + "x"), "the checksum is wrong");
  CHECK_ERROR(read(good, std::string(64, 'b')), "want key bbb");
  CHECK_ERROR(read(""), "cut short");
}

TEST_CASE("sizes that are declared and not there, or do not agree, are refused with a right checksum too") {
  Recording recording = rough_recording("ann", 0, 1);
  const std::string good = written(recording.streams);
  REQUIRE(error_of([&] { read(sealed(good)); }) == "no error");
  for (const std::uint64_t large :
       {std::uint64_t{1} << 20, std::uint64_t{1} << 40, std::uint64_t{1} << 61, ~std::uint64_t{0}})
    for (std::size_t at = 16; at + 16 <= good.size(); at += 8) {  // numbers may lie anywhere
      std::string bad = good;
      for (std::size_t b = 0; b < 8; ++b) bad[at + b] = static_cast<char>(large >> (8 * b) & 255);
      error_of([&] { read(sealed(bad)); });  // frames may hold any bits: no crash, no memory beyond the file's size
    }
  std::vector<Stream> streams = recording.streams;
  streams[0].valid = Tensor<std::uint8_t, 1>({3}, 1);
  CHECK_ERROR(read(written(streams)), "do not agree");
  streams = recording.streams;
  streams[0].places = Tensor<std::uint8_t, 2>({streams[0].size(), 5}, 1);
  CHECK_ERROR(read(written(streams)), "do not agree");
  streams = recording.streams;
  streams[1].times.pop_back();
  CHECK_ERROR(read(written(streams)), "do not agree");
  streams = recording.streams;
  streams[2].frames = Tensor<float, 4>({0, 1, Index{1} << 40, Index{1} << 40});
  CHECK_ERROR(read(written(streams)), "too many elements");
}
