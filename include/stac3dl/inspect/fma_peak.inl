// inspect/fma_peak.inl - multiply-adds from registers.  Part of fma_peak.hpp, compiled once for each instruction set.

/// Twelve independent chains hide the latency of an FMA.  `twelve` is 12: a value that the compiler does not know.
template <class Real>
Real fma_chains_run(Index count, Index twelve) {
  using P = Pack<Real>;
  const P m = P::all(Real(twelve) * Real(0.083)), c = P::all(Real(twelve) * Real(1e-4));
  P a[12];
  unroll<12>([&](auto i) STAC3DL_INLINE_LAMBDA { a[i] = P::all(Real(twelve + i)); });
  for (Index step = 0; step < count; ++step)
    unroll<12>([&](auto i) STAC3DL_INLINE_LAMBDA { a[i] = fma(a[i], m, c); });
  P sum = P::zero();
  unroll<12>([&](auto i) STAC3DL_INLINE_LAMBDA { sum = sum + a[i]; });
  return sum.sum();
}
template <class Real>
Index fma_lanes_run() {
  return Pack<Real>::width;
}
