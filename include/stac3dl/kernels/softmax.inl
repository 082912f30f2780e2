// kernels/softmax.inl - part of softmax.hpp, compiled once for each instruction set.

template <class Real>
void softmax_forward_run(CView<Real, 2> x, CView<std::uint8_t, 2> mask, View<Real, 2> y) {
  const Index R = x.size(0), K = x.size(1);
  parallel_chunks(R, work_grain(R, static_cast<double>(K) + 20), [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real* const from = x.data() + r * K;
      const std::uint8_t* const valid = mask.empty() ? nullptr : mask.data() + r * K;
      Real* const to = y.data() + r * K;
      Real largest = -std::numeric_limits<Real>::infinity();
      bool any = false;
      for (Index k = 0; k < K; ++k) {
        if (valid && !valid[k]) continue;
        any = true;
        largest = from[k] <= largest ? largest : from[k];  // NaN counts as largest
      }
      if (!any) {
        std::fill_n(to, K, Real(0));
        continue;
      }
      for (Index k = 0; k < K; ++k) to[k] = valid && !valid[k] ? -std::numeric_limits<Real>::infinity() : from[k];
      const Pack<Real> sum = Pack<Real>::all(exp_row(to, K, largest));
      for_packs<Real>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
        lanes.store(lanes.load(to + k) / sum, to + k);
      });
      for (Index k = 0; k < K && valid; ++k)
        if (!valid[k]) to[k] = 0;
    }
  });
}

template <class Real>
void softmax_backward_run(CView<Real, 2> y, CView<Real, 2> dy, View<Real, 2> dx) {
  using P = Pack<Real>;
  const Index R = y.size(0), K = y.size(1);
  parallel_chunks(R, work_grain(R, 0.4 * static_cast<double>(K) + 10), [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Real *const p = y.data() + r * K, *const d = dy.data() + r * K;
      Real* const to = dx.data() + r * K;
      P sum = P::zero();
      for_packs<Real>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
        sum = fma(lanes.load(p + k), lanes.load(d + k), sum);  // the lanes behind the end are 0
      });
      const P mean = P::all(sum.sum());
      for_packs<Real>(K, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
        lanes.store(lanes.load(p + k) * (lanes.load(d + k) - mean), to + k);
      });
    }
  });
}
