#include <doctest/doctest.h>

#include "cache_recordings.hpp"
#include "stac3dl/io/cache_key.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;
namespace fs = std::filesystem;

TEST_CASE("cache key: content, reader, and every step's options, order and version") {
  const Pipeline pipeline = mending();
  std::set<std::string> keys;
  const auto is_new = [&](const std::string& key) { return key.size() == 64 && keys.insert(key).second; };
  CHECK(is_new(cache_key("c", "r", pipeline)));
  CHECK_FALSE(is_new(cache_key("c", "r", mending())));
  CHECK(is_new(cache_key("d", "r", pipeline)));
  CHECK(is_new(cache_key("c", "s", pipeline)));
  CHECK(is_new(cache_key("cr", "", pipeline)));
  CHECK(is_new(cache_key("", "cr", pipeline)));
  Pipeline other = pipeline;
  std::get<CheckRange>(other.streams[1].steps[0]).high = 1000.0000000000001;
  CHECK(is_new(cache_key("c", "r", other)));
  other = pipeline;
  std::swap(other.streams[1].steps[0], other.streams[1].steps[1]);
  CHECK(is_new(cache_key("c", "r", other)));
  other = pipeline;
  other.streams[1].stream = "strap";
  CHECK(is_new(cache_key("c", "r", other)));
  CHECK(is_new(cache_key("c", "r", Pipeline{})));
  for (std::size_t s = 0; s < pipeline.streams.size(); ++s)
    for (std::size_t k = 0; k < pipeline.streams[s].steps.size(); ++k) {  // as if the library had a newer step
      Json json = pipeline_to_json(pipeline);
      json[s]["steps"][k]["version"] = json[s]["steps"][k]["version"].get<Index>() + 1;
      CHECK(is_new(cache_key("c", "r", json)));
    }
}

TEST_CASE("content of files: every byte and the last name, not the folder, the time or the size") {
  TempFolder folder;
  write_text(folder / "a.csv", "0,1\n1,2\n");
  const std::string before = content_hash({folder / "a.csv"});
  fs::last_write_time(folder / "a.csv", fs::file_time_type::clock::now() - std::chrono::hours(9));
  CHECK(content_hash({folder / "a.csv"}) == before);
  fs::create_directory(folder / "b");
  fs::copy_file(folder / "a.csv", folder / "b/a.csv");
  CHECK(content_hash({folder / "b/a.csv"}) == before);
  fs::copy_file(folder / "a.csv", folder / "b/a.npy");
  CHECK(content_hash({folder / "b/a.npy"}) != before);

  const auto time = fs::last_write_time(folder / "a.csv");
  write_text(folder / "a.csv", "0,1\n1,3\n");  // as long and as old as before
  fs::last_write_time(folder / "a.csv", time);
  CHECK(content_hash({folder / "a.csv"}) != before);
  CHECK(content_hash({folder / "a.csv", folder / "b/a.csv"}) != content_hash({folder / "b/a.csv", folder / "a.csv"}));
}

TEST_CASE("content of a folder: names and bytes of all below it, in any order of the disk") {
  TempFolder folder;
  const auto make = [&](const std::string& top, const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [name, text] : files) {
      fs::create_directories((folder / top / name).parent_path());
      write_text(folder / top / name, text);
    }
    return content_hash({folder / top});
  };
  const std::string hash = make("1", {{"a", "x"}, {"b", "y"}, {"sub/c", "z"}});
  CHECK(make("2", {{"sub/c", "z"}, {"b", "y"}, {"a", "x"}}) == hash);
  CHECK(make("3", {{"a", "y"}, {"b", "x"}, {"sub/c", "z"}}) != hash);
  CHECK(make("4", {{"a", "x"}, {"b", "y"}, {"c", "z"}}) != hash);
  CHECK(make("5", {{"a", "x"}, {"b", "y"}}) != hash);
  CHECK(make("6", {{"a", "x"}, {"b", ""}, {"sub/c", "yz"}}) != hash);
}

TEST_CASE("content that cannot be read is an error that names it") {
  TempFolder folder;
  CHECK_ERROR(content_hash({folder / "none.mp4"}), "none.mp4: there is no such file or folder");
}

TEST_CASE("content in memory: every bit of times, frames and masks, and the names") {
  const std::vector<Stream> streams = rough_recording().streams;
  std::set<std::string> hashes;
  const auto is_new = [&](auto&& change) {
    std::vector<Stream> changed = streams;
    change(changed);
    return hashes.insert(content_hash(changed)).second;
  };
  CHECK(is_new([](auto&) {}));
  CHECK_FALSE(is_new([](auto&) {}));
  CHECK(is_new([](auto& s) { s[0].name = "film"; }));
  CHECK(is_new([](auto& s) { s[0].times[2] = std::nextafter(s[0].times[2], 9); }));
  CHECK(is_new([](auto& s) { s[0].frames[0] = -0.0f; }));  // it was 0
  CHECK(is_new([](auto& s) { s[0].valid[5] = 1; }));
  CHECK(is_new([](auto& s) { s[0].valid = {}; }));
  CHECK(is_new([](auto& s) { s[0].places(3, 2) = 1; }));
  CHECK(is_new([](auto& s) { s[2].frames = Tensor<float, 4>({0, 1, 1, 1}); }));
  CHECK(is_new([](auto& s) { s.pop_back(); }));
}
