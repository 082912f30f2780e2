/// kernels/linear_narrow.hpp - a fully connected layer whose weights are stored in fewer bits, for inference.
///
///   y = x (s w)' + 1 b'      x (R, I)   w (O, I) in bf16 or int8   s (O), 1 for bf16   b (O), may be empty   y (R, O)
/// With few rows the layer is bound by reading the weights: two bytes or one in place of four.  They are widened to
/// float in registers; products and sums are those of float.  linear_bf16.hpp and linear_int8.hpp have the functions.
#pragma once

#include <cstdint>
#include <cstring>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/gemm_micro.hpp"

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
inline float to_float(std::int8_t x) { return static_cast<float>(x); }  ///< The same number.

/// To the nearest, ties to even; relative error at most 2^-8 (0 and what is below 1e-38 aside).  NaN stays NaN.
inline Bf16 to_bf16(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  if ((bits & 0x7fffffffu) > 0x7f800000u) return {static_cast<std::uint16_t>((bits >> 16) | 0x40u)};
  return {static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
}

namespace detail {
/// Empty scale: 1.
template <class Weight>
struct NarrowLinear {
  CView<float, 2> x;
  BasicView<const Weight, 2> w;
  CView<float, 1> scale, bias;
  View<float, 2> y;
};
template <class Weight>
void check_narrow(const char* what, const NarrowLinear<Weight>& l) {
  const Index R = l.x.size(0), O = l.w.size(0);
  check_shape(what, l.w.shape(), Shape<2>{O, l.x.size(1)});
  check_shape(what, l.y.shape(), Shape<2>{R, O});
  if (l.bias) check_shape(what, l.bias.shape(), Shape<1>{O});
  if (l.scale) check_shape(what, l.scale.shape(), Shape<1>{O});
}
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/linear_narrow.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::detail {
template <class Weight>
void run_narrow(const NarrowLinear<Weight>& layer) {
  STAC3DL_DISPATCH(narrow_run(layer));
}
}  // namespace kernels::detail

STAC3DL_NAMESPACE_END
