/// kernels/conv3d_direct_weights.hpp - gradients of a convolution's weights and bias, on lines.
///
/// With x and dy on lines of one layout (dy 0 at the places that hold no output) a weight's gradient is one long dot
/// product:  dw[o][c][tap] = sum over q of dy_line[o][q] * x_line[c][q + offset[tap]].
/// Small units are dealt to a fixed number of parts; each part sums into weights of its own, and the parts are added in
/// order.  Where units are large, or the weights are, threads share out blocks of the weights instead.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_block.hpp"
#include "stac3dl/kernels/conv3d_cut.hpp"
#include "stac3dl/kernels/conv3d_direct_batch.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_weights.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
/// Adds to dw and, unless it is empty, to db; see conv3d_backward_weights_ref.
/// On lines, or with samples side by side, by the sizes.
template <class Real>
void conv3d_backward_weights_direct(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                    const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_weights_direct_run<Real>(x, dy, dw, db, spec, ws));
}
/// The same, always on lines.
template <class Real>
void conv3d_backward_weights_lines(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                   const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_weights_lines_run<Real>(x, dy, dw, db, spec, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
