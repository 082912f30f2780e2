/// kernels/gemm_pack.hpp - copies blocks of the factors into the order in which the micro kernel reads them.
///
/// Of B, a panel of width w holds w numbers side by side for every k: to[k*w + j] = source(j, k).  The source has one
/// of two orders, told apart by its steps: j side by side (copied in runs) or k side by side (transposed in registers).
/// Of A, rows of k are read where they lie; where the rows of a tile lie side by side, they are packed that way.
#pragma once

#include <cstring>

#include "stac3dl/kernels/gemm_micro.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {

/// A factor as (i, k): element at data + i*step_i + k*step_k; one of the steps is 1.
template <class Real>
struct Factor {
  const Real* data;
  Index step_i, step_k;
  const Real* at(Index i, Index k) const { return data + i * step_i + k * step_k; }
};

}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/gemm_pack.inl"
#include "stac3dl/core/for_each_isa.hpp"
