/// kernels/pool3d_average.hpp - 3-D average pooling; equations in pool3d_ref.hpp.
///
/// As in pool3d_max.hpp each lane is a window of a row.  Backward, windows that tile x write dx once, in order; those
/// that step by 1 along the row add to packs of it; others are done one at a time.  Sums run in the order of the plain
/// twin, so that results are those of the twin to the bit.  Threads share the N*C planes.
#pragma once

#include "stac3dl/kernels/pool3d_lanes.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// The mean of one window.
template <class Real>
Real avg_pool_window(const Real* plane, const PoolShapes& s, const PoolRange& t, const PoolRange& h,
                     const PoolRange& w) {
  Real sum = 0;
  for (Index a = t.begin; a < t.end; ++a)
    for (Index b = h.begin; b < h.end; ++b)
      for (Index c = w.begin; c < w.end; ++c) sum += plane[(a * s.x[3] + b) * s.x[4] + c];
  return sum / static_cast<Real>(pool_divisor(s.spec, s.x, {t, h, w}));
}

/// Adds one window's share of dy to all of its elements.
template <class Real>
void avg_pool_spread(Real dy, const PoolShapes& s, const PoolRange& t, const PoolRange& h, const PoolRange& w,
                     Real* plane) {
  const Real share = dy / static_cast<Real>(pool_divisor(s.spec, s.x, {t, h, w}));
  for (Index a = t.begin; a < t.end; ++a)
    for (Index b = h.begin; b < h.end; ++b)
      for (Index c = w.begin; c < w.end; ++c) plane[(a * s.x[3] + b) * s.x[4] + c] += share;
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/pool3d_average.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

template <class Real>
void avg_pool3d_forward(CView<Real, 5> x, View<Real, 5> y, const Pool3dSpec& spec) {
  check_shape("avg_pool3d_forward y", y.shape(), pool3d_output_shape(x.shape(), spec));
  STAC3DL_DISPATCH(avg_pool3d_forward_run<Real>(x, y, spec));
}

/// dx from dy; overwrites dx.
template <class Real>
void avg_pool3d_backward(CView<Real, 5> dy, View<Real, 5> dx, const Pool3dSpec& spec) {
  check_shape("avg_pool3d_backward dy", dy.shape(), pool3d_output_shape(dx.shape(), spec));
  STAC3DL_DISPATCH(avg_pool3d_backward_run<Real>(dy, dx, spec));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
