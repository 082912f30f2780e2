/// kernels/lstm_sequence_ref.hpp - the plain twin of lstm_sequence.hpp: step after step, row after row, with the cell's
/// twin.
#pragma once

#include "stac3dl/kernels/lstm_cell_ref.hpp"
#include "stac3dl/kernels/lstm_sequence.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// Row b of step l as a batch of one.
template <class T>
BasicView<T, 2> one_row(BasicView<T, 3> x, Index l, Index b) {
  return x.slice(l).range(b, 1);
}
/// State of row b before the s-th step run; a view of `zero` where it is 0.
template <class Real>
CView<Real, 2> row_before(const LstmRun<Real>& run, CView<Real, 3> states, CView<Real, 2> start, CView<Real, 2> zero,
                          Index s, Index b) {
  if (s > 0) return one_row(states, run.at(s - 1), b);
  return start ? start.range(b, 1) : zero;
}
}  // namespace detail

template <class Real>
void lstm_forward_ref(const LstmRun<Real>& run, View<Real, 3> y, View<Real, 3> gates, View<Real, 3> cells,
                      const LstmStateView<Real>& last, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units();
  Workspace::Scope scope(ws);
  const auto zero = ws.take<Real>(Shape<2>{1, U});
  zero.array() = 0;
  for (Index s = 0; s < L; ++s)
    for (Index b = 0; b < B; ++b) {
      const Index l = run.at(s);
      const auto h = detail::row_before<Real>(run, y, run.start.h, zero, s, b);
      const auto c = detail::row_before<Real>(run, cells, run.start.c, zero, s, b);
      if (run.mask && !run.mask(l, b)) {
        detail::one_row(y, l, b).array() = h.array();
        detail::one_row(cells, l, b).array() = c.array();
        detail::one_row(gates, l, b).array() = 0;
        continue;
      }
      lstm_cell_forward_ref<Real>(detail::one_row(run.x, l, b), h, c, run.weights, detail::one_row(y, l, b),
                                  detail::one_row(cells, l, b), detail::one_row(gates, l, b), ws);
    }
  detail::copy_last_state<Real>(y.slice(run.at(L - 1)), cells.slice(run.at(L - 1)), last);
}

template <class Real>
void lstm_infer_ref(const LstmRun<Real>& run, const LstmStateView<Real>& state, View<Real, 3> y, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units();
  Workspace::Scope scope(ws);
  const auto gates = ws.take<Real>(Shape<3>{L, B, 4 * U}), cells = ws.take<Real>(Shape<3>{L, B, U});
  LstmRun<Real> from = run;
  from.start = state;
  lstm_forward_ref<Real>(from, y, gates, cells, state, ws);
}

template <class Real>
void lstm_backward_ref(const LstmRun<Real>& run, CView<Real, 3> y, CView<Real, 3> gates, CView<Real, 3> cells,
                       CView<Real, 3> dy, const LstmStateView<const Real>& dlast, View<Real, 3> dx, Store dx_store,
                       const LstmGrads<Real>& dweights, const LstmStateView<Real>& dstart, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), I = run.weights.inputs(), U = run.weights.units();
  Workspace::Scope scope(ws);
  const auto take = [&](Index size) { return ws.take<Real>(Shape<2>{1, size}); };
  const auto zero = take(U), dh = take(U), dc = take(U), dh2 = take(U), dc2 = take(U), row = take(I);
  zero.array() = 0;
  if (dx && dx_store == Store::overwrite) dx.array() = 0;
  for (Index b = 0; b < B; ++b) {
    dh.array() = 0, dc.array() = 0;
    if (dlast.h) dh.array() = dlast.h.slice(b).array(), dc.array() = dlast.c.slice(b).array();
    for (Index s = L - 1; s >= 0; --s) {
      const Index l = run.at(s);
      dh2.array() = dh.array() + detail::one_row(dy, l, b).array();
      dc2.array() = dc.array();
      dh.array() = dh2.array();
      if (run.mask && !run.mask(l, b)) continue;
      const auto h = detail::row_before<Real>(run, y, run.start.h, zero, s, b);
      const auto c = detail::row_before<Real>(run, cells, run.start.c, zero, s, b);
      lstm_cell_backward_ref<Real>(detail::one_row(run.x, l, b), h, c, run.weights, detail::one_row(cells, l, b),
                                   detail::one_row(gates, l, b), dh2, dc2, row, dh, dc, dweights, ws);
      if (dx) detail::one_row(dx, l, b).array() += row.array();
    }
    if (dstart.h) dstart.h.slice(b).array() = dh.array(), dstart.c.slice(b).array() = dc.array();
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
