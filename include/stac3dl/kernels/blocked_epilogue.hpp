/// kernels/blocked_epilogue.hpp - back through a convolution's pool and activation, on blocked volumes.
///
///   y = maxpool(a)   a = relu(c) or sigmoid(c)     dc = a'(c) * (dy where the window's winner is, else 0)
/// The winner's activation is y itself, so a' comes from y: 1 or 0 by its sign, or y (1 - y).  As in activation.hpp, where
/// y is NaN relu hands dy on.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/blocked.hpp"
#include "stac3dl/kernels/conv3d_epilogue.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/blocked_epilogue.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// dc (shape of the convolution) is overwritten; db (O), unless empty, is added to.  y and choice as the forward pass left
/// them, choice null without a pool.
template <int = 0>
void blocked_epilogue_backward(BlockedView<const float> y, const std::uint8_t* choice, BlockedView<const float> dy,
                                      const ConvEpilogue& after, BlockedView<float> dc, View<float, 1> db,
                                      Workspace& ws) {
  check_shape("blocked_epilogue_backward dy", dy.shape, y.shape);
  STAC3DL_DISPATCH(blocked_epilogue_backward_run(y, choice, dy, after, dc, db, ws));
}

/// db (O) += sum of dy over samples and places.
template <int = 0>
void blocked_bias_gradient(BlockedView<const float> dy, View<float, 1> db, Workspace& ws) {
  STAC3DL_DISPATCH(blocked_bias_gradient_run(dy, db, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
