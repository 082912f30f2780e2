// core/pack.inl - Pack<Real> of AVX2 and AVX-512: the operations of core/simd.hpp, which serves the portable set.
//
// Part of core/isa.hpp, compiled once for each instruction set.

#include "stac3dl/core/unroll.inl"

#if !STAC3DL_ISA_PORTABLE

template <class Real>
struct Pack;

// Both sets name their functions alike: _mm512_add_ps(a, b), _mm256_add_pd(a, b), ...
#define STAC3DL_PACK(Real, RawType, lanes, P, S)                                                           \
  template <>                                                                                              \
  struct Pack<Real> {                                                                                      \
    using Raw = RawType;                                                                                   \
    static constexpr Index width = lanes;                                                                  \
    Raw raw;                                                                                               \
    static ISA_INLINE Pack zero() { return {P##_setzero_##S()}; }                                          \
    static ISA_INLINE Pack all(Real value) { return {P##_set1_##S(value)}; }                               \
    static ISA_INLINE Pack load(const Real* from) { return {P##_loadu_##S(from)}; }                        \
    ISA_INLINE void store(Real* to) const { P##_storeu_##S(to, raw); }                                     \
    ISA_INLINE void stream(Real* to) const { P##_stream_##S(to, raw); }                                    \
    friend ISA_INLINE Pack operator+(Pack a, Pack b) { return {P##_add_##S(a.raw, b.raw)}; }               \
    friend ISA_INLINE Pack operator-(Pack a, Pack b) { return {P##_sub_##S(a.raw, b.raw)}; }               \
    friend ISA_INLINE Pack operator*(Pack a, Pack b) { return {P##_mul_##S(a.raw, b.raw)}; }               \
    friend ISA_INLINE Pack operator/(Pack a, Pack b) { return {P##_div_##S(a.raw, b.raw)}; }               \
    friend ISA_INLINE Pack max(Pack a, Pack b) { return {P##_max_##S(a.raw, b.raw)}; }                     \
    friend ISA_INLINE Pack min(Pack a, Pack b) { return {P##_min_##S(a.raw, b.raw)}; }                     \
    friend ISA_INLINE Pack fma(Pack a, Pack b, Pack c) { return {P##_fmadd_##S(a.raw, b.raw, c.raw)}; }    \
    friend ISA_INLINE Pack fnma(Pack a, Pack b, Pack c) { return {P##_fnmadd_##S(a.raw, b.raw, c.raw)}; }  \
    friend ISA_INLINE Pack abs(Pack a) { return {P##_andnot_##S(P##_set1_##S(Real(-0.0)), a.raw)}; }       \
    friend ISA_INLINE Pack sqrt(Pack a) { return {P##_sqrt_##S(a.raw)}; }                                  \
    static ISA_INLINE Pack if_less(Pack a, Pack b, Pack yes, Pack no);                                     \
    static ISA_INLINE Pack if_better(Pack value, Pack best, Pack yes, Pack no);                            \
    static ISA_INLINE Pack nearest(Pack a);                                                                \
    static ISA_INLINE Pack power_of_two(Pack whole);                                                       \
    ISA_INLINE Real sum() const;                                                                           \
  };

#if STAC3DL_ISA_AVX512
STAC3DL_PACK(float, __m512, 16, _mm512, ps)
STAC3DL_PACK(double, __m512d, 8, _mm512, pd)

ISA_INLINE Pack<float> Pack<float>::if_less(Pack a, Pack b, Pack yes, Pack no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.raw, b.raw, _CMP_LT_OQ), no.raw, yes.raw)};
}
ISA_INLINE Pack<double> Pack<double>::if_less(Pack a, Pack b, Pack yes, Pack no) {
  return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(a.raw, b.raw, _CMP_LT_OQ), no.raw, yes.raw)};
}
ISA_INLINE Pack<float> Pack<float>::if_better(Pack value, Pack best, Pack yes, Pack no) {
  const __mmask16 larger = _mm512_cmp_ps_mask(value.raw, best.raw, _CMP_GT_OQ);
  const __mmask16 not_a_number = _mm512_cmp_ps_mask(value.raw, value.raw, _CMP_UNORD_Q);
  return {_mm512_mask_blend_ps(static_cast<__mmask16>(larger | not_a_number), no.raw, yes.raw)};
}
ISA_INLINE Pack<double> Pack<double>::if_better(Pack value, Pack best, Pack yes, Pack no) {
  const __mmask8 larger = _mm512_cmp_pd_mask(value.raw, best.raw, _CMP_GT_OQ);
  const __mmask8 not_a_number = _mm512_cmp_pd_mask(value.raw, value.raw, _CMP_UNORD_Q);
  return {_mm512_mask_blend_pd(static_cast<__mmask8>(larger | not_a_number), no.raw, yes.raw)};
}
ISA_INLINE Pack<float> Pack<float>::nearest(Pack a) { return {_mm512_roundscale_ps(a.raw, _MM_FROUND_TO_NEAREST_INT)}; }
ISA_INLINE Pack<double> Pack<double>::nearest(Pack a) {
  return {_mm512_roundscale_pd(a.raw, _MM_FROUND_TO_NEAREST_INT)};
}
ISA_INLINE Pack<float> Pack<float>::power_of_two(Pack whole) {
  const __m512i n = _mm512_add_epi32(_mm512_cvtps_epi32(whole.raw), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(n, 23))};
}
ISA_INLINE Pack<double> Pack<double>::power_of_two(Pack whole) {
  const __m512i n = _mm512_add_epi64(_mm512_cvtpd_epi64(whole.raw), _mm512_set1_epi64(1023));
  return {_mm512_castsi512_pd(_mm512_slli_epi64(n, 52))};
}
ISA_INLINE float Pack<float>::sum() const { return _mm512_reduce_add_ps(raw); }
ISA_INLINE double Pack<double>::sum() const { return _mm512_reduce_add_pd(raw); }

inline constexpr bool many_registers = true;

#else
STAC3DL_PACK(float, __m256, 8, _mm256, ps)
STAC3DL_PACK(double, __m256d, 4, _mm256, pd)

ISA_INLINE Pack<float> Pack<float>::if_less(Pack a, Pack b, Pack yes, Pack no) {
  return {_mm256_blendv_ps(no.raw, yes.raw, _mm256_cmp_ps(a.raw, b.raw, _CMP_LT_OQ))};
}
ISA_INLINE Pack<double> Pack<double>::if_less(Pack a, Pack b, Pack yes, Pack no) {
  return {_mm256_blendv_pd(no.raw, yes.raw, _mm256_cmp_pd(a.raw, b.raw, _CMP_LT_OQ))};
}
ISA_INLINE Pack<float> Pack<float>::if_better(Pack value, Pack best, Pack yes, Pack no) {
  const __m256 larger = _mm256_cmp_ps(value.raw, best.raw, _CMP_GT_OQ);
  const __m256 not_a_number = _mm256_cmp_ps(value.raw, value.raw, _CMP_UNORD_Q);
  return {_mm256_blendv_ps(no.raw, yes.raw, _mm256_or_ps(larger, not_a_number))};
}
ISA_INLINE Pack<double> Pack<double>::if_better(Pack value, Pack best, Pack yes, Pack no) {
  const __m256d larger = _mm256_cmp_pd(value.raw, best.raw, _CMP_GT_OQ);
  const __m256d not_a_number = _mm256_cmp_pd(value.raw, value.raw, _CMP_UNORD_Q);
  return {_mm256_blendv_pd(no.raw, yes.raw, _mm256_or_pd(larger, not_a_number))};
}
ISA_INLINE Pack<float> Pack<float>::nearest(Pack a) { return {_mm256_round_ps(a.raw, _MM_FROUND_TO_NEAREST_INT)}; }
ISA_INLINE Pack<double> Pack<double>::nearest(Pack a) { return {_mm256_round_pd(a.raw, _MM_FROUND_TO_NEAREST_INT)}; }
ISA_INLINE Pack<float> Pack<float>::power_of_two(Pack whole) {
  const __m256i n = _mm256_add_epi32(_mm256_cvtps_epi32(whole.raw), _mm256_set1_epi32(127));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(n, 23))};
}
ISA_INLINE Pack<double> Pack<double>::power_of_two(Pack whole) {
  const __m256i n = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(whole.raw)), _mm256_set1_epi64x(1023));
  return {_mm256_castsi256_pd(_mm256_slli_epi64(n, 52))};
}
ISA_INLINE float Pack<float>::sum() const {
  const __m128 half = _mm_add_ps(_mm256_castps256_ps128(raw), _mm256_extractf128_ps(raw, 1));
  const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
}
ISA_INLINE double Pack<double>::sum() const {
  const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(raw), _mm256_extractf128_pd(raw, 1));
  return _mm_cvtsd_f64(_mm_add_sd(half, _mm_unpackhi_pd(half, half)));
}

inline constexpr bool many_registers = false;
#endif
#undef STAC3DL_PACK

template <class Real>
ISA_INLINE Pack<Real> if_less(Pack<Real> a, Pack<Real> b, Pack<Real> yes, Pack<Real> no) {
  return Pack<Real>::if_less(a, b, yes, no);
}

template <class Real>
ISA_INLINE Pack<Real> if_better(Pack<Real> value, Pack<Real> best, Pack<Real> yes, Pack<Real> no) {
  return Pack<Real>::if_better(value, best, yes, no);
}

/// Makes what was stored past the caches visible to other threads.
ISA_INLINE void stream_fence() { _mm_sfence(); }

/// 1 / k!
template <class Real>
constexpr Real inverse_factorial(Index k) {
  double product = 1;
  for (Index i = 2; i <= k; ++i) product *= static_cast<double>(i);
  return static_cast<Real>(1 / product);
}

/// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2; exp(r) by Taylor's series, cut where it is below a unit in
/// the last place (float: after r^7, relative error 2e-7; double: after r^13).  0 below the smallest normal number's
/// logarithm, infinity above the largest's, NaN stays NaN.
template <class Real>
ISA_INLINE Pack<Real> exp(Pack<Real> x) {
  using P = Pack<Real>;
  constexpr bool single = sizeof(Real) == 4;
  constexpr Real lowest = single ? Real(-87.33654) : Real(-708.396418532264106);
  constexpr Real highest = single ? Real(88.37626) : Real(709.436139303);  // 2^n stays finite
  const P inside = max(P::all(lowest), min(P::all(highest), x));
  const P n = P::nearest(inside * P::all(Real(1.44269504088896340736)));
  // ln 2 in two parts: n times the first is exact
  const P high = fnma(n, P::all(single ? Real(0.693359375) : Real(6.93145751953125e-1)), inside);
  const P r = fnma(n, P::all(single ? Real(-2.12194440e-4) : Real(1.42860682030941723212e-6)), high);
  constexpr Index terms = single ? 7 : 13;
  P sum = P::all(inverse_factorial<Real>(terms));
  unroll<terms>([&](auto k) STAC3DL_INLINE_LAMBDA {
    constexpr Real term = inverse_factorial<Real>(terms - 1 - k);  // a constant, also at -O2
    sum = fma(sum, r, P::all(term));
  });
  const P y = sum * P::power_of_two(n);
  const P low = if_less(x, P::all(lowest), P::zero(), y);
  const P both = if_less(P::all(highest), x, P::all(std::numeric_limits<Real>::infinity()), low);
  return if_less(P::all(-std::numeric_limits<Real>::infinity()), x, both, if_less(x, P::zero(), P::zero(), x));
}

#else
inline void stream_fence() {}
#endif
