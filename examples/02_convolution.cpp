// Equation (1) by hand: a 3-D convolution that finds movement.
//   Y[o,t,y,x] = b[o] + sum_c sum_{i,j,k} W[o,c,i,j,k] X[c, t+i-p, y+j-p, x+k-p]
#include <cstdio>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

int main() {
  // One sample, one channel, 4 frames of 1 x 6: a dot that moves to the right, one place a frame.
  Tensor<double, 5> x({1, 1, 4, 1, 6});
  for (Index t = 0; t < 4; ++t) x(0, 0, t, 0, t + 1) = 1;

  // Two filters over two frames and three columns: moved to the right, moved to the left.
  Tensor<double, 5> w({2, 1, 2, 1, 3});
  w(0, 0, 0, 0, 0) = 1, w(0, 0, 1, 0, 1) = 1;  // left in the earlier frame, middle in the later one
  w(1, 0, 0, 0, 2) = 1, w(1, 0, 1, 0, 1) = 1;  // right in the earlier frame, middle in the later one
  const Tensor<double, 1> b({2}, {-1, -1});    // both must agree to be above 0

  const Conv3dSpec spec{{2, 1, 3}, {1, 1, 1}, {0, 0, 1}};
  Tensor<double, 5> y(kernels::conv3d_output_shape(x.shape(), 2, spec));
  Workspace workspace;
  kernels::conv3d_forward<double>(x, w, b, y, spec, workspace);

  for (Index o = 0; o < 2; ++o) {
    std::printf(o == 0 ? "moved right:\n" : "moved left:\n");
    for (Index t = 0; t < y.size(2); ++t) {
      for (Index column = 0; column < 6; ++column) std::printf("%3g", y(0, o, t, 0, column));
      std::printf("\n");
    }
  }

  // The gradient of one output with respect to the filter is the patch of the input that it looked at.
  Tensor<double, 5> dy(y.shape()), dw(w.shape());
  dy(0, 0, 1, 0, 3) = 1;
  kernels::conv3d_backward_weights<double>(x, dy, dw, {}, spec, workspace);
  std::printf("patch under the output at t = 1, x = 3:\n");
  for (Index i = 0; i < 2; ++i) std::printf("%3g%3g%3g\n", dw(0, 0, i, 0, 0), dw(0, 0, i, 0, 1), dw(0, 0, i, 0, 2));
}
