/// kernels/linear_narrow_ref.hpp - the plain twins of linear_bf16.hpp and linear_int8.hpp.
#pragma once

#include "stac3dl/kernels/linear_bf16.hpp"
#include "stac3dl/kernels/linear_int8.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
template <class Weight>
void narrow_ref(const NarrowLinear<Weight>& l) {
  for (Index r = 0; r < l.x.size(0); ++r)
    for (Index o = 0; o < l.w.size(0); ++o) {
      float sum = 0;
      for (Index i = 0; i < l.x.size(1); ++i) sum += l.x(r, i) * to_float(l.w(o, i));
      l.y(r, o) = sum * (l.scale ? l.scale(o) : 1.0f) + (l.bias ? l.bias(o) : 0.0f);
    }
}
}  // namespace detail

inline void linear_bf16_forward_ref(CView<float, 2> x, BasicView<const Bf16, 2> w, CView<float, 1> b,
                                    View<float, 2> y) {
  detail::narrow_ref<Bf16>({x, w, {}, b, y});
}
inline void linear_int8_forward_ref(CView<float, 2> x, BasicView<const std::int8_t, 2> q, CView<float, 1> scale,
                                    CView<float, 1> b, View<float, 2> y) {
  detail::narrow_ref<std::int8_t>({x, q, scale, b, y});
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
