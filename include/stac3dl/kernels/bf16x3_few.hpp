/// kernels/bf16x3_few.hpp - convolution between a picture's few channels (1 to 4) and many on tile registers, each
/// number split into two bfloat16 (bf16x3_plan.hpp).
///
///   bf16x3_few_convolve   y[o, .] = epilogue(bias + sum over c and taps of x[c, . + tap] w[o, c, tap])   x plain
///   bf16x3_few_data       dx[c, .] = sum over o and taps of dy[o, .] w[o, c, tap]                       dy blocked
///   bf16x3_few_gradient   dw[o, c, tap] += sum over places of dy[o, place] x[c, place + tap]            x plain
/// A tile multiplies 32 steps of a sum, more than there are channels: taps stand beside channels in each of the three.
/// Sums are direct.  Problems as in conv3d_few.hpp; where there are no tile registers the same sums run as plain loops.
#pragma once

#include <algorithm>
#include <cstring>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/kernels/bf16x3.hpp"

#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_few.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_few_data.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_few_gradient.inl"
#include "stac3dl/core/for_each_tiles.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// True where the tile registers are the better choice for a picture of so many channels.
inline bool bf16x3_few_suits(Index channels) { return isa() == Isa::amx && channels <= narrow_channels; }

/// y, blocked, from x (N, C, T, H, W), plain, and w (O, C, KT, 3, 3); any pool.
template <int = 0>
void bf16x3_few_convolve(const WinogradProblem& problem, CView<float, 5> x, CView<float, 5> w,
                         const WinogradTarget& target, Workspace& ws) {
  check_narrow("bf16x3_few_convolve", problem.in_channels);
  STAC3DL_DISPATCH_TILES(few_convolve_run(problem, x, {w, WinogradPass::forward}, target, ws));
}

/// dx (N, C, T, H, W), blocked, of the problem that winograd_data_problem() describes; lanes beyond its channels become
/// 0.  Three channels at most.
template <int = 0>
void bf16x3_few_data(const WinogradProblem& problem, BlockedView<const float> dy, CView<float, 5> w,
                     BlockedView<float> dx, Workspace& ws) {
  check_narrow("bf16x3_few_data", problem.out_channels, narrow_channels - 1);
  STAC3DL_DISPATCH_TILES(few_data_run(problem, dy, {w, WinogradPass::data}, dx, ws));
}

/// dw (O, C, KT, 3, 3) += the gradient by the weights of a forward problem, from x, plain, and dy, blocked; db (O) += that
/// by the bias, unless it is empty.
template <int = 0>
void bf16x3_few_gradient(const WinogradProblem& problem, CView<float, 5> x, BlockedView<const float> dy,
                         View<float, 5> dw, View<float, 1> db, Workspace& ws) {
  check_narrow("bf16x3_few_gradient", problem.in_channels);
  STAC3DL_DISPATCH_TILES(few_gradient_run(problem, x, dy, dw.data(), db, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
