/// core/accuracy.hpp - what kernels may give up for speed.
#pragma once

#include <string_view>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What convolutions and the LSTM may give up for speed, in float; double is always exact.  Errors are the largest of
/// an output's, over the outputs' RMS, with 512 channels or units (a convolution: He weights; the LSTM: Glorot weights,
/// all steps).
enum class Accuracy {
  standard,  ///< the fastest below 1e-4: Winograd's tiles; on tile registers floats in two parts
  exact,     ///< float throughout, direct sums; below 2e-5
  fast,      ///< Winograd's largest tiles wherever they beat direct sums; below 1e-4 too; the LSTM as standard
};

/// "standard", "exact" or "fast", as programs take it on their command lines.
/// Throws Error for another name.
inline Accuracy accuracy_named(std::string_view name) {
  if (name == "standard") return Accuracy::standard;
  if (name == "exact") return Accuracy::exact;
  if (name == "fast") return Accuracy::fast;
  fail("accuracy: want standard, exact or fast, got \"", name, "\"");
}

STAC3DL_NAMESPACE_END
