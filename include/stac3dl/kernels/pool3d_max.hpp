/// kernels/pool3d_max.hpp - 3-D max pooling; equations in pool3d_ref.hpp.
///
/// Windows that tile the input (stride = window, no padding, all of them full) have a path with the window's size known
/// to the compiler; all others clip every window to the input.  Threads share the N*C planes.
#pragma once

#include "stac3dl/kernels/pool3d_max_tiles.hpp"
#include "stac3dl/kernels/pool3d_spec.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace detail {

inline void check_max_pool3d(const char* call, const Shape<5>& x, const Shape<5>& y, const Pool3dSpec& spec) {
  check_shape(call, y, pool3d_output_shape(x, spec));
  if (spec.window[0] * spec.window[1] * spec.window[2] > 65536) [[unlikely]]
    fail(call, ": want a window of at most 65536 elements, got ", to_string(spec.window));
}

/// True if value takes the place of best: it is larger, or it is NaN.
template <class Real>
bool pool_better(Real value, Real best) {
  return (value > best) | (value != value);
}

/// Calls run.operator()<KT, KH, KW>() if the windows are of a size that C3D uses and tile x; false if they do not.
template <class Run>
bool for_pool_tiles(const Shape<5>& x, const Shape<5>& y, const Pool3dSpec& spec, Run&& run) {
  if (spec.stride != spec.window || spec.padding != std::array<Index, 3>{0, 0, 0}) return false;
  for (std::size_t a = 0; a < 3; ++a)
    if (y[a + 2] * spec.window[a] > x[a + 2]) return false;  // ceil mode with a window that is not full
  if (spec.window == std::array<Index, 3>{1, 2, 2}) return run.template operator()<1, 2, 2>(), true;
  if (spec.window == std::array<Index, 3>{2, 2, 2}) return run.template operator()<2, 2, 2>(), true;
  if (spec.window == std::array<Index, 3>{2, 1, 1}) return run.template operator()<2, 1, 1>(), true;
  return false;
}

}  // namespace detail

/// choice (y's shape): the window element that won; an empty view if nobody wants it.
template <class Real>
void max_pool3d_forward(CView<Real, 5> x, View<Real, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec) {
  using namespace detail;
  check_max_pool3d("max_pool3d_forward y", x.shape(), y.shape(), spec);
  if (choice) check_shape("max_pool3d_forward choice", choice.shape(), y.shape());
  const Shape<5>&xs = x.shape(), &ys = y.shape();
  const Index in = xs[2] * xs[3] * xs[4], out = ys[2] * ys[3] * ys[4];
  const bool tiled = for_pool_tiles(xs, ys, spec, [&]<int KT, int KH, int KW>() {
    for_each_plane(xs, [&](Index nc) {
      max_pool_tiles<KT, KH, KW>(x.data() + nc * in, xs, y.data() + nc * out,
                                 choice ? choice.data() + nc * out : nullptr, ys);
    });
  });
  if (tiled) return;
  for_each_plane(xs, [&](Index nc) {
    const Real* plane = x.data() + nc * in;
    for_each_window(nc, xs, ys, spec, [&](Index o, const std::array<PoolRange, 3>& range) {
      const auto& [t, h, w] = range;
      Real best = plane[(t.begin * xs[3] + h.begin) * xs[4] + w.begin];
      Index at = ((t.begin - t.window) * spec.window[1] + h.begin - h.window) * spec.window[2] + w.begin - w.window;
      for (Index a = t.begin; a < t.end; ++a)
        for (Index b = h.begin; b < h.end; ++b)
          for (Index c = w.begin; c < w.end; ++c) {
            const Real value = plane[(a * xs[3] + b) * xs[4] + c];
            if (!pool_better(value, best)) continue;
            best = value;
            at = ((a - t.window) * spec.window[1] + b - h.window) * spec.window[2] + c - w.window;
          }
      y.data()[o] = best;
      if (choice) choice.data()[o] = static_cast<std::uint16_t>(at);
    });
  });
}

/// dx from dy and the choices of the forward pass; overwrites dx.
template <class Real>
void max_pool3d_backward(CView<Real, 5> dy, BasicView<const std::uint16_t, 5> choice, View<Real, 5> dx,
                         const Pool3dSpec& spec) {
  using namespace detail;
  check_max_pool3d("max_pool3d_backward dy", dx.shape(), dy.shape(), spec);
  check_shape("max_pool3d_backward choice", choice.shape(), dy.shape());
  const Shape<5>&xs = dx.shape(), &ys = dy.shape();
  const Index in = xs[2] * xs[3] * xs[4], out = ys[2] * ys[3] * ys[4];
  const bool tiled = for_pool_tiles(xs, ys, spec, [&]<int KT, int KH, int KW>() {
    for_each_plane(xs, [&](Index nc) {
      max_pool_tiles_backward<KT, KH, KW>(dy.data() + nc * out, choice.data() + nc * out, ys, dx.data() + nc * in, xs);
    });
  });
  if (tiled) return;
  for_each_plane(xs, [&](Index nc) {
    Real* plane = dx.data() + nc * in;
    std::fill_n(plane, in, Real(0));
    for_each_window(nc, xs, ys, spec, [&](Index o, const std::array<PoolRange, 3>& range) {
      const auto& [t, h, w] = range;
      const Index e = choice.data()[o], KH = spec.window[1], KW = spec.window[2];
      const Index a = t.window + e / KW / KH, b = h.window + e / KW % KH, c = w.window + e % KW;
      plane[(a * xs[3] + b) * xs[4] + c] += dy.data()[o];
    });
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
