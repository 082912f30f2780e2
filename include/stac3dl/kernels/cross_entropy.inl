// kernels/cross_entropy.inl - part of cross_entropy.hpp, compiled once for each instruction set.

/// Loss of one sample.  z (K) becomes the probabilities at p, which may lie over it.
template <class Real>
inline double cross_entropy_row(const Real* z, Index K, Index label, double smoothing, Real* p) {
  using Wide = Pack<double>;
  const Real largest = largest_of(z, K);
  const double top = static_cast<double>(largest), at_label = static_cast<double>(z[label]) - top;
  const Wide top_pack = Wide::all(top);
  WideSum sum, shifted;
  for_packs<double>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
    const Wide v = load_wide(z + k, lanes) - top_pack;
    sum.add(exp(v), lanes);
    shifted.add(v, lanes);
  });
  if (p != z) std::copy(z, z + K, p);
  const Pack<Real> all = Pack<Real>::all(exp_row(p, K, largest));
  for_packs<Real>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA { lanes.store(lanes.load(p + k) / all, p + k); });
  const double even = smoothing > 0 ? smoothing * shifted.value() / static_cast<double>(K) : 0;
  return std::log(sum.value()) - (1 - smoothing) * at_label - even;
}

template <class Real>
Real cross_entropy_forward_run(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing, View<Real, 2> p) {
  const Index N = logits.size(0), K = logits.size(1);
  double total = 0;
  for (Index n = 0; n < N; ++n)
    total += cross_entropy_row(logits.data() + n * K, K, labels[static_cast<std::size_t>(n)],
                               static_cast<double>(smoothing), p.data() + n * K);
  return static_cast<Real>(total / static_cast<double>(N));
}

template <class Real>
void cross_entropy_backward_run(CView<Real, 2> p, std::span<const Index> labels, Real smoothing,
                                View<Real, 2> dlogits) {
  using P = Pack<Real>;
  const Index N = p.size(0), K = p.size(1);
  const Real share = 1 / static_cast<Real>(N), even = smoothing / static_cast<Real>(K);
  for (Index n = 0; n < N; ++n) {
    const Real* const from = p.data() + n * K;
    Real* const to = dlogits.data() + n * K;
    const Index label = labels[static_cast<std::size_t>(n)];
    const Real at_label = (from[label] - (even + (1 - smoothing))) * share;  // before it is written over
    for_packs<Real>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
      lanes.store((lanes.load(from + k) - P::all(even)) * P::all(share), to + k);
    });
    to[label] = at_label;
  }
}
