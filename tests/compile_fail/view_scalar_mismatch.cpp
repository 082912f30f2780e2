// Doubles are not read as floats.
// expect: could not convert|no known conversion
#include "stac3dl/core/tensor.hpp"

void take(stac3dl::CView<float, 1>) {}
void use(const stac3dl::Tensor<float, 1>& single, const stac3dl::Tensor<double, 1>& twice) {
  take(single);
  (void)twice;
#ifdef MISUSE
  take(twice);
#endif
}
