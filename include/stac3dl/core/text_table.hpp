/// core/text_table.hpp - rows of text as an aligned table for terminals, or as Markdown.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The first column is aligned to the left, the others to the right.
class TextTable {
 public:
  using Row = std::vector<std::string>;

  explicit TextTable(Row header) : rows_{std::move(header)} {}

  void add(Row row) {
    check(row.size() == rows_.front().size(), "TextTable::add: want ", rows_.front().size(), " cells, got ",
          row.size());
    rows_.push_back(std::move(row));
  }

  /// Columns two spaces apart, a line under the header.
  std::string text() const {
    const auto widths = column_widths(rows_);
    std::string out;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      std::string line;
      for (std::size_t c = 0; c < widths.size(); ++c) line += (c ? "  " : "") + padded(rows_[r][c], widths[c], c == 0);
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      if (r > 0) continue;
      std::size_t total = 2 * (widths.size() - 1);
      for (std::size_t width : widths) total += width;
      out += std::string(total, '-') + "\n";
    }
    return out;
  }

  std::string markdown() const {
    std::vector<Row> rows = rows_;
    for (Row& row : rows)
      for (std::string& cell : row) cell = escaped(cell);
    auto widths = column_widths(rows);
    for (std::size_t& width : widths) width = std::max(width, std::size_t{3});
    std::string out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      out += "|";
      for (std::size_t c = 0; c < widths.size(); ++c) out += " " + padded(rows[r][c], widths[c], c == 0) + " |";
      out += "\n";
      if (r > 0) continue;
      out += "|";
      for (std::size_t c = 0; c < widths.size(); ++c)
        out += (c == 0 ? ":" + std::string(widths[c] + 1, '-') : std::string(widths[c] + 1, '-') + ":") + "|";
      out += "\n";
    }
    return out;
  }

 private:
  /// Characters of UTF-8: bytes that do not continue another one.
  static std::size_t width(const std::string& cell) {
    return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }
  static std::string padded(const std::string& cell, std::size_t to, bool left) {
    const std::string space(to - std::min(to, width(cell)), ' ');
    return left ? cell + space : space + cell;
  }
  static std::string escaped(const std::string& cell) {
    std::string out;
    for (char c : cell) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
  }
  static std::vector<std::size_t> column_widths(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows)
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    return widths;
  }

  std::vector<Row> rows_;
};

/// 0.97134 -> "97.13" with two digits; the tables and log lines of the library show shares as percent.
inline std::string percent(double share, int digits = 2) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, 100 * share);
  return text;
}

STAC3DL_NAMESPACE_END
