// Any bytes as an .npy or .npz file: read whole or refused with an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/npz.hpp"

namespace {
void read(const stac3dl::NpyArray& array) {
  std::vector<float> numbers(static_cast<std::size_t>(array.header().count()));
  array.read_numbers(numbers.data());
  if (array.header().kind == 'f') return;
  std::vector<std::int16_t> whole(numbers.size());
  array.read_numbers(whole.data());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    read(NpyArray(bytes, "fuzz"));
  } catch (const Error&) {
  }
  try {
    const NpzFile file(bytes, "fuzz", std::size_t{1} << 24);
    for (const std::string& name : file.names()) {
      try {
        read(file.read(name));
      } catch (const Error&) {
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
