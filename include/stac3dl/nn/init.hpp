/// nn/init.hpp - start values of weights.
///
///   He normal       N(0, 2 / fan_in)                              keeps the variance through layers that end in a ReLU
///   Glorot uniform  U(-a, a), a = sqrt(6 / (fan_in + fan_out))    the same for layers that end in a sigmoid or tanh
/// fan_in and fan_out are the numbers of inputs to an output and of outputs from an input; for a convolution, channels
/// times the kernel's elements.  Element i gets the stream's i-th number, so values do not depend on threads or order.
#pragma once

#include <cmath>

#include "stac3dl/nn/parameter.hpp"

STAC3DL_NAMESPACE_BEGIN

enum class Init { he_normal, glorot };

/// Fills with N(0, 2 / fan_in).  He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
template <class Real, int R>
void fill_he_normal(Tensor<Real, R>& x, Index fan_in, const Random& random) {
  fill_normal(x, std::sqrt(2 / static_cast<double>(fan_in)), random);
}
/// Fills with U(-a, a), a = sqrt(6 / (fan_in + fan_out)).  Glorot, Bengio, AISTATS 2010.
template <class Real, int R>
void fill_glorot_uniform(Tensor<Real, R>& x, Index fan_in, Index fan_out, const Random& random) {
  fill_uniform(x, std::sqrt(6 / static_cast<double>(fan_in + fan_out)), random);
}
/// One or the other.
template <class Real, int R>
void fill_weights(Tensor<Real, R>& x, Init init, Index fan_in, Index fan_out, const Random& random) {
  if (init == Init::he_normal) fill_he_normal(x, fan_in, random);
  else fill_glorot_uniform(x, fan_in, fan_out, random);
}

STAC3DL_NAMESPACE_END
