// Views have one to five axes.
// expect: stac3dl: views have 1 to 5 axes
#include "stac3dl/core/view.hpp"

#ifdef MISUSE
constexpr int rank = 6;
#else
constexpr int rank = 5;
#endif
void use() {
  stac3dl::CView<float, rank> view;
  (void)view;
}
