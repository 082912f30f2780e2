/// kernels/dropout.hpp - drops numbers at random and scales up the others, so that the mean stays.
///
///   y[i] = x[i] keep(i) / (1 - p)         keep(i) = [random.uniform_at(i) >= p]
///   dx[i] = dy[i] keep(i) / (1 - p)
/// keep is a function of the stream and of i alone: backward draws it again and nothing is stored.  Forward and
/// backward are therefore one function, and y may be written over x.
#pragma once

#include "stac3dl/kernels/philox.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/dropout.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// x and y of one size; 0 <= p < 1.
template <class Real>
void dropout(CView<Real, 1> x, Real p, const Random& random, View<Real, 1> y) {
  check(p >= 0 && p < 1, "dropout p: want 0 or more and below 1, got ", p);
  check_shape("dropout y", y.shape(), x.shape());
  STAC3DL_DISPATCH(dropout_run<Real>(x, p, random, y));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
