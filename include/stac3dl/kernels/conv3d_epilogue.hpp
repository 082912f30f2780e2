/// kernels/conv3d_epilogue.hpp - what a convolution does with its sums before it stores them.
#pragma once

#include <array>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What is done to each sum.
enum class Activation { none, relu, sigmoid };

namespace kernels {

/// y = maxpool(activation(conv(x) + b)); the pool's windows tile the outputs (stride = window), and a rest that does not
/// fill a window is left out.
struct ConvEpilogue {
  Activation activation = Activation::none;  ///< behind the bias
  std::array<Index, 3> pool{1, 1, 1};        ///< (T, H, W); 1 1 1: none

  bool pooled() const { return pool != std::array<Index, 3>{1, 1, 1}; }  ///< True where a max pool follows.
};

}  // namespace kernels
STAC3DL_NAMESPACE_END
