/// kernels/pool3d_average.hpp - 3-D average pooling; equations in pool3d_ref.hpp.
#pragma once

#include "stac3dl/kernels/pool3d_spec.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Means over windows; x (N, C, T, H, W), y as pool3d_output_shape says.
template <class Real>
void avg_pool3d_forward(CView<Real, 5> x, View<Real, 5> y, const Pool3dSpec& spec) {
  using namespace detail;
  check_shape("avg_pool3d_forward y", y.shape(), pool3d_output_shape(x.shape(), spec));
  const Shape<5>& xs = x.shape();
  for_each_plane(xs, [&](Index nc) {
    const Real* plane = x.data() + nc * xs[2] * xs[3] * xs[4];
    for_each_window(nc, xs, y.shape(), spec, [&](Index o, const std::array<PoolRange, 3>& range) {
      const auto& [t, h, w] = range;
      Real sum = 0;
      for (Index a = t.begin; a < t.end; ++a)
        for (Index b = h.begin; b < h.end; ++b)
          for (Index c = w.begin; c < w.end; ++c) sum += plane[(a * xs[3] + b) * xs[4] + c];
      y.data()[o] = sum / static_cast<Real>(pool_divisor(spec, xs, range));
    });
  });
}

/// dx from dy; overwrites dx.
template <class Real>
void avg_pool3d_backward(CView<Real, 5> dy, View<Real, 5> dx, const Pool3dSpec& spec) {
  using namespace detail;
  check_shape("avg_pool3d_backward dy", dy.shape(), pool3d_output_shape(dx.shape(), spec));
  const Shape<5>& xs = dx.shape();
  for_each_plane(xs, [&](Index nc) {
    Real* plane = dx.data() + nc * xs[2] * xs[3] * xs[4];
    std::fill_n(plane, xs[2] * xs[3] * xs[4], Real(0));
    for_each_window(nc, xs, dy.shape(), spec, [&](Index o, const std::array<PoolRange, 3>& range) {
      const auto& [t, h, w] = range;
      const Real share = dy.data()[o] / static_cast<Real>(pool_divisor(spec, xs, range));
      for (Index a = t.begin; a < t.end; ++a)
        for (Index b = h.begin; b < h.end; ++b)
          for (Index c = w.begin; c < w.end; ++c) plane[(a * xs[3] + b) * xs[4] + c] += share;
    });
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
