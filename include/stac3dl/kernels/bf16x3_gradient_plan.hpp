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

/// What one task sums: all pairs of a block of 32 input channels and one of 32 output channels out of two ranges.
struct Bf16x3Pairs {
  Index c0, c1;  ///< blocks of inputs, [c0, c1)
  Index o0, o1;  ///< blocks of outputs, [o0, o1)

  /// Which of the task's pairs (c, o) is.
  Index at(Index c, Index o) const { return (c - c0) * (o1 - o0) + o - o0; }
};

/// Sizes that follow from a plan that bf16x3_plan made, in bfloat16 numbers.
struct Bf16x3GradientSizes {
  static constexpr Index some_steps = 28;  ///< taken together, while their factors stay near
  static constexpr Index own_steps = 20;   ///< of Z that a task makes: it and the sums fit the second-level cache

  Index in32, out32;       ///< blocks of 32 channels
  Index points;            ///< of depth
  Index row;               ///< places of a row
  Index steps;             ///< 16 pairs of places each, of a plane of outputs
  Index half;              ///< places from a pair's first to its second
  Index pairs;             ///< of a plane of V
  Index z_step;            ///< Z of a step and 32 channels, both parts
  Index z_point;           ///< Z of a block of 32 channels, from one point of depth to the next
  Index v_tile;            ///< V of 16 channels, one part
  Index v_point;           ///< V of a block of 32 channels, from one point of depth to the next
  Index group_c, group_o;  ///< blocks of 32 inputs and of 32 outputs that a task sums, at most four pairs
  bool own_z;              ///< a task has all inputs: nobody else wants its Z, which it makes as it goes

  /// `s` are the plan's.
  Bf16x3GradientSizes(const WinogradPlan& plan, const Bf16x3Sizes& s)
      : in32(s.in32), out32(s.out32), points(plan.depth->points), row(s.row) {
    steps = ((plan.problem.out[1] - 1) * row + plan.problem.out[2] + 31) / 32;
    half = steps * 16, pairs = half + 2 * row + 2;
    own_z = in32 <= 2;
    group_c = own_z ? in32 : 2, group_o = 4 / group_c;
    z_step = 2 * 32 * 32, z_point = (own_z ? own_steps : steps) * z_step;
    v_tile = (pairs | 1) * 32, v_point = 4 * v_tile;  // odd numbers of lines do not fall into the same sets of a cache
  }

  Index v_block() const { return points * v_point; }     ///< V of an item and a block of 32 inputs
  Index z_block() const { return points * z_point; }     ///< Z of an item (or a task's steps) and a block of 32 outputs
  Index pair_sums() const { return points * 9 * 1024; }  ///< floats of dU of a pair of blocks
  Index task_sums() const { return group_c * group_o * pair_sums(); }  ///< floats of dU of a task

  Index groups_c() const { return (in32 + group_c - 1) / group_c; }   ///< ranges of inputs
  Index groups_o() const { return (out32 + group_o - 1) / group_o; }  ///< ranges of outputs
  Index groups() const { return groups_c() * groups_o(); }            ///< all pairs, dealt to tasks
  /// What the task of a group sums.
  Bf16x3Pairs group(Index index) const {
    const Index c = index / groups_o() * group_c, o = index % groups_o() * group_o;
    return {c, std::min(in32, c + group_c), o, std::min(out32, o + group_o)};
  }
};

}  // namespace kernels
STAC3DL_NAMESPACE_END
