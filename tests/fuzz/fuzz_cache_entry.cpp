// Any bytes as a file of the window cache, and with the head and the checksum that such a file has: read whole or
// refused with an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>
#include <sstream>

#include "stac3dl/io/cache_entry.hpp"

namespace {
void read(const std::string& bytes) {
  std::istringstream in(bytes);
  try {
    stac3dl::read_cache_entry(in, bytes.size(), "key");
  } catch (const stac3dl::Error&) {
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  std::string sealed(stac3dl::cache_entry_format);
  sealed += std::string("\1\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0key", 19) + bytes;
  const std::uint32_t crc = stac3dl::crc32(sealed);
  for (int b = 0; b < 4; ++b) sealed += static_cast<char>(crc >> (8 * b) & 255);
  read(sealed + std::string(4, '\0'));
  return 0;
}
