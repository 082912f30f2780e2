// kernels/gemm.inl - part of gemm.hpp, compiled once for each instruction set.

/// Few lines of a; k side by side in b.
template <class Real>
void dot_product(gemm_detail::Product<Real> p, Workspace& ws) {
  using gemm_detail::div_up;
  Workspace::Scope scope(ws);
  if (p.a.step_k != 1) {
    const auto lines = ws.take<Real>(Shape<2>{p.M, p.K});
    for (Index k = 0; k < p.K; ++k)
      for (Index i = 0; i < p.M; ++i) lines.data()[i * p.K + k] = *p.a.at(i, k);
    p.a = {lines.data(), p.K, 1};
  }
  constexpr Index S = many_registers ? 4 : 2;
  constexpr Index depth_block = 2048;
  const Index lines = std::clamp<Index>(32768 / p.K, 1, 16) * S;
  p.run_tasks(div_up(p.N, lines), [&](Index task, int) {
    const Index j0 = task * lines, j1 = std::min(p.N, j0 + lines);
    for (Index k = 0; k < p.K; k += depth_block) {
      const Index depth = std::min(depth_block, p.K - k);
      const auto go = [&]<Index s>(std::integral_constant<Index, s>, Index j) {
        dot_lines<Real, s>(p.M, depth, p.a.at(0, k), p.a.step_i, p.b.at(j, k), p.b.step_i, p.c + j * p.c_j, p.c_i,
                           p.c_j, p.add || k > 0);
      };
      Index j = j0;
      for (; j + S <= j1; j += S) go(std::integral_constant<Index, S>{}, j);
      for (; j < j1; ++j) go(std::integral_constant<Index, 1>{}, j);
    }
  });
}

/// Adding up lanes costs about what packing costs where lines are short or many.
template <class Real>
bool pays_as_dots(const gemm_detail::Product<Real>& p) {
  return p.M == 1 || (p.M <= 16 && p.K >= 4 * Pack<Real>::width);
}

/// One line of a; j side by side in b and in C.
template <class Real>
void stream_product(const gemm_detail::Product<Real>& p) {
  constexpr Index columns = 2048;
  p.run_tasks(gemm_detail::div_up(p.N, columns), [&](Index task, int) {
    const Index j = task * columns;
    stream_rows<Real>(std::min(columns, p.N - j), p.K, p.a.data, p.a.step_k, p.b.at(j, 0), p.b.step_k, p.c + j, p.add);
  });
}

/// How the product is cut: into tasks, parts of C; each of them into blocks of rows, panels of columns, steps along K.
template <class Real>
struct GemmBlocks {
  Index rows, columns;          ///< of a task
  Index block_rows, depth;      ///< of A's block, which stays in the second-level cache
  bool pack_b;                  ///< else b is read where it lies

  explicit GemmBlocks(const gemm_detail::Product<Real>& p) {
    using gemm_detail::div_up, gemm_detail::round_up;
    // Few lines of a do not pay for packing b, nor do short lines of b.  Where lines are long, short steps along K keep
    // C's part in the first-level cache.
    const bool thin = p.M <= thin_rows, runs = p.b.step_i == 1;
    pack_b = !runs || (!thin && p.b.step_k > 128);
    const Index longest = runs && thin ? 8 : 2048 / static_cast<Index>(sizeof(Real));
    depth = std::min(p.K, round_up(div_up(p.K, div_up(p.K, longest)), 8));
    block_rows = 192;
    // As many parts as the caches ask for, more where there would be too few, or an odd few, to share out.
    Index down = div_up(p.M, 8 * block_rows), across = div_up(p.N, runs && thin ? 2048 : 512);
    if (p.worth_threads()) {
      const auto wanted = [](Index parts) { return parts < 4 || (parts < 8 && parts % 2 == 1); };
      while (wanted(down * across)) {
        const bool wide = div_up(p.N, across) > (runs && thin ? 1024 : 2 * tile_columns<Real>);
        const bool tall = div_up(p.M, down) > 24;
        if (wide && (!tall || p.N * down >= p.M * across)) ++across;
        else if (tall) ++down;
        else break;
      }
    }
    rows = std::min(p.M, round_up(div_up(p.M, down), gemm_detail::tile_rows));
    columns = std::min(p.N, round_up(div_up(p.N, across), tile_columns<Real>));
    block_rows = std::min(rows, block_rows);
  }
  static constexpr Index thin_rows = 12;

  Index row_parts(const gemm_detail::Product<Real>& p) const { return gemm_detail::div_up(p.M, rows); }
  Index tasks(const gemm_detail::Product<Real>& p) const {
    return row_parts(p) * gemm_detail::div_up(p.N, columns);
  }
  Index packed_a() const { return gemm_detail::round_up(block_rows * depth, 16); }
  Index packed_b() const { return gemm_detail::round_up(columns, tile_columns<Real>) * depth; }
};

/// `count` times `depth` numbers of a factor, to be sent for during `chunks` chunks of tiles.
template <class Real>
gemm_detail::Ahead look_ahead(const gemm_detail::Factor<Real>& x, Index count, Index depth, Index chunks) {
  constexpr Index size = sizeof(Real);
  if (x.step_i == 1) return {x.data, depth, count * size, x.step_k * size, chunks};
  return {x.data, count, depth * size, x.step_i * size, chunks};
}

/// A panel of B: its place in the product, and where it is read.
template <class Real>
struct GemmPanel {
  Index j, columns, packs;
  const Real* data;
  Index step;
};

/// Rows [i0, i1) of one panel of C, one step along K.  packed_a: the rows as pack_tiles left them, or null to read them
/// where they are.
template <class Real>
void multiply_panel(const gemm_detail::Product<Real>& p, const GemmPanel<Real>& panel, Index i0, Index i1, Index k,
                    Index depth, const Real* packed_a, gemm_detail::Ahead ahead) {
  constexpr Index W = Pack<Real>::width;
  const gemm_detail::RowTiles tiles(i1 - i0);
  const Index last = panel.columns - (panel.packs - 1) * W;
  for (Index t = 0; t < tiles.count; ++t) {
    const Index i = i0 + tiles.begin(t), rows = i0 + tiles.begin(t + 1) - i;
    gemm_detail::Factor<Real> a{p.a.at(i, k), p.a.step_i, p.a.step_k};
    if (packed_a) a = {packed_a + (i - i0) * depth, 1, rows};
    multiply_tile<Real>(rows, panel.packs,
                        {depth, a.data, a.step_i, a.step_k, panel.data, panel.step, p.c + i * p.c_i + panel.j, p.c_i, W,
                         W, last, p.add || k > 0},
                        ahead);
  }
}

/// Rows [i0, i1) by columns [j0, j1) of C, over all of K.
template <class Real>
void multiply_part(const gemm_detail::Product<Real>& p, const GemmBlocks<Real>& blocks, Index i0, Index i1, Index j0,
                   Index j1, Real* packed_a, Real* packed_b) {
  constexpr Index W = Pack<Real>::width;
  for (Index k = 0; k < p.K; k += blocks.depth) {
    const Index depth = std::min(blocks.depth, p.K - k), k_next = k + depth;
    for (Index i = i0, i_end; i < i1; i = i_end) {
      i_end = i + gemm_detail::part_of(i1 - i, blocks.block_rows);
      if (packed_a) pack_tiles<Real>({p.a.at(i, k), p.a.step_i, p.a.step_k}, i_end - i, depth, packed_a);
      for (Index j = j0, j_next; j < j1; j = j_next) {
        const Index packs = packs_at_once<Real>(j1 - j);
        GemmPanel<Real> panel{j, std::min(j1 - j, packs * W), packs, p.b.at(j, k), p.b.step_k};
        j_next = j + panel.columns;
        if (blocks.pack_b || panel.columns < packs * W) {
          Real* const to = packed_b + (j - j0) * depth;
          if (i == i0) pack_panel<Real>({panel.data, p.b.step_i, p.b.step_k}, panel.columns, depth, packs, to);
          panel.data = to, panel.step = packs * W;
        }
        const Index at = j_next < j1 ? j_next : j0, ahead_columns = std::min(j1 - at, tile_columns<Real>);
        const bool packed = j_next < j1 ? i > i0 : i_end < i1;  // what comes next: a panel packed before, or a new one
        const Index k_at = j_next < j1 || packed ? k : k_next, depth_at = std::min(blocks.depth, p.K - k_at);
        const Index chunks = gemm_detail::RowTiles(i_end - i).count * gemm_detail::div_up(depth, tile_chunk);
        gemm_detail::Ahead ahead;
        if (blocks.pack_b && packed)
          ahead = look_ahead<Real>({packed_b + (at - j0) * depth, 1, 0}, ahead_columns * depth, 1, chunks);
        else if (blocks.pack_b && k_at < p.K)
          ahead = look_ahead<Real>({p.b.at(at, k_at), p.b.step_i, p.b.step_k}, ahead_columns, depth_at, chunks);
        multiply_panel(p, panel, i, i_end, k, depth, packed_a, ahead);
      }
    }
  }
}

template <class Real>
void packed_product(const gemm_detail::Product<Real>& p, Workspace& ws) {
  const GemmBlocks<Real> blocks(p);
  const Index row_parts = blocks.row_parts(p), tasks = blocks.tasks(p);
  // Rows that are used for one panel only are read where they are.
  const bool pack_a = p.a.step_k != 1 && blocks.columns > tile_columns<Real>;
  const Index for_a = pack_a ? blocks.packed_a() : 0, scratch = for_a + blocks.packed_b();
  Workspace::Scope scope(ws);
  const Index slots = in_parallel() ? 1 : std::min<Index>(num_threads(), tasks);
  const auto memory = ws.take<Real>(slots * scratch);
  p.run_tasks(tasks, [&](Index task, int slot) {
    const Index i = task % row_parts * blocks.rows, j = task / row_parts * blocks.columns;
    Real* const own = memory.data() + slot * scratch;
    multiply_part(p, blocks, i, std::min(p.M, i + blocks.rows), j, std::min(p.N, j + blocks.columns),
                  pack_a ? own : nullptr, own + for_a);
  });
}

template <class Real>
void gemm_run(gemm_detail::Product<Real> p, Workspace& ws) {
  if (p.N == 1 && p.M > 1) p = p.transposed();  // a vector of one line, C's numbers side by side
  if (const auto thin = p.M <= p.N ? p : p.transposed(); thin.b.step_k == 1 && pays_as_dots(thin))
    return dot_product(thin, ws);
  if (p.M == 1) return stream_product(p);
  packed_product(p, ws);
}
