/// benchmarks/accuracy.hpp - how far a convolution and the LSTM are from the exact ones.
///
///   error = max |result - exact| / RMS(exact)
/// Convolution (He weights, input after ReLU): over a sample of the result, exact = plain sums in double.  LSTM (Glorot
/// weights, normal input): over all of it, exact = the layer in double.
#pragma once

#include "../tests/kernels/c3d_shapes.hpp"
#include "conv3d_ours.hpp"
#include "sequence_shapes.hpp"

namespace bench {

struct Conv3dErrors {
  double forward, backward_data, backward_weights;
};
Conv3dErrors conv3d_errors(const C3dLayer& layer, const Conv3dMode& mode);

struct LstmErrors {
  double h, dx, dweight_x, dweight_h;
};
LstmErrors lstm_errors(const LstmShape& shape, stac3dl::Accuracy accuracy);

}  // namespace bench
