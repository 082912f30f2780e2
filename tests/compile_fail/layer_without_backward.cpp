// A type without backward is no layer.
// expect: constraint
#include "stac3dl/nn/layer.hpp"

struct Scale {
  using Scalar = float;
  struct Cache {};
  stac3dl::Shape<2> plan(const stac3dl::Shape<2>& shape, Cache&) const { return shape; }
  void forward(stac3dl::CView<float, 2>, stac3dl::View<float, 2>, Cache&, stac3dl::Workspace&) const {}
#ifndef MISUSE
  void backward(stac3dl::CView<float, 2>, stac3dl::CView<float, 2>, stac3dl::CView<float, 2>, stac3dl::View<float, 2>,
                const Cache&, stac3dl::Workspace&) {}
#endif
  template <class Visit>
  void visit_params(Visit&&) {}
};

template <stac3dl::Layer<2> L>
void take(L&) {}
void use(Scale& scale) { take(scale); }
