/// kernels/conv3d_direct_bias.hpp - gradient of a convolution's bias: db[o] += sum over samples and places of dy[n][o].
#pragma once

#include "stac3dl/kernels/conv3d_cut.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_bias.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// Adds to db (O) from dy (N, O, T, H, W), in an order fixed by the sizes.
template <class Real>
void conv3d_backward_bias(CView<Real, 5> dy, View<Real, 1> db) {
  STAC3DL_DISPATCH(conv3d_backward_bias_run<Real>(dy, db));
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
