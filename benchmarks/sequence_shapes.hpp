/// benchmarks/sequence_shapes.hpp - sequences that the LSTM and the attention are timed on; peers use the same.
#pragma once

#include <string>

#include "stac3dl/core/config.hpp"

namespace bench {

/// x (steps, batch, units) through one layer of as many units.
struct LstmShape {
  stac3dl::Index steps, batch, units;

  std::string name() const {
    return "L" + std::to_string(steps) + ".B" + std::to_string(batch) + ".U" + std::to_string(units);
  }
  /// Of the two matrix products in forward; backward has twice as many.
  double flops() const { return 16.0 * static_cast<double>(steps * batch * units * units); }
};
inline constexpr LstmShape lstm_shapes[] = {
    {16, 98, 512},  // two windows' 7 x 7 places
    {2, 49, 512},   // the paper's preset at batch 1: 16 frames give two steps
    {2, 392, 512},  // the same at batch 8
    {8, 960, 32},   // MEx at batch 32: 30 places
};

/// h (steps, samples, places, units)
struct AttentionShape {
  stac3dl::Index samples, steps, places, units;

  std::string name() const {
    return "N" + std::to_string(samples) + ".L" + std::to_string(steps) + ".P" + std::to_string(places) + ".U" +
           std::to_string(units);
  }
  /// h once.
  double bytes() const { return 4.0 * static_cast<double>(samples * steps * places * units); }
};
inline constexpr AttentionShape attention_shapes[] = {{8, 16, 49, 512}, {1, 2, 49, 512}, {32, 8, 30, 32}};

}  // namespace bench
