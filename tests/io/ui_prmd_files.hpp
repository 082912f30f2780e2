/// A little data set in UI-PRMD's layout, for tests.
#pragma once

#include "gzip_bytes.hpp"
#include "stac3dl/io/ui_prmd.hpp"
#include "temp_folder.hpp"

namespace stac3dl_test {

/// `frames` lines of 66 numbers, all `value`.
inline std::string ui_prmd_rows(int frames, const std::string& value) {
  std::string line;
  for (int c = 0; c < 66; ++c) line += (c > 0 ? "," : "") + value;
  std::string text;
  for (int t = 0; t < frames; ++t) text += line + "\r\n";
  return text;
}

inline std::filesystem::path ui_prmd_path(const TempFolder& folder, const std::string& trial, const std::string& kind,
                                          bool incorrect = false) {
  const auto at = folder.path() / (incorrect ? "Incorrect Segmented Movements" : "Segmented Movements") / "Kinect" /
                  (kind == "angles" ? "Angles" : "Positions");
  std::filesystem::create_directories(at);
  return at / (trial + "_" + kind + (incorrect ? "_inc" : "") + ".txt");
}

/// Both files of a trial: no turns, every offset (1, 1, 1) cm.
inline void write_ui_prmd(const TempFolder& folder, const std::string& trial, bool incorrect = false, int frames = 30,
                          bool packed = false) {
  for (const char* kind : {"angles", "positions"}) {
    const auto path = ui_prmd_path(folder, trial, kind, incorrect);
    const std::string text = ui_prmd_rows(frames, kind[0] == 'a' ? "0.0" : "1.000000");
    if (packed)
      write_text(path.string() + ".gz", gzip(text));
    else
      write_text(path, text);
  }
}

}  // namespace stac3dl_test
