/// io/image_write.hpp - an RGB picture of bytes to a PNG file.
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

/// Writes a (H, W, 3) picture, whole or not at all.
inline void write_png(const std::filesystem::path& path, CView<std::uint8_t, 3> rgb, Replace replace) {
  constexpr Index largest = 1 << 15;
  check(!rgb.empty() && rgb.size(2) == 3 && rgb.size(0) <= largest && rgb.size(1) <= largest, "write_png ",
        path.string(), ": want a picture (H, W, 3) of at most ", largest, " pixels a side, got ",
        to_string(rgb.shape()));
  check_may_write(path, replace);
  const int h = static_cast<int>(rgb.size(0)), w = static_cast<int>(rgb.size(1));
  std::string bytes;
  const auto append = [](void* out, void* data, int size) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  check(stbi_write_png_to_func(append, &bytes, w, h, 3, rgb.data(), 3 * w) != 0, "write_png ", path.string(),
        ": cannot encode the picture");
  write_file(path, bytes, replace);
}

STAC3DL_NAMESPACE_END
