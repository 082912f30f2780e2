/// kernels/lstm_math.hpp - sigmoid and tanh on packs.
///
///   sigmoid(x) = 1 / (1 + exp(-x))                        relative error at most 4 units in the last place
///   tanh(x) = sign(x) (1 - t) / (1 + t), t = exp(-2|x|)   at most 4 units in the last place, also near 0:
/// below |x| = 0.5, where 1 - t would cancel, Lambert's continued fraction x/(1 + x²/(3 + x²/(5 + ...))), cut after 13:
///   x (135135 + 17325 x² + 378 x⁴ + x⁶) / (135135 + 62370 x² + 3150 x⁴ + 28 x⁶)   exact to 3e-16
/// NaN stays NaN.
#pragma once

#include "stac3dl/kernels/pack_part.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/lstm_math.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
// On the packs of the compiler's flags.
using isa_portable::load_part;
using isa_portable::sigmoid;
using isa_portable::store_part;
using isa_portable::tanh;
}  // namespace kernels

STAC3DL_NAMESPACE_END
