// kernels/batch_norm.inl - part of batch_norm.hpp, compiled once for each instruction set.

/// body(c, planes) for every channel c, on all threads; planes(f) calls f(n, its plane's first number) for all samples.
template <class Body>
inline void for_channels(const Shape<5>& x, Body&& body) {
  const Index N = x[0], C = x[1], plane = x[2] * x[3] * x[4];
  parallel_chunks(C, work_grain(C, static_cast<double>(N * plane) + 50), [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c)
      body(c, [N, C, c, plane](auto&& f) {
        for (Index n = 0; n < N; ++n) f(n, (n * C + c) * plane);
      });
  });
}

template <class Real>
void batch_norm_statistics_run(CView<Real, 5> x, CView<std::uint8_t, 2> mask, View<Real, 1> mean,
                               View<Real, 1> variance) {
  using P = Pack<double>;
  const Index T = x.size(2), S = x.size(3) * x.size(4);
  const double count = static_cast<double>(std::max<Index>(1, batch_norm_count(x.shape(), mask)));
  for_channels(x.shape(), [&](Index c, auto planes) {
    const auto over_valid = [&](auto value) STAC3DL_INLINE_LAMBDA {
      WideSum sum;
      planes([&](Index n, Index at) {
        batch_norm_detail::for_runs(mask, n, T, S, [&](Index first, Index length, bool valid) {
          if (!valid) return;
          const Real* const p = x.data() + at + first;
          for_packs<double>(length, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
            sum.add(value(load_wide(p + i, lanes)), lanes);
          });
        });
      });
      return sum.value() / count;
    };
    const double mu = over_valid([](P v) STAC3DL_INLINE_LAMBDA { return v; });
    const P center = P::all(mu);
    const double var = over_valid([center](P v) STAC3DL_INLINE_LAMBDA { return (v - center) * (v - center); });
    mean.data()[c] = static_cast<Real>(mu), variance.data()[c] = static_cast<Real>(var);
  });
}

template <class Real>
void batch_norm_forward_run(CView<Real, 5> x, CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma,
                            CView<Real, 1> beta, View<Real, 5> y) {
  using P = Pack<Real>;
  const Index C = x.size(1), planes = x.size(0) * C, plane = x.size(2) * x.size(3) * x.size(4);
  parallel_chunks(planes, work_grain(planes, 0.2 * static_cast<double>(plane) + 20), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index c = k % C;
      const double r = 1 / std::sqrt(static_cast<double>(variance.data()[c]) + batch_norm_epsilon);
      const P mu = P::all(mean.data()[c]), scale = P::all(static_cast<Real>(static_cast<double>(gamma.data()[c]) * r));
      const P shift = P::all(beta.data()[c]);
      const Real* const from = x.data() + k * plane;
      Real* const to = y.data() + k * plane;
      for_packs<Real>(plane, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
        lanes.store(fma(lanes.load(from + i) - mu, scale, shift), to + i);
      });
    }
  });
}

template <class Real>
void batch_norm_backward_run(CView<Real, 5> x, CView<std::uint8_t, 2> mask, CView<Real, 1> mean,
                             CView<Real, 1> variance, Index batch_count, CView<Real, 1> gamma, CView<Real, 5> dy,
                             View<Real, 5> dx, View<Real, 1> dgamma, View<Real, 1> dbeta) {
  using P = Pack<Real>;
  using Wide = Pack<double>;
  const Index T = x.size(2), S = x.size(3) * x.size(4);
  for_channels(x.shape(), [&](Index c, auto planes) {
    const double r = 1 / std::sqrt(static_cast<double>(variance.data()[c]) + batch_norm_epsilon);
    const Wide center = Wide::all(static_cast<double>(mean.data()[c]));
    WideSum s0, s1;
    planes([&](Index, Index at) {
      const Real *const px = x.data() + at, *const pd = dy.data() + at;
      for_packs<double>(T * S, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
        const Wide d = load_wide(pd + i, lanes);
        s0.add(d, lanes), s1.add(d * (load_wide(px + i, lanes) - center), lanes);
      });
    });
    const double S0 = s0.value(), S1 = s1.value() * r;
    dbeta.data()[c] += static_cast<Real>(S0), dgamma.data()[c] += static_cast<Real>(S1);
    if (!dx) return;
    const double slope = static_cast<double>(gamma.data()[c]) * r;
    const double share = batch_count > 0 ? slope / static_cast<double>(batch_count) : 0;
    const P direct = P::all(static_cast<Real>(slope)), mu = P::all(mean.data()[c]);
    const P constant = P::all(static_cast<Real>(share * S0)), factor = P::all(static_cast<Real>(share * S1 * r));
    planes([&](Index n, Index at) {
      const auto all_runs = batch_count > 0 ? mask : CView<std::uint8_t, 2>{};
      batch_norm_detail::for_runs(all_runs, n, T, S, [&](Index first, Index length, bool valid) {
        const Real *const px = x.data() + at + first, *const pd = dy.data() + at + first;
        Real* const to = dx.data() + at + first;
        if (valid && batch_count > 0)
          for_packs<Real>(length, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
            const P back = fma(factor, lanes.load(px + i) - mu, constant);
            lanes.store(direct * lanes.load(pd + i) - back, to + i);
          });
        else
          for_packs<Real>(length, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
            lanes.store(direct * lanes.load(pd + i), to + i);
          });
      });
    });
  });
}
