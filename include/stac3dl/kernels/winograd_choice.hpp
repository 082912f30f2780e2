/// kernels/winograd_choice.hpp - which tiles suit a convolution.
///
/// Costs are formulas fitted once to measurements, so that the choice depends on sizes and on the instruction set
/// alone.
#pragma once

#include <limits>

#include "stac3dl/kernels/bf16x3_plan.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// The same tiles for another number of samples.
inline WinogradPlan winograd_with_samples(const WinogradPlan& plan, Index samples) {
  WinogradProblem problem = plan.problem;
  problem.samples = samples;
  if (plan.bf16x3) return bf16x3_plan(problem, *plan.depth);
  return winograd_plan(problem, *plan.depth, plan.tile);
}

/// What a run costs, in nanoseconds of one core.
inline double winograd_cost(const WinogradPlan& plan) {
  const double points = static_cast<double>(plan.points()), at = points * static_cast<double>(plan.total_tiles());
  const double weights = static_cast<double>(plan.problem.in_channels * plan.out_blocks() * channel_block);
  const double stored = weights * static_cast<double>(plan.tile_points() * plan.depth->taps) * sizeof(float);
  const double products = 2 * at * weights / 205;  // sums a nanosecond
  const double transforms = at * static_cast<double>(plan.in_blocks() + plan.out_blocks()) * 4;
  const double reading = stored / 25;             // bytes a nanosecond, by each block of tiles
  const double depth = points * weights * 0.075;  // their transform along depth
  return products + transforms + static_cast<double>(plan.blocks()) * (reading + depth);
}
/// Estimated nanoseconds of direct sums, to compare with those of tiles.
inline double direct_cost(const WinogradProblem& p) {
  const double taps = static_cast<double>(p.depth_taps * 9 * p.in_channels * p.out_channels);
  return 2 * taps * static_cast<double>(p.samples * p.out_places()) / 110;
}

/// The tiles for a problem; an empty plan where direct sums are the better choice.
///
/// All tiles are within the bar of `standard`: at 512 channels F(4,4,4) errs by 5e-5 of the outputs' RMS, F(4,3,3) by
/// 6e-5, bf16x3 by 7e-5.  The cheapest is taken; `fast` takes F(4,4,4) wherever it beats direct sums, unless bf16x3 is
/// cheaper still.  `always`: a plan wherever tiles fit.
inline WinogradPlan choose_winograd(const WinogradProblem& p, Accuracy accuracy, bool always = false) {
  if (accuracy == Accuracy::exact || p.samples == 0) return {};
  if (p.out[0] < 1 || p.out[1] < 3 || p.out[2] < 3) return {};
  const WinogradDepth& depth = p.depth_taps == 1                                    ? winograd_depth_single
                               : p.in[0] == 2 && p.out[0] == 2 && p.padding[0] == 1 ? winograd_depth_pair
                               : p.out[0] >= 3                                      ? winograd_depth_4
                                                                                    : winograd_depth_2;
  WinogradPlan best;
  double least = always ? std::numeric_limits<double>::infinity() : direct_cost(p);
  for (const int tile : {4, 3, 2}) {
    const WinogradPlan plan = winograd_plan(p, depth, tile);
    const double cost = winograd_cost(plan);
    if (cost < least) best = plan, least = cost;
    if (accuracy == Accuracy::fast && best) break;
  }
  if (isa() == Isa::amx && p.in_channels > narrow_channels) {
    const WinogradPlan plan = bf16x3_plan(p, bf16x3_depth(p));
    if (bf16x3_cost(plan) < least) best = plan;
  }
  return best;
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
