#include <doctest/doctest.h>

#include "cache_recordings.hpp"
#include "stac3dl/io/window_cache.hpp"
#include "temp_folder.hpp"

#if STAC3DL_POSIX_FILES
#include <sys/resource.h>

#include <csignal>
#endif

using namespace stac3dl;
using namespace stac3dl_test;
namespace fs = std::filesystem;

namespace {

std::string key(char digit) { return std::string(64, digit); }

/// What a cache said.
struct Said {
  std::vector<std::string> texts;
  WindowCacheOptions options(std::uint64_t max_bytes = 1 << 30) {
    return {.max_bytes = max_bytes, .say = [this](const std::string& text) { texts.push_back(text); }};
  }
};
const std::vector<Stream>& streams() {
  static const std::vector<Stream> all = rough_recording().streams;
  return all;
}
bool holds(WindowCache& cache, char digit) {
  const std::optional<CacheEntry> entry = cache.load(key(digit));
  return entry && same_bits(entry->streams, streams());
}
std::uint64_t entry_size() {
  std::uint64_t size = 0;
  write_cache_entry([&](const void*, std::size_t bytes) { size += bytes; }, key('0'), streams(), {});
  return size;
}
void set_age(const fs::path& path, std::chrono::minutes age) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - age);
}

}  // namespace

TEST_CASE("what is stored is there, for others too") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder / "new/folder", said.options());
  CHECK_FALSE(cache.load(key('a')));
  CHECK(cache.store(key('a'), streams(), {}));
  CHECK(holds(cache, 'a'));
  CHECK_FALSE(cache.load(key('b')));
  CHECK(cache.bytes() == entry_size());
  WindowCache other(folder / "new/folder", said.options());
  CHECK(holds(other, 'a'));
  CHECK(cache.counts().hits == 1);
  CHECK(cache.counts().misses == 2);
  CHECK(cache.counts().stored == 1);
  CHECK(said.texts.empty());
}

TEST_CASE("damaged, cut, renamed and foreign files are misses and are replaced") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder.path(), said.options());
  const fs::path path = cache.path_of(key('a'));
  cache.store(key('a'), streams(), {});
  const std::string good = read_text(path);
  std::string bad = good;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  for (const std::string& text :
       {bad, good.substr(0, 100), good.substr(0, good.size() - 1), good + "x", std::string()}) {
    write_text(path, text);
    CHECK_FALSE(cache.load(key('a')));
    CHECK(cache.store(key('a'), streams(), {}));
    CHECK(holds(cache, 'a'));
  }
  write_text(cache.path_of(key('b')), good);
  CHECK_FALSE(cache.load(key('b')));
  CHECK(said.texts.empty());
}

TEST_CASE("the cap holds: what was used longest ago goes first") {
  TempFolder folder;
  Said said;
  const std::uint64_t size = entry_size();
  WindowCache cache(folder.path(), said.options(3 * size + size / 2));
  for (const char k : {'a', 'b', 'c'}) cache.store(key(k), streams(), {});
  CHECK(holds(cache, 'a'));  // used once more: b is the oldest now
  cache.store(key('d'), streams(), {});
  CHECK_FALSE(fs::exists(cache.path_of(key('b'))));
  for (const char k : {'a', 'c', 'd'}) CHECK(fs::exists(cache.path_of(key(k))));
  set_age(cache.path_of(key('d')), std::chrono::minutes(5));
  WindowCache other(folder.path(), said.options(3 * size));  // sees what it has not written
  other.store(key('e'), streams(), {});
  CHECK_FALSE(fs::exists(cache.path_of(key('d'))));
  CHECK(cache.bytes() == 3 * size);
  CHECK(other.counts().removed == 1);
  for (const char k : std::string("0123456789")) {
    cache.store(key(k), streams(), {});
    CHECK(cache.bytes() <= 3 * size + size / 2);
    CHECK(holds(cache, k));
  }
  CHECK(said.texts.empty());
}

TEST_CASE("an entry larger than the cap is not kept, said once; smaller ones are") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder.path(), said.options(entry_size() - 1));
  CHECK_FALSE(cache.store(key('a'), streams(), {}));
  CHECK_FALSE(cache.store(key('b'), streams(), {}));
  CHECK(cache.store(key('c'), {streams()[2]}, {}));
  CHECK(folder.entries() == 1);
  REQUIRE(said.texts.size() == 1);
  CHECK(contains(said.texts[0], "is not kept, max_bytes is"));
}

TEST_CASE("clear removes its own files and no others") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder.path(), said.options());
  cache.store(key('a'), streams(), {}), cache.store(key('b'), streams(), {});
  const std::string ending = ".stac3dl-prepared";
  const std::vector<std::string> others{"notes.txt",
                                        "model.safetensors",
                                        "x" + ending,
                                        key('A') + ending,
                                        key('a'),
                                        key('c') + "0" + ending,
                                        key('c') + ending + ".txt",
                                        ".stac3dl-x-1.tmp",
                                        ".stac3dl-.tmp",
                                        ".stac3dl-99-2.tmp"};
  for (const std::string& name : others) write_text(folder / name, "mine");
  for (const std::string& name : others)
    if (name != ".stac3dl-99-2.tmp") set_age(folder / name, std::chrono::minutes(900));  // that one may be in use
  write_text(folder / ".stac3dl-99-1.tmp", "left by a process that died"),
      set_age(folder / ".stac3dl-99-1.tmp", std::chrono::minutes(61));
  fs::create_directory(folder / (key('d') + ending));
  write_text(folder / (key('d') + ending) / "a", "mine");
  fs::create_symlink("notes.txt", folder / (key('e') + ending));
  CHECK(cache.clear() == 3);
  for (const std::string& name : others) CHECK_MESSAGE(read_text(folder / name) == "mine", name);
  CHECK(fs::exists(folder / (key('d') + ending) / "a"));
  CHECK(fs::is_symlink(fs::symlink_status(folder / (key('e') + ending))));
  CHECK(folder.entries() == static_cast<int>(others.size()) + 2);
  CHECK(cache.bytes() == 0);
  CHECK(cache.store(key('a'), streams(), {}));
  CHECK(holds(cache, 'a'));

  CHECK_FALSE(cache.load(key('e')));  // a link is not its own: neither read nor written through
  CHECK_FALSE(cache.store(key('e'), streams(), {}));
  CHECK(read_text(folder / "notes.txt") == "mine");
  CHECK(said.texts.size() == 1);
}

TEST_CASE("a folder that cannot be: said once, everything goes on") {
  TempFolder folder;
  write_text(folder / "file", "x");
  for (const std::string name : {"file", "file/below", "file/below/that"}) {
    Said said;
    WindowCache cache(folder / name, said.options());
    CHECK_FALSE(cache.readable());
    for (const char k : {'a', 'b'}) {
      CHECK_FALSE(cache.load(key(k)));
      CHECK_FALSE(cache.store(key(k), streams(), {}));
    }
    CHECK(cache.clear() == 0);
    CHECK(cache.bytes() == 0);
    REQUIRE(said.texts.size() == 1);
    CHECK(contains(said.texts[0], "goes on without it"));
    CHECK(contains(said.texts[0], name));
  }
  CHECK(read_text(folder / "file") == "x");
}

TEST_CASE("a folder that goes away: said once") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder / "cache", said.options());
  cache.store(key('a'), streams(), {});
  fs::remove_all(folder / "cache");
  CHECK_FALSE(cache.load(key('a')));
  for (const char k : {'a', 'b'}) CHECK_FALSE(cache.store(key(k), streams(), {}));
  REQUIRE(said.texts.size() == 1);
  CHECK(contains(said.texts[0], "goes on without writing to it: write "));
}

#if STAC3DL_POSIX_FILES
TEST_CASE("a full disk: said once, nothing is left, what is there is still read") {
  TempFolder folder;
  Said said;
  WindowCache cache(folder.path(), said.options());
  REQUIRE(cache.store(key('a'), streams(), {}));
  REQUIRE(entry_size() > 2048);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{1024, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const bool stored = cache.store(key('b'), streams(), {});
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  CHECK_FALSE(stored);
  CHECK_FALSE(cache.store(key('c'), streams(), {}));  // it does not try again
  CHECK(holds(cache, 'a'));
  CHECK(folder.entries() == 1);
  REQUIRE(said.texts.size() == 1);
  CHECK(contains(said.texts[0], "cannot write"));
}
#endif

TEST_CASE("options and keys that make no sense are errors") {
  TempFolder folder;
  CHECK_ERROR(WindowCache(""), "want a folder");
  CHECK_ERROR(WindowCache(folder.path(), {.max_bytes = 0}), "want max_bytes above 0");
  WindowCache cache(folder.path());
  CHECK_ERROR(cache.load("../x"), "want a key of 64 lower-case hexadecimal digits, got \"../x\"");
  CHECK_ERROR(cache.store(key('G'), {}, {}), "want a key of 64");
}
