/// kernels/linear_narrow.hpp - a fully connected layer whose weights are stored in fewer bits, for inference.
///
///   y = x (s w)' + 1 b'      x (R, I)   w (O, I) in bf16 or int8   s (O), 1 for bf16   b (O), may be empty   y (R, O)
/// With few rows the layer is bound by reading the weights: two bytes or one in place of four.  They are widened to
/// float in registers; products and sums are those of float.  linear_bf16.hpp and linear_int8.hpp have the functions.
#pragma once

#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/bf16.hpp"
#include "stac3dl/kernels/gemm_micro.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

inline float to_float(std::int8_t x) { return static_cast<float>(x); }  ///< The same number.

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
