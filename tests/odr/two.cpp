// The second translation unit of the program in one.cpp.
#include "stac3dl/stac3dl.hpp"
#ifdef STAC3DL_TEST_IO
#include "stac3dl/io.hpp"
#endif

double two() {
  stac3dl::Tensor<double, 2> x({3, 3}, 1);
  return x.array().sum();
}
