// kernels/linear_narrow.inl - part of linear_narrow.hpp, compiled once for each instruction set.

/// A pack of weights as floats.
#if STAC3DL_ISA_AVX512
ISA_INLINE Pack<float> widen(const Bf16* from) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
}
ISA_INLINE Pack<float> widen(const std::int8_t* from) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))))};
}
#elif STAC3DL_ISA_AVX2
ISA_INLINE Pack<float> widen(const Bf16* from) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))};
}
ISA_INLINE Pack<float> widen(const std::int8_t* from) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))))};
}
#else
template <class Weight>
ISA_INLINE Pack<float> widen(const Weight* from) {
  float lanes[static_cast<std::size_t>(Pack<float>::width)];
  for (Index i = 0; i < Pack<float>::width; ++i) lanes[i] = to_float(from[i]);
  return Pack<float>::load(lanes);
}
#endif

/// R rows of x against S rows of w, from o on.
template <Index R, Index S, class Weight>
void narrow_tile(const detail::NarrowLinear<Weight>& l, Index r, Index o) {
  using P = Pack<float>;
  constexpr Index W = P::width;
  const Index I = l.x.size(1), O = l.w.size(0);
  const float* const x = l.x.data() + r * I;
  const Weight* const w = l.w.data() + o * I;
  P t[R][S];
  unroll<R>([&](auto a) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto b) STAC3DL_INLINE_LAMBDA { t[a][b] = P::zero(); });
  });
  const auto step = [&](const auto& load_x, const auto& load_w) STAC3DL_INLINE_LAMBDA {
    P right[S];
    unroll<S>([&](auto b) STAC3DL_INLINE_LAMBDA { right[b] = load_w(w + b * I); });
    unroll<R>([&](auto a) STAC3DL_INLINE_LAMBDA {
      const P left = load_x(x + a * I);
      unroll<S>([&](auto b) STAC3DL_INLINE_LAMBDA { t[a][b] = fma(left, right[b], t[a][b]); });
    });
  };
  Index i = 0;
  for (; i + W <= I; i += W)
    step([i](const float* from) STAC3DL_INLINE_LAMBDA { return P::load(from + i); },
         [i](const Weight* from) STAC3DL_INLINE_LAMBDA { return widen(from + i); });
  if (i < I)
    step([i, I](const float* from) STAC3DL_INLINE_LAMBDA { return load_part(from + i, I - i); },
         [i, I](const Weight* from) STAC3DL_INLINE_LAMBDA {
           Weight lanes[static_cast<std::size_t>(W)] = {};
           std::memcpy(lanes, from + i, static_cast<std::size_t>(I - i) * sizeof(Weight));
           return widen(lanes);
         });
  unroll<R>([&](auto a) STAC3DL_INLINE_LAMBDA {
    unroll<S>([&](auto b) STAC3DL_INLINE_LAMBDA {
      const float sum = t[a][b].sum(), scaled = l.scale ? sum * l.scale.data()[o + b] : sum;
      l.y.data()[(r + a) * O + o + b] = l.bias ? scaled + l.bias.data()[o + b] : scaled;
    });
  });
}

template <Index S, class Weight>
void narrow_rows(const detail::NarrowLinear<Weight>& l, Index o) {
  const Index R = l.x.size(0);
  Index r = 0;
  for (; r + 4 <= R; r += 4) narrow_tile<4, S>(l, r, o);
  for (; r < R; ++r) narrow_tile<1, S>(l, r, o);
}

template <class Weight>
void narrow_run(const detail::NarrowLinear<Weight>& l) {
  constexpr Index S = many_registers ? 4 : 2;
  const Index R = l.x.size(0), O = l.w.size(0), I = l.x.size(1);
  const auto part = [&](Index o0, Index o1) {
    Index o = o0;
    for (; o + S <= o1; o += S) narrow_rows<S>(l, o);
    for (; o < o1; ++o) narrow_rows<1>(l, o);
  };
  // Chunks of about 100,000 products; less is not worth a thread.
  const Index grain = gemm_detail::round_up(std::max<Index>(1, 131072 / std::max<Index>(1, R * I)), S);
  if (R * I * O < 250000) part(0, O);
  else parallel_chunks(O, grain, part);
}
