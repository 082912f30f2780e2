/// kernels/soft_argmax.hpp - where a heat map points: the expected coordinates under its softmax.
///
///   p = softmax over cells of z          cell i is at ((i_x + 1/2) / W, (i_y + 1/2) / H), the frame is [0, 1]^2
///   x = sum_i p_i cx_i    y = sum_i p_i cy_i
/// Backward from (gx, gy):   dz_i = p_i [gx (cx_i - x) + gy (cy_i - y)]
///
/// z, p (N, J, T, H, W); points (N, T, J, 2) as (x, y).
#pragma once

#include <cmath>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// p may be the same memory as z.
template <class Real>
void soft_argmax_forward(CView<Real, 5> z, View<Real, 5> p, View<Real, 4> points) {
  const Index J = z.size(1), T = z.size(2), H = z.size(3), W = z.size(4);
  check_shape("soft_argmax p", p.shape(), z.shape());
  check_shape("soft_argmax points", points.shape(), {z.size(0), T, J, 2});
  parallel_for(z.size(0) * J, [&](Index nj) {
    for (Index t = 0; t < T; ++t) {
      const Real* in = z.data() + (nj * T + t) * H * W;
      Real* out = p.data() + (nj * T + t) * H * W;
      const Real top = *std::max_element(in, in + H * W);
      Real sum = 0, x = 0, y = 0;
      for (Index i = 0; i < H * W; ++i) sum += out[i] = std::exp(in[i] - top);
      for (Index row = 0; row < H; ++row)
        for (Index column = 0; column < W; ++column) {
          Real& weight = out[row * W + column];
          weight /= sum;
          x += weight * (Real(column) + Real(0.5)) / Real(W);
          y += weight * (Real(row) + Real(0.5)) / Real(H);
        }
      points(nj / J, t, nj % J, 0) = x;
      points(nj / J, t, nj % J, 1) = y;
    }
  });
}

/// Dz from the gradient of the points; p and points as forward left them, dz is overwritten.
template <class Real>
void soft_argmax_backward(CView<Real, 5> p, CView<Real, 4> points, CView<Real, 4> d_points, View<Real, 5> dz) {
  const Index J = p.size(1), T = p.size(2), H = p.size(3), W = p.size(4);
  parallel_for(p.size(0) * J, [&](Index nj) {
    const Index n = nj / J, j = nj % J;
    for (Index t = 0; t < T; ++t) {
      const Real* weight = p.data() + (nj * T + t) * H * W;
      Real* out = dz.data() + (nj * T + t) * H * W;
      for (Index row = 0; row < H; ++row)
        for (Index column = 0; column < W; ++column) {
          const Real cx = (Real(column) + Real(0.5)) / Real(W), cy = (Real(row) + Real(0.5)) / Real(H);
          out[row * W + column] = weight[row * W + column] * (d_points(n, t, j, 0) * (cx - points(n, t, j, 0)) +
                                                              d_points(n, t, j, 1) * (cy - points(n, t, j, 1)));
        }
    }
  });
}

/// fine (N, J, T, H, W) += coarse (N, J, T', H', W') repeated T/T', H/H', W/W' times along its axes.
template <class Real>
void upsample_add(CView<Real, 5> coarse, View<Real, 5> fine) {
  const Index rt = fine.size(2) / coarse.size(2), rh = fine.size(3) / coarse.size(3),
              rw = fine.size(4) / coarse.size(4);
  parallel_for(fine.size(0) * fine.size(1), [&](Index nj) {
    auto in = coarse.reshape(Shape<4>{coarse.size(0) * coarse.size(1), coarse.size(2), coarse.size(3), coarse.size(4)});
    auto out = fine.reshape(Shape<4>{fine.size(0) * fine.size(1), fine.size(2), fine.size(3), fine.size(4)});
    for (Index t = 0; t < fine.size(2); ++t)
      for (Index h = 0; h < fine.size(3); ++h)
        for (Index w = 0; w < fine.size(4); ++w) out(nj, t, h, w) += in(nj, t / rt, h / rh, w / rw);
  });
}
/// Its backward: d_coarse is the sum of d_fine over the cells that repeat it.
template <class Real>
void upsample_add_backward(CView<Real, 5> d_fine, View<Real, 5> d_coarse) {
  const Index rt = d_fine.size(2) / d_coarse.size(2), rh = d_fine.size(3) / d_coarse.size(3),
              rw = d_fine.size(4) / d_coarse.size(4);
  parallel_for(d_fine.size(0) * d_fine.size(1), [&](Index nj) {
    auto in = d_fine.reshape(Shape<4>{d_fine.size(0) * d_fine.size(1), d_fine.size(2), d_fine.size(3), d_fine.size(4)});
    auto out = d_coarse.slice(nj / d_fine.size(1)).slice(nj % d_fine.size(1));
    std::fill(out.begin(), out.end(), Real(0));
    for (Index t = 0; t < d_fine.size(2); ++t)
      for (Index h = 0; h < d_fine.size(3); ++h)
        for (Index w = 0; w < d_fine.size(4); ++w) out(t / rt, h / rh, w / rw) += in(nj, t, h, w);
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
