/// io/json_fields.hpp - plain structs to JSON and back from one list of their fields.
///
/// A struct takes part by a function beside it that names every field once, for reading and for writing:
///   template <class Visit> void visit_fields(BlockConfig& c, Visit&& visit) { visit("name", c.name), ...; }
/// and an enum by enum_names(E), the names of its values 0, 1, 2, ... .
/// Fields may be bool, Index, double, text, enums, such structs, and std::array or std::vector of them.  When read, a
/// field that is left out keeps its default; an unknown key, a wrong type and a number that is not finite are errors
/// that name the place: "modalities[0].blocks[2].kernel: want 3 whole numbers, got \"3\"".
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

/// Letters to insert, delete or replace to get from a to b (Levenshtein 1966).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}
/// The name closest to `text`, which comes from a file and is only looked at in part.
inline std::string nearest_name(std::string_view text, const std::vector<std::string>& names) {
  text = text.substr(0, 64);
  return *std::min_element(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(text, a) < edit_distance(text, b);
  });
}

/// A value for a message, cut to a readable length.
inline std::string shown(const Json& json) {
  if (json.is_string()) return in_quotes(json.get_ref<const std::string&>());
  if (json.is_structured()) return json.is_array() ? "an array" : "an object";
  return json.dump();
}

template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {
  using Element = T;
  static constexpr std::size_t size = N;
};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// What a field of this type is called in messages: one of it, several of it.
template <class T>
constexpr const char* one_of_type() {
  return std::is_same_v<T, bool>          ? "true or false"
         : std::is_integral_v<T>          ? "a whole number"
         : std::is_floating_point_v<T>    ? "a number"
         : std::is_same_v<T, std::string> ? "a text"
                                          : "an object";
}
template <class T>
constexpr const char* several_of_type() {
  return std::is_integral_v<T> ? " whole numbers" : std::is_floating_point_v<T> ? " numbers" : " texts";
}

/// Anything, where only the number of fields is asked for.
struct AnyField {
  template <class T>
  operator T() const;
};
template <class T, class... Fields>
constexpr std::size_t count_fields() {
  if constexpr (requires { T{Fields{}..., AnyField{}}; })
    return count_fields<T, Fields..., AnyField>();
  else
    return sizeof...(Fields);
}
}  // namespace detail

/// Number of members of a plain struct: lets a list of its fields prove at compile time that it is complete.
template <class T>
inline constexpr std::size_t field_count = detail::count_fields<T>();

template <class T>
Json fields_to_json(const T& value, const std::string& path = "") {
  if constexpr (std::is_enum_v<T>) {
    return enum_names(value)[static_cast<std::size_t>(value)];
  } else if constexpr (detail::IsVector<T>::value || detail::IsArray<T>::value) {
    Json json = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i)
      json.push_back(fields_to_json(value[i], path + "[" + std::to_string(i) + "]"));
    return json;
  } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
    Json json = Json::object();
    visit_fields(const_cast<T&>(value), [&](const char* name, const auto& field) {  // only read
      json[name] = fields_to_json(field, path.empty() ? name : path + "." + name);
    });
    return json;
  } else {
    if constexpr (std::is_floating_point_v<T>) check(std::isfinite(value), path, ": want a finite number, got ", value);
    return value;
  }
}

/// Fills `value`; `path` is where in the document it stands.
template <class T>
void fields_from_json(const Json& json, T& value, const std::string& path) {
  if constexpr (std::is_enum_v<T>) {
    const std::span<const char* const> names = enum_names(value);
    std::string list;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (json.is_string() && json.get_ref<const std::string&>() == names[i]) {
        value = static_cast<T>(i);
        return;
      }
      list += (i > 0 ? ", " : "") + std::string(names[i]);
    }
    fail(path, ": want one of ", list, ", got ", detail::shown(json));
  } else if constexpr (detail::IsArray<T>::value) {
    using A = detail::IsArray<T>;
    check(json.is_array() && json.size() == A::size, path, ": want ", A::size,
          detail::several_of_type<typename A::Element>(), ", got ", detail::shown(json),
          json.is_array() ? " of " + std::to_string(json.size()) : "");
    for (std::size_t i = 0; i < A::size; ++i) fields_from_json(json[i], value[i], path + "[" + std::to_string(i) + "]");
  } else if constexpr (detail::IsVector<T>::value) {
    check(json.is_array(), path, ": want an array, got ", detail::shown(json));
    value.clear();
    for (std::size_t i = 0; i < json.size(); ++i)
      fields_from_json(json[i], value.emplace_back(), path + "[" + std::to_string(i) + "]");
  } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
    check(json.is_object(), path.empty() ? "the document" : path, ": want an object, got ", detail::shown(json));
    std::vector<std::string> known;
    visit_fields(value, [&](const char* name, auto& field) {
      known.push_back(name);
      const auto at = json.find(name);
      if (at != json.end()) fields_from_json(*at, field, path.empty() ? name : path + "." + name);
    });
    for (const auto& [key, ignored] : json.items())
      check(std::find(known.begin(), known.end(), key) != known.end(), path, path.empty() ? "" : ": ", "unknown key ",
            in_quotes(key), known.empty() ? "; none is known" : "; the nearest known one is \"",
            known.empty() ? "" : detail::nearest_name(key, known) + "\"");
  } else {
    const bool right = std::is_same_v<T, bool>          ? json.is_boolean()
                       : std::is_same_v<T, std::string> ? json.is_string()
                       : std::is_unsigned_v<T>          ? json.is_number_unsigned()
                       : std::is_integral_v<T>          ? json.is_number_integer()
                                                        : json.is_number();
    check(right, path, ": want ", detail::one_of_type<T>(), ", got ", detail::shown(json));
    if constexpr (std::is_same_v<T, Index>)
      check(!json.is_number_unsigned() || json.get<std::uint64_t>() <= std::uint64_t{1} << 62, path,
            ": the number is too large: ", detail::shown(json));
    value = json.get<T>();
  }
}

STAC3DL_NAMESPACE_END
