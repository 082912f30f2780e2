/// kernels/lstm_sequence.hpp - the LSTM over a whole sequence, either way in time.
/// L steps, B batch, I inputs, U units.
///
///   z[l] = x[l] Wx' + b + h[l-1] Wh',  (h[l], c[l]) = gates(z[l], c[l-1])     (lstm_cell.hpp; h[-1], c[-1]: the start)
/// Reversed in time, l+1 stands for l-1 and the run goes from the last step to the first.  At a masked (step, row) the
/// state stays as it was, and y holds it.
/// The products with x do not wait for one another: one gemm makes them for all steps.  What a step adds, h Wh', is
/// made with weights packed once for the run, each task taking some rows of the batch through all steps
/// (lstm_sequence.inl); batches of few rows, which do not pay for packing, take one gemm a step, and tile registers,
/// from 128 units on, one product with weights split once (lstm_products.hpp).
/// Backward from dy (L, B, U), with dh and dc of the last state (0 if not given), from the last step run to the first:
///   dz[l], dc <- lstm_gates.hpp from dy[l] + dh, dc        dh <- dz[l] Wh   (masked rows: dh <- dy[l] + dh, dc stays)
/// and for all steps at once, dz being 0 where masked:
///   dx = dz Wx     dWx += sum_l dz[l]' x[l]     dWh += sum_l dz[l]' h[l-1]     db += sum of dz over l and B
#pragma once

#include "stac3dl/kernels/lstm_cell.hpp"
#include "stac3dl/kernels/lstm_products.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Which way in time steps are run.
enum class LstmOrder { forward, reversed };

/// What a run reads.
template <class Real>
struct LstmRun {
  CView<Real, 3> x;                      ///< (L, B, I)
  LstmWeights<Real> weights;             ///< of this direction
  CView<std::uint8_t, 2> mask;           ///< (L, B), 1 = valid; empty: all are
  LstmOrder order = LstmOrder::forward;  ///< from the first step on, or from the last
  LstmStateView<const Real> start;       ///< empty: 0
  Accuracy accuracy = Accuracy::exact;   ///< of the products

  Index steps() const { return x.size(0); }  ///< L.
  Index batch() const { return x.size(1); }  ///< B.
  /// Place in time of the s-th step run.
  Index at(Index s) const { return order == LstmOrder::forward ? s : steps() - 1 - s; }
  /// (B) of step l; empty: all rows are valid.
  CView<std::uint8_t, 1> step_mask(Index l) const { return mask ? mask.slice(l) : CView<std::uint8_t, 1>{}; }
};

namespace detail {
template <class T, class Real>
void check_lstm_state(const char* what, const LstmStateView<T>& state, const LstmRun<Real>& run) {
  check(bool(state.h) == bool(state.c), what, ": want both h and c or neither");
  if (!state.h) return;
  check_shape(what, state.h.shape(), {run.batch(), run.weights.units()});
  check_shape(what, state.c.shape(), {run.batch(), run.weights.units()});
}
template <class Real>
void check_lstm_run(const LstmRun<Real>& run, CView<Real, 3> y) {
  check_lstm_weights("lstm weights", run.weights);
  check_shape("lstm x", run.x.shape(), {any_size, any_size, run.weights.inputs()});
  check(run.steps() > 0, "lstm x: want 1 or more steps, got ", run.steps());
  if (run.mask) check_shape("lstm mask", run.mask.shape(), {run.steps(), run.batch()});
  check_lstm_state("lstm start", run.start, run);
  check_shape("lstm y", y.shape(), {run.steps(), run.batch(), run.weights.units()});
}
template <class Real>
void copy_last_state(CView<Real, 2> h, CView<Real, 2> c, const LstmStateView<Real>& last) {
  if (!last.h) return;
  last.h.array() = h.array();
  last.c.array() = c.array();
}
/// (L, B, D) as (L B, D)
template <class T>
BasicView<T, 2> as_rows(BasicView<T, 3> x) {
  return x.reshape(Shape<2>{x.size(0) * x.size(1), x.size(2)});
}
/// Does the run pay for packing the weights?
template <class Real>
bool lstm_packs(const LstmRun<Real>& run) {
  return run.batch() > 16 && !lstm_on_tiles<Real>(run.batch(), run.weights.units());
}
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/lstm_sequence.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// See lstm_forward_run and lstm_backward_run in lstm_sequence.inl.
template <class Real>
void run_lstm_forward(const LstmRun<Real>& run, Index s0, Index s1, Index first, const LstmStateView<const Real>& start,
                      View<Real, 3> z, View<Real, 3> y, Real* cells, bool keep_c, Workspace& ws) {
  STAC3DL_DISPATCH(lstm_forward_run<Real>(run, s0, s1, first, start, z, y, cells, keep_c, ws));
}
template <class Real>
void run_lstm_backward(const LstmRun<Real>& run, CView<Real, 3> gates, CView<Real, 3> cells, CView<Real, 3> dy,
                       bool start_wanted, View<Real, 2> dh, View<Real, 2> dc, View<Real, 3> dz, Workspace& ws) {
  STAC3DL_DISPATCH(lstm_backward_run<Real>(run, gates, cells, dy, start_wanted, dh, dc, dz, ws));
}
}  // namespace detail

/// y (L, B, U); gates (L, B, 4U) and cells (L, B, U) are what backward needs; `last`, if given, gets the last state.
template <class Real>
void lstm_forward(const LstmRun<Real>& run, View<Real, 3> y, View<Real, 3> gates, View<Real, 3> cells,
                  const LstmStateView<Real>& last, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units();
  detail::check_lstm_run<Real>(run, y);
  check_shape("lstm_forward gates", gates.shape(), {L, B, 4 * U});
  check_shape("lstm_forward cells", cells.shape(), {L, B, U});
  detail::check_lstm_state("lstm_forward last", last, run);
  gemm<Real>(detail::as_rows(run.x), Transpose::no, run.weights.x, Transpose::yes, detail::as_rows(gates),
             Store::overwrite, ws, run.accuracy);
  if (detail::lstm_packs(run)) {
    detail::run_lstm_forward<Real>(run, 0, L, 0, run.start, gates, y, cells.data(), true, ws);
    return detail::copy_last_state<Real>(y.slice(run.at(L - 1)), cells.slice(run.at(L - 1)), last);
  }
  Workspace::Scope scope(ws);
  const detail::LstmProducts<Real> products(run.weights.h, Transpose::yes, B, run.accuracy, ws);
  CView<Real, 2> h = run.start.h, c = run.start.c;
  for (Index s = 0; s < L; ++s) {
    const Index l = run.at(s);
    const auto z = gates.slice(l);
    if (h) products.add(h, z, ws);
    lstm_gates_forward<Real>(z, run.weights.bias, run.step_mask(l), h, c, y.slice(l), cells.slice(l));
    h = y.slice(l), c = cells.slice(l);
  }
  detail::copy_last_state<Real>(h, c, last);
}

/// Inference: `state` (both required) is the start on entry and the last state on return; gates are kept for a block
/// of steps only, so that scratch does not grow with L.  run.start is not read.
template <class Real>
void lstm_infer(const LstmRun<Real>& run, const LstmStateView<Real>& state, View<Real, 3> y, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units();
  detail::check_lstm_run<Real>(run, y);
  check(bool(state.h), "lstm_infer: want a state");
  detail::check_lstm_state("lstm_infer state", state, run);
  const Index block = std::min(L, std::max<Index>(1, 2048 / std::max<Index>(1, B)));
  Workspace::Scope scope(ws);
  const auto scratch = ws.take<Real>(Shape<3>{block, B, 4 * U});
  const detail::LstmProducts<Real> products(run.weights.h, Transpose::yes, B, run.accuracy, ws);
  CView<Real, 2> h = state.h;
  for (Index s0 = 0; s0 < L; s0 += block) {
    const Index count = std::min(block, L - s0), first = std::min(run.at(s0), run.at(s0 + count - 1));
    const auto z = scratch.range(0, count);
    gemm<Real>(detail::as_rows(run.x.range(first, count)), Transpose::no, run.weights.x, Transpose::yes,
               detail::as_rows(z), Store::overwrite, ws, run.accuracy);
    if (detail::lstm_packs(run)) {
      detail::run_lstm_forward<Real>(run, s0, s0 + count, first, {h, state.c}, z, y, state.c.data(), false, ws);
      h = y.slice(run.at(s0 + count - 1));
      continue;
    }
    for (Index s = s0; s < s0 + count; ++s) {
      const Index l = run.at(s);
      products.add(h, z.slice(l - first), ws);
      lstm_gates_forward<Real>(z.slice(l - first), run.weights.bias, run.step_mask(l), h, state.c, y.slice(l), state.c);
      h = y.slice(l);
    }
  }
  state.h.array() = h.array();
}

/// y, gates, cells as forward left them.  dlast: gradient of the last state, or empty.  dx: empty, or overwritten or
/// added to as `dx_store` says (the second direction of a layer adds).  dstart: empty, or overwritten.
template <class Real>
void lstm_backward(const LstmRun<Real>& run, CView<Real, 3> y, CView<Real, 3> gates, CView<Real, 3> cells,
                   CView<Real, 3> dy, const LstmStateView<const Real>& dlast, View<Real, 3> dx, Store dx_store,
                   const LstmGrads<Real>& dweights, const LstmStateView<Real>& dstart, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units();
  detail::check_lstm_run(run, y);
  check_shape("lstm_backward gates", gates.shape(), {L, B, 4 * U});
  check_shape("lstm_backward cells", cells.shape(), {L, B, U});
  check_shape("lstm_backward dy", dy.shape(), {L, B, U});
  detail::check_lstm_state("lstm_backward dlast", dlast, run);
  detail::check_lstm_state("lstm_backward dstart", dstart, run);
  Workspace::Scope scope(ws);
  const auto dz = ws.take<Real>(Shape<3>{L, B, 4 * U});
  const auto dh = ws.take<Real>(Shape<2>{B, U}), dc = ws.take<Real>(Shape<2>{B, U});
  dh.array() = 0, dc.array() = 0;
  if (dlast.h) dh.array() = dlast.h.array(), dc.array() = dlast.c.array();

  const bool packs = detail::lstm_packs(run);
  if (packs) detail::run_lstm_backward<Real>(run, gates, cells, dy, bool(dstart.h), dh, dc, dz, ws);
  const detail::LstmProducts<Real> products(run.weights.h, Transpose::no, B, run.accuracy, ws);
  for (Index s = packs ? -1 : L - 1; s >= 0; --s) {
    const Index l = run.at(s);
    const CView<Real, 2> c = s > 0 ? cells.slice(run.at(s - 1)) : run.start.c;
    lstm_gates_backward<Real>(gates.slice(l), run.step_mask(l), c, cells.slice(l), dy.slice(l), dh, dc, dz.slice(l));
    if (s > 0 || dstart.h) products.add(dz.slice(l), dh, ws);
  }
  if (dstart.h) dstart.h.array() = dh.array(), dstart.c.array() = dc.array();

  if (dx) {
    check_shape("lstm_backward dx", dx.shape(), run.x.shape());
    gemm<Real>(detail::as_rows(dz), Transpose::no, run.weights.x, Transpose::no, detail::as_rows(dx), dx_store, ws,
               run.accuracy);
  }
  gemm<Real>(detail::as_rows(dz), Transpose::yes, detail::as_rows(run.x), Transpose::no, dweights.x, Store::add, ws,
             run.accuracy);
  // h before step l is y at its neighbour: shift dz and y against each other by one step.
  const Index to = run.order == LstmOrder::forward ? 1 : 0;
  if (L > 1)
    gemm<Real>(detail::as_rows(dz.range(to, L - 1)), Transpose::yes, detail::as_rows(y.range(1 - to, L - 1)),
               Transpose::no, dweights.h, Store::add, ws, run.accuracy);
  if (run.start.h)
    gemm<Real>(dz.slice(run.at(0)), Transpose::yes, run.start.h, Transpose::no, dweights.h, Store::add, ws,
               run.accuracy);
  lstm_add_rows<Real>(detail::as_rows(dz), dweights.bias);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
