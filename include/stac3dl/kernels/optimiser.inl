// kernels/optimiser.inl - part of optimiser.hpp, compiled once for each instruction set.

/// f(i, lanes) for all packs of n numbers, on all threads.
template <class Real, class F>
ISA_INLINE void for_all_packs(Index n, double nanoseconds_each, const F& f) {
  const Index W = Pack<Real>::width, grain = (work_grain(n, nanoseconds_each) + W - 1) / W * W;
  parallel_chunks(n, grain, [&](Index begin, Index end) {
    for_packs<Real>(end - begin, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA { f(begin + i, lanes); });
  });
}

template <class Real>
void sgd_step_run(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> velocity, const SgdStep& s) {
  using P = Pack<Real>;
  const P rate = P::all(static_cast<Real>(s.rate)), momentum = P::all(static_cast<Real>(s.momentum));
  const P decay = P::all(static_cast<Real>(s.decay));
  const Real* const pg = g.data();
  Real *const pw = w.data(), *const pv = velocity.data();
  const auto slope = [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    return fma(decay, lanes.load(pw + i), lanes.load(pg + i));
  };
  const auto step = [=](Index i, auto lanes, P way) STAC3DL_INLINE_LAMBDA {
    lanes.store(fnma(rate, way, lanes.load(pw + i)), pw + i);
  };
  const auto moved = [=](Index i, auto lanes, P from) STAC3DL_INLINE_LAMBDA {
    const P v = fma(momentum, lanes.load(pv + i), from);
    lanes.store(v, pv + i);
    return v;
  };
  const Index n = w.size();
  if (s.momentum == 0)
    for_all_packs<Real>(n, 0.3, [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA { step(i, lanes, slope(i, lanes)); });
  else if (s.nesterov)
    for_all_packs<Real>(n, 0.5, [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      const P from = slope(i, lanes);
      step(i, lanes, fma(momentum, moved(i, lanes, from), from));
    });
  else
    for_all_packs<Real>(n, 0.5, [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      step(i, lanes, moved(i, lanes, slope(i, lanes)));
    });
}

template <class Real>
void adam_step_run(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> mean, View<Real, 1> square, const AdamStep& s) {
  using P = Pack<Real>;
  const double t = static_cast<double>(s.update);
  const auto all = [](double value) { return P::all(static_cast<Real>(value)); };
  const P b1 = all(s.beta1), b2 = all(s.beta2), c1 = all(1 - s.beta1), c2 = all(1 - s.beta2);
  const P scale = all(s.rate / (1 - std::pow(s.beta1, t))), root = all(1 / std::sqrt(1 - std::pow(s.beta2, t)));
  const P epsilon = all(s.epsilon), decay = all(s.decoupled ? 0 : s.decay);
  const P keep = all(s.decoupled ? 1 - s.rate * s.decay : 1);
  const Real* const pg = g.data();
  Real *const pw = w.data(), *const pm = mean.data(), *const pv = square.data();
  for_all_packs<Real>(w.size(), 0.7, [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    const P x = lanes.load(pw + i), slope = fma(decay, x, lanes.load(pg + i));
    const P m = fma(b1, lanes.load(pm + i), c1 * slope), v = fma(b2, lanes.load(pv + i), c2 * (slope * slope));
    lanes.store(m, pm + i), lanes.store(v, pv + i);
    lanes.store(fnma(scale, m / fma(root, sqrt(v), epsilon), keep * x), pw + i);
  });
}

template <class Real>
double sum_of_squares_run(CView<Real, 1> x) {
  constexpr Index most = 64;  // partial sums, added in order
  const Index n = x.size(), grain = std::max<Index>(16384, (n + most - 1) / most);
  double parts[most] = {};
  parallel_chunks(n, grain, [&](Index begin, Index end) {
    const Real* const p = x.data() + begin;
    WideSum sum;
    for_packs<double>(end - begin, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      const Pack<double> value = load_wide(p + i, lanes);
      sum.add(value * value, lanes);
    });
    parts[begin / grain] = sum.value();
  });
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

template <class Real>
void scale_gradient_run(View<Real, 1> x, Real factor) {
  Real* const p = x.data();
  for_all_packs<Real>(x.size(), 0.2, [=](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    lanes.store(Pack<Real>::all(factor) * lanes.load(p + i), p + i);
  });
}
