/// kernels/conv3d_direct_data.hpp - gradient of a convolution by its input, on lines: any kernel, stride and padding.
///
/// Along each axis padded element b = s*m + f is read by tap i = f + s*r of output t = m - r, so
///   dx[s*m + f] = sum over r of dy[m - r] * w[f + s*r]
/// which is, for every phase f of dx, a dense convolution of dy with the taps of that phase.  At stride 1 there is one
/// phase: the familiar convolution with mirrored weights.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_convolve.hpp"
#include "stac3dl/kernels/conv3d_direct_batch.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// One phase of an axis of dx: its elements, and the taps that reach them.
struct DataPhase {
  Index first, count;  ///< dx elements first, first + stride, ...
  Index taps, place;   ///< tap r reads place `place` - r of dy's line, counted from the output's own
};
inline DataPhase data_phase(const Conv3dSizes& s, std::size_t a, Index f) {
  const Index m = std::max<Index>(0, ceil_div(s.padding[a] - f, s.stride[a]));
  const Index end = ceil_div(s.padding[a] + s.in[a] - f, s.stride[a]);
  return {s.stride[a] * m + f - s.padding[a], std::max<Index>(0, end - m),
          std::max<Index>(0, ceil_div(s.kernel[a] - f, s.stride[a])), m};
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_data.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// dx from dy; see conv3d_backward_data_ref.  On lines, or with samples side by side, by the sizes.
template <class Real>
void conv3d_backward_data_direct(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                 Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_data_direct_run<Real>(dy, w, dx, spec, ws));
}
/// The same, always on lines.
template <class Real>
void conv3d_backward_data_lines(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_data_lines_run<Real>(dy, w, dx, spec, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
