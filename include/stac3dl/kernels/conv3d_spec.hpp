/// kernels/conv3d_spec.hpp - kernel, stride and padding of a 3-D convolution, and the shapes that follow.
#pragma once

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Three numbers each, in the order time, rows, columns.  The default keeps the size, as C3D does.
struct Conv3dSpec {
  std::array<Index, 3> kernel{3, 3, 3}, stride{1, 1, 1}, padding{1, 1, 1};  ///< (T, H, W) each
  bool operator==(const Conv3dSpec&) const = default;
};

namespace kernels {

/// (N, C, T, H, W) -> (N, out_channels, T', H', W') with T' = (T + 2 padding - kernel) / stride + 1, rounded down.
/// Throws where the numbers make no sense or the kernel does not fit into the padded input.
inline Shape<5> conv3d_output_shape(const Shape<5>& x_shape, Index out_channels, const Conv3dSpec& spec) {
  check(out_channels >= 1, "conv3d: want 1 or more output channels, got ", out_channels);
  // not check() where the message holds shapes: their texts would be made at every call
  if (x_shape[1] < 1) [[unlikely]]
    fail("conv3d: want 1 or more input channels, got x of shape ", to_string(x_shape));
  Shape<5> y_shape{x_shape[0], out_channels, 0, 0, 0};
  for (std::size_t a = 0; a < 3; ++a) {
    if (spec.kernel[a] < 1 || spec.stride[a] < 1 || spec.padding[a] < 0) [[unlikely]]
      fail("conv3d: want kernel and stride of 1 or more and no negative padding, got kernel ", to_string(spec.kernel),
           ", stride ", to_string(spec.stride), ", padding ", to_string(spec.padding));
    const Index room = x_shape[a + 2] + 2 * spec.padding[a] - spec.kernel[a];
    if (x_shape[a + 2] < 1 || room < 0) [[unlikely]]
      fail("conv3d: kernel ", to_string(spec.kernel), " with padding ", to_string(spec.padding),
           " does not fit into x of shape ", to_string(x_shape));
    y_shape[a + 2] = room / spec.stride[a] + 1;
  }
  return y_shape;
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
