/// kernels/lstm_gates.hpp - the elementwise half of an LSTM step, equations 5 to 10.  B batch, U units.
///
///   z = z + b = [zi|zf|zg|zo]  (B, 4U)       i, f, o = sigmoid(zi, zf, zo)     g = tanh(zg)
///   c2 = f*c + i*g             (B, U)        h2 = o*tanh(c2)
/// Backward from dh2, dc2, with t = tanh(c2) and d = dc2 + dh2*o*(1 - t²):
///   dzi = d*g*i*(1-i)   dzf = d*c*f*(1-f)   dzg = d*i*(1-g²)   dzo = dh2*t*o*(1-o)   dc = d*f
/// A masked row keeps its state: h2 = h, c2 = c; then dz = 0, dh = dh2, dc = dc2.
#pragma once

#include <cstdint>

#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// One step's rows, each view's first element; null: `mask` all valid, `h` and `c` 0, `dy` none.
template <class Real>
struct LstmGatesForward {
  Index U;
  Real* z;
  const Real* bias;
  const std::uint8_t* mask;
  const Real *h, *c;
  Real *h2, *c2;
};
template <class Real>
struct LstmGatesBackward {
  Index U;
  const Real* gates;
  const std::uint8_t* mask;
  const Real *c, *c2, *dy;
  Real *dh, *dc, *dz;
};

/// Rows of a parallel chunk: about 2000 units, so that a chunk is worth a thread.
inline Index lstm_rows(Index U) { return std::max<Index>(1, 2048 / std::max<Index>(1, U)); }
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/lstm_gates.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
template <class Real>
void run_lstm_gates(const LstmGatesForward<Real>& step, Index B) {
  STAC3DL_DISPATCH(lstm_gates_run<Real>(step, B));
}
template <class Real>
void run_lstm_gates(const LstmGatesBackward<Real>& step, Index B) {
  STAC3DL_DISPATCH(lstm_gates_run<Real>(step, B));
}
}  // namespace detail

/// z (B, 4U) holds the projections without bias and becomes the gates [i|f|g|o] (0 in masked rows).  h and c are the
/// state before the step, empty where it is 0; mask (B) is empty where all rows are valid.  h2, c2 may be h, c.
template <class Real>
void lstm_gates_forward(View<Real, 2> z, CView<Real, 1> bias, CView<std::uint8_t, 1> mask, CView<Real, 2> h,
                        CView<Real, 2> c, View<Real, 2> h2, View<Real, 2> c2) {
  detail::run_lstm_gates<Real>(detail::LstmGatesForward<Real>{c2.size(1), z.data(), bias.data(), mask.data(), h.data(),
                                                              c.data(), h2.data(), c2.data()},
                               c2.size(0));
}

/// dy (B, U), if given, and dh (B, U) add up to dh2; on return dh holds what passes by the gates: dh2 in masked rows, 0
/// in the others, to which the caller adds dz Wh.  dc (B, U) turns from dc2 to dc; dz (B, 4U) is overwritten.
template <class Real>
void lstm_gates_backward(CView<Real, 2> gates, CView<std::uint8_t, 1> mask, CView<Real, 2> c, CView<Real, 2> c2,
                         CView<Real, 2> dy, View<Real, 2> dh, View<Real, 2> dc, View<Real, 2> dz) {
  detail::run_lstm_gates<Real>(detail::LstmGatesBackward<Real>{c2.size(1), gates.data(), mask.data(), c.data(),
                                                               c2.data(), dy.data(), dh.data(), dc.data(), dz.data()},
                               c2.size(0));
}

/// bias += sum over the rows of dz (rows, 4U), added in order of the rows.
template <class Real>
void lstm_add_rows(CView<Real, 2> dz, View<Real, 1> bias) {
  add_row_sums<Real>(dz, bias);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
