/// kernels/bf16.hpp - bfloat16, the upper half of a float: 8 binary digits, the float's exponent.
#pragma once

#include <cstdint>
#include <cstring>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// A bfloat16: the upper half of a float.
struct Bf16 {
  std::uint16_t bits;  ///< the upper half of a float's
};

/// The number that the bits stand for.
inline float to_float(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float y;
  std::memcpy(&y, &bits, sizeof(y));
  return y;
}

/// To the nearest, ties to even; relative error at most 2^-8 (0 and what is below 1e-38 aside).  NaN stays NaN.
inline Bf16 to_bf16(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  if ((bits & 0x7fffffffu) > 0x7f800000u) return {static_cast<std::uint16_t>((bits >> 16) | 0x40u)};
  return {static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
