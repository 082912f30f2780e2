/// io/window_cache.hpp - prepared recordings on disk, so that a preparation is done once.
///
///   WindowCache cache("cache", {.max_bytes = 20ull << 30});
///   if (std::optional<CacheEntry> entry = cache.load(key)) ...      // else prepare, and cache.store(key, streams,
///   report)
/// io/prepare_cached.hpp does that; io/cache_key.hpp makes keys; io/cache_entry.hpp is what a file holds.
///
/// A cache may be lost but never lies, and never stands in the way:
///   - a file is written whole or not at all (io/atomic_file.hpp), so a killed process and two that fill the cache at
///     once leave whole entries; what is damaged, cut short or of another key is a miss;
///   - where something cannot be written (no such folder, no rights, a full disk) `say` is told once, and things go on
///     without: what is there is still read, nothing more is written;
///   - before a file would exceed max_bytes, those that were used longest ago go.  A file's time is that of its last
///   use.
/// Only files named <64 hexadecimal digits>.stac3dl-prepared are its own, and temporary files of writers that died an
/// hour ago or more; nothing else in the folder is touched.  One object may be used by several threads.
#pragma once

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <mutex>
#include <optional>

#include "stac3dl/io/atomic_file.hpp"
#include "stac3dl/io/cache_entry.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How large the cache may get.
struct WindowCacheOptions {
  std::uint64_t max_bytes = std::uint64_t{8} << 30;  ///< of all entries together
  /// Called once where nothing can be kept.
  std::function<void(const std::string&)> say = [](const std::string& text) { std::clog << text << '\n'; };
};

/// What one object did.
struct WindowCacheCounts {
  Index hits = 0, misses = 0, stored = 0, removed = 0;  ///< since the cache was opened
};

class WindowCache {
 public:
  /// Makes the folder if there is none.  Throws only on options that make no sense.
  explicit WindowCache(std::filesystem::path folder, WindowCacheOptions options = {})
      : folder_(std::move(folder)), options_(std::move(options)) {
    check(!folder_.empty(), "WindowCache: want a folder, got an empty path");
    check(options_.max_bytes > 0, "WindowCache: want max_bytes above 0, got 0");
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder_, ignored))
      readable_ = false, stop_writing("goes on without it: " + (error ? error.message() : "it is not a folder"));
  }
  WindowCache(const WindowCache&) = delete;
  WindowCache& operator=(const WindowCache&) = delete;

  const std::filesystem::path& folder() const { return folder_; }  ///< Where entries are.
  /// False where asking is in vain: there is no folder.
  bool readable() const { return readable_; }

  /// The entry of that key, or none; never an error, whatever its file holds.
  std::optional<CacheEntry> load(const std::string& key) {
    std::optional<CacheEntry> entry = read(path_of(key));
    const std::lock_guard lock(mutex_);
    ++(entry ? counts_.hits : counts_.misses);
    return entry;
  }

  /// Keeps an entry; false if that was not possible, or if it is larger than max_bytes.
  bool store(const std::string& key, const std::vector<Stream>& streams, const RecordingReport& report) {
    const std::filesystem::path path = path_of(key);
    if (!writing_) return false;
    std::uint64_t size = 0;
    write_cache_entry([&](const void*, std::size_t bytes) { size += bytes; }, key, streams, report);
    if (size > options_.max_bytes) {
      const bool first = !said_large_.exchange(true);
      if (first) say(detail::concat("an entry of ", size, " bytes is not kept, max_bytes is ", options_.max_bytes));
      return false;
    }
    try {
      make_room(size);
      const auto status = std::filesystem::symlink_status(path);  // once: others may remove it meanwhile
      check(!std::filesystem::exists(status) || std::filesystem::is_regular_file(status), "write ", path.string(),
            ": there is something else");
      AtomicFile file(path, Replace::yes);
      write_cache_entry([&](const void* data, std::size_t bytes) { file.write(data, bytes); }, key, streams, report);
      file.commit();
      touch(path);
    } catch (const std::exception& error) {
      stop_writing(std::string("goes on without writing to it: ") + error.what());
      return false;
    }
    const std::lock_guard lock(mutex_);
    ++counts_.stored;
    return true;
  }

  /// Removes all entries, and what dead writers left; returns how many files that were.
  Index clear() {
    const std::lock_guard lock(mutex_);
    Index removed = remove_old_temporaries();
    for (const Entry& entry : entries()) removed += remove(entry.path);
    known_ = 0;
    return removed;
  }

  /// Bytes of all entries that are there now.
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Entry& entry : entries()) sum += entry.bytes;
    return sum;
  }
  /// What happened so far, from any thread.
  WindowCacheCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  /// Where the entry of a key is kept; `key` is 64 lower-case hexadecimal digits (cache_key).
  std::filesystem::path path_of(const std::string& key) const {
    const std::string name = key + ending;
    check(is_entry_name(name), "WindowCache: want a key of 64 lower-case hexadecimal digits, got ", in_quotes(key));
    return folder_ / name;
  }

 private:
  static constexpr const char* ending = ".stac3dl-prepared";
  static constexpr const char* digits = "0123456789";
  using Time = std::filesystem::file_time_type;
  struct Entry {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    Time used;
  };

  static bool is_entry_name(std::string_view name) {
    return name.size() > 64 && name.substr(64) == ending && name.find_first_not_of("0123456789abcdef") == 64;
  }
  /// ".stac3dl-<number>-<number>.tmp" or, from systems without process numbers, ".stac3dl-<number>.tmp"
  static bool is_temporary_name(std::string_view name) {
    if (!name.starts_with(".stac3dl-") || !name.ends_with(".tmp") || name.size() <= 13) return false;
    const std::string_view middle = name.substr(9, name.size() - 13);
    return middle.find_first_not_of("0123456789-") == middle.npos &&
           std::string_view(digits).find(middle.front()) != middle.npos;
  }
  static bool is_entry(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error));
  }
  /// Calls use(path, name) for everything in the folder; nothing where it cannot be listed.
  template <class Use>
  void each_file(Use&& use) const {
    std::error_code error;
    std::filesystem::directory_iterator at(folder_, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error))
      use(at->path(), at->path().filename().string());
  }
  std::vector<Entry> entries() const {
    std::vector<Entry> list;
    each_file([&](const std::filesystem::path& path, const std::string& name) {
      if (!is_entry_name(name) || !is_entry(path)) return;
      std::error_code gone, gone_too;  // another process may remove it meanwhile
      const Entry entry{path, std::filesystem::file_size(path, gone), std::filesystem::last_write_time(path, gone_too)};
      if (!gone && !gone_too) list.push_back(entry);
    });
    return list;
  }
  Index remove_old_temporaries() {
    std::vector<std::filesystem::path> old;
    each_file([&](const std::filesystem::path& path, const std::string& name) {
      std::error_code error;
      if (!is_temporary_name(name) || !is_entry(path)) return;
      const Time written = std::filesystem::last_write_time(path, error);
      if (!error && written + std::chrono::hours(1) < Time::clock::now()) old.push_back(path);
    });
    Index removed = 0;
    for (const auto& path : old) removed += remove(path);
    return removed;
  }
  Index remove(const std::filesystem::path& path) {
    std::error_code ignored;
    const Index removed = std::filesystem::remove(path, ignored) ? 1 : 0;
    counts_.removed += removed;
    return removed;
  }
  /// The clock that file systems use is coarse; this one tells apart what was used within a millisecond.
  static void touch(const std::filesystem::path& path) {
    std::error_code ignored;  // a folder that may only be read from
    std::filesystem::last_write_time(path, Time::clock::now(), ignored);
  }

  std::optional<CacheEntry> read(const std::filesystem::path& path) const {
    if (!readable_ || !is_entry(path)) return std::nullopt;
    try {
      std::ifstream in(path, std::ios::binary | std::ios::ate);
      const std::streamoff size = in.tellg();
      if (!in || size < 0) return std::nullopt;
      in.seekg(0);
      CacheEntry entry = read_cache_entry(in, static_cast<std::uint64_t>(size), path.stem().string());
      touch(path);
      return entry;
    } catch (const std::exception&) {  // damaged; preparing anew replaces it
      return std::nullopt;
    }
  }

  /// Lets the oldest go until `size` more bytes fit.  The folder is looked through when the cap is near and, for what
  /// other processes write, every 16th of the cap.
  void make_room(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    unseen_ += size;
    if (!seen_ || known_ > options_.max_bytes - size || unseen_ > options_.max_bytes / 16) {
      remove_old_temporaries();
      std::vector<Entry> list = entries();
      std::sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
      known_ = 0, unseen_ = 0, seen_ = true;
      for (const Entry& entry : list) known_ += entry.bytes;
      for (const Entry& entry : list) {
        if (known_ <= options_.max_bytes - size) break;
        remove(entry.path);
        known_ -= entry.bytes;
      }
    }
    known_ += size;
  }

  void stop_writing(const std::string& what) {
    if (writing_.exchange(false)) say(what);
  }
  /// Outside the lock: whoever is told may ask for the counts.
  void say(const std::string& what) const {
    if (options_.say) options_.say("cache " + folder_.string() + ": " + what);
  }

  std::filesystem::path folder_;
  WindowCacheOptions options_;
  bool readable_ = true;
  std::atomic<bool> writing_{true}, said_large_{false};
  mutable std::mutex mutex_;  // of all below
  bool seen_ = false;
  std::uint64_t known_ = 0, unseen_ = 0;  // bytes of entries; bytes written since the folder was looked through
  WindowCacheCounts counts_;
};

STAC3DL_NAMESPACE_END
