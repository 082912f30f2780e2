/// io/jpeg_tables.hpp - are the Huffman tables of a JPEG file such that a decoder may trust them?
///
/// A DHT segment (ITU T.81, B.2.4.2): FF C4, length, and per table a class and number, 16 counts of codes of 1 to 16
/// bits, and a value a code.  stb_image before 2.28 has room for 256 values and believes counts that sum to more, and
/// decodes with tables that were never given.  Here both are refused before it sees the file.
#pragma once

#include <string>
#include <string_view>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace detail {

/// The tables of the segment whose length field is at `at`; returns how many there are.
inline int check_jpeg_segment(std::string_view bytes, std::size_t at, const std::string& name) {
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<int>(static_cast<unsigned char>(bytes[i])) : 0;
  };
  int tables = 0, left = byte(at) * 256 + byte(at + 1) - 2;
  for (at += 2; left > 0 && at < bytes.size(); ++tables) {
    int values = 0;
    for (std::size_t i = 1; i <= 16; ++i) values += byte(at + i);
    check(values <= 256, name, ": the picture is damaged (a Huffman table of ", values, " values at offset ", at,
          ", want at most 256)");
    at += 17 + static_cast<std::size_t>(values), left -= 17 + values;
  }
  return tables;
}

}  // namespace detail

/// Throws if a JPEG file has a Huffman table of more than 256 values, or a scan before the first table; other files
/// pass. Segments are followed one by one as far as they keep to the standard.  From the first scan on, and where they
/// do not, every FF C4 counts as a table: coded data never holds it.
inline void check_jpeg_tables(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with("\xff\xd8")) return;
  const auto byte = [&](std::size_t i) { return static_cast<int>(static_cast<unsigned char>(bytes[i])); };
  constexpr int table = 0xC4, scan = 0xDA;
  std::size_t at = 2;
  int tables = 0;
  while (at + 4 <= bytes.size() && byte(at) == 0xFF) {
    const int marker = byte(at + 1);
    if (marker == 0xFF) {  // a byte of filling
      ++at;
      continue;
    }
    if (marker == table) tables += detail::check_jpeg_segment(bytes, at + 2, name);
    if (marker == scan) break;
    at += 2 + static_cast<std::size_t>(byte(at + 2) * 256 + byte(at + 3));
  }
  bool scanned = at + 1 < bytes.size() && byte(at) == 0xFF && byte(at + 1) == scan;
  check(!scanned || tables > 0, name, ": the picture is damaged (a scan without a Huffman table)");
  for (; at + 1 < bytes.size(); ++at) {
    if (byte(at) != 0xFF) continue;
    if (byte(at + 1) == table) tables += detail::check_jpeg_segment(bytes, at + 2, name);
    if (byte(at + 1) == scan && tables == 0) fail(name, ": the picture is damaged (a scan without a Huffman table)");
  }
}

STAC3DL_NAMESPACE_END
