/// kernels/winograd.hpp - 3-D convolution by Winograd's minimal filtering (equations in winograd_plan.hpp).
///
/// Volumes are blocked (blocked.hpp).  Weights are transformed once for a plan and an instruction set, and used by any
/// number of runs.  Float only: double is for checking, and takes direct sums.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/blocked_epilogue.hpp"
#include "stac3dl/kernels/blocked_pool.hpp"
#include "stac3dl/kernels/conv3d_few.hpp"
#include "stac3dl/kernels/winograd_choice.hpp"
#include "stac3dl/kernels/winograd_parts.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_gradient.inl"
#include "stac3dl/core/for_each_isa.hpp"
#include "stac3dl/kernels/bf16x3_few.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Weights of a run: w (O, C, KT, 3, 3) as they are, transformed as they are needed, or also transformed ahead.
struct WinogradKernel {
  CView<float, 5> w;  ///< (O, C, KT, 3, 3)
  WinogradPass pass = WinogradPass::forward;  ///< the convolution, or its gradient by the input
  const float* prepared = nullptr;  ///< plan.weights_size() floats of winograd_transform_weights, or null
};

/// u (plan.weights_size()) from w (O, C, KT, 3, 3): of the convolution, or of its gradient by the input.  Good for the
/// instruction set in use.
template <int = 0>
void winograd_transform_weights(const WinogradPlan& plan, CView<float, 5> w, WinogradPass pass, float* u) {
  if (plan.bf16x3) return bf16x3_transform_weights(plan, {w, pass}, u);
  STAC3DL_DISPATCH(winograd_weights(plan, {w, pass}, u));
}

namespace detail {
inline void check_winograd_input(const char* what, const WinogradPlan& plan, const WinogradInput& x) {
  const WinogradProblem& p = plan.problem;
  const Shape<5> shape{p.samples, p.in_channels, p.in[0], p.in[1], p.in[2]};
  check_shape(what, x.shape(), shape);
  check(!x.plain || p.in_channels <= narrow_channels, what, ": a plain volume may have ", narrow_channels,
        " channels at most, got ", p.in_channels);
}
}  // namespace detail

/// True if the pool's windows lie inside tiles.
inline bool winograd_pools(const WinogradPlan& plan, const ConvEpilogue& after) {
  if (plan.bf16x3) return bf16x3_pools(plan, after);
  const std::array<Index, 3> tile{plan.depth->tile, plan.tile, plan.tile};
  for (std::size_t a = 0; a < 3; ++a)
    if (tile[a] % after.pool[a] != 0) return false;
  return true;
}

/// y = epilogue(conv(x) + bias).  bias: filled up to whole blocks, or null.  choice: blocked as y, which element of the
/// pool's window won, or null.
template <int = 0>
void winograd_convolve(const WinogradPlan& plan, const WinogradInput& x, const WinogradKernel& kernel,
                              const float* bias, const ConvEpilogue& after, BlockedView<float> y, std::uint8_t* choice,
                              Workspace& ws) {
  detail::check_winograd_input("winograd_convolve x", plan, x);
  // Outputs that no cache holds need not pass through one.
  const bool stream = !after.pooled() && y.size() * Index{4} > (Index{16} << 20);
  if (x.plain && kernel.pass == WinogradPass::forward && bf16x3_few_suits(plan.problem.in_channels))
    return bf16x3_few_convolve(plan.problem, x.plain, kernel.w, {bias, after, y.data, choice, stream}, ws);
  const bool alone = bias == nullptr && !after.pooled() && after.activation == Activation::none;
  if (alone && kernel.pass == WinogradPass::data && !x.plain && plan.problem.out_channels <= narrow_channels) {
    if (bf16x3_few_suits(plan.problem.out_channels) && plan.problem.out_channels < narrow_channels)
      return bf16x3_few_data(plan.problem, x.blocked, kernel.w, y, ws);
    return few_channels_data(plan.problem, x.blocked, kernel.w, y, ws);
  }
  if (after.pooled() && !winograd_pools(plan, after)) {
    const auto& [a, b, c] = plan.problem.out;
    const Shape<5> shape{plan.problem.samples, plan.problem.out_channels, a, b, c};
    Workspace::Scope scope(ws);
    const BlockedView<float> active(ws.take<float>(blocked_size(shape)).data(), shape);
    winograd_convolve(plan, x, kernel, bias, {after.activation, {1, 1, 1}}, active, nullptr, ws);
    return blocked_max_pool(active, after.pool, y, choice);
  }
  if (plan.bf16x3)
    return bf16x3_convolve(plan, x.blocked, {kernel.w, kernel.pass}, kernel.prepared, {bias, after, y.data, choice, stream}, ws);
  STAC3DL_DISPATCH(
      winograd_run(plan, x, {kernel.prepared, {kernel.w, kernel.pass}}, {bias, after, y.data, choice, stream}, ws));
}

/// dw (O, C, KT, 3, 3) += gradient by the weights of the forward pass's plan, db (O) += that by the bias, unless it is
/// empty; from the pass's x and dy.
template <int = 0>
void winograd_weight_gradient(const WinogradPlan& plan, const WinogradInput& x, BlockedView<const float> dy,
                              View<float, 5> dw, View<float, 1> db, Workspace& ws) {
  detail::check_winograd_input("winograd_weight_gradient x", plan, x);
  check(!db || db.size() == plan.problem.out_channels, "winograd_weight_gradient db: want ", plan.problem.out_channels,
        " channels, got ", db.size());
  if (x.plain && bf16x3_few_suits(plan.problem.in_channels))
    return bf16x3_few_gradient(plan.problem, x.plain, dy, dw, db, ws);
  if (!x.plain && plan.bf16x3) return bf16x3_weight_gradient(plan, x.blocked, dy, dw, db, ws);
  if (db) blocked_bias_gradient(dy, db, ws);
  if (x.plain) return few_channels_gradient(plan.problem, x.plain, dy, dw, ws);
  STAC3DL_DISPATCH(winograd_gradient(plan, x.blocked, dy, dw.data(), ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
