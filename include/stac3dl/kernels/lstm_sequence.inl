// kernels/lstm_sequence.inl - part of lstm_sequence.hpp, compiled once for each instruction set.
//
// Rows of the batch do not wait for one another: each task takes some of them through all steps, with weights packed
// once.  Forward, a panel of Wh' holds the four gates of one pack of units, so that the gates of a few rows follow on
// their products while these are in the first-level cache.

/// Longest sum of a tile at a time.
inline constexpr Index lstm_depth = 512;

/// Units [u0, u0 + width) of all gates, (U, 4 packs) for each u0.
template <class Real>
void pack_lstm_forward(CView<Real, 2> wh, Real* to) {
  constexpr Index W = Pack<Real>::width;
  const Index U = wh.size(1);
  parallel_for(gemm_detail::div_up(U, W), [&](Index block) {
    const Index u = block * W, count = std::min(W, U - u);
    for (Index gate = 0; gate < 4; ++gate)
      pack_transposed<Real>({wh.data() + (gate * U + u) * U, U, 1}, count, U, 4 * W, to + 4 * u * U + gate * W);
  });
}

/// z (rows, 4U) += h Wh' for the units of one panel, at u.
template <class Real>
void multiply_lstm_units(const Real* h, const Real* panel, const Real* next, Index rows, Index U, Index u, Real* z) {
  constexpr Index W = Pack<Real>::width;
  const Index count = std::min(W, U - u);
  const gemm_detail::RowTiles tiles(rows);
  for (Index k = 0; k < U; k += lstm_depth) {
    const Index depth = std::min(lstm_depth, U - k);
    const Index chunks = tiles.count * gemm_detail::div_up(depth, tile_chunk) * (4 / tile_packs);
    auto ahead = look_ahead<Real>({next + k * 4 * W, 1, 0}, depth * 4 * W, 1, chunks);
    for (Index t = 0; t < tiles.count; ++t) {
      const Index b = tiles.begin(t), height = tiles.begin(t + 1) - b;
      for (Index gate = 0; gate < 4; gate += tile_packs)
        multiply_tile<Real>(height, tile_packs,
                            {depth, h + b * U + k, U, 1, panel + (k * 4 + gate) * W, 4 * W,
                             z + b * 4 * U + gate * U + u, 4 * U, U, count, count, true},
                            ahead);
    }
  }
}

/// One step of rows [b0, b1), z holding the projections; `packed` by pack_lstm_forward.
template <class Real>
void lstm_forward_step(const detail::LstmGatesForward<Real>& step, const Real* packed, Index b0, Index b1) {
  constexpr Index W = Pack<Real>::width;
  const Index U = step.U;
  for (Index u = 0; u < U; u += W) {
    if (step.h)
      multiply_lstm_units<Real>(step.h + b0 * U, packed + 4 * u * U, packed + (u + W < U ? 4 * (u + W) * U : 0),
                                b1 - b0, U, u, step.z + b0 * 4 * U);
    for (Index b = b0; b < b1; ++b) lstm_gates_row(step, b, u, std::min(U, u + W));
  }
}

/// Wh (4U, U) in panels of columns, each of 4U lines.
template <class Real>
void pack_lstm_backward(CView<Real, 2> wh, Real* to) {
  const Index U = wh.size(1), C = tile_columns<Real>;
  parallel_for(gemm_detail::div_up(U, C), [&](Index block) {
    for (Index u = block * C, end = std::min(U, u + C); u < end;) {
      const Index packs = packs_at_once<Real>(end - u), count = std::min(end - u, packs * Pack<Real>::width);
      pack_panel<Real>({wh.data() + u, 1, U}, count, 4 * U, packs, to + u * 4 * U);
      u += count;
    }
  });
}

/// dh (rows, U) += dz (rows, 4U) Wh.
template <class Real>
void lstm_backward_product(const Real* dz, const Real* packed, Index rows, Index U, Real* dh) {
  constexpr Index W = Pack<Real>::width;
  const gemm_detail::RowTiles tiles(rows);
  for (Index u = 0; u < U;) {
    const Index packs = packs_at_once<Real>(U - u), count = std::min(U - u, packs * W);
    const Real* const panel = packed + u * 4 * U;
    for (Index k = 0; k < 4 * U; k += lstm_depth) {
      const Index depth = std::min(lstm_depth, 4 * U - k);
      const Real* const b = panel + k * packs * W;
      const Index chunks = tiles.count * gemm_detail::div_up(depth, tile_chunk);
      // What follows in memory is used next.
      gemm_detail::Ahead ahead;
      if (k + depth < 4 * U || u + count < U)
        ahead = look_ahead<Real>({b + depth * packs * W, 1, 0}, depth * packs * W, 1, chunks);
      for (Index t = 0; t < tiles.count; ++t) {
        const Index row = tiles.begin(t), height = tiles.begin(t + 1) - row;
        multiply_tile<Real>(height, packs,
                            {depth, dz + row * 4 * U + k, 4 * U, 1, b, packs * W, dh + row * U + u, U, W, W,
                             count - (packs - 1) * W, true},
                            ahead);
      }
    }
    u += count;
  }
}

/// Numbers that packed weights take.
template <class Real>
Index packed_lstm_size(Index U) {
  return 4 * U * gemm_detail::round_up(U, Pack<Real>::width);
}

/// Rows of a task: the batch in an even number of parts of nearly the same size, small enough for the caches.
inline Index lstm_task_rows(Index B) { return gemm_detail::div_up(B, 2 * gemm_detail::div_up(B, 128)); }

/// Steps [s0, s1) of the run, z (that many, B, 4U) holding the projections of their places in time from `first` on and
/// becoming their gates.  c2 (L, B, U), or (B, U) with `keep_c` false: updated in place.
template <class Real>
void lstm_forward_run(const LstmRun<Real>& run, Index s0, Index s1, Index first, const LstmStateView<const Real>& start,
                      View<Real, 3> z, View<Real, 3> y, Real* cells, bool keep_c, Workspace& ws) {
  const Index B = run.batch(), U = run.weights.units(), rows = lstm_task_rows(B);
  Workspace::Scope scope(ws);
  Real* const packed = ws.take<Real>(packed_lstm_size<Real>(U)).data();
  pack_lstm_forward(run.weights.h, packed);
  parallel_chunks(B, rows, [&](Index b0, Index b1) {
    const Real *h = start.h.data(), *c = start.c.data();
    for (Index s = s0; s < s1; ++s) {
      const Index l = run.at(s);
      Real *const h2 = y.data() + l * B * U, *const c2 = cells + (keep_c ? l * B * U : 0);
      const detail::LstmGatesForward<Real> step{U, z.data() + (l - first) * B * 4 * U, run.weights.bias.data(),
                                                run.mask ? run.mask.data() + l * B : nullptr, h, c, h2, c2};
      lstm_forward_step(step, packed, b0, b1);
      h = h2, c = c2;
    }
  });
}

/// dz (L, B, 4U) of all steps; dh, dc (B, U) go from the last state's gradient to the start's.  The start's dh is left
/// out where it is not wanted.
template <class Real>
void lstm_backward_run(const LstmRun<Real>& run, CView<Real, 3> gates, CView<Real, 3> cells, CView<Real, 3> dy,
                       bool start_wanted, View<Real, 2> dh, View<Real, 2> dc, View<Real, 3> dz, Workspace& ws) {
  const Index L = run.steps(), B = run.batch(), U = run.weights.units(), rows = lstm_task_rows(B);
  Workspace::Scope scope(ws);
  Real* const packed = ws.take<Real>(packed_lstm_size<Real>(U)).data();
  pack_lstm_backward(run.weights.h, packed);
  parallel_chunks(B, rows, [&](Index b0, Index b1) {
    for (Index s = L - 1; s >= 0; --s) {
      const Index l = run.at(s), at = l * B * U;
      const detail::LstmGatesBackward<Real> step{U, gates.data() + 4 * at, run.mask ? run.mask.data() + l * B : nullptr,
                                                 s > 0 ? cells.data() + run.at(s - 1) * B * U : run.start.c.data(),
                                                 cells.data() + at, dy.data() + at, dh.data(), dc.data(),
                                                 dz.data() + 4 * at};
      for (Index b = b0; b < b1; ++b) lstm_gates_row(step, b);
      if (s > 0 || start_wanted)
        lstm_backward_product<Real>(step.dz + b0 * 4 * U, packed, b1 - b0, U, dh.data() + b0 * U);
    }
  });
}
