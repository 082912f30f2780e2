// A vector has no slices.
// expect: constraint
#include "stac3dl/core/tensor.hpp"

void use(stac3dl::CView<float, 1> vector, stac3dl::CView<float, 2> matrix) {
  (void)matrix.slice(0);
  (void)vector;
#ifdef MISUSE
  (void)vector.slice(0);
#endif
}
