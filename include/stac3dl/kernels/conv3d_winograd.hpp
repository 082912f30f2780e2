/// kernels/conv3d_winograd.hpp - convolution by Winograd's minimal filtering (winograd.hpp) on plain volumes.
///
/// x, y and their gradients are turned into blocked volumes and back; chains of convolutions that stay blocked, as the
/// model's do, save that.  Functions as in conv3d.hpp.
#pragma once

#include "stac3dl/kernels/blocked_epilogue.hpp"
#include "stac3dl/kernels/conv3d_direct_bias.hpp"
#include "stac3dl/kernels/winograd.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

namespace detail {

inline BlockedView<float> take_blocked(const Shape<5>& shape, Workspace& ws) {
  return {ws.take<float>(blocked_size(shape)).data(), shape};
}
/// What a run reads: x itself where it has few channels, else its blocked form, made in the workspace.
inline WinogradInput winograd_input(const WinogradPlan& plan, CView<float, 5> x, Workspace& ws) {
  if (x.size(1) <= narrow_channels && !plan.bf16x3) return x;
  const BlockedView<float> blocked = take_blocked(x.shape(), ws);
  to_blocked(x, blocked);
  return blocked;
}
/// The bias filled up to whole blocks; null without one.
inline const float* padded_bias(CView<float, 1> b, Workspace& ws) {
  if (!b) return nullptr;
  const auto padded = ws.take<float>(channel_blocks(b.size()) * channel_block);
  std::copy(b.begin(), b.end(), padded.begin());
  std::fill(padded.begin() + b.size(), padded.end(), 0.f);
  return padded.data();
}

}  // namespace detail

/// The tiles of a convolution's forward pass and of its gradient by x; empty plans where direct sums are better.
inline WinogradPlan conv3d_winograd_plan(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec,
                                         Accuracy accuracy) {
  return winograd_possible(spec) ? choose_winograd(winograd_forward_problem(x, y, spec), accuracy) : WinogradPlan{};
}
/// The same for the gradient by the input; empty where direct sums are better.
inline WinogradPlan conv3d_winograd_data_plan(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec,
                                              Accuracy accuracy) {
  // a picture's gradient is summed directly from the blocked volume (conv3d_few.hpp), which beats other direct sums
  const bool few = x[1] <= narrow_channels;
  return winograd_possible(spec) ? choose_winograd(winograd_data_problem(x, y, spec), accuracy, few) : WinogradPlan{};
}

/// The same on tile registers, whether they are the better choice or not.
inline WinogradPlan conv3d_bf16x3_plan(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  const WinogradProblem p = winograd_forward_problem(x, y, spec);
  return winograd_possible(spec) ? bf16x3_plan(p, bf16x3_depth(p)) : WinogradPlan{};
}
/// The plan on tile registers for the gradient by the input.
inline WinogradPlan conv3d_bf16x3_data_plan(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  const WinogradProblem p = winograd_data_problem(x, y, spec);
  return winograd_possible(spec) ? bf16x3_plan(p, bf16x3_depth(p)) : WinogradPlan{};
}

/// y = conv(x, w) + b; `plan` is that of conv3d_winograd_plan.
inline void conv3d_forward_winograd(const WinogradPlan& plan, CView<float, 5> x, CView<float, 5> w, CView<float, 1> b,
                                    View<float, 5> y, Workspace& ws) {
  Workspace::Scope scope(ws);
  const auto to = detail::take_blocked(y.shape(), ws);
  winograd_convolve(plan, detail::winograd_input(plan, x, ws), {w, WinogradPass::forward}, detail::padded_bias(b, ws), {}, to, nullptr, ws);
  from_blocked(to, y);
}

/// `plan` is that of conv3d_winograd_data_plan.
inline void conv3d_backward_data_winograd(const WinogradPlan& plan, CView<float, 5> dy, CView<float, 5> w,
                                          View<float, 5> dx, Workspace& ws) {
  Workspace::Scope scope(ws);
  const auto to = detail::take_blocked(dx.shape(), ws);
  winograd_convolve(plan, detail::winograd_input(plan, dy, ws), {w, WinogradPass::data}, nullptr, {}, to, nullptr, ws);
  from_blocked(to, dx);
}

/// Adds to dw and, unless it is empty, to db.  `plan` is that of the forward pass.
inline void conv3d_backward_weights_winograd(const WinogradPlan& plan, CView<float, 5> x, CView<float, 5> dy,
                                             View<float, 5> dw, View<float, 1> db, Workspace& ws) {
  Workspace::Scope scope(ws);
  const auto to = detail::take_blocked(dy.shape(), ws);
  to_blocked(dy, to);
  winograd_weight_gradient(plan, detail::winograd_input(plan, x, ws), to, dw, db, ws);
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
