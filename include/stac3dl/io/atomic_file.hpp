/// io/atomic_file.hpp - files are written whole or not at all.
///
/// The bytes go to a temporary file in the same folder; commit() flushes it to the disk and then gives it its name in
/// one step.  Whoever reads the name sees the old file or the new one, never a part, even after a crash or a power cut.
/// Without commit() the temporary is removed.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "stac3dl/core/check.hpp"

#if defined(__unix__) || defined(__APPLE__)
#define STAC3DL_POSIX_FILES 1
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#else
/// 1: files are flushed with fsync and renamed as POSIX has it.
#define STAC3DL_POSIX_FILES 0
#include <fstream>
#include <random>
#endif

STAC3DL_NAMESPACE_BEGIN

/// Whether a file that is already there may be replaced.  No default anywhere: the caller says what is meant.
enum class Replace { no, yes };

/// Throws unless a file may be written at `path`.  Programs call it before work whose result would be lost.
inline void check_may_write(const std::filesystem::path& path, Replace replace) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    check(!path.filename().empty(), "write ", path.string(), ": want the name of a file");
    const fs::path folder = path.parent_path();
    check(folder.empty() || fs::is_directory(folder, error), "write ", path.string(), ": there is no folder ",
          folder.string());
    return;
  }
  check(fs::is_regular_file(status), "write ", path.string(), ": it exists and is not a regular file");
  check(replace == Replace::yes, "write ", path.string(), ": the file exists; it is only replaced when told to");
}

/// A file on its way: write() any number of times, then commit().
class AtomicFile {
 public:
  /// Opens a temporary file beside `path`.  Error where `path` may not be written or the folder does not let it.
  AtomicFile(const std::filesystem::path& path, Replace replace) : asked_(path), path_(path), replace_(replace) {
    check_may_write(path, replace);
    std::error_code error;  // what a symbolic link points to is replaced, not the link
    if (std::filesystem::is_symlink(path, error)) {
      path_ = std::filesystem::canonical(path, error);
      if (error) broken("cannot follow the link", error);
    }
    open_temporary();
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { discard(); }

  /// Adds bytes.  Error where the disk does not take them.
  void write(const void* data, std::size_t size) {
    check(open_, "write ", asked_.string(), ": the file has been committed");
    put(static_cast<const char*>(data), size);
  }
  void write(std::string_view text) { write(text.data(), text.size()); }  ///< Adds text.

  /// Gives the file its name.  Throws, and leaves things as they were, if that is not possible.
  void commit() {
    check(open_, "write ", asked_.string(), ": the file has been committed");
    flush_and_close();
    give_name();
  }

 private:
  [[noreturn]] void broken(const char* doing, std::error_code error) const {
    fail("write ", asked_.string(), ": ", doing, ": ", error.message());
  }
  static std::error_code last_error() { return {errno, std::generic_category()}; }

  void discard() {
    close_quietly();
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
    temporary_.clear();
  }

#if STAC3DL_POSIX_FILES
  void open_temporary() {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 1000; ++attempt) {  // a name may be left from a process that was killed
      const std::string name = ".stac3dl-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
      const std::filesystem::path path = path_.parent_path() / name;
      file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file_ < 0 && errno == EEXIST) continue;
      if (file_ < 0) broken("cannot create a file in its folder", last_error());
      temporary_ = path, open_ = true;
      struct stat old;  // a replaced file keeps its permissions
      if (::stat(path_.c_str(), &old) == 0) (void)!::fchmod(file_, old.st_mode & 0777);
      return;
    }
    broken("cannot find a free temporary name in its folder", std::make_error_code(std::errc::file_exists));
  }
  void put(const char* data, std::size_t size) {
    while (size > 0) {
      const ::ssize_t done = ::write(file_, data, size < (1u << 30) ? size : (1u << 30));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) broken("cannot write", last_error());
      data += done, size -= static_cast<std::size_t>(done);
    }
  }
  void flush_and_close() {
    if (::fsync(file_) != 0) broken("cannot flush to the disk", last_error());
    open_ = false;
    if (::close(file_) != 0) broken("cannot close", last_error());
  }
  void close_quietly() {
    if (open_) ::close(file_);
    open_ = false;
  }
  void give_name() {
    // link() fails where the name is taken, so that a file that appeared meanwhile is safe; rename() would replace it.
    if (replace_ == Replace::no && ::link(temporary_.c_str(), path_.c_str()) == 0) {
      discard();
    } else {
      if (replace_ == Replace::no && errno == EEXIST) broken("it is only replaced when told to", last_error());
      check_may_write(path_, replace_);  // a file system without links
      if (::rename(temporary_.c_str(), path_.c_str()) != 0) broken("cannot name it", last_error());
      temporary_.clear();
    }
    const std::filesystem::path folder = path_.parent_path().empty() ? "." : path_.parent_path();
    const int handle = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);  // the name itself must reach the disk, too
    if (handle >= 0) (void)::fsync(handle), (void)::close(handle);
  }

  int file_ = -1;
#else
  void open_temporary() {
    temporary_ = path_.parent_path() / (".stac3dl-" + std::to_string(std::random_device{}()) + ".tmp");
    stream_.open(temporary_, std::ios::binary | std::ios::trunc);
    open_ = true;
    if (!stream_) broken("cannot create a file in its folder", last_error());
  }
  void put(const char* data, std::size_t size) {
    if (!stream_.write(data, static_cast<std::streamsize>(size))) broken("cannot write", last_error());
  }
  void flush_and_close() {
    stream_.close();
    open_ = false;
    if (!stream_) broken("cannot close", last_error());
  }
  void close_quietly() {
    if (open_) stream_.close();
    open_ = false;
  }
  void give_name() {
    check_may_write(path_, replace_);
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (error) broken("cannot name it", error);
    temporary_.clear();
  }

  std::ofstream stream_;
#endif

  std::filesystem::path asked_, path_, temporary_;
  Replace replace_;
  bool open_ = false;
};

/// Writes `text` as one whole file.
inline void write_file(const std::filesystem::path& path, std::string_view text, Replace replace) {
  AtomicFile file(path, replace);
  file.write(text);
  file.commit();
}

STAC3DL_NAMESPACE_END
