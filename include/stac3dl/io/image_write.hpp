/// io/image_write.hpp - an RGB picture of bytes to a PNG or JPEG file.
#pragma once

#include <filesystem>
#include <string>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/io/atomic_file.hpp"

// Static: every translation unit has its own copy of stb's writer, so that any number of them link, beside a program's
// own copy, too.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

STAC3DL_NAMESPACE_BEGIN

namespace detail {
inline void check_picture(const std::string& what, CView<std::uint8_t, 3> rgb) {
  constexpr Index largest = 1 << 15;
  check(!rgb.empty() && rgb.size(2) == 3 && rgb.size(0) <= largest && rgb.size(1) <= largest, what,
        ": want a picture (H, W, 3) of at most ", largest, " pixels a side, got ", to_string(rgb.shape()));
}
inline void append_bytes(void* out, void* data, int size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
}
}  // namespace detail

/// A (H, W, 3) picture as a PNG file's bytes; `what` is for messages.
inline std::string encode_png(CView<std::uint8_t, 3> rgb, const std::string& what = "encode_png") {
  detail::check_picture(what, rgb);
  const int h = static_cast<int>(rgb.size(0)), w = static_cast<int>(rgb.size(1));
  std::string bytes;
  check(stbi_write_png_to_func(detail::append_bytes, &bytes, w, h, 3, rgb.data(), 3 * w) != 0, what,
        ": cannot encode the picture");
  return bytes;
}
/// As a JPEG file's; quality 1 to 100.
inline std::string encode_jpeg(CView<std::uint8_t, 3> rgb, int quality = 90) {
  detail::check_picture("encode_jpeg", rgb);
  const int h = static_cast<int>(rgb.size(0)), w = static_cast<int>(rgb.size(1));
  std::string bytes;
  check(stbi_write_jpg_to_func(detail::append_bytes, &bytes, w, h, 3, rgb.data(), quality) != 0,
        "encode_jpeg: cannot encode the picture");
  return bytes;
}

/// Writes a (H, W, 3) picture, whole or not at all.
inline void write_png(const std::filesystem::path& path, CView<std::uint8_t, 3> rgb, Replace replace) {
  detail::check_picture("write_png " + path.string(), rgb);
  check_may_write(path, replace);
  write_file(path, encode_png(rgb, "write_png " + path.string()), replace);
}

STAC3DL_NAMESPACE_END
