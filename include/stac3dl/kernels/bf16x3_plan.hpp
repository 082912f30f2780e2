/// kernels/bf16x3_plan.hpp - convolution on tile registers: how the work is cut.
///
/// The same problems as winograd_plan.hpp.  Depth goes through Winograd's points (winograd_depth.hpp), rows and columns
/// through direct sums over 9 taps.  A number is the sum of two bfloat16, which keeps 16 of its 24 binary digits, and
/// of the four products of two such sums the tile registers add up three (Henry, Tang, Heinecke 2019, "Leveraging the
/// bfloat16 artificial intelligence datatype for higher-precision computations"; there three parts and more products
/// too).
///
///   V[item, point, c, place] = B' d                 item: a sample's depth tile
///   M[item, point, o, place] = sum over c, taps of V[item, point, c, place + tap] U[point, tap, c, o]
///   y = A' M
/// A place is a row's and column's number in a plane with zeros around it, rows one after the other.  A row's zeros on
/// the right are those on the left of the next: every tap is then a constant number of places away, and only the `row -
/// columns` sums at each row's end are for nothing.
#pragma once

#include "stac3dl/kernels/winograd_plan.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// The plan that runs on tile registers (and anywhere else as plain loops), with these depth points.
inline WinogradPlan bf16x3_plan(const WinogradProblem& problem, const WinogradDepth& depth) {
  WinogradPlan plan;
  plan.problem = problem;
  plan.depth = &depth;
  plan.tile = 1;
  plan.tiles = {(problem.out[0] + depth.tile - 1) / depth.tile, 1, 1};
  plan.block = 1;
  plan.bf16x3 = true;
  return plan;
}

/// The depth points that suit: those of least products whose errors stay far within the bar of `standard`.
inline const WinogradDepth& bf16x3_depth(const WinogradProblem& p) {
  if (p.depth_taps == 1) return winograd_depth_single;
  return p.in[0] == 2 && p.out[0] == 2 && p.padding[0] == 1 ? winograd_depth_pair
         : p.out[0] >= 3                                    ? winograd_depth_4
                                                            : winograd_depth_2;
}

/// Sizes that follow from such a plan.
struct Bf16x3Sizes {
  Index row;          ///< places from row to row
  Index rows;         ///< with the zeros above and below
  Index plane;        ///< places of a plane, with what blocks of places read beyond its end
  Index in32, out32;  ///< blocks of 32 channels
  Index items;        ///< samples x depth tiles
  Index band_rows;    ///< rows of outputs that a task sums at a time,
  Index bands;        ///< of which a plane has so many,
  Index band;         ///< and their places, in whole tiles of 16
  Index region;       ///< items of a task; 1 unless a plane is one band
  Index group;        ///< blocks of 32 output channels of a task
  Index chunk;        ///< blocks of 32 input channels that it adds at a time
  bool own_weights;   ///< few tasks share weights: each transforms the ones that it uses

  explicit Bf16x3Sizes(const WinogradPlan& plan) {
    const WinogradProblem& p = plan.problem;
    const Index H = p.out[1], W = p.out[2], points = plan.depth->points;
    row = W + 2 - p.padding[2], rows = H + 2;
    in32 = (plan.in_blocks() + 1) / 2, out32 = (plan.out_blocks() + 1) / 2;
    items = p.samples * plan.tiles[0];
    // about 800 places a task: enough for a block of weights to be worth reading
    bands = std::max<Index>(1, (H * row + 799) / 800);
    band_rows = (H + bands - 1) / bands;
    if (bands > 1) band_rows += band_rows % 2;  // so that a pool's windows do not cross
    bands = (H + band_rows - 1) / band_rows;
    band = ((band_rows - 1) * row + W + 15) / 16 * 16;
    plane = rows * row + 2 + 48;
    region = bands > 1 ? 1 : std::clamp<Index>(800 / band, 1, std::max<Index>(items, 1));
    chunk = std::min<Index>(in32, 4);
    // sums of a task in about 800 KB of the second-level cache, if they are added to again and again; else three times
    // that
    const Index room = in32 > chunk ? Index{832} << 10 : Index{2496} << 10;
    group = std::clamp<Index>(room / (points * region * band * 128), 1, std::min<Index>(out32, 4));
    own_weights = regions() * bands <= 2;
  }
  Index regions() const { return (items + region - 1) / region; }
  Index groups() const { return (out32 + group - 1) / group; }
  /// bfloat16 numbers of one item's V.
  Index item_inputs(Index points) const { return points * in32 * 2 * plane * 32; }
};

/// What a run costs, in nanoseconds of one core.
inline double bf16x3_cost(const WinogradPlan& plan) {
  const Bf16x3Sizes s(plan);
  const double points = static_cast<double>(plan.depth->points), items = static_cast<double>(s.items);
  const double blocks = static_cast<double>(s.in32 * s.out32), band = static_cast<double>(s.band * s.bands);
  const double products = items * points * blocks * band * 9 * 3 * 2 * 1024 / 2600;  // sums a nanosecond
  const double weights = static_cast<double>(plan.weights_size()) * 4 / 16;          // bytes a nanosecond
  const double inputs = items * points * static_cast<double>(s.in32 * s.plane) * 128 / 10;
  const double outputs = items * points * static_cast<double>(s.out32) * band * 128 / 20;
  return products + weights + inputs + outputs;
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
