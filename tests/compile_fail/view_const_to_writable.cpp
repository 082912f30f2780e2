// A read-only view does not turn into a writable one.
// expect: could not convert|no known conversion
#include "stac3dl/core/tensor.hpp"

void take(stac3dl::View<float, 1>) {}
void use(stac3dl::View<float, 1> writable, stac3dl::CView<float, 1> readable) {
  take(writable);
  (void)readable;
#ifdef MISUSE
  take(readable);
#endif
}
