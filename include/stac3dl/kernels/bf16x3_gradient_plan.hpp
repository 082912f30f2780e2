/// kernels/bf16x3_gradient_plan.hpp - gradient by the weights on tile registers: how the work is cut.
///
///   dU[point, tap, o, c] = sum over items, places of Z[point, o, place] V[point, c, place + tap]
/// Here the sums run over places, and a tile's right factor wants two steps of a sum side by side.  A tap moves V by
/// any number of places, odd ones too, so neighbours will not do: pair i are the places i and i + half, half a plane
/// apart. Each tap is then a constant number of pairs away, and V need not be kept twice.
#pragma once

#include "stac3dl/kernels/bf16x3_plan.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Sizes that follow from a plan that bf16x3_plan made, in bfloat16 numbers.
struct Bf16x3GradientSizes {
  static constexpr Index some_steps = 28;  ///< taken together, while their factors stay near
  static constexpr Index own_steps = 20;   ///< of Z that a task makes: it and the sums fit the second-level cache

  Index steps;   ///< 16 pairs of places each, of a plane of outputs
  Index half;    ///< places from a pair's first to its second
  Index pairs;   ///< of a plane of V
  Index z_step;  ///< of 32 channels, both parts
  Index z_point;
  Index v_tile;  ///< V of 16 channels, one part
  Index v_point;
  Index group_c, group_o;  ///< blocks of 32 inputs and of 32 outputs that a task sums, at most four pairs
  bool own_z;              ///< a task has all inputs: nobody else wants its Z, which it makes as it goes

  /// `s` are the plan's.
  Bf16x3GradientSizes(const WinogradPlan& plan, const Bf16x3Sizes& s) {
    steps = ((plan.problem.out[1] - 1) * s.row + plan.problem.out[2] + 31) / 32;
    half = steps * 16, pairs = half + 2 * s.row + 2;
    own_z = s.in32 <= 2;
    group_c = own_z ? s.in32 : 2, group_o = 4 / group_c;
    z_step = 2 * 32 * 32, z_point = (own_z ? own_steps : steps) * z_step;
    v_tile = (pairs | 1) * 32, v_point = 4 * v_tile;  // odd numbers of lines do not fall into the same sets of a cache
  }
  /// Z of a task's steps.
  Index own_size(Index points) const { return group_o * points * z_point; }
};

}  // namespace kernels
STAC3DL_NAMESPACE_END
