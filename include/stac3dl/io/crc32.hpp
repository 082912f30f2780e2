/// io/crc32.hpp - CRC-32 as in IEEE 802.3, gzip and PNG: the checksum of "123456789" is cbf43926.
///
/// The bits of the message are the coefficients of a polynomial over GF(2), lowest bit of each byte first; the CRC is
/// its remainder by x^32 + x^26 + ... + 1 (0xEDB88320, mirrored), with start value and result inverted.  Eight bytes a
/// step: table k holds the remainder of one byte followed by k zero bytes, and remainders add (xor).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
using Crc32Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Crc32Tables make_crc32_tables() {
  Crc32Tables t{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xEDB88320u : 0u);
    t[0][byte] = rest;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) t[k][byte] = (t[k - 1][byte] >> 8) ^ t[0][t[k - 1][byte] & 0xFF];
  return t;
}
inline constexpr Crc32Tables crc32_tables = make_crc32_tables();
}  // namespace detail

/// Checksum of everything given to update() so far.
class Crc32 {
 public:
  /// Takes `size` more bytes.
  void update(const void* data, std::size_t size) {
    const auto& t = detail::crc32_tables;
    const auto* p = static_cast<const unsigned char*>(data);
    for (; size >= 8; size -= 8, p += 8)
      rest_ = t[7][(rest_ ^ p[0]) & 0xFF] ^ t[6][((rest_ >> 8) ^ p[1]) & 0xFF] ^ t[5][((rest_ >> 16) ^ p[2]) & 0xFF] ^
              t[4][((rest_ >> 24) ^ p[3]) & 0xFF] ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
    for (; size > 0; --size, ++p) rest_ = (rest_ >> 8) ^ t[0][(rest_ ^ *p) & 0xFF];
  }
  void update(std::string_view text) { update(text.data(), text.size()); }  ///< Takes more text.

  std::uint32_t value() const { return ~rest_; }  ///< The checksum of all bytes so far.

 private:
  std::uint32_t rest_ = 0xFFFFFFFF;
};

/// The checksum of a text.
inline std::uint32_t crc32(std::string_view text) {
  Crc32 crc;
  crc.update(text);
  return crc.value();
}

STAC3DL_NAMESPACE_END
