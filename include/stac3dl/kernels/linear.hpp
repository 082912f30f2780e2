/// kernels/linear.hpp - fully connected layer.  R rows, I inputs, O outputs.
///
///   y = x w' + 1 b'        x (R, I)   w (O, I)   b (O), may be empty   y (R, O)
/// Backward from dy (R, O):
///   dx = dy w              dw += dy' x           db += sum over rows of dy
#pragma once

#include "stac3dl/kernels/gemm.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/linear.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// sums (O) += sum over the rows of x (R, O), added in order of the rows.
template <class Real>
void add_row_sums(CView<Real, 2> x, View<Real, 1> sums) {
  STAC3DL_DISPATCH(add_row_sums_run<Real>(x, sums));
}
/// b (O) is added to every row of y (R, O).
template <class Real>
void add_to_rows(CView<Real, 1> b, View<Real, 2> y) {
  STAC3DL_DISPATCH(add_to_rows_run<Real>(b, y));
}

/// Y = x w' + 1 b'; an empty b is not added.
template <class Real>
void linear_forward(CView<Real, 2> x, CView<Real, 2> w, CView<Real, 1> b, View<Real, 2> y, Workspace& ws) {
  gemm<Real>(x, Transpose::no, w, Transpose::yes, y, Store::overwrite, ws);
  if (!b.empty()) add_to_rows<Real>(b, y);
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
