// One index an axis, no more and no fewer.
// expect: no match for call|no matching function
#include "stac3dl/core/tensor.hpp"

float use(const stac3dl::Tensor<float, 3>& x) {
#ifdef MISUSE
  return x(0, 1);
#else
  return x(0, 1, 2);
#endif
}
