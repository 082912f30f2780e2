/// kernels/philox.hpp - many numbers of a random stream at once: the same as one by one (core/random.hpp).
///
///   u[i] = random.uniform_at(first + i)
/// A counter is held in a lane of 64 bits, so that a product of 32-bit words is one instruction without shuffles; only
/// the first of the cipher's four words is worked out to the end.
#pragma once

#include "stac3dl/core/random.hpp"
#include "stac3dl/kernels/lanes.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/philox.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// u[i] = random.uniform_at(first + i).
template <class Real>
void fill_uniform_at(const Random& random, std::uint64_t first, View<Real, 1> u) {
  STAC3DL_DISPATCH(fill_uniform_at_run<Real>(random, first, u.data(), u.size()));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
