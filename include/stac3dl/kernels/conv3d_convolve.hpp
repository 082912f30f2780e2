/// kernels/conv3d_convolve.hpp - lines in, volumes out: the loop that convolution and its data gradient share.
///
///   out[o][q] = bias[o] + sum over channels c and taps of w[o][c][tap] * line[c][q + offset[tap]]
/// in tiles of q, blocks of output channels o and stretches of channels; places that hold no output are left out when a
/// tile goes to its volume.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_block.hpp"
#include "stac3dl/kernels/conv3d_cut.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// Where the places of a stretch go: output (t, y, x) < count is element (first + step * (t, y, x)) of `size`.
struct LineTarget {
  std::array<Index, 3> size, first, step, count;
};

/// One set of taps: packed weights [output block][channel][tap][output in block], and where each tap looks.
template <class Real>
struct LineTaps {
  const Real* weights;
  const Index* offset;
  Index count;
};

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_convolve.inl"
#include "stac3dl/core/for_each_isa.hpp"
