/// kernels/conv3d_ref.hpp - 3-D convolution as plain loops: equation (1) of the model, and its derivatives.
///
///   x (N, C, T, H, W)   w (O, C, KT, KH, KW)   b (O)   y (N, O, T', H', W')       s stride, p padding
///   y[n,o,t,i,j] = b[o] + sum over c,u,v,k of w[o,c,u,v,k] * x[n, c, t*s0+u-p0, i*s1+v-p1, j*s2+k-p2]
/// where x is 0 outside its range.  Every product of the sum passes dy on to both of its factors:
///   dx[n,c,...]     = sum over all (o, tap, position) that read it of w * dy
///   dw[o,c,u,v,k]  += sum over n,t,i,j of dy[n,o,t,i,j] * x[...]
///   db[o]          += sum over n,t,i,j of dy[n,o,t,i,j]
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_spec.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

namespace detail {
/// visit(n, o, c, t,i,j, u,v,k, a,h,l): every product of the equation whose x[n,c,a,h,l] is not padding.
template <class Visit>
void for_each_conv3d_product(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec, Visit&& visit) {
  const auto [KT, KH, KW] = spec.kernel;
  const auto [s0, s1, s2] = spec.stride;
  const auto [p0, p1, p2] = spec.padding;
  for (Index n = 0; n < y[0]; ++n)
    for (Index o = 0; o < y[1]; ++o)
      for (Index t = 0; t < y[2]; ++t)
        for (Index i = 0; i < y[3]; ++i)
          for (Index j = 0; j < y[4]; ++j)
            for (Index c = 0; c < x[1]; ++c)
              for (Index u = 0; u < KT; ++u)
                for (Index v = 0; v < KH; ++v)
                  for (Index k = 0; k < KW; ++k) {
                    const Index a = t * s0 + u - p0, h = i * s1 + v - p1, l = j * s2 + k - p2;
                    if (a < 0 || a >= x[2] || h < 0 || h >= x[3] || l < 0 || l >= x[4]) continue;
                    visit(n, o, c, t, i, j, u, v, k, a, h, l);
                  }
}
}  // namespace detail

/// y = conv(x, w) + b; an empty b stands for zeros.
template <class Real>
void conv3d_forward_ref(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y, const Conv3dSpec& spec,
                        Workspace&) {
  const Index positions = y.size(2) * y.size(3) * y.size(4);
  for (Index m = 0; m < y.size(); ++m) y[m] = b ? b[m / positions % y.size(1)] : Real(0);
  detail::for_each_conv3d_product(x.shape(), y.shape(), spec, [&](Index n, Index o, Index c, Index t, Index i, Index j,
                                                                  Index u, Index v, Index k, Index a, Index h,
                                                                  Index l) {
    y(n, o, t, i, j) += w(o, c, u, v, k) * x(n, c, a, h, l);
  });
}

/// dx from dy; overwrites dx.
template <class Real>
void conv3d_backward_data_ref(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                              Workspace&) {
  for (Index m = 0; m < dx.size(); ++m) dx[m] = 0;
  detail::for_each_conv3d_product(dx.shape(), dy.shape(), spec, [&](Index n, Index o, Index c, Index t, Index i,
                                                                    Index j, Index u, Index v, Index k, Index a,
                                                                    Index h, Index l) {
    dx(n, c, a, h, l) += w(o, c, u, v, k) * dy(n, o, t, i, j);
  });
}

/// Adds to dw and, unless it is empty, to db.
template <class Real>
void conv3d_backward_weights_ref(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                 const Conv3dSpec& spec, Workspace&) {
  const Index positions = dy.size(2) * dy.size(3) * dy.size(4);
  if (db)
    for (Index m = 0; m < dy.size(); ++m) db[m / positions % dy.size(1)] += dy[m];
  detail::for_each_conv3d_product(x.shape(), dy.shape(), spec, [&](Index n, Index o, Index c, Index t, Index i,
                                                                   Index j, Index u, Index v, Index k, Index a,
                                                                   Index h, Index l) {
    dw(o, c, u, v, k) += dy(n, o, t, i, j) * x(n, c, a, h, l);
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
