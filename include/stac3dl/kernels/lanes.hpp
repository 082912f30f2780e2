/// kernels/lanes.hpp - rows pack by pack with their ends, a row's largest and exponentials, and work worth a thread.
///
/// What comes out of a lane depends on what goes into that lane alone, never on its neighbours or on the address: a
/// row gives the same bits wherever it lies.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/pack_part.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Items of a parallel chunk, from their number and the nanoseconds that one takes on one core, about.  Waking a thread
/// takes some microseconds: less than 16 stay on the calling thread, and no chunk has less than 8.
inline Index work_grain(Index items, double nanoseconds_each) {
  const double all = nanoseconds_each * static_cast<double>(items);
  if (all < 16e3) return std::max<Index>(1, items);
  return std::max<Index>({1, static_cast<Index>(8e3 / nanoseconds_each), items / 64});
}

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/lanes.inl"
#include "stac3dl/core/for_each_isa.hpp"
