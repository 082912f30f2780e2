/// kernels/gemm.hpp - matrix product C = A·B, C += A·B, with either factor transposed.
///
///   c[i, j] (+)= sum over k of op(a)[i, k] * op(b)[k, j]        op(a) (M, K), op(b) (K, N), c (M, N)
///
/// C is cut into tasks, each of which walks K in blocks: it packs panel after panel of B (gemm_pack.hpp), and lets the
/// micro kernel (gemm_micro.hpp) run over them, block of rows after block of rows; while one panel is in use, the
/// numbers of the next one are on their way into the second-level cache.  Products with few rows or columns have
/// variants of their own (gemm_thin.hpp).  Variant, blocks and tasks follow from the sizes and the instruction set
/// alone and the sum over K is never split between threads, so every number of threads gives the same bits.
#pragma once

#include "stac3dl/kernels/gemm_split.hpp"
#include "stac3dl/kernels/gemm_thin.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Is a factor meant as it lies, or with rows and columns changed?
enum class Transpose { no, yes };
/// Is the result overwritten, or added to?
enum class Store { overwrite, add };

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/gemm.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace gemm_detail {
template <class Real>
void run(const Product<Real>& product, Workspace& ws, Accuracy accuracy) {
  if constexpr (std::is_same_v<Real, float>)
    if (const int parts = split_parts(accuracy); split_pays(product, parts)) return split_product(product, parts, ws);
  STAC3DL_DISPATCH(gemm_run<Real>(product, ws));
}
}  // namespace gemm_detail

/// c (M, N) = op(a) op(b), or c += with Store::add; op(a) is (M, K), op(b) is (K, N).  K = 0 is a sum of nothing.
/// Below Accuracy::exact tile registers multiply floats of two parts (gemm_split.hpp); other instruction sets are
/// exact.
template <class Real>
void gemm(CView<Real, 2> a, Transpose ta, CView<Real, 2> b, Transpose tb, View<Real, 2> c, Store store, Workspace& ws,
          Accuracy accuracy = Accuracy::exact) {
  using gemm_detail::Factor;
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  const Index M = c.size(0), N = c.size(1), K = a.size(at ? 0 : 1);
  check_shape("gemm a", a.shape(), at ? Shape<2>{K, M} : Shape<2>{M, K});
  check_shape("gemm b", b.shape(), bt ? Shape<2>{N, K} : Shape<2>{K, N});
  if (c.empty()) return;
  if (K == 0) {
    if (store == Store::overwrite) std::fill(c.begin(), c.end(), Real(0));
    return;
  }
  const Factor<Real> left = at ? Factor<Real>{a.data(), 1, M} : Factor<Real>{a.data(), K, 1};
  const Factor<Real> right = bt ? Factor<Real>{b.data(), K, 1} : Factor<Real>{b.data(), 1, N};
  gemm_detail::run<Real>({M, N, K, left, right, c.data(), N, 1, store == Store::add}, ws, accuracy);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
