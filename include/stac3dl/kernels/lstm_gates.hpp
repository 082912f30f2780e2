/// kernels/lstm_gates.hpp - the elementwise half of an LSTM step, equations 5 to 10.  B batch, U units.
///
///   z = z + b = [zi|zf|zg|zo]  (B, 4U)       i, f, o = sigmoid(zi, zf, zo)     g = tanh(zg)
///   c2 = f*c + i*g             (B, U)        h2 = o*tanh(c2)
/// Backward from dh2, dc2, with t = tanh(c2) and d = dc2 + dh2*o*(1 - t²):
///   dzi = d*g*i*(1-i)   dzf = d*c*f*(1-f)   dzg = d*i*(1-g²)   dzo = dh2*t*o*(1-o)   dc = d*f
/// A masked row keeps its state: h2 = h, c2 = c; then dz = 0, dh = dh2, dc = dc2.
#pragma once

#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// One row of U units; `c` is null where the state before the step is 0.  c2 may be c.
template <class Real>
void lstm_gates_forward_row(Real* z, const Real* b, const Real* c, Real* c2, Real* h2, Index U) {
  using P = Pack<Real>;
  for (Index u = 0; u < U; u += P::width) {
    const Index n = std::min(P::width, U - u);
    const auto load = [n](const Real* from) { return n == P::width ? P::load(from) : load_part(from, n); };
    const auto store = [n](P p, Real* to) { n == P::width ? p.store(to) : store_part(p, to, n); };
    Real *zi = z + u, *zf = zi + U, *zg = zf + U, *zo = zg + U;
    const P i = sigmoid(load(zi) + load(b + u)), f = sigmoid(load(zf) + load(b + U + u));
    const P g = tanh(load(zg) + load(b + 2 * U + u)), o = sigmoid(load(zo) + load(b + 3 * U + u));
    const P next = c ? fma(f, load(c + u), i * g) : i * g;
    store(i, zi), store(f, zf), store(g, zg), store(o, zo);
    store(next, c2 + u);
    store(o * tanh(next), h2 + u);
  }
}

/// dh is dh2 from the later step, to which dy is added; dc is dc2 on entry and dc on return.
template <class Real>
void lstm_gates_backward_row(const Real* gates, const Real* c, const Real* c2, const Real* dy, const Real* dh, Real* dc,
                             Real* dz, Index U) {
  using P = Pack<Real>;
  const P one = P::all(1);
  for (Index u = 0; u < U; u += P::width) {
    const Index n = std::min(P::width, U - u);
    const auto load = [n](const Real* from) { return n == P::width ? P::load(from) : load_part(from, n); };
    const auto store = [n](P p, Real* to) { n == P::width ? p.store(to) : store_part(p, to, n); };
    const Real* a = gates + u;
    const P i = load(a), f = load(a + U), g = load(a + 2 * U), o = load(a + 3 * U), t = tanh(load(c2 + u));
    const P dh2 = dy ? load(dh + u) + load(dy + u) : load(dh + u);
    const P d = fma(dh2 * o, one - t * t, load(dc + u));
    Real* to = dz + u;
    store(d * g * i * (one - i), to);
    store(c ? d * load(c + u) * f * (one - f) : P::zero(), to + U);
    store(d * i * (one - g * g), to + 2 * U);
    store(dh2 * t * o * (one - o), to + 3 * U);
    store(d * f, dc + u);
  }
}

/// Rows of a parallel chunk: about 2000 units, so that a chunk is worth a thread.
inline Index lstm_rows(Index U) { return std::max<Index>(1, 2048 / std::max<Index>(1, U)); }
}  // namespace detail

/// z (B, 4U) holds the projections without bias and becomes the gates [i|f|g|o] (0 in masked rows).  h and c are the
/// state before the step, empty where it is 0; mask (B) is empty where all rows are valid.  h2, c2 may be h, c.
template <class Real>
void lstm_gates_forward(View<Real, 2> z, CView<Real, 1> bias, CView<std::uint8_t, 1> mask, CView<Real, 2> h,
                        CView<Real, 2> c, View<Real, 2> h2, View<Real, 2> c2) {
  const Index B = c2.size(0), U = c2.size(1);
  parallel_chunks(B, detail::lstm_rows(U), [&](Index b0, Index b1) {
    for (Index b = b0; b < b1; ++b) {
      Real* const zb = z.data() + b * 4 * U;
      const Real* const cb = c ? c.data() + b * U : nullptr;
      Real *const c2b = c2.data() + b * U, *const h2b = h2.data() + b * U;
      if (!mask || mask[b]) {
        detail::lstm_gates_forward_row(zb, bias.data(), cb, c2b, h2b, U);
        continue;
      }
      std::fill_n(zb, 4 * U, Real(0));
      for (Index u = 0; u < U; ++u) c2b[u] = c ? cb[u] : Real(0);
      for (Index u = 0; u < U; ++u) h2b[u] = h ? h[b * U + u] : Real(0);
    }
  });
}

/// dy (B, U), if given, and dh (B, U) add up to dh2; on return dh holds what passes by the gates: dh2 in masked rows, 0
/// in the others, to which the caller adds dz Wh.  dc (B, U) turns from dc2 to dc; dz (B, 4U) is overwritten.
template <class Real>
void lstm_gates_backward(CView<Real, 2> gates, CView<std::uint8_t, 1> mask, CView<Real, 2> c, CView<Real, 2> c2,
                         CView<Real, 2> dy, View<Real, 2> dh, View<Real, 2> dc, View<Real, 2> dz) {
  const Index B = c2.size(0), U = c2.size(1);
  parallel_chunks(B, detail::lstm_rows(U), [&](Index b0, Index b1) {
    for (Index b = b0; b < b1; ++b) {
      const Index at = b * U;
      if (!mask || mask[b]) {
        detail::lstm_gates_backward_row(gates.data() + 4 * at, c ? c.data() + at : nullptr, c2.data() + at,
                                        dy ? dy.data() + at : nullptr, dh.data() + at, dc.data() + at,
                                        dz.data() + 4 * at, U);
        std::fill_n(dh.data() + at, U, Real(0));
        continue;
      }
      std::fill_n(dz.data() + 4 * at, 4 * U, Real(0));
      if (dy)
        for (Index u = 0; u < U; ++u) dh[at + u] += dy[at + u];
    }
  });
}

/// bias += sum over the rows of dz (rows, 4U).  Threads split the columns; each adds its rows in order.
template <class Real>
void lstm_add_rows(CView<Real, 2> dz, View<Real, 1> bias) {
  parallel_chunks(dz.size(1), 64, [&](Index u0, Index u1) {
    for (Index row = 0; row < dz.size(0); ++row) {
      const Real* const from = dz.data() + row * dz.size(1);
      for (Index u = u0; u < u1; ++u) bias.data()[u] += from[u];
    }
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
