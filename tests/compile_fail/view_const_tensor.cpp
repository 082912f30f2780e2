// A const tensor gives no writable view.
// expect: could not convert|no known conversion
#include "stac3dl/core/tensor.hpp"

void take(stac3dl::View<float, 1>) {}
void use(stac3dl::Tensor<float, 1>& mine, const stac3dl::Tensor<float, 1>& yours) {
  take(mine);
  (void)yours;
#ifdef MISUSE
  take(yours);
#endif
}
