/// kernels/linear_bf16.hpp - fully connected layer with weights in bfloat16, for inference.
///
///   y = x w' + 1 b'        x (R, I)   w (O, I) in bf16   b (O), may be empty   y (R, O)
/// A weight is off by at most 2^-8 of itself: an output by at most 2^-8 sum_i |w[o, i] x[r, i]|, beside the rounding of
/// float.
#pragma once

#include "stac3dl/kernels/linear_narrow.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// q = w, each to the nearest bf16.
template <int R>
void quantise_bf16(CView<float, R> w, View<Bf16, R> q) {
  check_shape("quantise_bf16 q", q.shape(), w.shape());
  for (Index i = 0; i < w.size(); ++i) q.data()[i] = to_bf16(w.data()[i]);
}

/// Y = x w' + 1 b'; shapes and rounding above.
inline void linear_bf16_forward(CView<float, 2> x, BasicView<const Bf16, 2> w, CView<float, 1> b, View<float, 2> y) {
  const detail::NarrowLinear<Bf16> layer{x, w, {}, b, y};
  detail::check_narrow("linear_bf16_forward", layer);
  detail::run_narrow(layer);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
