/// io/markup.hpp - text for HTML and SVG: escaped, numbers short, bytes in base64.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Text from anywhere as the content of an element or of a quoted attribute.  Control characters, which XML cannot
/// hold, and bytes that are not UTF-8 become U+FFFD.
inline std::string escape_markup(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80                ? 1
                               : c >= 0xC2 && c < 0xE0 ? 2
                               : (c & 0xF0) == 0xE0    ? 3
                               : c >= 0xF0 && c < 0xF5 ? 4
                                                       : 0;
    bool whole = length > 0 && i + length <= text.size();
    unsigned long point = length < 2 ? c : c & (0x7Fu >> length);
    for (std::size_t k = 1; whole && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = (next & 0xC0) == 0x80;
      point = point << 6 | (next & 0x3F);
    }
    whole = whole && !(length == 3 && (point < 0x800 || (point >= 0xD800 && point < 0xE000) || point >= 0xFFFE)) &&
            !(length == 4 && (point < 0x10000 || point > 0x10FFFF)) &&
            !(length == 1 && ((c < 32 && c != '\n' && c != '\t') || c == 127));
    if (!whole)
      out += "\xEF\xBF\xBD", ++i;
    else if (c == '&')
      out += "&amp;", ++i;
    else if (c == '<')
      out += "&lt;", ++i;
    else if (c == '>')
      out += "&gt;", ++i;
    else if (c == '"')
      out += "&quot;", ++i;
    else if (c == '\'')
      out += "&#39;", ++i;
    else
      out.append(text.substr(i, length)), i += length;
  }
  return out;
}

/// RFC 4648, with padding, without line breaks.
inline std::string base64(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    for (std::size_t k = 0; k < 3; ++k)
      value = value << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k < bytes.size() + 1 ? digits[value >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

/// 0.30000001 with 2 digits -> "0.30"; "–" for what is not finite.
inline std::string fixed_text(double value, int digits) {
  if (!std::isfinite(value)) return "\xE2\x80\x93";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
/// 0.314 -> "31 %"
inline std::string percent_text(double share, int digits = 0) {
  return std::isfinite(share) ? fixed_text(100 * share, digits) + " %" : fixed_text(share, 0);
}
/// Three significant digits, no more than needed: 97532.9 -> "97533", 3.14159 -> "3.14", 0.00012 -> "0.00012".
inline std::string number_text(double value) {
  if (!std::isfinite(value)) return fixed_text(value, 0);
  const double size = std::abs(value);
  const int digits = size == 0 || size >= 100 ? 0 : static_cast<int>(2 - std::floor(std::log10(size)));
  std::string text = fixed_text(value, std::min(digits, 12));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

STAC3DL_NAMESPACE_END
