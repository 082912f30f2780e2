// A tensor of three axes is no matrix.
// expect: could not convert|no known conversion
#include "stac3dl/core/tensor.hpp"

void take_matrix(stac3dl::CView<float, 2>) {}
void use(const stac3dl::Tensor<float, 2>& matrix, const stac3dl::Tensor<float, 3>& cube) {
  take_matrix(matrix);
  (void)cube;
#ifdef MISUSE
  take_matrix(cube);
#endif
}
