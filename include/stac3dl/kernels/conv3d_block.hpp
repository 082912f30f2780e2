/// kernels/conv3d_block.hpp - the two inner loops of convolution on lines, held in registers.
///
///   line_block:  y[o][q] += sum over c, tap of w[c][tap][o] * x[c*channel + offset[tap] + q]   forward, backward data
///   line_dots:   sums[o][r] += sum over q of dy[o][q] * x[row[r] + q]                          backward weights
/// A block of O x Q (or O x R) sums stays in vector registers over the whole loop; loops over a block are written as
/// folds, because compilers do not unroll loops fully at -O2 and would put the block into memory.
#pragma once

#include <algorithm>

#include "stac3dl/core/isa.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_block.inl"
#include "stac3dl/core/for_each_isa.hpp"
