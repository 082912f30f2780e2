/// A folder for one test, gone at its end; and what an Error says.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "stac3dl/core/check.hpp"

namespace stac3dl_test {

class TempFolder {
 public:
  TempFolder() {
    static std::atomic<unsigned> counter{0};
    const std::string name = "stac3dl-test-" + std::to_string(std::random_device{}()) + "-" + std::to_string(counter++);
    path_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directory(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Entries of any kind, hidden ones too.
  int entries() const {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
    return count;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::remove(path);  // some file systems flush a file that is written over
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// The message of the stac3dl::Error that `run` throws; "no error" if it throws none.
template <class Run>
std::string error_of(Run&& run) {
  try {
    run();
  } catch (const stac3dl::Error& error) {
    return error.what();
  }
  return "no error";
}
inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace stac3dl_test

/// Passes if `expression` throws a stac3dl::Error whose message has `part` in it; shows the message if not.
#define CHECK_ERROR(expression, part)                                                \
  do {                                                                               \
    const std::string message = stac3dl_test::error_of([&] { (void)(expression); }); \
    INFO(message);                                                                   \
    CHECK(stac3dl_test::contains(message, part));                                    \
  } while (false)
