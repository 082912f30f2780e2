// kernels/gemm_split_pack.inl - lines of a factor, split into bfloat16 and laid in tiles; see gemm_split.hpp.
//
// A tile of the left factor: 16 lines of 32 terms.  Of the right factor: 16 pairs of terms, each of 16 lines: the two
// terms of a pair side by side.

#if STAC3DL_TILES_AMX

/// The parts of v and w, as the 32 numbers [v | w] of a register each.
template <int parts>
ISA_INLINE void split_pair(__m512 v, __m512 w, __m512i (&part)[parts]) {
  unroll<parts>([&](auto i) STAC3DL_INLINE_LAMBDA {
    part[i] = (__m512i)_mm512_cvtne2ps_pbh(w, v);
    if constexpr (i + 1 < parts) {
      const __m512i lower = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(part[i]));
      const __m512i upper = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(part[i], 1));
      v = _mm512_sub_ps(v, _mm512_castsi512_ps(_mm512_slli_epi32(lower, 16)));
      w = _mm512_sub_ps(w, _mm512_castsi512_ps(_mm512_slli_epi32(upper, 16)));
    }
  });
}

ISA_INLINE __m512 split_load(const float* from, Index count) {
  return count >= 16 ? _mm512_loadu_ps(from)
                     : _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << std::max<Index>(0, count)) - 1), from);
}

/// line[r] of 16 lines: the terms [k, k + 16), 0 where there is none.
ISA_INLINE void split_lines(const gemm_detail::Factor<float>& source, Index lines, Index terms, Row16 (&line)[16]) {
  if (source.step_k == 1) {
    unroll<16>([&](auto r) STAC3DL_INLINE_LAMBDA {
      line[r].raw = r < lines ? split_load(source.data + r * source.step_i, terms) : _mm512_setzero_ps();
    });
    return;
  }
  unroll<16>([&](auto k) STAC3DL_INLINE_LAMBDA {
    line[k].raw = k < terms ? split_load(source.data + k * source.step_k, lines) : _mm512_setzero_ps();
  });
  transpose_square(line);
}

/// 32 terms of 16 lines of the left factor.
template <int parts>
ISA_INLINE void split_left(const gemm_detail::Factor<float>& source, Index lines, Index terms, std::uint16_t* to) {
  Row16 first[16], second[16];
  split_lines(source, lines, terms, first);
  split_lines({source.at(0, terms > 16 ? 16 : 0), source.step_i, source.step_k}, lines, terms - 16, second);
  unroll<16>([&](auto r) STAC3DL_INLINE_LAMBDA {
    __m512i part[parts];
    split_pair<parts>(first[r].raw, second[r].raw, part);
    unroll<parts>([&](auto i) STAC3DL_INLINE_LAMBDA { _mm512_storeu_si512(to + i * 512 + r * 32, part[i]); });
  });
}

/// 32 terms of 16 lines of the right factor.
template <int parts>
ISA_INLINE void split_right(const gemm_detail::Factor<float>& source, Index lines, Index terms, std::uint16_t* to) {
  const __m512i pairs = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  unroll<2>([&](auto half) STAC3DL_INLINE_LAMBDA {
    const Index left = terms - half * 16;
    const gemm_detail::Factor<float> from{source.at(0, left > 0 ? half * 16 : 0), source.step_i, source.step_k};
    Row16 term[16];  // of 16 lines each
    split_lines({from.data, from.step_k, from.step_i}, left, lines, term);
    unroll<8>([&](auto pair) STAC3DL_INLINE_LAMBDA {
      __m512i part[parts];
      split_pair<parts>(term[2 * pair].raw, term[2 * pair + 1].raw, part);
      unroll<parts>([&](auto i) STAC3DL_INLINE_LAMBDA {
        _mm512_storeu_si512(to + i * 512 + (half * 8 + pair) * 32, _mm512_permutexvar_epi16(pairs, part[i]));
      });
    });
  });
}

#else

/// The parts of v, one in each of so many tiles.
template <int parts>
inline void split_pair(float v, std::uint16_t* to) {
  for (Index i = 0; i < parts; ++i) {
    const Bf16 part = to_bf16(v);
    to[i * 512] = part.bits;
    v -= to_float(part);
  }
}

/// 32 terms of 16 lines of the left factor.
template <int parts>
inline void split_left(const gemm_detail::Factor<float>& source, Index lines, Index terms, std::uint16_t* to) {
  for (Index r = 0; r < 16; ++r)
    for (Index k = 0; k < 32; ++k) split_pair<parts>(r < lines && k < terms ? *source.at(r, k) : 0.f, to + r * 32 + k);
}

/// 32 terms of 16 lines of the right factor.
template <int parts>
inline void split_right(const gemm_detail::Factor<float>& source, Index lines, Index terms, std::uint16_t* to) {
  for (Index r = 0; r < 16; ++r)
    for (Index k = 0; k < 32; ++k)
      split_pair<parts>(r < lines && k < terms ? *source.at(r, k) : 0.f, to + k / 2 * 32 + 2 * r + k % 2);
}

#endif

/// All of a slab; `right`: as the right factor.  Where lines lie side by side a task takes a few
/// blocks of them, which share the source's pages.
template <bool right, int parts>
void split_pack_parts(const gemm_detail::Factor<float>& source, const gemm_detail::SplitSlab& slab, std::uint16_t* to) {
  const bool lines_lie_close = source.step_k != 1;
  const Index some = lines_lie_close && slab.blocks() >= 32 ? 4 : 1;
  parallel_for(gemm_detail::div_up(slab.blocks(), some), [&](Index task) {
    const Index first = task * some, last = std::min(slab.blocks(), first + some);
    const auto pack = [&](Index block, Index k) {
      const Index lines = std::min<Index>(16, slab.lines - block * 16), terms = std::min<Index>(32, slab.depth - k);
      const gemm_detail::Factor<float> from{source.at(block * 16, k), source.step_i, source.step_k};
      std::uint16_t* const tiles = to + block * slab.block_size() + k * parts * 16;
      if constexpr (right)
        split_right<parts>(from, lines, terms, tiles);
      else
        split_left<parts>(from, lines, terms, tiles);
    };
    for (Index k = 0; k < slab.depth; k += 32)
      for (Index block = first; block < last; ++block) pack(block, k);
  });
}

template <bool right>
void split_pack(const gemm_detail::Factor<float>& source, const gemm_detail::SplitSlab& slab, std::uint16_t* to) {
  if (slab.parts == 3)
    split_pack_parts<right, 3>(source, slab, to);
  else
    split_pack_parts<right, 2>(source, slab, to);
}
