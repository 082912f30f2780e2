/// kernels/pool3d_max.hpp - 3-D max pooling; equations in pool3d_ref.hpp.
///
/// Which element of a window wins cannot be foretold, so vectors do not branch on it: each lane is a window of a row,
/// and takes over an element, and its index, where that is better.  This serves windows that step by 1 or 2 along the
/// row and reach over neither end of it; all others are done one at a time.  Backward there are no vectors: one number
/// a window goes to its place.  (Writing dx in order instead, as packs of winners and zeros, took 112 us where this
/// takes 55, on the 512 x 4 x 14 x 14 numbers before C3D's pool 4 with AVX-512, 340 us with AVX2.)  Threads share the
/// N*C planes.
#pragma once

#include "stac3dl/kernels/pool3d_lanes.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace detail {

inline void check_max_pool3d(const char* call, const Shape<5>& x, const Shape<5>& y, const Pool3dSpec& spec) {
  check_shape(call, y, pool3d_output_shape(x, spec));
  if (spec.window[0] * spec.window[1] * spec.window[2] > 65536) [[unlikely]]
    fail(call, ": want a window of at most 65536 elements, got ", to_string(spec.window));
}

/// One window: the largest, and unless `choice` is null which element it is.
template <class Real>
void max_pool_window(const Real* plane, const PoolShapes& s, const PoolRange& t, const PoolRange& h, const PoolRange& w,
                     Real& y, std::uint16_t* choice) {
  Real best = -std::numeric_limits<Real>::infinity();
  Index at = ((t.begin - t.window) * s.spec.window[1] + h.begin - h.window) * s.spec.window[2] + w.begin - w.window;
  for (Index a = t.begin; a < t.end; ++a)
    for (Index b = h.begin; b < h.end; ++b)
      for (Index c = w.begin; c < w.end; ++c) {
        const Real value = plane[(a * s.x[3] + b) * s.x[4] + c];
        if (!((value > best) | (value != value))) continue;
        best = value;
        at = ((a - t.window) * s.spec.window[1] + b - h.window) * s.spec.window[2] + c - w.window;
      }
  y = best;
  if (choice) *choice = static_cast<std::uint16_t>(at);
}

/// dx from dy and the winners: each plane is set to 0, then one number a window is added, or set where windows do not
/// meet.
template <bool apart, class Real>
void max_pool_scatter(const Real* dy, const std::uint16_t* choice, Real* dx, const PoolShapes& s) {
  const Index KH = s.spec.window[1], KW = s.spec.window[2], size = s.spec.window[0] * KH * KW;
  const auto offset = [&](Index e) { return (e / KW / KH * s.x[3] + e / KW % KH) * s.x[4] + e % KW; };
  std::array<Index, 64> offsets;  // of the windows that are used; a division takes longer
  for (Index e = 0; e < std::min<Index>(size, 64); ++e) offsets[static_cast<std::size_t>(e)] = offset(e);
  for_each_plane(s.x, [&](Index nc) {
    Real* const plane = dx + nc * s.in();
    std::fill_n(plane, s.in(), Real(0));
    s.for_each_row([&](Index row, const PoolRange& t, const PoolRange& h) {
      const Index first = (t.window * s.x[3] + h.window) * s.x[4], at = nc * s.out() + row * s.y[4];
      for (Index w = 0; w < s.y[4]; ++w) {
        const Index e = choice[at + w], column = w * s.spec.stride[2] - s.spec.padding[2];
        Real& to = plane[first + column + (e < 64 ? offsets[static_cast<std::size_t>(e)] : offset(e))];
        to = apart ? dy[at + w] : to + dy[at + w];
      }
    });
  });
}

}  // namespace detail
}  // namespace kernels
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/pool3d_max.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// choice (y's shape): the window element that won; an empty view if nobody wants it.
template <class Real>
void max_pool3d_forward(CView<Real, 5> x, View<Real, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec) {
  detail::check_max_pool3d("max_pool3d_forward y", x.shape(), y.shape(), spec);
  if (choice) check_shape("max_pool3d_forward choice", choice.shape(), y.shape());
  STAC3DL_DISPATCH(max_pool3d_forward_run<Real>(x, y, choice, spec));
}

/// dx from dy and the choices of the forward pass; overwrites dx.
template <class Real>
void max_pool3d_backward(CView<Real, 5> dy, BasicView<const std::uint16_t, 5> choice, View<Real, 5> dx,
                         const Pool3dSpec& spec) {
  detail::check_max_pool3d("max_pool3d_backward dy", dx.shape(), dy.shape(), spec);
  check_shape("max_pool3d_backward choice", choice.shape(), dy.shape());
  const detail::PoolShapes shapes(dx.shape(), dy.shape(), spec);
  if (shapes.tiles())
    detail::max_pool_scatter<true>(dy.data(), choice.data(), dx.data(), shapes);
  else
    detail::max_pool_scatter<false>(dy.data(), choice.data(), dx.data(), shapes);
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
