/// benchmarks/accuracy.hpp - how far a convolution is from the exact one: He weights, input after ReLU.
///
///   error = max |result - exact| / RMS(exact)      over a sample of the result, exact = plain sums in double
#pragma once

#include "../tests/kernels/c3d_shapes.hpp"
#include "conv3d_ours.hpp"

namespace bench {

struct Conv3dErrors {
  double forward, backward_data, backward_weights;
};
Conv3dErrors conv3d_errors(const C3dLayer& layer, const Conv3dMode& mode);

}  // namespace bench
