// kernels/lstm_gates.inl - part of lstm_gates.hpp, compiled once for each instruction set.

/// Row b, units [u0, u1).
template <class Real>
void lstm_gates_row(const detail::LstmGatesForward<Real>& s, Index b, Index u0, Index u1) {
  using P = Pack<Real>;
  const Index U = s.U, at = b * U;
  if (s.mask && !s.mask[b]) {
    for (Index g = 0; g < 4; ++g) std::fill_n(s.z + 4 * at + g * U + u0, u1 - u0, Real(0));
    for (Index u = at + u0; u < at + u1; ++u) {
      s.c2[u] = s.c ? s.c[u] : Real(0);
      s.h2[u] = s.h ? s.h[u] : Real(0);
    }
    return;
  }
  for (Index u = u0; u < u1; u += P::width) {
    const Index n = u1 - u;
    Real* const z = s.z + 4 * at + u;
    const Real* const bias = s.bias + u;
    const auto sum = [&](Index gate) STAC3DL_INLINE_LAMBDA {
      return load_some(z + gate * U, n) + load_some(bias + gate * U, n);
    };
    const P i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = tanh(sum(2)), o = sigmoid(sum(3));
    const P next = s.c ? fma(f, load_some(s.c + at + u, n), i * g) : i * g;
    store_some(i, z, n), store_some(f, z + U, n), store_some(g, z + 2 * U, n), store_some(o, z + 3 * U, n);
    store_some(next, s.c2 + at + u, n);
    store_some(o * tanh(next), s.h2 + at + u, n);
  }
}

/// Row b, all units.
template <class Real>
void lstm_gates_row(const detail::LstmGatesBackward<Real>& s, Index b) {
  using P = Pack<Real>;
  const Index U = s.U, at = b * U;
  if (s.mask && !s.mask[b]) {
    std::fill_n(s.dz + 4 * at, 4 * U, Real(0));
    if (s.dy)
      for (Index u = at; u < at + U; ++u) s.dh[u] += s.dy[u];
    return;
  }
  const P one = P::all(1);
  for (Index u = 0; u < U; u += P::width) {
    const Index n = U - u;
    const Real* const a = s.gates + 4 * at + u;
    const P i = load_some(a, n), f = load_some(a + U, n), g = load_some(a + 2 * U, n), o = load_some(a + 3 * U, n);
    const P t = tanh(load_some(s.c2 + at + u, n)), dh = load_some(s.dh + at + u, n);
    const P dh2 = s.dy ? dh + load_some(s.dy + at + u, n) : dh;
    const P d = fma(dh2 * o, one - t * t, load_some(s.dc + at + u, n));
    Real* const dz = s.dz + 4 * at + u;
    store_some(d * g * i * (one - i), dz, n);
    store_some(s.c ? d * load_some(s.c + at + u, n) * f * (one - f) : P::zero(), dz + U, n);
    store_some(d * i * (one - g * g), dz + 2 * U, n);
    store_some(dh2 * t * o * (one - o), dz + 3 * U, n);
    store_some(d * f, s.dc + at + u, n);
    store_some(P::zero(), s.dh + at + u, n);
  }
}

template <class Real>
void lstm_gates_run(const detail::LstmGatesForward<Real>& step, Index B) {
  parallel_chunks(B, detail::lstm_rows(step.U), [&](Index b0, Index b1) {
    for (Index b = b0; b < b1; ++b) lstm_gates_row(step, b, 0, step.U);
  });
}
template <class Real>
void lstm_gates_run(const detail::LstmGatesBackward<Real>& step, Index B) {
  parallel_chunks(B, detail::lstm_rows(step.U), [&](Index b0, Index b1) {
    for (Index b = b0; b < b1; ++b) lstm_gates_row(step, b);
  });
}
