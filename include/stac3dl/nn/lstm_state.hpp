/// nn/lstm_state.hpp - what an LSTM carries from step to step, and what a run takes beside x.
#pragma once

#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// check_shape for messages of two parts, which are put together only when they are needed: checks ask for no memory.
inline void check_fits(const char* call, const char* what, const Shape<3>& got, const Shape<3>& want) {
  if (got != want) fail(call, " ", what, ": want ", to_string(want), ", got ", to_string(got));
}
}  // namespace detail

/// h and c of every layer and direction, (layers * directions, B, U); layer 0, its reverse, layer 1, ...  Streaming:
/// the last state of one stretch of time is the start of the next.
template <class Real>
struct LstmState {
  Tensor<Real, 3> h, c;  ///< (layers * directions, B, U)

  LstmState() = default;
  /// Zeros of this shape, (layers * directions, B, U).
  explicit LstmState(const Shape<3>& shape) : h(shape), c(shape) {}
  void resize(const Shape<3>& shape) { h.resize(shape), c.resize(shape); }  ///< Gives both this shape.
  void reset() { h.fill(0), c.fill(0); }                                    ///< Sets both to 0.
  /// Error that names `call` and `what` where h or c is not of this shape.
  void check_is(const char* call, const char* what, const Shape<3>& want) const {
    detail::check_fits(call, what, h.shape(), want);
    detail::check_fits(call, what, c.shape(), want);
  }
};

/// A run's mask (L, B), 1 = valid, empty: all are; its start state, null: 0; and where the last state goes, null:
/// nowhere.  For a backward pass `last` must not be the state that `start` names.
template <class Real>
struct LstmContext {
  CView<std::uint8_t, 2> mask;             ///< (L, B), 1 = valid; empty: all are
  const LstmState<Real>* start = nullptr;  ///< null: zeros
  LstmState<Real>* last = nullptr;         ///< where the last state goes; null: nowhere
};

/// The gradient of the last state, null: 0; and where the gradient of the start state goes, null: nowhere.
template <class Real>
struct LstmContextGrads {
  const LstmState<Real>* last = nullptr;  ///< gradient of the last state; null: 0
  LstmState<Real>* start = nullptr;       ///< where the gradient of the start state goes; null: nowhere
};

namespace detail {
/// Columns [d U, (d+1) U) of every row of y <- h (L, B, U), for one of two directions.
template <class Real>
void write_half(CView<Real, 3> h, Index d, View<Real, 3> y) {
  const Index U = h.size(2);
  parallel_chunks(h.size(0) * h.size(1), 256, [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r) std::copy_n(h.data() + r * U, U, y.data() + (2 * r + d) * U);
  });
}
/// h <- columns [d U, (d+1) U) of every row of y.
template <class Real>
void read_half(CView<Real, 3> y, Index d, View<Real, 3> h) {
  const Index U = h.size(2);
  parallel_chunks(h.size(0) * h.size(1), 256, [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r) std::copy_n(y.data() + (2 * r + d) * U, U, h.data() + r * U);
  });
}
}  // namespace detail

STAC3DL_NAMESPACE_END
