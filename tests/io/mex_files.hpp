/// A little data set in MEx's layout, for tests.
#pragma once

#include "gzip_bytes.hpp"
#include "stac3dl/io/mex.hpp"
#include "temp_folder.hpp"

namespace stac3dl_test {

/// Rows of `columns` numbers, `rate` a second, from `begin` for `seconds`; the first number is the row, others 1.
inline std::string mex_rows(int columns, double rate, double begin, double seconds) {
  std::string text;
  for (int i = 0; i <= static_cast<int>(seconds * rate); ++i) {
    text += std::to_string(begin + i / rate) + "," + std::to_string(i % 50);
    for (int c = 1; c < columns; ++c) text += ",1";
    text += "\r\n";
  }
  return text;
}

inline std::filesystem::path mex_path(const TempFolder& folder, int sensor, const std::string& person,
                                      const std::string& exercise, const std::string& take = "1") {
  const auto& s = stac3dl::mex_sensors()[static_cast<std::size_t>(sensor)];
  const auto at = folder.path() / s.folder / person;
  std::filesystem::create_directories(at);
  return at / (exercise + "_" + s.tag + "_" + take + ".csv");
}

/// All four sensors of one recording.
inline void write_mex(const TempFolder& folder, const std::string& person, const std::string& exercise,
                      const std::string& take = "1", double seconds = 12, bool packed = false) {
  const double rates[] = {10, 15, 40, 40};
  for (int s = 0; s < 4; ++s) {
    const auto path = mex_path(folder, s, person, exercise, take);
    const auto grid = stac3dl::mex_sensors()[static_cast<std::size_t>(s)].grid;
    const std::string text = mex_rows(static_cast<int>(grid[0] * grid[1] * grid[2]), rates[s], 100 + 0.1 * s, seconds);
    if (packed) write_text(path.string() + ".gz", gzip(text));
    else write_text(path, text);
  }
}

}  // namespace stac3dl_test
