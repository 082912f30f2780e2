// kernels/activation.inl - part of activation.hpp, compiled once for each instruction set.

/// x, but 0 where y is 0 or less: NaN in either comes through.
template <class Real>
ISA_INLINE Pack<Real> where_positive(Pack<Real> y, Pack<Real> x) {
  using P = Pack<Real>;
  return if_less(y, P::all(std::numeric_limits<Real>::infinity()), if_less(P::zero(), y, x, P::zero()), x);
}

template <class Real>
void relu_forward_run(CView<Real, 1> x, View<Real, 1> y) {
  const auto relu = [](Pack<Real> p) STAC3DL_INLINE_LAMBDA { return where_positive(p, p); };
  map_packs(x.size(), 0.15, y.data(), relu, x.data());
}
template <class Real>
void relu_backward_run(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  const auto back = [](Pack<Real> p, Pack<Real> d) STAC3DL_INLINE_LAMBDA {
    return where_positive(p, d);
  };
  map_packs(y.size(), 0.2, dx.data(), back, y.data(), dy.data());
}

template <class Real>
void sigmoid_forward_run(CView<Real, 1> x, View<Real, 1> y) {
  map_packs(x.size(), 0.6, y.data(), [](Pack<Real> p) STAC3DL_INLINE_LAMBDA { return sigmoid(p); }, x.data());
}
template <class Real>
void sigmoid_backward_run(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  const auto back = [](Pack<Real> p, Pack<Real> d) STAC3DL_INLINE_LAMBDA {
    const auto one = Pack<Real>::all(1);
    return d * p * (one - p);
  };
  map_packs(y.size(), 0.2, dx.data(), back, y.data(), dy.data());
}

template <class Real>
void tanh_forward_run(CView<Real, 1> x, View<Real, 1> y) {
  map_packs(x.size(), 0.9, y.data(), [](Pack<Real> p) STAC3DL_INLINE_LAMBDA { return tanh(p); }, x.data());
}
template <class Real>
void tanh_backward_run(CView<Real, 1> y, CView<Real, 1> dy, View<Real, 1> dx) {
  const auto back = [](Pack<Real> p, Pack<Real> d) STAC3DL_INLINE_LAMBDA {
    const auto one = Pack<Real>::all(1);
    return d * (one - p * p);
  };
  map_packs(y.size(), 0.2, dx.data(), back, y.data(), dy.data());
}
