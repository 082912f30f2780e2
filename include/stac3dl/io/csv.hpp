/// io/csv.hpp - a table of numbers in text: one row a line, comma-separated, no header; as a rule with a time in front.
///
/// A time is `YYYY-MM-DD hh:mm:ss`, with a fraction of up to 6 digits or none, or a plain number of seconds.  A date
/// becomes seconds since 1970-01-01 (no time zones, no leap seconds).  Lines end in \n or \r\n; blank lines are counted
/// and left out.  Every error names file, line and column (counted from 1, the time is column 1).
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/io/gzip.hpp"
#if !defined(__cpp_lib_to_chars)
#include <locale>
#include <sstream>
#endif

STAC3DL_NAMESPACE_BEGIN

/// What the table looks like.
struct CsvOptions {
  Index columns = 0;         ///< numbers in a row, the time not counted; 0: as many as the first row has
  bool time_column = true;   ///< the first column is a time
};

/// A table that has been read.
struct CsvTable {
  std::vector<double> times;          ///< (rows) seconds; empty without a time column
  Tensor<float, 2> values;            ///< (rows, columns)
  std::vector<Index> lines;           ///< (rows) line of the file, counted from 1
  Index blank_lines = 0;              ///< lines without anything
  Index times_without_fraction = 0;   ///< dates that end in whole seconds
};

namespace detail {

/// The whole of `text` as a number; false if it is not one.  Infinity and NaN are numbers here.
template <class Number>
bool parse_number(std::string_view text, Number& value) {
  if (!text.empty() && text.front() == '+') {  // from_chars takes no plus sign
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) return false;
  }
#if defined(__cpp_lib_to_chars)
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
#else
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  return static_cast<bool>(in >> value) && in.peek() == std::char_traits<char>::eof();
#endif
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (years run from March, so that leap days come last).
inline std::int64_t days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day) {
  const std::int64_t y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;  // March is 0
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/// `YYYY-MM-DD hh:mm:ss[.ffffff]` as seconds since 1970; false if it is not a date.
inline bool parse_date(std::string_view text, double& seconds, bool& fraction) {
  if (text.size() < 19 || text.size() > 26) return false;
  constexpr std::string_view pattern = "0000-00-00 00:00:00";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i] && !(i == 10 && text[i] == 'T')) return false;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    std::int64_t value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  std::int64_t micro = 0;
  if (text.size() > 19) {
    if (text[19] != '.') return false;
    for (std::size_t i = 20; i < 26; ++i) {
      const char c = i < text.size() ? text[i] : '0';
      if (c < '0' || c > '9') return false;
      micro = micro * 10 + (c - '0');
    }
  }
  const std::int64_t year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const std::int64_t hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const bool short_month = month == 4 || month == 6 || month == 9 || month == 11;
  const std::int64_t month_days = month == 2 ? (leap ? 29 : 28) : (short_month ? 30 : 31);
  if (month < 1 || month > 12 || day < 1 || day > month_days || hour > 23 || minute > 59 || second > 59) return false;
  const std::int64_t whole = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  seconds = static_cast<double>(whole * 1000000 + micro) / 1e6;
  fraction = text.size() > 20;
  return true;
}

inline bool looks_like_date(std::string_view text) {
  return text.size() > 4 && text[4] == '-' && text.find_first_not_of("0123456789") == 4;
}

/// A cell for a message: short, and harmless on a terminal.
inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, 40)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > 40 ? "...\"" : "\"");
}

inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace detail

/// Reads a table from text; `name` is for messages.
inline CsvTable parse_csv(std::string_view text, const std::string& name, const CsvOptions& options = {}) {
  CsvTable table;
  std::vector<float> values;
  values.reserve(text.size() / 6);  // a guess; bounded by what is there
  Index columns = options.columns, line_number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++line_number;
    if (detail::trimmed(line).empty()) {
      ++table.blank_lines;
      continue;
    }
    const std::size_t before = values.size();
    Index column = 0;  // of the file, from 0
    for (std::size_t at = 0; at <= line.size(); ++column) {
      const auto comma = std::min(line.find(',', at), line.size());
      const std::string_view cell = detail::trimmed(line.substr(at, comma - at));
      at = comma + 1;
      const auto where = [&] { return detail::concat(name, ": line ", line_number, ", column ", column + 1, ": "); };
      if (column == 0 && options.time_column) {
        double seconds = 0;
        if (detail::looks_like_date(cell)) {
          bool fraction = false;
          if (!detail::parse_date(cell, seconds, fraction))
            fail(where(), "want a time YYYY-MM-DD hh:mm:ss.ffffff, got ", detail::quoted(cell));
          table.times_without_fraction += !fraction;
        } else if (!detail::parse_number(cell, seconds) || !std::isfinite(seconds)) {
          fail(where(), "want a time (YYYY-MM-DD hh:mm:ss.ffffff or seconds), got ", detail::quoted(cell));
        }
        table.times.push_back(seconds);
        continue;
      }
      float value = 0;
      if (!detail::parse_number(cell, value) || !std::isfinite(value)) [[unlikely]]
        fail(where(), "want a finite number, got ", cell.empty() ? "nothing" : detail::quoted(cell));
      values.push_back(value);
    }
    const Index got = static_cast<Index>(values.size() - before);
    if (columns == 0) columns = got;
    if (got != columns || got == 0)
      fail(name, ": line ", line_number, ": want ", std::max<Index>(columns, 1),
           columns > 1 ? " numbers" : " number", options.time_column ? " behind the time" : "", ", got ", got);
    table.lines.push_back(line_number);
  }
  check(!table.lines.empty(), name, ": no rows; want lines of numbers");
  table.values.resize({static_cast<Index>(table.lines.size()), columns});
  std::copy(values.begin(), values.end(), table.values.begin());
  return table;
}

/// Reads a table from a file, plain or gzip.
inline CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options = {},
                         std::size_t budget = default_file_budget) {
  return parse_csv(read_file(path, budget), path.generic_string(), options);
}

STAC3DL_NAMESPACE_END
