/// kernels/conv3d_im2col.hpp - convolution as matrix products with a block of unrolled input.
///
/// For a block of B output positions of one sample, col (C*taps, B) holds in column q what output q's taps read:
///   y (O, B) = w (O, C*taps) col        dcol = w' dy, added back to where col was read from        dw += dy col'
/// Only a block is unrolled at a time, never a layer: memory does not grow with the input.
#pragma once

#include "stac3dl/kernels/conv3d_direct_weights.hpp"
#include "stac3dl/kernels/gemm.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace detail {

/// Output positions a block: col holds about 2^18 numbers.
inline Index im2col_block(const Conv3dSizes& s) {
  return std::clamp<Index>((Index{1} << 18) / (s.in_channels * s.taps()), 64, 4096);
}

/// visit(q, element of x's channel or -1) for every position q in [q0, q1) as tap `tap` reads it.
template <class Visit>
void for_each_read(const Conv3dSizes& s, Index tap, Index q0, Index q1, Visit&& visit) {
  const Index i = tap / s.kernel[2] / s.kernel[1], j = tap / s.kernel[2] % s.kernel[1], k = tap % s.kernel[2];
  for (Index q = q0; q < q1;) {
    const Index t = q / s.out[2] / s.out[1] * s.stride[0] + i - s.padding[0];
    const Index y = q / s.out[2] % s.out[1] * s.stride[1] + j - s.padding[1];
    const bool inside = t >= 0 && t < s.in[0] && y >= 0 && y < s.in[1];
    const Index end = std::min(q1, (q / s.out[2] + 1) * s.out[2]);
    for (Index x = q % s.out[2] * s.stride[2] + k - s.padding[2]; q < end; ++q, x += s.stride[2])
      visit(q, inside && x >= 0 && x < s.in[2] ? (t * s.in[1] + y) * s.in[2] + x : -1);
  }
}

/// body(n, q0, q1) for blocks of positions, one after the other: threads share the inside of a block.
template <class Body>
void for_each_block(const Conv3dSizes& s, Body&& body) {
  const Index block = im2col_block(s);
  for (Index n = 0; n < s.samples; ++n)
    for (Index q0 = 0; q0 < s.out_size(); q0 += block) body(n, q0, std::min(s.out_size(), q0 + block));
}

template <class Real>
void im2col(const Conv3dSizes& s, const Real* x, Index q0, Index q1, View<Real, 2> col) {
  parallel_for(s.in_channels, [&](Index c) {
    for (Index tap = 0; tap < s.taps(); ++tap) {
      Real* to = col.data() + (c * s.taps() + tap) * (q1 - q0);
      for_each_read(s, tap, q0, q1, [&](Index q, Index e) { to[q - q0] = e < 0 ? Real(0) : x[c * s.in_size() + e]; });
    }
  });
}

/// Columns [q0, q1) of the (O, positions) matrix of one sample, to and from a matrix of its own.
template <class Real>
void copy_columns(const Real* from, Index from_step, Real* to, Index to_step, Index rows, Index columns) {
  for (Index r = 0; r < rows; ++r) std::copy_n(from + r * from_step, columns, to + r * to_step);
}

}  // namespace detail

/// y = conv(x, w) + b, as a product with unrolled blocks of x.
template <class Real>
void conv3d_forward_im2col(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                           const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  const Conv3dSizes s = conv3d_sizes(x.shape(), y.shape(), spec);
  const Index rows = s.in_channels * s.taps(), O = s.out_channels, P = s.out_size();
  const CView<Real, 2> weights = w.reshape(Shape<2>{O, rows});
  for_each_block(s, [&](Index n, Index q0, Index q1) {
    Workspace::Scope scope(ws);
    const View<Real, 2> col = ws.take<Real>(Shape<2>{rows, q1 - q0}), out = ws.take<Real>(Shape<2>{O, q1 - q0});
    im2col(s, x.data() + n * s.in_channels * s.in_size(), q0, q1, col);
    gemm<Real>(weights, Transpose::no, col, Transpose::no, out, Store::overwrite, ws);
    Real* to = y.data() + n * O * P + q0;
    for (Index o = 0; o < O; ++o)
      for (Index q = 0; q < q1 - q0; ++q) to[o * P + q] = out.data()[o * (q1 - q0) + q] + (b ? b.data()[o] : Real(0));
  });
}

/// dx, overwritten: products, then rolled up again.
template <class Real>
void conv3d_backward_data_im2col(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                 Workspace& ws) {
  using namespace detail;
  const Conv3dSizes s = conv3d_sizes(dx.shape(), dy.shape(), spec);
  const Index rows = s.in_channels * s.taps(), O = s.out_channels, P = s.out_size();
  const CView<Real, 2> weights = w.reshape(Shape<2>{O, rows});
  std::fill_n(dx.data(), dx.size(), Real(0));
  for_each_block(s, [&](Index n, Index q0, Index q1) {
    Workspace::Scope scope(ws);
    const View<Real, 2> col = ws.take<Real>(Shape<2>{rows, q1 - q0}), in = ws.take<Real>(Shape<2>{O, q1 - q0});
    copy_columns(dy.data() + n * O * P + q0, P, in.data(), q1 - q0, O, q1 - q0);
    gemm<Real>(weights, Transpose::yes, in, Transpose::no, col, Store::overwrite, ws);
    parallel_for(s.in_channels, [&](Index c) {
      Real* to = dx.data() + (n * s.in_channels + c) * s.in_size();
      for (Index tap = 0; tap < s.taps(); ++tap) {
        const Real* from = col.data() + (c * s.taps() + tap) * (q1 - q0);
        for_each_read(s, tap, q0, q1, [&](Index q, Index e) {
          if (e >= 0) to[e] += from[q - q0];
        });
      }
    });
  });
}

/// dw and db, which are added to; an empty db is not wanted.
template <class Real>
void conv3d_backward_weights_im2col(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                    const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (db) conv3d_backward_bias<Real>(dy, db);
  const Conv3dSizes s = conv3d_sizes(x.shape(), dy.shape(), spec);
  const Index rows = s.in_channels * s.taps(), O = s.out_channels, P = s.out_size();
  const View<Real, 2> gradient = dw.reshape(Shape<2>{O, rows});
  for_each_block(s, [&](Index n, Index q0, Index q1) {
    Workspace::Scope scope(ws);
    const View<Real, 2> col = ws.take<Real>(Shape<2>{rows, q1 - q0}), in = ws.take<Real>(Shape<2>{O, q1 - q0});
    im2col(s, x.data() + n * s.in_channels * s.in_size(), q0, q1, col);
    copy_columns(dy.data() + n * O * P + q0, P, in.data(), q1 - q0, O, q1 - q0);
    gemm<Real>(in, Transpose::no, col, Transpose::yes, gradient, Store::add, ws);
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
