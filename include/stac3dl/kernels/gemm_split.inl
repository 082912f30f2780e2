// kernels/gemm_split.inl - C (+)= A B of slabs in tiles: the products of the parts; see gemm_split.hpp.

/// Steps of 32 terms that sums stay in registers for: a part's blocks of A for so many, 1.2 MB, fit the second-level
/// cache.
inline constexpr Index split_some_steps = 16;

#if STAC3DL_TILES_AMX

/// rows x columns (1 or 2 each) blocks of C, `c_row` floats from one block to the next in a column: (+)= `steps` steps.
/// A block of a factor begins `a_block`, `b_block` numbers after the one before.
template <int parts, int rows, int columns>
ISA_INLINE void split_multiply(Index steps, const std::uint16_t* a, Index a_block, const std::uint16_t* b,
                               Index b_block, float* c, Index c_row, bool add) {
  const auto each = [&](auto&& f) STAC3DL_INLINE_LAMBDA {
    unroll<rows>([&](auto i)
                     STAC3DL_INLINE_LAMBDA { unroll<columns>([&](auto j) STAC3DL_INLINE_LAMBDA { f(i, j); }); });
  };
  each([&](auto i, auto j) STAC3DL_INLINE_LAMBDA {
    if (add)
      tile_load<i * 2 + j>(c + i * c_row + j * 256, 64);
    else
      tile_zero<i * 2 + j>();
  });
  const auto left = [&](Index part) STAC3DL_INLINE_LAMBDA {
    unroll<rows>([&](auto i) STAC3DL_INLINE_LAMBDA { tile_load<4 + i>(a + i * a_block + part * 512, 64); });
  };
  const auto right = [&](Index part) STAC3DL_INLINE_LAMBDA {
    unroll<columns>([&](auto j) STAC3DL_INLINE_LAMBDA { tile_load<6 + j>(b + j * b_block + part * 512, 64); });
  };
  const auto multiply = [&]() STAC3DL_INLINE_LAMBDA {
    each([&](auto i, auto j) STAC3DL_INLINE_LAMBDA { tile_multiply<i * 2 + j, 4 + i, 6 + j>(); });
  };
  alignas(64) float nowhere[256];  // stores of tiles must not be far apart: see bf16x3_product.inl
  for (Index k = 0, stored = 4; k < steps; ++k, a += parts * 512, b += parts * 512) {
    if (k == stored) tile_store<4>(nowhere, 64), stored += 4;
    // From one product to the next a factor stays.
    if constexpr (parts == 3) {
      left(2), right(0), multiply();
      left(1), multiply();
      right(1), multiply();
      left(0), multiply();
      right(2), multiply();
      right(0), multiply();
    } else {
      left(0), right(1), multiply();
      right(0), multiply();
      left(1), multiply();
    }
  }
  each([&](auto i, auto j) STAC3DL_INLINE_LAMBDA { tile_store<i * 2 + j>(c + i * c_row + j * 256, 64); });
}

#else

/// rows x columns (1 or 2 each) blocks of C, `c_row` floats from one block to the next in a column: (+)= `steps` steps.
/// A block of a factor begins `a_block`, `b_block` numbers after the one before.
template <int parts, int rows, int columns>
inline void split_multiply(Index steps, const std::uint16_t* a, Index a_block, const std::uint16_t* b, Index b_block,
                           float* c, Index c_row, bool add) {
  constexpr Index products = parts == 3 ? 6 : 3, from = parts == 3 ? 0 : 6;
  constexpr Index a_part[] = {2, 1, 1, 0, 0, 0, 0, 0, 1}, b_part[] = {0, 0, 1, 1, 2, 0, 1, 0, 0};
  for (Index i = 0; i < rows * 16; ++i)
    for (Index j = 0; j < columns * 16; ++j) {
      float& to = c[i / 16 * c_row + j / 16 * 256 + i % 16 * 16 + j % 16];
      float sum = add ? to : 0.f;
      for (Index k = 0; k < steps; ++k)
        for (Index product = from; product < from + products; ++product) {
          const std::uint16_t* const x = a + i / 16 * a_block + (k * parts + a_part[product]) * 512 + i % 16 * 32;
          const std::uint16_t* const y = b + j / 16 * b_block + (k * parts + b_part[product]) * 512 + j % 16 * 2;
          float some = 0;  // as tile registers do: a step's terms among themselves first
          for (Index t = 0; t < 32; ++t) some += to_float(Bf16{x[t]}) * to_float(Bf16{y[t / 2 * 32 + t % 2]});
          sum += some;
        }
      to = sum;
    }
}

#endif

/// Blocks of 16 lines [i0, i1) by [j0, j1) of slabs a and b.
struct SplitPart {
  Index i0, i1, j0, j1;
};

/// C's tiles of a part, [i][j][16 x 16], from all terms of the slabs.
template <int parts>
inline void split_sums(const gemm_detail::SplitSlab& left, const std::uint16_t* a, const gemm_detail::SplitSlab& right,
                       const std::uint16_t* b, const SplitPart& part, float* c) {
  const Index row = (part.j1 - part.j0) * 256, a_block = left.block_size(), b_block = right.block_size();
  for (Index k = 0; k < left.steps(); k += split_some_steps) {
    const Index some = std::min(split_some_steps, left.steps() - k);
    for (Index j = part.j0; j < part.j1; j += 2)
      for (Index i = part.i0; i < part.i1; i += 2) {
        const std::uint16_t* const x = a + i * a_block + k * parts * 512;
        const std::uint16_t* const y = b + j * b_block + k * parts * 512;
        float* const to = c + (i - part.i0) * row + (j - part.j0) * 256;
        const bool two_i = i + 1 < part.i1, two_j = j + 1 < part.j1;
        if (two_i && two_j)
          split_multiply<parts, 2, 2>(some, x, a_block, y, b_block, to, row, k > 0);
        else if (two_i)
          split_multiply<parts, 2, 1>(some, x, a_block, y, b_block, to, row, k > 0);
        else if (two_j)
          split_multiply<parts, 1, 2>(some, x, a_block, y, b_block, to, row, k > 0);
        else
          split_multiply<parts, 1, 1>(some, x, a_block, y, b_block, to, row, k > 0);
      }
  }
}

/// The tiles of a part to where they belong in C, whose first row and column are at `to`, M and N from there.
inline void split_write(const SplitPart& part, const float* tiles, Index M, Index N, float* to, Index c_i, bool add) {
  for (Index i = part.i0 * 16; i < std::min(M, part.i1 * 16); ++i) {
    const float* from = tiles + (i / 16 - part.i0) * (part.j1 - part.j0) * 256 + i % 16 * 16;
    for (Index j = part.j0 * 16; j < std::min(N, part.j1 * 16); j += 16, from += 256) {
      float* const at = to + i * c_i + j;
      const Index count = std::min<Index>(16, N - j);
      const Row16 sum = Row16::load(from);
      if (count < 16)
        store_lanes(at, count, add ? load_lanes(at, count) + sum : sum);
      else
        (add ? Row16::load(at) + sum : sum).store(at);
    }
  }
}

/// C (+)= A B of one slab of each, split already.
inline void split_slabs(const gemm_detail::SplitSlab& left, const std::uint16_t* a, const gemm_detail::SplitSlab& right,
                        const std::uint16_t* b, float* c, Index c_i, bool add, Workspace& ws) {
  using gemm_detail::div_up;
  // A task's blocks of A and C stay in the second-level cache; parts are nearly alike, and enough to share out.
  const Index M = left.blocks(), N = right.blocks();
  Index down = div_up(M, 24), across = div_up(N, 16);
  while (down * across < 8 && (M / down > 4 || N / across > 4)) ++(M * across > N * down ? down : across);
  const Index rows = gemm_detail::round_up(div_up(M, down), 2), columns = gemm_detail::round_up(div_up(N, across), 2);
  down = div_up(M, rows), across = div_up(N, columns);
  Workspace::Scope scope(ws);
  const Index slots = in_parallel() ? 1 : std::min<Index>(num_threads(), down * across);
  float* const tiles = ws.take<float>(slots * rows * columns * 256).data();
  parallel_for_slots(down * across, [&](Index task, int slot) {
    const TileRegisters registers;
    const Index i = task % down * rows, j = task / down * columns;
    const SplitPart part{i, std::min(M, i + rows), j, std::min(N, j + columns)};
    float* const own = tiles + slot * rows * columns * 256;
    if (left.parts == 3)
      split_sums<3>(left, a, right, b, part, own);
    else
      split_sums<2>(left, a, right, b, part, own);
    split_write(part, own, left.lines, right.lines, c, c_i, add);
  });
}

/// c (M, N) += a b, b in tiles already.
inline void split_add_run(const gemm_detail::Factor<float>& a, Index M, const gemm_detail::SplitRight& b, float* c,
                          Index c_i, Workspace& ws) {
  Workspace::Scope scope(ws);
  const gemm_detail::SplitSlab left{M, b.slab.depth, b.slab.parts};
  std::uint16_t* const tiles = ws.take<std::uint16_t>(left.size()).data();
  split_pack<false>(a, left, tiles);
  split_slabs(left, tiles, b.slab, b.tiles, c, c_i, true, ws);
}

inline void split_run(const gemm_detail::Product<float>& p, int parts, Workspace& ws) {
  using gemm_detail::SplitSlab, gemm_detail::split_slab;
  const auto cut = [](Index all) {  // slabs of nearly the same size, whole steps and blocks
    return gemm_detail::round_up(gemm_detail::div_up(all, gemm_detail::div_up(all, split_slab)), 32);
  };
  const Index M = cut(p.M), N = cut(p.N), K = cut(p.K);
  Workspace::Scope scope(ws);
  std::uint16_t* const a = ws.take<std::uint16_t>(SplitSlab{std::min(M, p.M), std::min(K, p.K), parts}.size()).data();
  std::uint16_t* const b = ws.take<std::uint16_t>(SplitSlab{std::min(N, p.N), std::min(K, p.K), parts}.size()).data();
  for (Index j = 0; j < p.N; j += N)
    for (Index k = 0; k < p.K; k += K) {
      const Index depth = std::min(K, p.K - k);
      const SplitSlab right{std::min(N, p.N - j), depth, parts};
      split_pack<true>({p.b.at(j, k), p.b.step_i, p.b.step_k}, right, b);
      for (Index i = 0; i < p.M; i += M) {
        const SplitSlab left{std::min(M, p.M - i), depth, parts};
        if (j == 0 || p.M > M || p.K > K) split_pack<false>({p.a.at(i, k), p.a.step_i, p.a.step_k}, left, a);
        split_slabs(left, a, right, b, p.c + i * p.c_i + j, p.c_i, p.add || k > 0, ws);
      }
    }
}
