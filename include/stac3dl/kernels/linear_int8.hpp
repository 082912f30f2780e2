/// kernels/linear_int8.hpp - fully connected layer with weights in 8 bits, for inference.
///
///   w[o, i] = s[o] q[o, i], q whole numbers in [-127, 127], s[o] = max_i |w[o, i]| / 127
///   y = x (s q)' + 1 b'    x (R, I)   q (O, I)   s (O)   b (O), may be empty   y (R, O)
/// A weight is off by at most s[o] / 2: an output by at most s[o] / 2 sum_i |x[r, i]|, beside float's rounding.
#pragma once

#include <cmath>

#include "stac3dl/kernels/linear_narrow.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// w (O, I), finite -> q (O, I) and scale (O).  A row of zeros has scale 0.
inline void quantise_int8(CView<float, 2> w, View<std::int8_t, 2> q, View<float, 1> scale) {
  check_shape("quantise_int8 q", q.shape(), w.shape());
  check_shape("quantise_int8 scale", scale.shape(), Shape<1>{w.size(0)});
  const Index I = w.size(1);
  for (Index o = 0; o < w.size(0); ++o) {
    const float* const from = w.data() + o * I;
    float largest = 0;
    for (Index i = 0; i < I; ++i) largest = std::max(largest, std::abs(from[i]));
    scale.data()[o] = largest / 127;
    for (Index i = 0; i < I; ++i)
      q.data()[o * I + i] = static_cast<std::int8_t>(largest > 0 ? std::nearbyint(from[i] / largest * 127) : 0.0f);
  }
}

/// Y = x (s q)' + 1 b'; shapes and rounding above.
inline void linear_int8_forward(CView<float, 2> x, BasicView<const std::int8_t, 2> q, CView<float, 1> scale,
                                CView<float, 1> b, View<float, 2> y) {
  const detail::NarrowLinear<std::int8_t> layer{x, q, scale, b, y};
  check(bool(scale) || q.empty(), "linear_int8_forward: want a scale for each output");
  detail::check_narrow("linear_int8_forward", layer);
  detail::run_narrow(layer);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
