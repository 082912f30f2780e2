/// kernels/dropout.hpp - drops numbers at random and scales up the others, so that the mean stays.
///
///   y[i] = x[i] keep(i) / (1 - p)         keep(i) = [random.uniform_at(i) >= p]
///   dx[i] = dy[i] keep(i) / (1 - p)
/// keep is a function of the stream and of i alone: backward draws it again and nothing is stored.  Forward and
/// backward are therefore one function, and y may be written over x.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void dropout(CView<Real, 1> x, Real p, const Random& random, View<Real, 1> y) {
  check(p >= 0 && p < 1, "dropout p: want 0 or more and below 1, got ", p);
  check_shape("dropout y", y.shape(), x.shape());
  const Real scale = 1 / (1 - p);
  const double chance = static_cast<double>(p);
  parallel_chunks(x.size(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      y.data()[i] = random.uniform_at(static_cast<std::uint64_t>(i)) >= chance ? x.data()[i] * scale : Real(0);
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
