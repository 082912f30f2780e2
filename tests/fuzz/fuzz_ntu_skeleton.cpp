// Any bytes as a .skeleton file: streams of finite numbers or an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/ntu.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const Stream& stream : ntu_streams(parse_ntu_skeleton(text, "fuzz"), {.bodies = 3, .confidence = true})) {
      check_stream(stream);
      if (!stream.absent() && !stream.frames.array().isFinite().all()) __builtin_trap();
    }
  } catch (const Error&) {
  }
  try {
    (void)parse_ntu_list(text, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
