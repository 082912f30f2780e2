/// kernels/soft_argmax.hpp - where a heat map points: the expected coordinates under its softmax.
///
///   p = softmax over cells of z          cell i is at ((i_x + 1/2) / W, (i_y + 1/2) / H), the frame is [0, 1]^2
///   x = sum_i p_i cx_i    y = sum_i p_i cy_i
/// Backward from (gx, gy):   dz_i = p_i [gx (cx_i - x) + gy (cy_i - y)]
///
/// z, p (N, J, T, H, W); points (N, T, J, 2) as (x, y).  A map goes row by row: a row's sum, times its cy, is its part
/// of y.
#pragma once

#include "stac3dl/kernels/lanes.hpp"
#include "stac3dl/kernels/upsample.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/soft_argmax.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// p may be the same memory as z.
template <class Real>
void soft_argmax_forward(CView<Real, 5> z, View<Real, 5> p, View<Real, 4> points) {
  check_shape("soft_argmax p", p.shape(), z.shape());
  check_shape("soft_argmax points", points.shape(), {z.size(0), z.size(2), z.size(1), 2});
  STAC3DL_DISPATCH(soft_argmax_forward_run<Real>(z, p, points));
}

/// dz from forward's p and points; overwritten.
template <class Real>
void soft_argmax_backward(CView<Real, 5> p, CView<Real, 4> points, CView<Real, 4> d_points, View<Real, 5> dz) {
  check_shape("soft_argmax_backward points", points.shape(), {p.size(0), p.size(2), p.size(1), 2});
  check_shape("soft_argmax_backward d_points", d_points.shape(), points.shape());
  check_shape("soft_argmax_backward dz", dz.shape(), p.shape());
  STAC3DL_DISPATCH(soft_argmax_backward_run<Real>(p, points, d_points, dz));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
