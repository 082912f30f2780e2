// kernels/lstm_math.inl - part of lstm_math.hpp, compiled once for each instruction set.

template <class Real>
ISA_INLINE Pack<Real> sigmoid(Pack<Real> x) {
  const auto one = Pack<Real>::all(1);
  return one / (one + exp(Pack<Real>::zero() - x));
}

template <class Real>
ISA_INLINE Pack<Real> tanh(Pack<Real> x) {
  using P = Pack<Real>;
  const P one = P::all(1), size = abs(x), x2 = x * x;
  const P t = exp(P::zero() - (size + size));
  const P p = fma(fma(x2 + P::all(378), x2, P::all(17325)), x2, P::all(135135)) * x;
  const P q = fma(fma(fma(P::all(28), x2, P::all(3150)), x2, P::all(62370)), x2, P::all(135135));
  const P half = P::all(Real(0.5)), far = if_less(x, P::zero(), t - one, one - t);
  return if_less(size, half, p, far) / if_less(size, half, q, one + t);
}
