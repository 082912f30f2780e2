/// kernels/dropout_ref.hpp - the plain twin of dropout.hpp.
#pragma once

#include "stac3dl/core/random.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void dropout_ref(CView<Real, 1> x, Real p, const Random& random, View<Real, 1> y) {
  for (Index i = 0; i < x.size(); ++i) {
    const bool keep = random.uniform_at(static_cast<std::uint64_t>(i)) >= static_cast<double>(p);
    y[i] = keep ? x[i] / (1 - p) : Real(0);
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
