// Tensors hold numbers.
// expect: stac3dl: tensors hold plain numbers
#include <string>

#include "stac3dl/core/tensor.hpp"

#ifdef MISUSE
using Scalar = std::string;
#else
using Scalar = float;
#endif
void use() { stac3dl::Tensor<Scalar, 1> x; }
