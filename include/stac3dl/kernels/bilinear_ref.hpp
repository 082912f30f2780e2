/// kernels/bilinear_ref.hpp - the plain twin of bilinear.hpp: equation (3) as loops.
#pragma once

#include "stac3dl/kernels/bilinear.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void gate_forward_ref(CView<Real, 1> a, CView<Real, 1> v, View<Real, 1> g) {
  for (Index i = 0; i < a.size(); ++i) g[i] = a[i] * v[i];
}
template <class Real>
void gate_backward_ref(CView<Real, 1> a, CView<Real, 1> v, CView<Real, 1> dg, View<Real, 1> da, View<Real, 1> dv) {
  for (Index i = 0; i < a.size(); ++i) da[i] = dg[i] * v[i], dv[i] = dg[i] * a[i];
}

template <class Real>
void outer_forward_ref(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, View<Real, 3> y,
                       View<Real, 3> B, View<Real, 2> length, Workspace&) {
  const Index N = a.size(0), M = a.size(1), C = v.size(1), L = a.size(2), P = a.size(3);
  for (Index l = 0; l < L; ++l)
    for (Index n = 0; n < N; ++n) {
      Real square = 0;
      for (Index m = 0; m < M; ++m)
        for (Index c = 0; c < C; ++c) {
          Real sum = 0, count = 0;
          for (Index p = 0; p < P; ++p)
            if (mask.empty() || mask(l, n, p)) sum += a(n, m, l, p) * v(n, c, l, p), count += 1;
          const Real b = B(l, n, m * C + c) = count > 0 ? sum / count : Real(0);
          const Real s = y(l, n, m * C + c) = b / std::sqrt(std::abs(b) + Real(1e-4));
          square += s * s;
        }
      const Real q = length(l, n) = std::sqrt(square);
      for (Index i = 0; i < M * C; ++i) y(l, n, i) /= std::max(q, Real(1e-12));
    }
}

template <class Real>
void outer_backward_ref(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, CView<Real, 3> B,
                        CView<Real, 2> length, CView<Real, 3> dy, View<Real, 4> da, View<Real, 4> dv, Workspace&) {
  const Index N = a.size(0), M = a.size(1), C = v.size(1), L = a.size(2), P = a.size(3);
  const Real eps = Real(1e-4);
  if (da) std::fill(da.begin(), da.end(), Real(0));
  if (dv) std::fill(dv.begin(), dv.end(), Real(0));
  for (Index l = 0; l < L; ++l)
    for (Index n = 0; n < N; ++n) {
      const Real q = length(l, n);
      if (q < Real(1e-12)) continue;
      const auto y = [&](Index i) { return B(l, n, i) / std::sqrt(std::abs(B(l, n, i)) + eps) / q; };
      Real along = 0, count = 0;
      for (Index i = 0; i < M * C; ++i) along += y(i) * dy(l, n, i);
      for (Index p = 0; p < P; ++p) count += mask.empty() || mask(l, n, p) ? Real(1) : Real(0);
      for (Index m = 0; m < M; ++m)
        for (Index c = 0; c < C; ++c) {
          const Index i = m * C + c;
          const Real size = std::abs(B(l, n, i)), ds = (dy(l, n, i) - y(i) * along) / q;
          const Real dB = ds * (size / 2 + eps) / std::pow(size + eps, Real(1.5));
          for (Index p = 0; p < P; ++p)
            if (mask.empty() || mask(l, n, p)) {
              if (da) da(n, m, l, p) += dB * v(n, c, l, p) / count;
              if (dv) dv(n, c, l, p) += dB * a(n, m, l, p) / count;
            }
        }
    }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
