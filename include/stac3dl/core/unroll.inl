// core/unroll.inl - loops written out; compiled into each namespace that inlines them.

/// f(0), f(1), ... f(N-1) written out, so that arrays of packs indexed by them live in registers at -O2 too.
template <Index N, class F>
ISA_INLINE void unroll(F&& f) {
  [&]<Index... I>(std::integer_sequence<Index, I...>) STAC3DL_INLINE_LAMBDA {
    (f(std::integral_constant<Index, I>{}), ...);
  }(std::make_integer_sequence<Index, N>{});
}
