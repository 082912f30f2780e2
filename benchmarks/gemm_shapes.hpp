/// benchmarks/gemm_shapes.hpp - the matrix products that the model runs, and square ones to compare with other places.
#pragma once

#include <string>

#include "stac3dl/core/config.hpp"

namespace bench {

/// c (rows, columns) = a (rows, depth) b (depth, columns)
struct GemmShape {
  stac3dl::Index rows, columns, depth;

  std::string name() const {
    return std::to_string(rows) + "x" + std::to_string(columns) + "x" + std::to_string(depth);
  }
  double flops() const { return 2.0 * static_cast<double>(rows * columns * depth); }
  double bytes() const { return 4.0 * static_cast<double>(rows * depth + depth * columns + rows * columns); }
};

inline constexpr GemmShape gemm_shapes[] = {
    {512, 512, 512},
    {1024, 1024, 1024},
    {1568, 2048, 512},  // LSTM: input projections of 16 steps
    {98, 2048, 512},    // LSTM: one recurrent step
    {2048, 512, 1568},  // LSTM: gradient of the weights
    {8, 4096, 4096},    // FC7 at batch 8
    {3136, 32, 432},    // a small sensor's convolution
    {7, 13, 5},         // overhead alone
};

}  // namespace bench
