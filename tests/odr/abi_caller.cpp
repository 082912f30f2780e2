// A program that calls it: links only where both were built with the same settings.
#include "stac3dl/core/tensor.hpp"

double total(const stac3dl::Tensor<double, 2>& x);

int main() { return total(stac3dl::Tensor<double, 2>({2, 2}, 1)) == 4 ? 0 : 1; }
