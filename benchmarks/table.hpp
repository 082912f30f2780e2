/// benchmarks/table.hpp - Markdown tables and headlines on standard output.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

/// 12.3 with three significant digits or more; "-" for what is not known.
inline std::string number(double value, int digits = 3) {
  if (!std::isfinite(value)) return "-";
  const double magnitude = value == 0 ? 0 : std::floor(std::log10(std::fabs(value)));
  const int decimals = std::max(0, digits - 1 - static_cast<int>(magnitude));
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", std::min(decimals, 6), value);
  return text;
}
inline std::string scientific(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1e", value);
  return std::isfinite(value) ? text : "-";
}

class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  void print(const std::string& title) const {
    std::vector<std::size_t> widths(rows_[0].size(), 3);
    for (const auto& row : rows_)
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    std::printf("### %s\n\n", title.c_str());
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      for (std::size_t c = 0; c < rows_[r].size(); ++c)
        std::printf("| %-*s ", static_cast<int>(widths[c]), rows_[r][c].c_str());
      std::printf("|\n");
      if (r > 0) continue;
      for (std::size_t width : widths) std::printf("|%s", std::string(width + 2, '-').c_str());
      std::printf("|\n");
    }
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A line of its own: "headline NAME VALUE"; nothing where the value is not known.
inline void headline(const std::string& name, double value) {
  if (std::isfinite(value)) std::printf("headline %s %.3g\n", name.c_str(), value);
}

}  // namespace bench
