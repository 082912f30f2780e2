/// io/sha256.hpp - SHA-256 (FIPS 180-4): 32 bytes that stand for any number of bytes.
///
/// The message is padded with a bit 1, zeros, and its length in bits as 64 bits, to blocks of 64 bytes.  Words are of
/// 32 bits, highest byte first.  Each block goes through 64 rounds on eight words a..h, which begin as the state:
///   t1 = h + S1(e) + (e & f ^ ~e & g) + k_i + w_i     w_0..w_15: the block; w_i = s1(w_i-2) + w_i-7 + s0(w_i-15) +
///   w_i-16 t2 = S0(a) + (a & b ^ a & c ^ b & c)              S0, S1, s0, s1: xor of three turned or shifted copies h,
///   g, f, e, d, c, b, a <- g, f, e, d + t1, c, b, a, t1 + t2
/// and is added to the state.  k_i are the first 32 bits behind the point of the cube roots of the first 64 primes, the
/// first state those of the square roots of the first 8.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
// clang-format off
inline constexpr std::array<std::uint32_t, 64> sha256_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
// clang-format on
}  // namespace detail

/// Digest of everything given to update() so far.
class Sha256 {
 public:
  /// Takes `size` more bytes.
  void update(const void* data, std::size_t size) {
    const auto* p = static_cast<const unsigned char*>(data);
    length_ += size;
    while (size > 0) {
      if (held_ == 0 && size >= 64) {
        block(p), p += 64, size -= 64;
        continue;
      }
      const std::size_t part = std::min(size, 64 - held_);
      std::memcpy(rest_.data() + held_, p, part);
      held_ += part, p += part, size -= part;
      if (held_ == 64) block(rest_.data()), held_ = 0;
    }
  }
  void update(std::string_view text) { update(text.data(), text.size()); }  ///< Takes more text.

  /// 64 lower-case hexadecimal digits.  More may be added afterwards, as if it had not been asked for.
  std::string hex() const {
    Sha256 end = *this;
    static constexpr unsigned char padding[64] = {0x80};
    end.update(padding, 1 + static_cast<std::size_t>((119 - length_ % 64) % 64));  // leaves 8 bytes of the last block
    unsigned char bits[8];
    for (std::size_t i = 0; i < 8; ++i) bits[i] = static_cast<unsigned char>(length_ * 8 >> (56 - 8 * i));
    end.update(bits, 8);
    std::string digits;
    for (const std::uint32_t word : end.state_)
      for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[word >> shift & 15];
    return digits;
  }

 private:
  void block(const unsigned char* p) {
    std::array<std::uint32_t, 64> w;
    for (std::size_t i = 0; i < 16; ++i, p += 4)
      w[i] = std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3) +
             (std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10);
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                               detail::sha256_constants[i] + w[i];
      const std::uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const std::array<std::uint32_t, 8> sum{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state_[i] += sum[i];
  }

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_{};  // of a block that is not full
  std::size_t held_ = 0;
  std::uint64_t length_ = 0;  // bytes
};

/// Of a text, as 64 hexadecimal digits.
inline std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.hex();
}

STAC3DL_NAMESPACE_END
