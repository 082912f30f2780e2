/// benchmarks/linear_shapes.hpp - fully connected layers: y (rows, outputs) = x (rows, inputs) w' + b.
#pragma once

#include <string>

#include "stac3dl/core/config.hpp"

namespace bench {

struct LinearShape {
  const char* layer;
  stac3dl::Index rows, inputs, outputs;

  std::string name() const { return std::string(layer) + ".b" + std::to_string(rows); }
  double flops() const { return 2.0 * static_cast<double>(rows * inputs * outputs); }
  /// The weights once.
  double bytes() const { return 4.0 * static_cast<double>(inputs * outputs); }
};

inline constexpr LinearShape linear_shapes[] = {
    {"fc6", 1, 512, 4096}, {"fc7", 1, 4096, 4096}, {"fc8", 1, 4096, 60},
    {"fc6", 8, 512, 4096}, {"fc7", 8, 4096, 4096}, {"fc8", 8, 4096, 60},
};

}  // namespace bench
