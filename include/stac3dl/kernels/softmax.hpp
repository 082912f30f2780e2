/// kernels/softmax.hpp - softmax over the last axis, with masks.  R rows, K entries each.
///
///   y[r,k] = exp(x[r,k] - max) / sum over valid j of exp(x[r,j] - max)       max over the row's valid entries
/// A masked entry is exactly 0; a row with nothing valid is all 0.
/// Backward from dy (masked entries of y are 0, and so is what comes back from them):
///   dx[r,k] = y[r,k] (dy[r,k] - sum over j of y[r,j] dy[r,j])
/// y may be written over x, and dx over dy.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "stac3dl/kernels/lanes.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/softmax.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
/// x, y (R, K); mask (R, K), 1 = valid, or empty.
template <class Real>
void softmax_forward(CView<Real, 2> x, CView<std::uint8_t, 2> mask, View<Real, 2> y) {
  check_shape("softmax y", y.shape(), x.shape());
  if (!mask.empty()) check_shape("softmax mask", mask.shape(), x.shape());
  STAC3DL_DISPATCH(softmax_forward_run<Real>(x, mask, y));
}

/// y, dy, dx (R, K)
template <class Real>
void softmax_backward(CView<Real, 2> y, CView<Real, 2> dy, View<Real, 2> dx) {
  check_shape("softmax dy", dy.shape(), y.shape());
  check_shape("softmax dx", dx.shape(), y.shape());
  STAC3DL_DISPATCH(softmax_backward_run<Real>(y, dy, dx));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
