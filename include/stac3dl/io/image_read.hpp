/// io/image_read.hpp - pictures from JPEG, PNG and BMP files, through stb_image.
///
///   read_image    (H, W, 3)   red, green, blue, 0 to 255; grey becomes three equal channels, transparency is dropped
///   read_depth    (H, W)      16-bit grey PNG, as depth cameras' millimetres are kept
/// The size in the file's header is checked before anything is decoded, and what stb_image may ask for while it decodes
/// is a fixed multiple of the picture's and the file's size: a PNG that unpacks to more is refused.  Tables of a JPEG
/// are checked first, and stb_image's memory begins as zeros: older versions read tables that a file never gave.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/io/gzip.hpp"
#include "stac3dl/io/jpeg_tables.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace detail {

/// Bytes that stb_image may still ask for on this thread.
inline std::size_t& image_memory() {
  thread_local std::size_t left = 0;
  return left;
}
/// Zeros, as long as image_memory() allows; the size stands in front of each block.
inline constexpr std::size_t image_block_head = 16;
inline void* image_malloc(std::size_t size) {
  if (size > image_memory()) return nullptr;
  auto* block = static_cast<unsigned char*>(std::calloc(size + image_block_head, 1));
  if (block == nullptr) return nullptr;
  std::memcpy(block, &size, sizeof size);
  image_memory() -= size;
  return block + image_block_head;
}
inline void image_free(void* memory) {
  if (memory == nullptr) return;
  unsigned char* block = static_cast<unsigned char*>(memory) - image_block_head;
  std::size_t size;
  std::memcpy(&size, block, sizeof size);
  image_memory() += size;
  std::free(block);
}
inline void* image_realloc(void* memory, std::size_t size) {
  void* moved = image_malloc(size);
  if (moved == nullptr || memory == nullptr) return moved;
  std::size_t old;
  std::memcpy(&old, static_cast<unsigned char*>(memory) - image_block_head, sizeof old);
  std::memcpy(moved, memory, old < size ? old : size);
  image_free(memory);
  return moved;
}

}  // namespace detail
STAC3DL_NAMESPACE_END

// Static, as in io/image_write.hpp: any number of translation units link, beside a program's own copy, too.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_MALLOC(size) ::stac3dl::detail::image_malloc(size)
#define STBI_REALLOC(memory, size) ::stac3dl::detail::image_realloc(memory, size)
#define STBI_FREE(memory) ::stac3dl::detail::image_free(memory)
#include <stb/stb_image.h>
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

STAC3DL_NAMESPACE_BEGIN

/// What a picture may ask for.
struct ImageLimits {
  Index pixels = Index{1} << 26;                   ///< 64 million
  std::size_t file_budget = std::size_t{1} << 27;  ///< bytes of the file
};

/// Columns and rows as the header says.
struct ImageSize {
  Index height = 0, width = 0;  ///< pixels
  int channels = 0;             ///< bytes or words a pixel
  bool deep = false;  ///< 16 bits a channel
};

namespace detail {

inline ImageSize image_size(std::string_view bytes, const std::string& name, const ImageLimits& limits) {
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  check(bytes.size() <= limits.file_budget && bytes.size() < (std::size_t{1} << 31), name, ": ", bytes.size(),
        " bytes, more than the budget of ", limits.file_budget);
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  image_memory() = std::size_t{1} << 20;  // a header needs next to nothing
  check(stbi_info_from_memory(data, size, &width, &height, &channels) != 0, name, ": not a JPEG, PNG or BMP picture (",
        stbi_failure_reason(), ")");
  check(width > 0 && height > 0 && width <= limits.pixels / height, name, ": a picture of ", width, " x ", height,
        " pixels, want at most ", limits.pixels);
  return {height, width, channels, stbi_is_16_bit_from_memory(data, size) != 0};
}

/// Decodes with `decode(data, size, &w, &h, &c)` within the memory that a picture of this size may need.
template <class Pixels, class Decode>
std::unique_ptr<Pixels, void (*)(void*)> decode_image(std::string_view bytes, const std::string& name,
                                                      const ImageSize& size, Decode&& decode) {
  // JPEG, progressive: 3 planes of bytes and of 16-bit coefficients, output; PNG, 16 bits: unpacked in doubling steps,
  // output, converted output.  40 bytes a pixel (sides rounded up to blocks) hold both.
  const auto blocks = [](Index side) { return static_cast<std::size_t>(side + 63); };
  image_memory() = (std::size_t{1} << 20) + 4 * bytes.size() + 40 * blocks(size.height) * blocks(size.width);
  int width = 0, height = 0, channels = 0;
  std::unique_ptr<Pixels, void (*)(void*)> pixels(decode(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                                         static_cast<int>(bytes.size()), &width, &height, &channels),
                                                  image_free);
  check(pixels != nullptr, name, ": the picture is damaged (", stbi_failure_reason(), ")");
  check(width == size.width && height == size.height, name, ": the picture is of ", width, " x ", height,
        " pixels, its header says ", size.width, " x ", size.height);
  return pixels;
}

}  // namespace detail

/// Size of a picture in memory, without decoding it; `name` is for messages.
inline ImageSize parse_image_size(std::string_view bytes, const std::string& name, const ImageLimits& limits = {}) {
  return detail::image_size(bytes, name, limits);
}

/// A colour picture (H, W, 3) from a file's bytes.
inline Tensor<std::uint8_t, 3> parse_image(std::string_view bytes, const std::string& name,
                                           const ImageLimits& limits = {}) {
  const ImageSize size = detail::image_size(bytes, name, limits);
  check_jpeg_tables(bytes, name);
  const auto pixels = detail::decode_image<stbi_uc>(
      bytes, name, size, [](auto... arguments) { return stbi_load_from_memory(arguments..., 3); });
  return Tensor<std::uint8_t, 3>(CView<std::uint8_t, 3>(pixels.get(), {size.height, size.width, 3}));
}

/// A picture (H, W) of 16 bits from a file's bytes; 8-bit ones are refused, their steps would not be the sensor's.
inline Tensor<std::uint16_t, 2> parse_depth(std::string_view bytes, const std::string& name,
                                            const ImageLimits& limits = {}) {
  const ImageSize size = detail::image_size(bytes, name, limits);
  check(size.deep && size.channels == 1, name, ": want a grey picture of 16 bits, got ", size.channels,
        size.channels == 1 ? " channel of " : " channels of ", size.deep ? 16 : 8, " bits");
  const auto pixels = detail::decode_image<stbi_us>(
      bytes, name, size, [](auto... arguments) { return stbi_load_16_from_memory(arguments..., 1); });
  return Tensor<std::uint16_t, 2>(CView<std::uint16_t, 2>(pixels.get(), {size.height, size.width}));
}

/// A file's picture (H, W, 3), 0 to 255.  Error where it is damaged or beyond the limits.
inline Tensor<std::uint8_t, 3> read_image(const std::filesystem::path& path, const ImageLimits& limits = {}) {
  return parse_image(read_file(path, limits.file_budget), path.generic_string(), limits);
}
/// A 16-bit grey PNG (H, W), as a rule millimetres.  Error where it is damaged or something else.
inline Tensor<std::uint16_t, 2> read_depth(const std::filesystem::path& path, const ImageLimits& limits = {}) {
  return parse_depth(read_file(path, limits.file_budget), path.generic_string(), limits);
}

STAC3DL_NAMESPACE_END
