/// Several processes at one cache, and processes that are killed while they write.
#include <doctest/doctest.h>

#include "cache_recordings.hpp"
#include "stac3dl/io/prepare_cached.hpp"
#include "temp_folder.hpp"

#if STAC3DL_POSIX_FILES
#include <sys/wait.h>

#include <csignal>
#include <thread>

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

constexpr int recordings = 24;

Recording raw(int i) { return rough_recording("p", i); }
Recording prepared(int i) {
  Recording recording = raw(i);
  prepare(mending(), recording);
  return recording;
}

/// Runs `work` in a process of its own, which ends with its result; no destructors, no test reports.
template <class Work>
pid_t in_process(Work&& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int code = 9;
  try {
    code = work();
  } catch (...) {
  }
  ::_exit(code);
}
int result_of(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
/// 0: all is as it must be; 1: a wrong recording; 2: it said something.
int fill(const std::filesystem::path& folder, std::uint64_t max_bytes, int rounds) {
  int code = 0;
  WindowCache cache(folder, {.max_bytes = max_bytes, .say = [&](const std::string&) { code = 2; }});
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < recordings; ++i) {
      Recording got = raw(i);
      prepare_cached(cache, mending(), got);
      if (!same_bits(got.streams, prepared(i).streams)) return 1;
    }
  return code;
}

}  // namespace

TEST_CASE("three processes fill a cache at once, with and without a cap that makes them remove each other's") {
  for (const std::uint64_t max_bytes : {std::uint64_t{1} << 30, std::uint64_t{40000}}) {
    TempFolder folder;
    std::vector<pid_t> children;
    for (int p = 0; p < 3; ++p) children.push_back(in_process([&] { return fill(folder.path(), max_bytes, 2); }));
    for (const pid_t child : children) CHECK(result_of(child) == 0);
    WindowCache cache(folder.path());
    CHECK(cache.bytes() > 0);
    const Index entries = folder.entries();
    if (max_bytes > 40000) {
      CHECK(entries == recordings);
      CHECK(fill(folder.path(), max_bytes, 1) == 0);
    }
    CHECK(cache.clear() == entries);  // entries alone, no temporary files
    CHECK(folder.entries() == 0);
  }
}

TEST_CASE("killed at any moment: every entry is whole, and the rest is prepared") {
  TempFolder folder;
  for (int kill = 0; kill < 25; ++kill) {
    const pid_t child = in_process([&] {
      WindowCache cache(folder.path());
      for (int i = 0;; i = (i + 1) % recordings) {  // writes without end
        const Recording recording = prepared(i);
        cache.store(cache_key(content_hash(raw(i).streams), "memory", mending()), recording.streams, {});
      }
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(3000 + 1370 * kill));
    ::kill(child, SIGKILL);
    result_of(child);
    WindowCache cache(folder.path());
    Index there = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      if (file.path().extension() != ".stac3dl-prepared") continue;
      ++there;
      CHECK(cache.load(file.path().stem().string()));
    }
    CHECK(cache.counts().hits == there);
  }
  CHECK(fill(folder.path(), std::uint64_t{1} << 30, 1) == 0);
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))  // an hour later
    std::filesystem::last_write_time(file.path(),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  WindowCache(folder.path()).clear();
  CHECK(folder.entries() == 0);
}
#else
TEST_CASE("several processes") { MESSAGE("skipped: no fork() on this system"); }
#endif
