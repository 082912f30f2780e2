/// kernels/conv3d_direct.hpp - convolution on lines, forward: any kernel, stride and padding.
///
/// Along each axis output t, tap i reads padded element t*s + i, which is place t + i/s of phase i mod s.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_convolve.hpp"
#include "stac3dl/kernels/conv3d_direct_batch.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// y = conv(x, w) + b; see conv3d_forward_ref.  On lines, or with samples side by side, by the sizes.
template <class Real>
void conv3d_forward_direct(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                           const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_forward_direct_run<Real>(x, w, b, y, spec, ws));
}
/// The same, always on lines.
template <class Real>
void conv3d_forward_lines(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                          const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_forward_lines_run<Real>(x, w, b, y, spec, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
