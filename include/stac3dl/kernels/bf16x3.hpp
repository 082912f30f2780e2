/// kernels/bf16x3.hpp - convolution on tile registers, each number split into two bfloat16 (equations in
/// bf16x3_plan.hpp).
///
/// Functions as in winograd.hpp, which hands over the plans that ask for this.  Where there are no tile registers the
/// same sums run as plain loops, slowly.
#pragma once

#include <functional>

#include "stac3dl/core/tiles.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/bf16.hpp"
#include "stac3dl/kernels/bf16x3_gradient_plan.hpp"
#include "stac3dl/kernels/bf16x3_plan.hpp"
#include "stac3dl/kernels/blocked_pool.hpp"
#include "stac3dl/kernels/winograd_parts.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Transformed weights, or the ones to transform.
struct Bf16x3Weights {
  const std::uint16_t* prepared;  ///< transformed, or null
  WinogradWeightSource source;    ///< as they are
};

}  // namespace kernels
STAC3DL_NAMESPACE_END

#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_rows.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_product.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_input.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_weights.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_output.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_gradient_input.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_gradient_sums.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/kernels/bf16x3_gradient.inl"
#include "stac3dl/core/for_each_tiles.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// u (plan.weights_size()) from the weights.
template <int = 0>
void bf16x3_transform_weights(const WinogradPlan& plan, const WinogradWeightSource& source, float* u) {
  STAC3DL_DISPATCH_TILES(bf16x3_weights_run(plan, source, reinterpret_cast<std::uint16_t*>(u)));
}

/// True if the pool's windows lie inside depth tiles and bands of rows.
inline bool bf16x3_pools(const WinogradPlan& plan, const ConvEpilogue& after) {
  const Bf16x3Sizes s(plan);
  return plan.depth->tile % after.pool[0] == 0 && (s.bands == 1 || s.band_rows % after.pool[1] == 0);
}

/// y = epilogue(conv(x) + bias).  prepared: plan.weights_size() floats of bf16x3_transform_weights, or null.
template <int = 0>
void bf16x3_convolve(const WinogradPlan& plan, BlockedView<const float> x, const WinogradWeightSource& source,
                     const float* prepared, const WinogradTarget& target, Workspace& ws) {
  const Bf16x3Weights weights{reinterpret_cast<const std::uint16_t*>(prepared), source};
  STAC3DL_DISPATCH_TILES(bf16x3_run(plan, x, weights, target, ws));
}

/// dw (O, C, KT, 3, 3) += gradient by the weights of the forward pass's plan, db (O) += that by the bias, unless it is
/// empty.
template <int = 0>
void bf16x3_weight_gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy,
                            View<float, 5> dw, View<float, 1> db, Workspace& ws) {
  STAC3DL_DISPATCH_TILES(bf16x3_gradient(plan, x, dy, dw.data(), db, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
