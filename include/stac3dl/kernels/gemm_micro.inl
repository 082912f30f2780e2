// kernels/gemm_micro.inl - part of gemm_micro.hpp, compiled once for each instruction set.

/// Packs of the widest tile.
inline constexpr Index tile_packs = many_registers ? 4 : 2;
template <class Real>
inline constexpr Index tile_columns = tile_packs * Pack<Real>::width;

/// Asks for the cache line of `at` in the first level, to be written or read.
ISA_INLINE void prefetch_near([[maybe_unused]] const void* at) {
#if defined(__GNUC__)
  __builtin_prefetch(at, 0, 3);
#endif
}

/// Steps along K between looks ahead.
inline constexpr Index tile_chunk = 16;

template <class Real, Index R, Index V>
void multiply_tile(const gemm_detail::Tile<Real>& tile, gemm_detail::Ahead& ahead) {
  using P = Pack<Real>;
  P t[R][V];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      prefetch_near(tile.c + r * tile.c_i + v * tile.c_v);
      t[r][v] = P::zero();
    });
  });
  const Real *a = tile.a, *b = tile.b;
  const Index a_i = tile.a_i, a_k = tile.a_k, b_k = tile.b_k;
  for (Index left = tile.depth; left > 0; left -= tile_chunk) {
    ahead.next(gemm_detail::FetchFar{});
    for (Index k = std::min(left, tile_chunk); k > 0; --k, a += a_k, b += b_k) {
      P line[V];
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { line[v] = P::load(b + v * P::width); });
      unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
        const P factor = P::all(a[r * a_i]);
        unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { t[r][v] = fma(factor, line[v], t[r][v]); });
      });
    }
  }
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      Real* const to = tile.c + r * tile.c_i + v * tile.c_v;
      const Index count = v == V - 1 ? tile.last : tile.each;
      if (tile.add) t[r][v] = load_some(to, count) + t[r][v];
      store_some(t[r][v], to, count);
    });
  });
}

/// 1 <= rows <= tile_rows, packs 1, 2 or 4 and at most tile_packs.
template <class Real, Index V>
void multiply_tile(Index rows, const gemm_detail::Tile<Real>& tile, gemm_detail::Ahead& ahead) {
  switch (rows) {
    case 6: return multiply_tile<Real, 6, V>(tile, ahead);
    case 5: return multiply_tile<Real, 5, V>(tile, ahead);
    case 4: return multiply_tile<Real, 4, V>(tile, ahead);
    case 3: return multiply_tile<Real, 3, V>(tile, ahead);
    case 2: return multiply_tile<Real, 2, V>(tile, ahead);
    default: return multiply_tile<Real, 1, V>(tile, ahead);
  }
}
template <class Real>
void multiply_tile(Index rows, Index packs, const gemm_detail::Tile<Real>& tile, gemm_detail::Ahead& ahead) {
  if constexpr (tile_packs == 4)
    if (packs == 4) return multiply_tile<Real, 4>(rows, tile, ahead);
  if (packs == 2) return multiply_tile<Real, 2>(rows, tile, ahead);
  multiply_tile<Real, 1>(rows, tile, ahead);
}
/// Packs that the next panel of B takes where `left` numbers of a line are left: 4, 2 or 1.
template <class Real>
Index packs_at_once(Index left) {
  const Index packs = gemm_detail::div_up(left, Pack<Real>::width);
  return packs >= tile_packs ? tile_packs : packs >= 2 ? 2 : 1;
}
