/// io/csv_text.hpp - tables of texts: cells apart by commas, as RFC 4180 has them.
///
/// A cell in double quotes may hold commas, line breaks and quotes (written twice).  Lines end in \n or \r\n; blank
/// ones are left out; a byte order mark in front is skipped.  Cells without quotes lose spaces around them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stac3dl/io/csv.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A row of texts.
struct CsvRow {
  Index line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells;  ///< without quotes
};

/// Rows of a text; `name` is for messages.
inline std::vector<CsvRow> parse_csv_text(std::string_view text, const std::string& name) {
  std::vector<CsvRow> rows;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Index line = 1;
  for (std::size_t at = 0; at < text.size();) {
    CsvRow row{line, {}};
    bool quotes = false;
    for (bool more = true; more;) {
      while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
      std::string cell;
      if (at < text.size() && text[at] == '"') {
        quotes = true;
        for (++at;; ++at) {
          check(at < text.size(), name, ": line ", row.line, ": a cell in quotes is not closed");
          if (text[at] == '"' && text.substr(at + 1, 1) != "\"") break;
          at += text[at] == '"';  // the first of two
          line += text[at] == '\n';
          cell += text[at];
        }
        ++at;
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
        check(at == text.size() || text[at] == ',' || text[at] == '\n', name, ": line ", line,
              ": text behind a cell in quotes");
      } else {
        const std::size_t end = std::min(text.find_first_of(",\n", at), text.size());
        cell = detail::trimmed(text.substr(at, end - at));
        check(cell.find('"') == cell.npos, name, ": line ", line, ": a quote inside the cell ", in_quotes(cell),
              "; put the cell in quotes and write it twice");
        at = end;
      }
      row.cells.push_back(std::move(cell));
      more = at < text.size() && text[at] == ',';
      if (more) ++at;
    }
    if (at < text.size()) ++at, ++line;  // the line break
    if (row.cells.size() > 1 || quotes || !row.cells[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

STAC3DL_NAMESPACE_END
