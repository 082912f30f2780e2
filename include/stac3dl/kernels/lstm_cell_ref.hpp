/// kernels/lstm_cell_ref.hpp - the plain twin of lstm_cell.hpp: the equations, number by number.
#pragma once

#include <cmath>

#include "stac3dl/kernels/lstm_cell.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void lstm_cell_forward_ref(CView<Real, 2> x, CView<Real, 2> h, CView<Real, 2> c, const LstmWeights<Real>& w,
                           View<Real, 2> h2, View<Real, 2> c2, View<Real, 2> gates, Workspace& ws) {
  const Index B = x.size(0), I = w.inputs(), U = w.units();
  const auto sigmoid = [](Real z) { return 1 / (1 + std::exp(-z)); };
  for (Index b = 0; b < B; ++b)
    for (Index k = 0; k < 4 * U; ++k) {
      Real z = w.bias(k);
      for (Index j = 0; j < I; ++j) z += w.x(k, j) * x(b, j);
      for (Index j = 0; j < U; ++j) z += w.h(k, j) * h(b, j);
      gates(b, k) = k / U == 2 ? std::tanh(z) : sigmoid(z);
    }
  for (Index b = 0; b < B; ++b)
    for (Index u = 0; u < U; ++u) {
      const Real i = gates(b, u), f = gates(b, U + u), g = gates(b, 2 * U + u), o = gates(b, 3 * U + u);
      c2(b, u) = f * c(b, u) + i * g;
      h2(b, u) = o * std::tanh(c2(b, u));
    }
  (void)ws;
}

template <class Real>
void lstm_cell_backward_ref(CView<Real, 2> x, CView<Real, 2> h, CView<Real, 2> c, const LstmWeights<Real>& w,
                            CView<Real, 2> c2, CView<Real, 2> gates, CView<Real, 2> dh2, CView<Real, 2> dc2,
                            View<Real, 2> dx, View<Real, 2> dh, View<Real, 2> dc, const LstmGrads<Real>& dw,
                            Workspace& ws) {
  const Index B = x.size(0), I = w.inputs(), U = w.units();
  Workspace::Scope scope(ws);
  const auto dz = ws.take<Real>(Shape<2>{B, 4 * U});
  for (Index b = 0; b < B; ++b)
    for (Index u = 0; u < U; ++u) {
      const Real i = gates(b, u), f = gates(b, U + u), g = gates(b, 2 * U + u), o = gates(b, 3 * U + u);
      const Real t = std::tanh(c2(b, u));
      const Real d = dc2(b, u) + dh2(b, u) * o * (1 - t * t);
      dz(b, u) = d * g * i * (1 - i);
      dz(b, U + u) = d * c(b, u) * f * (1 - f);
      dz(b, 2 * U + u) = d * i * (1 - g * g);
      dz(b, 3 * U + u) = dh2(b, u) * t * o * (1 - o);
      dc(b, u) = d * f;
    }
  dh.array() = 0;
  if (dx) dx.array() = 0;
  for (Index b = 0; b < B; ++b)
    for (Index k = 0; k < 4 * U; ++k) {
      for (Index j = 0; j < U; ++j) dh(b, j) += dz(b, k) * w.h(k, j);
      for (Index j = 0; j < I && dx; ++j) dx(b, j) += dz(b, k) * w.x(k, j);
      for (Index j = 0; j < I; ++j) dw.x(k, j) += dz(b, k) * x(b, j);
      for (Index j = 0; j < U; ++j) dw.h(k, j) += dz(b, k) * h(b, j);
      dw.bias(k) += dz(b, k);
    }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
