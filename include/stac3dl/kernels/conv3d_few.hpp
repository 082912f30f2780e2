/// kernels/conv3d_few.hpp - convolution between many channels and a picture's few (1 to 4), by direct sums.
///
///   few_channels_data      dx[c, .] = sum over o and taps of dy[o, .] w[o, c, tap]        dy blocked, few c
///   few_channels_gradient  dw[o, c, tap] += sum over places of dy[o, place] x[c, place + tap]   dy blocked, x plain,
///   few c
/// Winograd's tiles save products, of which there are few here, and cost transforms of the many channels.  Stride 1, 3
/// or 1 taps along time, 3 x 3 along rows and columns; float.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/winograd_plan.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_few.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// y (N, C, T, H, W), blocked, of the problem that winograd_data_problem() describes; lanes beyond its channels become
/// 0.
template <int = 0>
void few_channels_data(const WinogradProblem& problem, BlockedView<const float> dy, CView<float, 5> w,
                              BlockedView<float> dx, Workspace& ws) {
  check_narrow("few_channels_data", problem.out_channels);
  STAC3DL_DISPATCH(few_outputs_run(problem, dy, {w, WinogradPass::data}, dx, ws));
}

/// dw (O, C, KT, 3, 3) += the gradient by the weights of a forward problem, from x (N, C, T, H, W), plain, and dy,
/// blocked.
template <int = 0>
void few_channels_gradient(const WinogradProblem& problem, CView<float, 5> x, BlockedView<const float> dy,
                                  View<float, 5> dw, Workspace& ws) {
  check_narrow("few_channels_gradient", problem.in_channels);
  STAC3DL_DISPATCH(few_inputs_gradient_run(problem, x, dy, dw.data(), ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
