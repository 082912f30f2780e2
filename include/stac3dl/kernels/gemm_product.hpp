/// kernels/gemm_product.hpp - what a matrix product is made of, for gemm.hpp's variants.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::gemm_detail {

/// The factors as lines along k, a (M, K) and b (N, K), and where C is.
template <class Real>
struct Product {
  Index M, N, K;
  Factor<Real> a, b;
  Real* c;
  Index c_i, c_j;
  bool add;

  /// The same numbers as C' = B'·A'.
  Product transposed() const { return {N, M, K, b, a, c, c_j, c_i, add}; }
  /// Below a few hundred thousand multiplications waking threads costs more than it saves.
  bool worth_threads() const {
    return static_cast<double>(M) * static_cast<double>(N) * static_cast<double>(K) >= 2.5e5;
  }
  /// body(task, slot) for all tasks, on several threads where the product is worth it.
  template <class Body>
  void run_tasks(Index tasks, Body&& body) const {
    if (worth_threads()) return parallel_for_slots(tasks, body);
    for (Index task = 0; task < tasks; ++task) body(task, 0);
  }
};

}  // namespace kernels::gemm_detail
STAC3DL_NAMESPACE_END
