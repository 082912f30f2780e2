// A tensor, its views, and what happens when shapes do not fit.
#include <cstdio>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

int main() {
  // An owning tensor: static rank, run-time sizes, row-major, zeros unless told otherwise.
  Tensor<float, 3> frames({2, 3, 4});  // 2 frames of 3 rows and 4 columns
  for (Index i = 0; i < frames.size(); ++i) frames[i] = static_cast<float>(i);
  std::printf("shape %s, %ld numbers, frames(1, 2, 3) = %g\n", to_string(frames.shape()).c_str(),
              static_cast<long>(frames.size()), static_cast<double>(frames(1, 2, 3)));

  // Views share the memory: slicing the first axis and reshaping cost nothing.
  const View<float, 2> second = frames.slice(1);
  second(0, 0) = -1;
  std::printf("frames(1, 0, 0) = %g\n", static_cast<double>(frames(1, 0, 0)));
  const CView<float, 2> flat = frames.view().reshape(Shape<2>{6, 4});
  std::printf("row 3 of the reshaped view begins with %g\n", static_cast<double>(flat(3, 0)));

  // Eigen sees the same memory.
  std::printf("sum %g, largest %g\n", static_cast<double>(frames.array().sum()),
              static_cast<double>(frames.array().maxCoeff()));

  // Mistakes are errors that name what was wanted and what was given.
  try {
    frames.view().reshape(Shape<2>{5, 5});
  } catch (const Error& e) {
    std::printf("error: %s\n", e.what());
  }
}
