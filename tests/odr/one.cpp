// Includes everything and uses some, as two.cpp does: a function that is not inline would be defined twice.
#include "stac3dl/stac3dl.hpp"
#ifdef STAC3DL_TEST_IO
#include "stac3dl/io.hpp"
#endif

double two();

static double one() {
  stac3dl::Tensor<double, 2> x({2, 3}, 1.5);
  return stac3dl::ordered_sum<double>(x.size(), 4, [&](stac3dl::Index begin, stac3dl::Index end) {
    double sum = 0;
    for (stac3dl::Index i = begin; i < end; ++i) sum += x[i];
    return sum;
  });
}

int main() { return one() == 9 && two() == 9 ? 0 : 1; }
