/// .skeleton files of NTU RGB+D for tests.
#pragma once

#include <string>

namespace stac3dl_test {

/// A body whose joint j is at (x, j, 2), tracked.
inline std::string ntu_body(const std::string& id, double x) {
  std::string text = id + " 0 1 1 1 1 0 0.01 -0.02 2\r\n25\r\n";
  for (int j = 0; j < 25; ++j)
    text += std::to_string(x) + " " + std::to_string(j) + " 2 200.5 150.5 900.5 500.5 0.1 0.2 0.3 0.4 2\r\n";
  return text;
}
inline std::string ntu_frame(std::initializer_list<std::string> bodies) {
  std::string text = std::to_string(bodies.size()) + "\r\n";
  for (const std::string& body : bodies) text += body;
  return text;
}

}  // namespace stac3dl_test
