/// io/json.hpp - JSON that comes from outside: read strictly, quoted safely.
///
/// nlohmann/json keeps the last of two equal keys and takes a NUL byte for the end of the text; both would let a file
/// mean different things to different readers, so both are errors here.  Depth and keys of an object are limited.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Keys stay in the order in which they were written, for people to read.
using Json = nlohmann::ordered_json;

/// Text from a file for a message: in quotes, at most 80 bytes, nothing that a terminal would act on.
inline std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 80)) out += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return out + (text.size() > 80 ? "...\"" : "\"");
}

namespace detail {
/// What nlohmann says, without its "[json.exception.parse_error.101] " and without endless quotes from the text.
inline std::string json_reason(const std::exception& error) {
  std::string_view what = error.what();
  const std::size_t bracket = what.find("] ");
  if (bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
  std::string out;
  for (const char c : what.substr(0, 200)) out += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return out;
}

inline constexpr int json_max_depth = 32;
inline constexpr std::size_t json_max_keys = 4096;
}  // namespace detail

/// Throws "what: reason" unless `text` is one well-formed JSON value.
inline Json parse_json(std::string_view text, const std::string& what) {
  check(text.find('\0') == std::string_view::npos, what, ": not JSON: NUL byte at offset ", text.find('\0'));
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    check(depth <= detail::json_max_depth, what, ": more than ", detail::json_max_depth, " levels of nesting");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const std::string& key = value.get_ref<const std::string&>();
      check(keys.back().insert(key).second, what, ": key ", in_quotes(key), " occurs twice in one object");
      check(keys.back().size() <= detail::json_max_keys, what, ": an object has more than ", detail::json_max_keys,
            " keys");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::exception& error) {
    fail(what, ": not JSON: ", detail::json_reason(error));
  }
}

/// One line without spaces.  Numbers are written so that they are read back to the bit.
inline std::string dump_json(const Json& json, const std::string& what) {
  try {
    return json.dump();
  } catch (const Json::exception& error) {  // text that is not UTF-8
    fail(what, ": ", detail::json_reason(error));
  }
}

STAC3DL_NAMESPACE_END
