/// kernels/pool3d_ref.hpp - max and average pooling as plain loops.
///
///   x (N, C, T, H, W)   y (N, C, T', H', W')   s stride, p padding   window element e = (i*KH + j)*KW + k
///   max      y[n,c,t,h,w] = max over e of x[n, c, t*s0+i-p0, h*s1+j-p1, w*s2+k-p2], elements inside x only
///            choice[n,c,t,h,w] = the first e that has it; NaN counts as larger than everything, the last NaN wins
///   average  y[n,c,t,h,w] = sum over e of x[...] / divisor, where the divisor counts the window's elements inside the
///            padded input (count_include_pad) or inside the input
/// Backward: an output's dy goes to the element that was chosen, or in equal shares to all:
///   dx[n,c,chosen] += dy       dx[n,c,...] += dy / divisor
#pragma once

#include "stac3dl/kernels/pool3d_spec.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

namespace detail {
/// visit(output, input, e): every input element of every window, both in memory order.
template <class Visit>
void for_each_pooled(const Shape<5>& x, const Shape<5>& y, const Pool3dSpec& spec, Visit&& visit) {
  const auto [KT, KH, KW] = spec.window;
  for (Index nc = 0; nc < x[0] * x[1]; ++nc)
    for (Index t = 0; t < y[2]; ++t)
      for (Index h = 0; h < y[3]; ++h)
        for (Index w = 0; w < y[4]; ++w)
          for (Index e = 0; e < KT * KH * KW; ++e) {
            const Index a = t * spec.stride[0] + e / KW / KH - spec.padding[0];
            const Index b = h * spec.stride[1] + e / KW % KH - spec.padding[1];
            const Index c = w * spec.stride[2] + e % KW - spec.padding[2];
            if (a < 0 || a >= x[2] || b < 0 || b >= x[3] || c < 0 || c >= x[4]) continue;
            visit(((nc * y[2] + t) * y[3] + h) * y[4] + w, ((nc * x[2] + a) * x[3] + b) * x[4] + c, e);
          }
}
/// The divisor of output number `o`.
inline Index pool_divisor_ref(const Shape<5>& x, const Shape<5>& y, const Pool3dSpec& spec, Index o) {
  const std::array<Index, 5> at = unravel(o, y);
  Index count = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    Index begin = at[a + 2] * spec.stride[a] - spec.padding[a];
    Index end = std::min(begin + spec.window[a], x[a + 2] + spec.padding[a]);
    if (!spec.count_include_pad) begin = std::max<Index>(begin, 0), end = std::min(end, x[a + 2]);
    count *= end - begin;
  }
  return count;
}
}  // namespace detail

/// `choice` has y's shape, or is empty if nobody wants it.
template <class Real>
void max_pool3d_forward_ref(CView<Real, 5> x, View<Real, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec) {
  Index last = -1;
  detail::for_each_pooled(x.shape(), y.shape(), spec, [&](Index out, Index in, Index e) {
    if (out == last && !(x[in] > y[out]) && x[in] == x[in]) return;
    last = out;
    y[out] = x[in];
    if (choice) choice[out] = static_cast<std::uint16_t>(e);
  });
}
template <class Real>
void max_pool3d_backward_ref(CView<Real, 5> dy, BasicView<const std::uint16_t, 5> choice, View<Real, 5> dx,
                             const Pool3dSpec& spec) {
  for (Index m = 0; m < dx.size(); ++m) dx[m] = 0;
  detail::for_each_pooled(dx.shape(), dy.shape(), spec, [&](Index out, Index in, Index e) {
    if (choice[out] == e) dx[in] += dy[out];
  });
}

template <class Real>
void avg_pool3d_forward_ref(CView<Real, 5> x, View<Real, 5> y, const Pool3dSpec& spec) {
  for (Index m = 0; m < y.size(); ++m) y[m] = 0;
  detail::for_each_pooled(x.shape(), y.shape(), spec, [&](Index out, Index in, Index) { y[out] += x[in]; });
  for (Index m = 0; m < y.size(); ++m)
    y[m] /= static_cast<Real>(detail::pool_divisor_ref(x.shape(), y.shape(), spec, m));
}
template <class Real>
void avg_pool3d_backward_ref(CView<Real, 5> dy, View<Real, 5> dx, const Pool3dSpec& spec) {
  for (Index m = 0; m < dx.size(); ++m) dx[m] = 0;
  detail::for_each_pooled(dx.shape(), dy.shape(), spec, [&](Index out, Index in, Index) {
    dx[in] += dy[out] / static_cast<Real>(detail::pool_divisor_ref(dx.shape(), dy.shape(), spec, out));
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
