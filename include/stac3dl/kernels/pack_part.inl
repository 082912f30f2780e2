// kernels/pack_part.inl - part of pack_part.hpp, compiled once for each instruction set.

#if STAC3DL_ISA_AVX2
/// From the (8 - n)-th on: n words of ones, then zeros.
inline constexpr int part_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
template <class Real>
ISA_INLINE __m256i part_mask(Index count) {
  const int* const at = part_masks + 8 - count * static_cast<Index>(sizeof(Real) / 4);
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}
#endif

/// The first `count` < width lanes are read, the others are 0.
template <class Real>
ISA_INLINE Pack<Real> load_part(const Real* from, Index count) {
#if STAC3DL_ISA_AVX512
  const auto mask = (1u << count) - 1u;
  if constexpr (sizeof(Real) == 4) return {_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from)};
  else return {_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from)};
#elif STAC3DL_ISA_AVX2
  if constexpr (sizeof(Real) == 4) return {_mm256_maskload_ps(from, part_mask<Real>(count))};
  else return {_mm256_maskload_pd(from, part_mask<Real>(count))};
#else
  Real lanes[static_cast<std::size_t>(Pack<Real>::width)] = {};
  for (Index i = 0; i < count; ++i) lanes[i] = from[i];
  return Pack<Real>::load(lanes);
#endif
}

/// The first `count` < width lanes are written.
template <class Real>
ISA_INLINE void store_part(Pack<Real> pack, Real* to, Index count) {
#if STAC3DL_ISA_AVX512
  const auto mask = (1u << count) - 1u;
  if constexpr (sizeof(Real) == 4) _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), pack.raw);
  else _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), pack.raw);
#elif STAC3DL_ISA_AVX2
  if constexpr (sizeof(Real) == 4) _mm256_maskstore_ps(to, part_mask<Real>(count), pack.raw);
  else _mm256_maskstore_pd(to, part_mask<Real>(count), pack.raw);
#else
  Real lanes[static_cast<std::size_t>(Pack<Real>::width)];
  pack.store(lanes);
  for (Index i = 0; i < count; ++i) to[i] = lanes[i];
#endif
}

/// load_part and store_part that also take a whole pack.
template <class Real>
ISA_INLINE Pack<Real> load_some(const Real* from, Index count) {
  return count >= Pack<Real>::width ? Pack<Real>::load(from) : load_part(from, count);
}
template <class Real>
ISA_INLINE void store_some(Pack<Real> pack, Real* to, Index count) {
  if (count >= Pack<Real>::width) pack.store(to);
  else store_part(pack, to, count);
}
