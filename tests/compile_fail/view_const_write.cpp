// A read-only view cannot be written through.
// expect: read-only|cannot assign
#include "stac3dl/core/tensor.hpp"

void use(stac3dl::View<float, 2> writable, stac3dl::CView<float, 2> readable) {
  writable(0, 0) = readable(0, 0);
#ifdef MISUSE
  readable(0, 0) = 1;
#endif
}
