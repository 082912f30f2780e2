/// kernels/blocked_pool.hpp - max pooling of blocked volumes, for tiles that do not end where the pool's windows do.
#pragma once

#include "stac3dl/kernels/blocked.hpp"
#include "stac3dl/kernels/conv3d_epilogue.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/blocked_pool.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// y = maxpool(x), stride = window, a rest left out.  choice: blocked as y, which element of the window won, or null.  As in
/// pool3d_ref.hpp the first of equal ones wins, NaN wins over everything, and the last of several NaN.
template <int = 0>
void blocked_max_pool(BlockedView<const float> x, const std::array<Index, 3>& window, BlockedView<float> y,
                             std::uint8_t* choice) {
  const Shape<5>& s = x.shape;
  check_shape("blocked_max_pool y", y.shape, {s[0], s[1], s[2] / window[0], s[3] / window[1], s[4] / window[2]});
  STAC3DL_DISPATCH(blocked_max_pool_run(x, window, y, choice));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
