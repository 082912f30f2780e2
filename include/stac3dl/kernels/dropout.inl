// kernels/dropout.inl - part of dropout.hpp, compiled once for each instruction set.

template <class Real>
void dropout_run(CView<Real, 1> x, Real p, const Random& random, View<Real, 1> y) {
  using P = Pack<Real>;
  const P scale = P::all(1 / (1 - p)), chance = P::all(p);
  const Index n = x.size();
  parallel_chunks(n, (work_grain(n, 1) + 31) / 32 * 32, [&, scale, chance](Index begin, Index end) {
    Real u[philox_block_size];
    for (Index i = begin; i < end; i += philox_block_size) {
      philox_block(random, static_cast<std::uint64_t>(i), u);
      const Real* const from = x.data() + i;
      Real* const to = y.data() + i;
      for_packs<Real>(std::min(philox_block_size, end - i), [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
        lanes.store(if_less(lanes.load(u + k), chance, P::zero(), scale * lanes.load(from + k)), to + k);
      });
    }
  });
}
