/// kernels/linear.hpp - fully connected layer.  R rows, I inputs, O outputs.
///
///   y = x w' + 1 b'        x (R, I)   w (O, I)   b (O), may be empty   y (R, O)
/// Backward from dy (R, O):
///   dx = dy w              dw += dy' x           db += sum over rows of dy
#pragma once

#include "stac3dl/kernels/gemm.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// sums (O) += sum over the rows of x (R, O), added in order of the rows.
template <class Real>
void add_row_sums(CView<Real, 2> x, View<Real, 1> sums) {
  const Index R = x.size(0), O = x.size(1);
  // Threads take columns; a column's sum is one chain whatever their number is.
  parallel_chunks(O, R * O < 100000 ? O : 64, [&](Index o0, Index o1) {
    for (Index r = 0; r < R; ++r)
      for (Index o = o0; o < o1; ++o) sums.data()[o] += x.data()[r * O + o];
  });
}

template <class Real>
void linear_forward(CView<Real, 2> x, CView<Real, 2> w, CView<Real, 1> b, View<Real, 2> y, Workspace& ws) {
  gemm<Real>(x, Transpose::no, w, Transpose::yes, y, Store::overwrite, ws);
  if (b.empty()) return;
  const Index O = y.size(1);
  parallel_chunks(y.size(0), std::max<Index>(1, 100000 / std::max<Index>(1, O)), [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r) y.slice(r).array() += b.array();
  });
}

/// dx = dy w
template <class Real>
void linear_backward_data(CView<Real, 2> dy, CView<Real, 2> w, View<Real, 2> dx, Workspace& ws) {
  gemm<Real>(dy, Transpose::no, w, Transpose::no, dx, Store::overwrite, ws);
}

/// dw += dy' x, db += sums of dy; an empty db is left out.
template <class Real>
void linear_backward_weights(CView<Real, 2> x, CView<Real, 2> dy, View<Real, 2> dw, View<Real, 1> db, Workspace& ws) {
  gemm<Real>(dy, Transpose::yes, x, Transpose::no, dw, Store::add, ws);
  if (!db.empty()) add_row_sums<Real>(dy, db);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
