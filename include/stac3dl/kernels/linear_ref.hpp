/// kernels/linear_ref.hpp - the plain twin of linear.hpp: its equations as loops.
#pragma once

#include "stac3dl/core/workspace.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void add_row_sums_ref(CView<Real, 2> x, View<Real, 1> sums) {
  for (Index r = 0; r < x.size(0); ++r)
    for (Index o = 0; o < x.size(1); ++o) sums(o) += x(r, o);
}

template <class Real>
void linear_forward_ref(CView<Real, 2> x, CView<Real, 2> w, CView<Real, 1> b, View<Real, 2> y, Workspace&) {
  for (Index r = 0; r < x.size(0); ++r)
    for (Index o = 0; o < w.size(0); ++o) {
      Real sum = b.empty() ? Real(0) : b(o);
      for (Index i = 0; i < x.size(1); ++i) sum += w(o, i) * x(r, i);
      y(r, o) = sum;
    }
}

template <class Real>
void linear_backward_data_ref(CView<Real, 2> dy, CView<Real, 2> w, View<Real, 2> dx, Workspace&) {
  for (Index r = 0; r < dx.size(0); ++r)
    for (Index i = 0; i < dx.size(1); ++i) {
      dx(r, i) = 0;
      for (Index o = 0; o < w.size(0); ++o) dx(r, i) += dy(r, o) * w(o, i);
    }
}

template <class Real>
void linear_backward_weights_ref(CView<Real, 2> x, CView<Real, 2> dy, View<Real, 2> dw, View<Real, 1> db,
                                 Workspace&) {
  for (Index r = 0; r < x.size(0); ++r)
    for (Index o = 0; o < dy.size(1); ++o) {
      for (Index i = 0; i < x.size(1); ++i) dw(o, i) += dy(r, o) * x(r, i);
      if (!db.empty()) db(o) += dy(r, o);
    }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
