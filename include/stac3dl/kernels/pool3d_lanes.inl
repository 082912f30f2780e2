// kernels/pool3d_lanes.inl - part of pool3d_lanes.hpp, compiled once for each instruction set.

/// a and b side by side are 2 x width numbers: those at even places, and those at odd ones.
template <class Real>
ISA_INLINE void split_pairs(Pack<Real> a, Pack<Real> b, Pack<Real>& even, Pack<Real>& odd) {
#if STAC3DL_ISA_AVX512
  if constexpr (sizeof(Real) == 4) {
    const __m512i at = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    even.raw = _mm512_permutex2var_ps(a.raw, at, b.raw);
    odd.raw = _mm512_permutex2var_ps(a.raw, _mm512_add_epi32(at, _mm512_set1_epi32(1)), b.raw);
  } else {
    const __m512i at = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    even.raw = _mm512_permutex2var_pd(a.raw, at, b.raw);
    odd.raw = _mm512_permutex2var_pd(a.raw, _mm512_add_epi64(at, _mm512_set1_epi64(1)), b.raw);
  }
#elif STAC3DL_ISA_AVX2
  if constexpr (sizeof(Real) == 4) {
    const __m256d low = _mm256_castps_pd(_mm256_shuffle_ps(a.raw, b.raw, 0x88));
    const __m256d high = _mm256_castps_pd(_mm256_shuffle_ps(a.raw, b.raw, 0xDD));
    even.raw = _mm256_castpd_ps(_mm256_permute4x64_pd(low, 0xD8));
    odd.raw = _mm256_castpd_ps(_mm256_permute4x64_pd(high, 0xD8));
  } else {
    even.raw = _mm256_permute4x64_pd(_mm256_unpacklo_pd(a.raw, b.raw), 0xD8);
    odd.raw = _mm256_permute4x64_pd(_mm256_unpackhi_pd(a.raw, b.raw), 0xD8);
  }
#else
  using P = Pack<Real>;
#if STAC3DL_X86_ISAS
  if constexpr (P::width == 4 && sizeof(Real) == 4) {
    even.raw = _mm_shuffle_ps(a.raw, b.raw, 0x88), odd.raw = _mm_shuffle_ps(a.raw, b.raw, 0xDD);
    return;
  } else if constexpr (P::width == 2) {
    even.raw = _mm_unpacklo_pd(a.raw, b.raw), odd.raw = _mm_unpackhi_pd(a.raw, b.raw);
    return;
  }
#endif
  Real both[2 * P::width], left[P::width], right[P::width];
  a.store(both), b.store(both + P::width);
  for (Index i = 0; i < P::width; ++i) left[i] = both[2 * i], right[i] = both[2 * i + 1];
  even = P::load(left), odd = P::load(right);
#endif
}

/// The other way.
template <class Real>
ISA_INLINE void join_pairs(Pack<Real> even, Pack<Real> odd, Pack<Real>& a, Pack<Real>& b) {
#if STAC3DL_ISA_AVX512
  if constexpr (sizeof(Real) == 4) {
    const __m512i at = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    a.raw = _mm512_permutex2var_ps(even.raw, at, odd.raw);
    b.raw = _mm512_permutex2var_ps(even.raw, _mm512_add_epi32(at, _mm512_set1_epi32(8)), odd.raw);
  } else {
    const __m512i at = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    a.raw = _mm512_permutex2var_pd(even.raw, at, odd.raw);
    b.raw = _mm512_permutex2var_pd(even.raw, _mm512_add_epi64(at, _mm512_set1_epi64(4)), odd.raw);
  }
#elif STAC3DL_ISA_AVX2
  if constexpr (sizeof(Real) == 4) {
    const __m256 low = _mm256_unpacklo_ps(even.raw, odd.raw), high = _mm256_unpackhi_ps(even.raw, odd.raw);
    a.raw = _mm256_permute2f128_ps(low, high, 0x20), b.raw = _mm256_permute2f128_ps(low, high, 0x31);
  } else {
    const __m256d low = _mm256_unpacklo_pd(even.raw, odd.raw), high = _mm256_unpackhi_pd(even.raw, odd.raw);
    a.raw = _mm256_permute2f128_pd(low, high, 0x20), b.raw = _mm256_permute2f128_pd(low, high, 0x31);
  }
#else
  using P = Pack<Real>;
#if STAC3DL_X86_ISAS
  if constexpr (P::width == 4 && sizeof(Real) == 4) {
    a.raw = _mm_unpacklo_ps(even.raw, odd.raw), b.raw = _mm_unpackhi_ps(even.raw, odd.raw);
    return;
  } else if constexpr (P::width == 2) {
    a.raw = _mm_unpacklo_pd(even.raw, odd.raw), b.raw = _mm_unpackhi_pd(even.raw, odd.raw);
    return;
  }
#endif
  Real both[2 * P::width], left[P::width], right[P::width];
  even.store(left), odd.store(right);
  for (Index i = 0; i < P::width; ++i) both[2 * i] = left[i], both[2 * i + 1] = right[i];
  a = P::load(both), b = P::load(both + P::width);
#endif
}

/// The first `count` lanes, whole numbers below 65536, as they are kept.
template <class Real>
ISA_INLINE void store_elements(Pack<Real> elements, std::uint16_t* to, Index count) {
#if STAC3DL_ISA_AVX512
  if constexpr (sizeof(Real) == 4) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1u);
    return _mm512_mask_cvtepi32_storeu_epi16(to, mask, _mm512_maskz_cvtps_epi32(mask, elements.raw));
  } else {
    const auto mask = static_cast<__mmask8>((1u << count) - 1u);
    return _mm256_mask_cvtepi32_storeu_epi16(to, mask, _mm512_maskz_cvtpd_epi32(mask, elements.raw));
  }
#elif STAC3DL_ISA_AVX2
  if constexpr (sizeof(Real) == 4)
    if (count == Pack<Real>::width) {
      const __m256i wide = _mm256_cvtps_epi32(elements.raw);
      const __m128i all = _mm_packus_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
      return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), all);
    }
#endif
  Real lanes[Pack<Real>::width];
  elements.store(lanes);
  for (Index i = 0; i < count; ++i) to[i] = static_cast<std::uint16_t>(static_cast<int>(lanes[i]));
}
/// Elements k and k + 1 of windows that step by `step` (1 or 2); from + k is element k of the first, and `room` numbers
/// may be read from there on.  Steps of 1 yield the first alone.
template <Index step, class Real>
ISA_INLINE void load_window_elements(const Real* from, Index room, Pack<Real>& first, Pack<Real>& second) {
  constexpr Index W = Pack<Real>::width;
  if constexpr (step == 1) {
    first = load_some(from, room);
  } else {
    const bool whole = room >= 2 * W;
    const Pack<Real> a = whole ? Pack<Real>::load(from) : load_some(from, room);
    const Pack<Real> b = whole      ? Pack<Real>::load(from + W)
                         : room > W ? load_part(from + W, room - W)
                                    : Pack<Real>::zero();
    split_pairs(a, b, first, second);
  }
}

/// f(first output, how many) for packs that cover outputs [begin, end), the last of which may lie over the one before
/// it.
template <class Real, class F>
ISA_INLINE void for_output_packs(Index begin, Index end, F&& f) {
  constexpr Index W = Pack<Real>::width;
  for (Index w = begin; w < end; w += W) {
    const Index at = std::max(begin, std::min(w, end - W));
    f(at, std::min(W, end - at));
  }
}
