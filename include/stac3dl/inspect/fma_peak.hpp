/// inspect/fma_peak.hpp - what the machine can do at most, measured: multiply-adds from registers, on all threads at
/// once, with the instruction set in use (core/isa.hpp).
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "stac3dl/core/isa.hpp"
#include "stac3dl/core/parallel.hpp"

#define STAC3DL_ISA_FILE "stac3dl/inspect/fma_peak.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
/// `count` rounds of twelve chains of multiply-adds in registers; the result is of no use.
template <class Real>
Real fma_chains(Index count, Index twelve) {
  STAC3DL_DISPATCH(fma_chains_run<Real>(count, twelve));
}
/// Numbers in a vector of the instruction set in use.
template <class Real>
Index fma_lanes() {
  STAC3DL_DISPATCH(fma_lanes_run<Real>());
}
}  // namespace kernels

/// Operations a second (a multiply-add is two): the best of some tries, about 50 ms in all.
template <class Real = float>
double fma_peak() {
  using Clock = std::chrono::steady_clock;
  const Index count = 200'000;  // under a millisecond: some tries meet no interruption
  const int threads = num_threads();
  std::vector<Real> sums(static_cast<std::size_t>(threads));  // results that nobody reads would not be computed
  const double work = 2.0 * 12.0 * static_cast<double>(kernels::fma_lanes<Real>() * count * threads);
  double best = 0;
  for (int i = 0; i < 60; ++i) {
    const auto start = Clock::now();
    parallel_for(threads, [&](Index t) { sums[static_cast<std::size_t>(t)] = kernels::fma_chains<Real>(count, 12); });
    best = std::max(best, work / std::chrono::duration<double>(Clock::now() - start).count());
  }
  check(std::all_of(sums.begin(), sums.end(), [](Real v) { return v == v; }), "fma_peak: sums are not finite");
  return best;
}

STAC3DL_NAMESPACE_END
