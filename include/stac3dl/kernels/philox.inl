// kernels/philox.inl - part of philox.hpp, compiled once for each instruction set.

/// A vector of 32-bit words, each in the low half of a lane of 64 bits; what is in the high half does not matter.
struct PhiloxWords {
#if STAC3DL_ISA_AVX512
  static constexpr Index width = 8;
  __m512i raw;
  static ISA_INLINE PhiloxWords all(std::uint32_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  static ISA_INLINE PhiloxWords from(std::uint64_t first) {
    const __m512i lane = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(first)), lane)};
  }
  ISA_INLINE PhiloxWords times(PhiloxWords b) const { return {_mm512_mul_epu32(raw, b.raw)}; }  // 64 bits
  ISA_INLINE PhiloxWords high() const { return {_mm512_srli_epi64(raw, 32)}; }
  static ISA_INLINE PhiloxWords mix(PhiloxWords a, PhiloxWords b, PhiloxWords c) {
    return {_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, 0x96)};
  }
  ISA_INLINE void uniform(float* to) const {
    const __m512i bits = _mm512_srli_epi64(_mm512_slli_epi64(raw, 32), 40);
    _mm256_storeu_ps(to, _mm256_mul_ps(_mm512_cvtepi64_ps(bits), _mm256_set1_ps(0x1p-24f)));
  }
  ISA_INLINE void uniform(double* to) const {
    const __m512i bits = _mm512_srli_epi64(_mm512_slli_epi64(raw, 32), 40);
    _mm512_storeu_pd(to, _mm512_mul_pd(_mm512_cvtepi64_pd(bits), _mm512_set1_pd(0x1p-24)));
  }
#elif STAC3DL_ISA_AVX2
  static constexpr Index width = 4;
  __m256i raw;
  static ISA_INLINE PhiloxWords all(std::uint32_t x) { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
  static ISA_INLINE PhiloxWords from(std::uint64_t first) {
    return {_mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(first)), _mm256_setr_epi64x(0, 1, 2, 3))};
  }
  ISA_INLINE PhiloxWords times(PhiloxWords b) const { return {_mm256_mul_epu32(raw, b.raw)}; }
  ISA_INLINE PhiloxWords high() const { return {_mm256_srli_epi64(raw, 32)}; }
  static ISA_INLINE PhiloxWords mix(PhiloxWords a, PhiloxWords b, PhiloxWords c) {
    return {_mm256_xor_si256(_mm256_xor_si256(a.raw, b.raw), c.raw)};
  }
  /// The low words of the four lanes, without their last 8 bits.
  ISA_INLINE __m128i bits() const {
    const __m256i low = _mm256_permutevar8x32_epi32(raw, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
    return _mm_srli_epi32(_mm256_castsi256_si128(low), 8);
  }
  ISA_INLINE void uniform(float* to) const {
    _mm_storeu_ps(to, _mm_mul_ps(_mm_cvtepi32_ps(bits()), _mm_set1_ps(0x1p-24f)));
  }
  ISA_INLINE void uniform(double* to) const {
    _mm256_storeu_pd(to, _mm256_mul_pd(_mm256_cvtepi32_pd(bits()), _mm256_set1_pd(0x1p-24)));
  }
#else
  static constexpr Index width = 1;
  std::uint64_t raw;
  static ISA_INLINE PhiloxWords all(std::uint32_t x) { return {x}; }
  static ISA_INLINE PhiloxWords from(std::uint64_t first) { return {first}; }
  ISA_INLINE PhiloxWords times(PhiloxWords b) const { return {(raw & 0xFFFFFFFF) * (b.raw & 0xFFFFFFFF)}; }
  ISA_INLINE PhiloxWords high() const { return {raw >> 32}; }
  static ISA_INLINE PhiloxWords mix(PhiloxWords a, PhiloxWords b, PhiloxWords c) { return {a.raw ^ b.raw ^ c.raw}; }
  template <class Real>
  ISA_INLINE void uniform(Real* to) const {
    *to = static_cast<Real>((raw & 0xFFFFFFFF) >> 8) * Real(0x1p-24);
  }
#endif
};

/// Numbers that philox_block makes: four vectors, whose chains of ten rounds run side by side.
inline constexpr Index philox_block_size = 4 * PhiloxWords::width;

/// out[i] = random.uniform_at(first + i) for a block of them.
template <class Real>
ISA_INLINE void philox_block(const Random& random, std::uint64_t first, Real* out) {
  using V = PhiloxWords;
  const V m0 = V::all(0xD2511F53), m1 = V::all(0xCD9E8D57);
  V c0[4], c1[4], c2[4], c3[4];
  unroll<4>([&](auto g) STAC3DL_INLINE_LAMBDA {
    c0[g] = V::from(first + static_cast<std::uint64_t>(g * V::width)), c1[g] = c0[g].high();
    c2[g] = V::all(random.tweak()[0]), c3[g] = V::all(random.tweak()[1]);
  });
  std::uint32_t k0 = random.key()[0], k1 = random.key()[1];
  for (int round = 0; round < 9; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85) {
    const V key0 = V::all(k0), key1 = V::all(k1);
    unroll<4>([&](auto g) STAC3DL_INLINE_LAMBDA {
      const V a = c0[g].times(m0), b = c2[g].times(m1);
      c0[g] = V::mix(b.high(), c1[g], key0), c1[g] = b;
      c2[g] = V::mix(a.high(), c3[g], key1), c3[g] = a;
    });
  }
  unroll<4>([&](auto g) STAC3DL_INLINE_LAMBDA {  // the tenth round, as far as the first word needs it
    V::mix(c2[g].times(m1).high(), c1[g], V::all(k0)).uniform(out + g * V::width);
  });
}

template <class Real>
void fill_uniform_at_run(const Random& random, std::uint64_t first, Real* u, Index n) {
  parallel_chunks(n, (work_grain(n, 1) + 31) / 32 * 32, [&](Index begin, Index end) {
    Real block[philox_block_size];
    for (Index i = begin; i < end; i += philox_block_size) {
      philox_block(random, first + static_cast<std::uint64_t>(i), block);
      std::copy_n(block, std::min(philox_block_size, end - i), u + i);
    }
  });
}
