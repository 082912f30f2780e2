/// core/shape.hpp - the sizes of a tensor's axes, first axis slowest.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Sizes of the R axes; plain std::array, so that shapes compare, copy and destructure like values.
template <int R>
using Shape = std::array<Index, static_cast<std::size_t>(R)>;

/// "(2, 3, 16, 112, 112)"
inline std::string to_string(std::span<const Index> shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}
template <std::size_t R>
std::string to_string(const std::array<Index, R>& shape) {
  return to_string(std::span<const Index>(shape));
}

/// Number of elements.  Throws on a negative size and where the product does not fit into Index.
template <std::size_t R>
Index element_count(const std::array<Index, R>& shape) {
  Index count = 1;
  for (Index size : shape) {
    // not check(): its arguments, the text of the shape, would be made at every call
    if (size < 0) [[unlikely]] fail("shape ", to_string(shape), ": sizes must not be negative");
    if (size != 0 && count > std::numeric_limits<Index>::max() / size) [[unlikely]]
      fail("shape ", to_string(shape), ": too many elements");
    count *= size;
  }
  return count;
}

/// Size that stands for "any" in check_shape.
inline constexpr Index any_size = -1;

/// Throws "what: want (N, 64, any, 3), got (…)" unless `got` matches `want`, where any_size matches every size.
template <std::size_t R>
void check_shape(const char* what, const std::array<Index, R>& got, const std::array<Index, R>& want) {
  bool same = true;
  for (std::size_t i = 0; i < R; ++i) same = same && (want[i] == any_size || want[i] == got[i]);
  if (same) return;
  std::string text = "(";
  for (std::size_t i = 0; i < R; ++i)
    text += (i ? ", " : "") + (want[i] == any_size ? std::string("any") : std::to_string(want[i]));
  fail(what, ": want ", text, "), got ", to_string(got));
}

STAC3DL_NAMESPACE_END
