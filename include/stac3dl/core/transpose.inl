// core/transpose.inl - transposes a square of packs in registers: x[i] lane j becomes x[j] lane i.
//
// Each step exchanges what is 1, 2, 4, ... lanes apart between pairs of packs, as far as the instruction set's shuffles
// reach: within 128 bits first, then between them.  Part of core/isa.hpp, compiled once for each instruction set.
#if STAC3DL_ISA_PORTABLE

template <class Real>
ISA_INLINE void transpose_square(Pack<Real> (&x)[Pack<Real>::width]) {
  constexpr Index W = Pack<Real>::width;
  if constexpr (W > 1) {
    using Raw = typename Eigen::internal::find_best_packet<Real, static_cast<int>(W)>::type;
    Eigen::internal::PacketBlock<Raw, static_cast<int>(W)> block;
    for (Index i = 0; i < W; ++i) block.packet[i] = x[i].raw;
    Eigen::internal::ptranspose(block);
    for (Index i = 0; i < W; ++i) x[i].raw = block.packet[i];
  }
}

#elif STAC3DL_ISA_AVX512

/// 128-bit quarters: quarter h of packs q, q+step, q+2 step, q+3 step side by side in pack q + h*step.
template <Index step, class Wide, class Both>
ISA_INLINE void transpose_quarters(Wide* x, Index q, const Both& both) {
  const Wide a = both.low(x[q], x[q + step]), b = both.high(x[q], x[q + step]);
  const Wide c = both.low(x[q + 2 * step], x[q + 3 * step]), d = both.high(x[q + 2 * step], x[q + 3 * step]);
  x[q] = both.even(a, c), x[q + step] = both.odd(a, c);
  x[q + 2 * step] = both.even(b, d), x[q + 3 * step] = both.odd(b, d);
}
struct QuartersOfFloats {
  static ISA_INLINE __m512 low(__m512 a, __m512 b) { return _mm512_shuffle_f32x4(a, b, 0x44); }
  static ISA_INLINE __m512 high(__m512 a, __m512 b) { return _mm512_shuffle_f32x4(a, b, 0xEE); }
  static ISA_INLINE __m512 even(__m512 a, __m512 b) { return _mm512_shuffle_f32x4(a, b, 0x88); }
  static ISA_INLINE __m512 odd(__m512 a, __m512 b) { return _mm512_shuffle_f32x4(a, b, 0xDD); }
};
struct QuartersOfDoubles {
  static ISA_INLINE __m512d low(__m512d a, __m512d b) { return _mm512_shuffle_f64x2(a, b, 0x44); }
  static ISA_INLINE __m512d high(__m512d a, __m512d b) { return _mm512_shuffle_f64x2(a, b, 0xEE); }
  static ISA_INLINE __m512d even(__m512d a, __m512d b) { return _mm512_shuffle_f64x2(a, b, 0x88); }
  static ISA_INLINE __m512d odd(__m512d a, __m512d b) { return _mm512_shuffle_f64x2(a, b, 0xDD); }
};

ISA_INLINE void transpose_square(Pack<float> (&x)[16]) {
  __m512 y[16];
  unroll<4>([&](auto g) STAC3DL_INLINE_LAMBDA {  // 4 x 4 numbers within the quarters
    const __m512 a = _mm512_unpacklo_ps(x[4 * g].raw, x[4 * g + 1].raw);
    const __m512 b = _mm512_unpackhi_ps(x[4 * g].raw, x[4 * g + 1].raw);
    const __m512 c = _mm512_unpacklo_ps(x[4 * g + 2].raw, x[4 * g + 3].raw);
    const __m512 d = _mm512_unpackhi_ps(x[4 * g + 2].raw, x[4 * g + 3].raw);
    y[4 * g] = _mm512_shuffle_ps(a, c, 0x44), y[4 * g + 1] = _mm512_shuffle_ps(a, c, 0xEE);
    y[4 * g + 2] = _mm512_shuffle_ps(b, d, 0x44), y[4 * g + 3] = _mm512_shuffle_ps(b, d, 0xEE);
  });
  unroll<4>([&](auto q) STAC3DL_INLINE_LAMBDA { transpose_quarters<4>(y, q, QuartersOfFloats{}); });
  unroll<16>([&](auto i) STAC3DL_INLINE_LAMBDA { x[i].raw = y[i]; });
}
ISA_INLINE void transpose_square(Pack<double> (&x)[8]) {
  __m512d y[8];
  unroll<4>([&](auto g) STAC3DL_INLINE_LAMBDA {
    y[2 * g] = _mm512_unpacklo_pd(x[2 * g].raw, x[2 * g + 1].raw);
    y[2 * g + 1] = _mm512_unpackhi_pd(x[2 * g].raw, x[2 * g + 1].raw);
  });
  unroll<2>([&](auto q) STAC3DL_INLINE_LAMBDA { transpose_quarters<2>(y, q, QuartersOfDoubles{}); });
  unroll<8>([&](auto i) STAC3DL_INLINE_LAMBDA { x[i].raw = y[i]; });
}

#else

ISA_INLINE void transpose_square(Pack<float> (&x)[8]) {
  __m256 y[8];
  unroll<2>([&](auto g) STAC3DL_INLINE_LAMBDA {  // 4 x 4 numbers within the halves
    const __m256 a = _mm256_unpacklo_ps(x[4 * g].raw, x[4 * g + 1].raw);
    const __m256 b = _mm256_unpackhi_ps(x[4 * g].raw, x[4 * g + 1].raw);
    const __m256 c = _mm256_unpacklo_ps(x[4 * g + 2].raw, x[4 * g + 3].raw);
    const __m256 d = _mm256_unpackhi_ps(x[4 * g + 2].raw, x[4 * g + 3].raw);
    y[4 * g] = _mm256_shuffle_ps(a, c, 0x44), y[4 * g + 1] = _mm256_shuffle_ps(a, c, 0xEE);
    y[4 * g + 2] = _mm256_shuffle_ps(b, d, 0x44), y[4 * g + 3] = _mm256_shuffle_ps(b, d, 0xEE);
  });
  unroll<4>([&](auto i) STAC3DL_INLINE_LAMBDA {
    x[i].raw = _mm256_permute2f128_ps(y[i], y[i + 4], 0x20);
    x[i + 4].raw = _mm256_permute2f128_ps(y[i], y[i + 4], 0x31);
  });
}
ISA_INLINE void transpose_square(Pack<double> (&x)[4]) {
  const __m256d a = _mm256_unpacklo_pd(x[0].raw, x[1].raw), b = _mm256_unpackhi_pd(x[0].raw, x[1].raw);
  const __m256d c = _mm256_unpacklo_pd(x[2].raw, x[3].raw), d = _mm256_unpackhi_pd(x[2].raw, x[3].raw);
  x[0].raw = _mm256_permute2f128_pd(a, c, 0x20), x[1].raw = _mm256_permute2f128_pd(b, d, 0x20);
  x[2].raw = _mm256_permute2f128_pd(a, c, 0x31), x[3].raw = _mm256_permute2f128_pd(b, d, 0x31);
}

#endif
