#include <doctest/doctest.h>

#include "cache_recordings.hpp"
#include "stac3dl/io/prepare_cached.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// Reads a "file": its text is the variant of a rough recording.
struct Loader {
  const std::filesystem::path* path;
  int* calls;
  void operator()(Recording& recording) const {
    ++*calls;
    recording.streams = rough_recording("any", std::stoi(read_text(*path))).streams;
  }
};
Recording head(const std::string& person) {
  Recording recording = rough_recording(person);
  recording.streams.clear();
  return recording;
}
WindowCacheOptions silent() {
  return {.say = [](const std::string& text) { FAIL_CHECK(text); }};
}

}  // namespace

TEST_CASE("the second time comes from the cache, the same to the bit") {
  TempFolder folder;
  const std::filesystem::path file = folder / "1.txt";
  write_text(file, "5");
  Recording plain = rough_recording("ann", 5);
  const RecordingReport want = prepare(mending(), plain);
  int calls = 0;
  const Loader load{&file, &calls};
  const CacheSource source{{file}, "rough"};
  for (int time = 0; time < 3; ++time) {
    WindowCache cache(folder / "cache", silent());
    Recording got = head("ann");
    const RecordingReport report = prepare_cached(cache, mending(), source, got, load);
    CHECK(same_bits(got.streams, plain.streams));
    CHECK(report.text() == want.text());
    CHECK(report.recording == "ann_1");
    CHECK(got.subject == "ann");
    CHECK(got.label == 1);
    CHECK(calls == 1);
    CHECK(cache.counts().hits == (time > 0 ? 1 : 0));
  }
  WindowCache cache(folder / "cache", silent());
  Recording ben = head("ben");  // the same bytes somewhere else in the set are someone else's
  ben.label = 4;
  CHECK(prepare_cached(cache, mending(), source, ben, load).recording == "ben_1");
  CHECK(calls == 1);
  CHECK(ben.label == 4);
  CHECK(ben.subject == "ben");

  write_text(file, "6");
  Recording other = head("ann");
  prepare_cached(cache, mending(), source, other, load);
  CHECK(calls == 2);
  Pipeline pipeline = mending();
  std::get<FillGaps>(pipeline.streams[1].steps[1]).longest = 0.01;
  other = head("ann");
  prepare_cached(cache, pipeline, source, other, load);
  CHECK(calls == 3);
  other = head("ann");
  prepare_cached(cache, mending(), {{file}, "rough, but otherwise"}, other, load);
  CHECK(calls == 4);
}

TEST_CASE("a damaged entry is prepared anew and mended") {
  TempFolder folder;
  WindowCache cache(folder.path(), silent());
  Recording want = rough_recording();
  prepare_cached(cache, mending(), want);
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::string text = read_text(file.path());
    text[text.size() - 20] = static_cast<char>(text[text.size() - 20] ^ 4);
    write_text(file.path(), text);
  }
  for (int time = 0; time < 2; ++time) {
    Recording got = rough_recording();
    prepare_cached(cache, mending(), got);
    CHECK(same_bits(got.streams, want.streams));
    CHECK(cache.counts().hits == time);
  }
}

TEST_CASE("without a cache that works nothing is missing") {
  TempFolder folder;
  write_text(folder / "file", "5");
  const std::filesystem::path file = folder / "file";
  int said = 0, calls = 0;
  WindowCache cache(folder / "file/cache", {.say = [&](const std::string&) { ++said; }});
  Recording want = rough_recording("ann", 5);
  prepare(mending(), want);
  for (int time = 0; time < 2; ++time) {
    Recording got = head("ann"), in_memory = rough_recording("ann", 5);
    prepare_cached(cache, mending(), {{file}, "rough"}, got, Loader{&file, &calls});
    prepare_cached(cache, mending(), in_memory);
    CHECK(same_bits(got.streams, want.streams));
    CHECK(same_bits(in_memory.streams, want.streams));
  }
  CHECK(calls == 2);
  CHECK(said == 1);
}

TEST_CASE("a file that changes while it is read is not kept") {
  TempFolder folder;
  const std::filesystem::path file = folder / "1.txt";
  write_text(file, "5");
  WindowCache cache(folder / "cache", silent());
  int calls = 0;
  const auto changing = [&](Recording& recording) {
    write_text(file, "6");
    Loader{&file, &calls}(recording);
  };
  Recording got = head("ann");
  prepare_cached(cache, mending(), {{file}, "rough"}, got, changing);
  CHECK(got.streams.size() == 3);
  CHECK(cache.counts().stored == 0);
  write_text(file, "5");
  got = head("ann");
  prepare_cached(cache, mending(), {{file}, "rough"}, got, Loader{&file, &calls});
  CHECK(calls == 2);
  Recording want = rough_recording("ann", 5);
  prepare(mending(), want);
  CHECK(same_bits(got.streams, want.streams));
}

TEST_CASE("all recordings of a set, on any number of threads") {
  TempFolder folder;
  const auto set = [] {
    std::vector<Recording> all;
    for (int i = 0; i < 12; ++i) all.push_back(rough_recording("p" + std::to_string(i), i % 6));
    return all;
  };
  std::vector<Recording> want = set();
  const std::string report = prepare(mending(), want).text();
  for (const int threads : {4, 1, 4}) {
    set_num_threads(threads);
    WindowCache cache(folder.path(), silent());
    std::vector<Recording> got = set();
    CHECK(prepare_cached(cache, mending(), got).text() == report);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(same_bits(got[i].streams, want[i].streams));
      CHECK(got[i].id == want[i].id);
    }
  }
  set_num_threads(0);
  CHECK(folder.entries() == 6);
}

TEST_CASE("errors leave the recording as it was and the cache empty") {
  TempFolder folder;
  const std::filesystem::path file = folder / "1.txt";
  write_text(file, "5");
  WindowCache cache(folder / "cache", silent());
  const CacheSource source{{file}, "rough"};
  int calls = 0;
  const Loader load{&file, &calls};
  Recording got = head("ann");
  const auto failing = [&](Recording& recording) {
    load(recording);
    fail("broken file");
  };
  CHECK_ERROR(prepare_cached(cache, mending(), source, got, failing), "broken file");
  const auto labelling = [&](Recording& recording) {
    load(recording);
    recording.label = 2;
  };
  CHECK_ERROR(prepare_cached(cache, mending(), source, got, labelling), "load() must add streams");
  CHECK_ERROR(prepare_cached(cache, {{{"belt", {FillGaps{-1}}}}}, source, got, load), "fill_gaps");
  CHECK_ERROR(prepare_cached(cache, mending(), {{}, "rough"}, got, load), "want the files");
  CHECK_ERROR(prepare_cached(cache, mending(), {{folder / "2.txt"}, ""}, got, load), "2.txt: there is no such file");
  CHECK(got.streams.empty());
  CHECK(got.label == 1);
  Recording full = rough_recording();
  CHECK_ERROR(prepare_cached(cache, mending(), source, full, load), "want no streams, got 3");
  CHECK(cache.bytes() == 0);
}
