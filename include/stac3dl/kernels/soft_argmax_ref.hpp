/// kernels/soft_argmax_ref.hpp - the plain twin of soft_argmax.hpp and upsample.hpp: their equations as loops.
#pragma once

#include <cmath>

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void soft_argmax_forward_ref(CView<Real, 5> z, View<Real, 5> p, View<Real, 4> points) {
  const auto [N, J, T, H, W] = z.shape();
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < J; ++j)
      for (Index t = 0; t < T; ++t) {
        Real top = z(n, j, t, 0, 0), sum = 0, x = 0, y = 0;
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) top = z(n, j, t, h, w) <= top ? top : z(n, j, t, h, w);
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) sum += p(n, j, t, h, w) = std::exp(z(n, j, t, h, w) - top);
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) {
            p(n, j, t, h, w) /= sum;
            x += p(n, j, t, h, w) * (Real(w) + Real(0.5)) / Real(W);
            y += p(n, j, t, h, w) * (Real(h) + Real(0.5)) / Real(H);
          }
        points(n, t, j, 0) = x, points(n, t, j, 1) = y;
      }
}

template <class Real>
void soft_argmax_backward_ref(CView<Real, 5> p, CView<Real, 4> points, CView<Real, 4> d_points, View<Real, 5> dz) {
  const auto [N, J, T, H, W] = p.shape();
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < J; ++j)
      for (Index t = 0; t < T; ++t)
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) {
            const Real cx = (Real(w) + Real(0.5)) / Real(W), cy = (Real(h) + Real(0.5)) / Real(H);
            dz(n, j, t, h, w) = p(n, j, t, h, w) * (d_points(n, t, j, 0) * (cx - points(n, t, j, 0)) +
                                                    d_points(n, t, j, 1) * (cy - points(n, t, j, 1)));
          }
}

template <class Real>
void upsample_add_ref(CView<Real, 5> coarse, View<Real, 5> fine) {
  const auto [N, J, T, H, W] = fine.shape();
  const Index rt = T / coarse.size(2), rh = H / coarse.size(3), rw = W / coarse.size(4);
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < J; ++j)
      for (Index t = 0; t < T; ++t)
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) fine(n, j, t, h, w) += coarse(n, j, t / rt, h / rh, w / rw);
}

template <class Real>
void upsample_add_backward_ref(CView<Real, 5> d_fine, View<Real, 5> d_coarse) {
  const auto [N, J, T, H, W] = d_fine.shape();
  const Index rt = T / d_coarse.size(2), rh = H / d_coarse.size(3), rw = W / d_coarse.size(4);
  for (Index i = 0; i < d_coarse.size(); ++i) d_coarse[i] = 0;
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < J; ++j)
      for (Index t = 0; t < T; ++t)
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) d_coarse(n, j, t / rt, h / rh, w / rw) += d_fine(n, j, t, h, w);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
