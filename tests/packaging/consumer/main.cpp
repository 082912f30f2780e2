#include <iostream>
#include <stac3dl/stac3dl.hpp>
#ifdef WITH_IO
#include <stac3dl/io.hpp>
#endif

int main() {
  stac3dl::Tensor<float, 2> x({2, 3}, 7);
  std::cout << "stac3dl " << STAC3DL_VERSION_MAJOR << '.' << STAC3DL_VERSION_MINOR << ", OpenMP " << STAC3DL_OPENMP
            << ", sum " << x.array().sum() << '\n';
  return x.array().sum() == 42 ? 0 : 1;
}
