/// kernels/gemm_ref.hpp - the matrix product as its equation reads: the plain twin of gemm.hpp.
///
///   c[i, j] (+)= sum over k of op(a)[i, k] * op(b)[k, j]
#pragma once

#include "stac3dl/kernels/gemm.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void gemm_ref(CView<Real, 2> a, Transpose ta, CView<Real, 2> b, Transpose tb, View<Real, 2> c, Store store,
              Workspace&) {
  const Index M = c.size(0), N = c.size(1), K = a.size(ta == Transpose::yes ? 0 : 1);
  for (Index i = 0; i < M; ++i)
    for (Index j = 0; j < N; ++j) {
      Real sum = 0;
      for (Index k = 0; k < K; ++k)
        sum += (ta == Transpose::yes ? a(k, i) : a(i, k)) * (tb == Transpose::yes ? b(j, k) : b(k, j));
      c(i, j) = store == Store::add ? c(i, j) + sum : sum;
    }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
