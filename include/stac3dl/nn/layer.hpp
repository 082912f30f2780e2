/// nn/layer.hpp - what makes a type a layer.  No base class: a concept.
///
///   Cache cache;                                        // the caller's; one per pass in flight
///   auto y_shape = layer.plan(x_shape, cache);          // checks the shape, sizes the cache
///   layer.forward(x, y, cache, workspace);              // const: threads may share a layer
///   layer.backward(x, y, dy, dx, cache, workspace);     // dx is overwritten (an empty view: not wanted);
///                                                       // parameter gradients are added to
///   layer.visit_params(visit);                          // visit(name, Parameter&), the one list of what is learned
///
/// x, y and dy stay with the caller and must be the same in backward as in forward; the cache holds only what cannot
/// be read off them.
#pragma once

#include <concepts>

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/nn/parameter.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
struct AnyVisitor {
  template <class P>
  void operator()(const std::string&, P&) const {}
};
}  // namespace detail

/// A layer from RX-axis to RY-axis tensors.
template <class L, int RX, int RY = RX>
concept Layer = requires(L layer, const L& fixed, typename L::Cache& cache, const typename L::Cache& kept,
                         CView<typename L::Scalar, RX> x, CView<typename L::Scalar, RY> y,
                         View<typename L::Scalar, RX> dx, View<typename L::Scalar, RY> out, Workspace& workspace) {
  { fixed.plan(x.shape(), cache) } -> std::same_as<Shape<RY>>;
  fixed.forward(x, out, cache, workspace);
  layer.backward(x, y, y, dx, kept, workspace);
  layer.visit_params(detail::AnyVisitor{});
};

STAC3DL_NAMESPACE_END
