/// kernels/attention_rows.hpp - dot products and scaled sums of token vectors, several tokens at a time.
///
/// The order of every sum depends on the length alone, not on the address nor on how many tokens go together: a token
/// gives the same bits wherever it lies.
#pragma once

#include <array>

#include "stac3dl/kernels/attention_mask.hpp"
#include "stac3dl/kernels/lanes.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::detail {

/// Nanoseconds that a pass over so many numbers of h takes on one core, about.
inline double pass_time(Index numbers) { return 0.06 * static_cast<double>(numbers) + 20; }

/// Steps of a partial sum of gradients: 32 sums at most, and none of less than a few microseconds.
inline Index part_grain(Index steps, Index numbers_each) {
  return std::max<Index>({1, (steps + 31) / 32, std::min(steps, 65536 / std::max<Index>(1, numbers_each))});
}

}  // namespace kernels::detail

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/attention_rows.inl"
#include "stac3dl/core/for_each_isa.hpp"
