/// The eight convolutions of C3D (kernel 3x3x3, stride 1, padding 1) on 3 x 16 x 112 x 112, for tests and benchmarks.
#pragma once

#include "stac3dl/kernels/conv3d_spec.hpp"

struct C3dLayer {
  const char* name;
  stac3dl::Index in_channels, out_channels, frames, size;  ///< input (N, in_channels, frames, size, size)

  stac3dl::Shape<5> x_shape(stac3dl::Index batch) const { return {batch, in_channels, frames, size, size}; }
  stac3dl::Shape<5> y_shape(stac3dl::Index batch) const { return {batch, out_channels, frames, size, size}; }
  /// Floating-point operations of the direct algorithm, a multiplication and an addition counted apart.
  double flops(stac3dl::Index batch) const {
    return 2.0 * 27.0 * static_cast<double>(batch * in_channels * out_channels * frames * size * size);
  }
};

inline constexpr C3dLayer c3d_layers[] = {
    {"conv1a", 3, 64, 16, 112},  {"conv2a", 64, 128, 16, 56}, {"conv3a", 128, 256, 8, 28}, {"conv3b", 256, 256, 8, 28},
    {"conv4a", 256, 512, 4, 14}, {"conv4b", 512, 512, 4, 14}, {"conv5a", 512, 512, 2, 7},  {"conv5b", 512, 512, 2, 7},
};
