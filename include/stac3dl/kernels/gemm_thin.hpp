/// kernels/gemm_thin.hpp - products with one factor of few lines: nothing is packed, the large factor is read once.
///
///   dot_lines:     c[i, j] (+)= sum over k of a[i, k] * b[j, k]   k side by side in both: dot products
///   stream_rows:   c[j]    (+)= sum over k of a[k] * b[k, j]      j side by side: weighted rows of b
/// A vector times a matrix runs at the speed of memory.  In a dot product lane w of a register sums k = w, w + W,
/// w + 2W, ...; the lanes are added at the end.
#pragma once

#include "stac3dl/kernels/gemm_micro.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/gemm_thin.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels::gemm_detail {
using isa_portable::dot_lines;
using isa_portable::stream_rows;
}  // namespace kernels::gemm_detail

STAC3DL_NAMESPACE_END
