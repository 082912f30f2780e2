// kernels/bf16x3_rows.inl - how rows of 16 numbers become two bfloat16 each; see bf16x3.hpp.

#if STAC3DL_TILES_AMX

/// v = high + low up to 2^-17 of v, for 16 channels in `a` and the next 16 in `b`: 32 numbers side by side.
ISA_INLINE void split_store(Row16 a, Row16 b, std::uint16_t* high, std::uint16_t* low) {
  const __m512bh h = _mm512_cvtne2ps_pbh(b.raw, a.raw);
  const __m512i bits = (__m512i)h;
  // number i of a half to the upper part of lane i, zeros below it
  const auto widened = [&](int first) STAC3DL_INLINE_LAMBDA {
    const __m512i from =
        _mm512_add_epi32(_mm512_setr_epi32(0, 1 << 16, 2 << 16, 3 << 16, 4 << 16, 5 << 16, 6 << 16, 7 << 16, 8 << 16,
                                           9 << 16, 10 << 16, 11 << 16, 12 << 16, 13 << 16, 14 << 16, 15 << 16),
                         _mm512_set1_epi32(first << 16));
    return _mm512_castsi512_ps(_mm512_maskz_permutexvar_epi16(0xaaaaaaaau, from, bits));
  };
  const __m512 ha = widened(0), hb = widened(16);
  const __m512bh l = _mm512_cvtne2ps_pbh(_mm512_sub_ps(b.raw, hb), _mm512_sub_ps(a.raw, ha));
  _mm512_storeu_si512(high, bits);
  _mm512_storeu_si512(low, (__m512i)l);
}

/// The same with the two rows interleaved: first[0], second[0], first[1], second[1], ...: what a tile's right factor
/// wants of two steps of the sum.
ISA_INLINE void split_store_pairs(Row16 first, Row16 second, std::uint16_t* high, std::uint16_t* low) {
  alignas(64) static constexpr std::uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                          8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i interleaved = _mm512_load_si512(order);
  const auto pairs = [&](__m512 e, __m512 o) STAC3DL_INLINE_LAMBDA {
    return _mm512_permutexvar_epi16(interleaved, (__m512i)_mm512_cvtne2ps_pbh(o, e));
  };
  const __m512i h = pairs(first.raw, second.raw);
  const __m512 he = _mm512_castsi512_ps(_mm512_slli_epi32(h, 16));
  const __m512 ho = _mm512_castsi512_ps(_mm512_and_si512(h, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  _mm512_storeu_si512(high, h);
  _mm512_storeu_si512(low, pairs(_mm512_sub_ps(first.raw, he), _mm512_sub_ps(second.raw, ho)));
}

#else

inline void split_number(float v, std::uint16_t& high, std::uint16_t& low) {
  const Bf16 rounded = to_bf16(v);
  high = rounded.bits, low = to_bf16(v - to_float(rounded)).bits;
}
/// v = high + low up to 2^-17 of v, for 16 channels in `a` and the next 16 in `b`: 32 numbers side by side.
inline void split_store(const Row16& a, const Row16& b, std::uint16_t* high, std::uint16_t* low) {
  for (Index i = 0; i < 16; ++i) split_number(a.v[i], high[i], low[i]), split_number(b.v[i], high[16 + i], low[16 + i]);
}
/// The same with the two rows interleaved: first[0], second[0], first[1], second[1], ...
inline void split_store_pairs(const Row16& first, const Row16& second, std::uint16_t* high, std::uint16_t* low) {
  for (Index i = 0; i < 16; ++i) {
    split_number(first.v[i], high[2 * i], low[2 * i]);
    split_number(second.v[i], high[2 * i + 1], low[2 * i + 1]);
  }
}
#endif
