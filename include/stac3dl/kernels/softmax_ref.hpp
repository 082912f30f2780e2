/// kernels/softmax_ref.hpp - the plain twin of softmax.hpp: its equations as loops.
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void softmax_forward_ref(CView<Real, 2> x, CView<std::uint8_t, 2> mask, View<Real, 2> y) {
  const auto valid = [&](Index r, Index k) { return mask.empty() || mask(r, k) != 0; };
  for (Index r = 0; r < x.size(0); ++r) {
    bool any = false;
    Real largest = 0, sum = 0;
    for (Index k = 0; k < x.size(1); ++k)
      if (valid(r, k)) largest = any ? std::max(largest, x(r, k)) : x(r, k), any = true;
    for (Index k = 0; k < x.size(1); ++k)
      if (valid(r, k)) sum += std::exp(x(r, k) - largest);
    for (Index k = 0; k < x.size(1); ++k) y(r, k) = valid(r, k) ? std::exp(x(r, k) - largest) / sum : Real(0);
  }
}

template <class Real>
void softmax_backward_ref(CView<Real, 2> y, CView<Real, 2> dy, View<Real, 2> dx) {
  for (Index r = 0; r < y.size(0); ++r) {
    Real mean = 0;
    for (Index k = 0; k < y.size(1); ++k) mean += y(r, k) * dy(r, k);
    for (Index k = 0; k < y.size(1); ++k) dx(r, k) = y(r, k) * (dy(r, k) - mean);
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
