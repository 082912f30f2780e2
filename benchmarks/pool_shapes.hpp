/// benchmarks/pool_shapes.hpp - C3D's max pools, stride = window.
#pragma once

#include <string>

#include "stac3dl/core/shape.hpp"

namespace bench {

struct PoolShape {
  const char* layer;
  stac3dl::Shape<5> x;
  std::array<stac3dl::Index, 3> window;

  std::string name() const { return std::string(layer) + ".b" + std::to_string(x[0]); }
  stac3dl::Shape<5> y() const { return {x[0], x[1], x[2] / window[0], x[3] / window[1], x[4] / window[2]}; }
  double bytes() const {
    return 4.0 * static_cast<double>(stac3dl::element_count(x) + stac3dl::element_count(y()));
  }
};

inline constexpr PoolShape pool_shapes[] = {
    {"pool1", {1, 64, 16, 112, 112}, {1, 2, 2}}, {"pool2", {1, 128, 16, 56, 56}, {2, 2, 2}},
    {"pool3", {1, 256, 8, 28, 28}, {2, 2, 2}},   {"pool4", {1, 512, 4, 14, 14}, {2, 2, 2}},
    {"pool1", {8, 64, 16, 112, 112}, {1, 2, 2}}, {"pool2", {8, 128, 16, 56, 56}, {2, 2, 2}},
    {"pool3", {8, 256, 8, 28, 28}, {2, 2, 2}},   {"pool4", {8, 512, 4, 14, 14}, {2, 2, 2}},
};

}  // namespace bench
