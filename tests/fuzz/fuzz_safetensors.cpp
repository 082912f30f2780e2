// Any bytes as a safetensors file: read whole or refused with an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  try {
    SafetensorsFile file = SafetensorsFile::from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz");
    for (const auto& [name, entry] : file.tensors()) {
      if (entry.end - entry.begin > size) __builtin_trap();
      try {
        switch (entry.shape.size()) {
          case 0:
          case 1:
            (void)file.read<double, 1>(name);
            break;
          case 2:
            (void)file.read<float, 2>(name);
            break;
          default:
            (void)file.read<double, 5>(name);
            break;
        }
      } catch (const Error&) {
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
