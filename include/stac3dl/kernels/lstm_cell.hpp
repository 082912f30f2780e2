/// kernels/lstm_cell.hpp - one LSTM step, equations 5 to 10.  B batch, I inputs, U units; * is elementwise.
///
///   z  = x Wx' + h Wh' + b = [zi|zf|zg|zo]  (B, 4U)    i, f, o = sigmoid(zi, zf, zo)   g = tanh(zg)
///   c2 = f*c + i*g                          (B, U)     h2 = o*tanh(c2)
/// with Wx (4U, I), Wh (4U, U), b (4U).  The gates' order i, f, g, o is torch.nn.LSTM's.
/// Backward from dh2, dc2: dz and dc as in lstm_gates.hpp, then
///   dx = dz Wx    dh = dz Wh    dWx += dz' x    dWh += dz' h    db += sum of dz over B
#pragma once

#include "stac3dl/kernels/gemm.hpp"
#include "stac3dl/kernels/lstm_gates.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Weights of the four gates one under the other: i, f, g, o.
template <class Real>
struct LstmWeights {
  CView<Real, 2> x;     ///< (4U, I)
  CView<Real, 2> h;     ///< (4U, U)
  CView<Real, 1> bias;  ///< (4U)
  Index inputs() const { return x.size(1); }  ///< I.
  Index units() const { return h.size(1); }  ///< U.
};

/// Gradients of the weights; kernels add to them.
template <class Real>
struct LstmGrads {
  View<Real, 2> x, h;  ///< (4U, I) and (4U, U)
  View<Real, 1> bias;  ///< (4U)
};

/// h and c of B rows, each (B, U).  Empty: start at 0, or not wanted.
template <class Real>
struct LstmStateView {
  BasicView<Real, 2> h, c;  ///< (B, U)
  /// Writable ones may be read.
  operator LstmStateView<const Real>() const
    requires(!std::is_const_v<Real>)
  {
    return {h, c};
  }
};

namespace detail {
template <class Real>
void check_lstm_weights(const char* what, const LstmWeights<Real>& w) {
  const Index U = w.units();
  check(U > 0 && w.inputs() > 0, what, ": want 1 or more units and inputs, got ", U, " and ", w.inputs());
  check_shape(what, w.x.shape(), {4 * U, any_size});
  check_shape(what, w.h.shape(), {4 * U, U});
  check_shape(what, w.bias.shape(), {4 * U});
}
}  // namespace detail

/// x (B, I), h and c (B, U) -> h2, c2 (B, U) and the gates (B, 4U), which backward needs.  h2, c2 may be h, c.
template <class Real>
void lstm_cell_forward(CView<Real, 2> x, CView<Real, 2> h, CView<Real, 2> c, const LstmWeights<Real>& w,
                       View<Real, 2> h2, View<Real, 2> c2, View<Real, 2> gates, Workspace& ws) {
  const Index B = x.size(0), U = w.units();
  detail::check_lstm_weights("lstm_cell_forward weights", w);
  check_shape("lstm_cell_forward x", x.shape(), {B, w.inputs()});
  check_shape("lstm_cell_forward h", h.shape(), {B, U});
  check_shape("lstm_cell_forward c", c.shape(), {B, U});
  check_shape("lstm_cell_forward h2", h2.shape(), {B, U});
  check_shape("lstm_cell_forward c2", c2.shape(), {B, U});
  check_shape("lstm_cell_forward gates", gates.shape(), {B, 4 * U});
  gemm<Real>(x, Transpose::no, w.x, Transpose::yes, gates, Store::overwrite, ws);
  gemm<Real>(h, Transpose::no, w.h, Transpose::yes, gates, Store::add, ws);
  lstm_gates_forward<Real>(gates, w.bias, {}, h, c, h2, c2);
}

/// dx is skipped where empty; dh and dc (B, U) are overwritten.
template <class Real>
void lstm_cell_backward(CView<Real, 2> x, CView<Real, 2> h, CView<Real, 2> c, const LstmWeights<Real>& w,
                        CView<Real, 2> c2, CView<Real, 2> gates, CView<Real, 2> dh2, CView<Real, 2> dc2,
                        View<Real, 2> dx, View<Real, 2> dh, View<Real, 2> dc, const LstmGrads<Real>& dw,
                        Workspace& ws) {
  const Index B = x.size(0), U = w.units();
  check_shape("lstm_cell_backward gates", gates.shape(), {B, 4 * U});
  check_shape("lstm_cell_backward dh2", dh2.shape(), {B, U});
  check_shape("lstm_cell_backward dc2", dc2.shape(), {B, U});
  check_shape("lstm_cell_backward dh", dh.shape(), {B, U});
  check_shape("lstm_cell_backward dc", dc.shape(), {B, U});
  Workspace::Scope scope(ws);
  const auto dz = ws.take<Real>(Shape<2>{B, 4 * U});
  dc.array() = dc2.array();
  dh.array() = dh2.array();
  lstm_gates_backward<Real>(gates, {}, c, c2, {}, dh, dc, dz);
  gemm<Real>(dz, Transpose::no, w.h, Transpose::no, dh, Store::overwrite, ws);
  if (dx) gemm<Real>(dz, Transpose::no, w.x, Transpose::no, dx, Store::overwrite, ws);
  gemm<Real>(dz, Transpose::yes, x, Transpose::no, dw.x, Store::add, ws);
  gemm<Real>(dz, Transpose::yes, h, Transpose::no, dw.h, Store::add, ws);
  lstm_add_rows<Real>(dz, dw.bias);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
