// Any bytes as a picture: decoded within its memory or refused with an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/image_read.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ImageLimits limits{.pixels = 1 << 16};
  try {
    const ImageSize declared = parse_image_size(bytes, "fuzz", limits);
    const Tensor<std::uint8_t, 3> picture = parse_image(bytes, "fuzz", limits);
    if (picture.size(0) != declared.height || picture.size(1) != declared.width) __builtin_trap();
  } catch (const Error&) {
  }
  try {
    (void)parse_depth(bytes, "fuzz", limits);
  } catch (const Error&) {
  }
  return 0;
}
