/// inspect/layer_macs.hpp - multiply-accumulates of a layer for an input, in the plain form of its equation.
///
/// A layer of yours states its own: a member  Index macs(const Shape<R>& x) const.
#pragma once

#include "stac3dl/nn/conv3d.hpp"
#include "stac3dl/nn/linear.hpp"
#include "stac3dl/nn/lstm.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr Index unknown_macs = -1;  ///< For layers that do not say.

/// Multiply-accumulates of a layer for an input of shape x, or unknown_macs where the layer does not say.
template <class Layer, std::size_t R>
Index layer_macs(const Layer& layer, const std::array<Index, R>& x) {
  if constexpr (requires { layer.macs(x); })
    return layer.macs(x);
  else
    return unknown_macs;
}
/// Every output is a sum over input channels and taps; the bias is not counted.
template <class Real>
Index layer_macs(const Conv3d<Real>& layer, const Shape<5>& x) {
  return element_count(layer.output_shape(x)) * (layer.weight().size() / layer.out_channels());
}
template <class Real>
Index layer_macs(const Linear<Real>& layer, const Shape<2>& x) {
  return x[0] * layer.inputs() * layer.outputs();
}
/// The two matrix products of every step, direction and layer.
template <class Real>
Index layer_macs(const Lstm<Real>& layer, const Shape<3>& x) {
  Index weights = 0;
  for (int l = 0; l < layer.layers(); ++l)
    for (int d = 0; d < (layer.bidirectional() ? 2 : 1); ++d)
      weights += layer.weights(l, d == 1).weight_x.size() + layer.weights(l, d == 1).weight_h.size();
  return x[0] * x[1] * weights;
}

STAC3DL_NAMESPACE_END
