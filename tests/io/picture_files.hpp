/// Little picture files for tests: PNG by hand, BMP by hand, JPEG through stb's writer.
#pragma once

#include <zlib.h>

#include <string>
#include <vector>

#include "stac3dl/io/crc32.hpp"
#include "stac3dl/io/image_write.hpp"

namespace stac3dl_test {

inline std::string big_endian(std::size_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
  return out;
}

/// A grey PNG; rows begin with the byte of their filter and may be too few or too many.
inline std::string png_bytes(int height, int width, int bits, const std::vector<std::string>& rows) {
  std::string raw;
  for (const std::string& row : rows) raw += row;
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
           static_cast<uLong>(raw.size()));
  packed.resize(size);
  std::string out = "\x89PNG\r\n\x1a\n";
  const auto chunk = [&](const std::string& kind, const std::string& data) {
    out += big_endian(data.size()) + kind + data + big_endian(stac3dl::crc32(kind + data));
  };
  chunk("IHDR", big_endian(static_cast<std::size_t>(width)) + big_endian(static_cast<std::size_t>(height)) +
                    static_cast<char>(bits) + std::string(4, '\0'));
  chunk("IDAT", packed);
  chunk("IEND", "");
  return out;
}

/// A BMP of one colour, 24 bits.
inline std::string bmp_bytes(int height, int width, int r, int g, int b) {
  const std::size_t row = static_cast<std::size_t>((3 * width + 3) / 4 * 4);
  std::string out = "BM";
  const auto put = [&](std::size_t value, int bytes) {
    for (int k = 0; k < bytes; ++k) out += static_cast<char>(value >> (8 * k) & 255);
  };
  const std::size_t data = row * static_cast<std::size_t>(height);
  put(54 + data, 4), put(0, 4), put(54, 4), put(40, 4), put(static_cast<std::size_t>(width), 4);
  put(static_cast<std::size_t>(height), 4), put(1, 2), put(24, 2), put(0, 4), put(data, 4), put(2835, 4), put(2835, 4);
  put(0, 4), put(0, 4);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      put(static_cast<std::size_t>(b), 1), put(static_cast<std::size_t>(g), 1), put(static_cast<std::size_t>(r), 1);
    out.append(row - static_cast<std::size_t>(3 * width), '\0');
  }
  return out;
}

/// A JPEG of one colour.
inline std::string jpeg_bytes(int height, int width, int r, int g, int b) {
  std::string pixels, out;
  for (int i = 0; i < height * width; ++i) pixels += {static_cast<char>(r), static_cast<char>(g), static_cast<char>(b)};
  stbi_write_jpg_to_func(
      [](void* to, void* data, int size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
      },
      &out, width, height, 3, pixels.data(), 95);
  return out;
}

}  // namespace stac3dl_test
