// A function of a library that takes one of our types.
#include "stac3dl/core/tensor.hpp"

double total(const stac3dl::Tensor<double, 2>& x) { return x.array().sum(); }
