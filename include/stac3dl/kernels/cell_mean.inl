// kernels/cell_mean.inl - part of cell_mean.hpp, compiled once for each instruction set.

inline constexpr Index cell_columns = 256;  ///< of a row, or fewer, are done at a time

/// Where cell `cell` of `cells` begins and ends along an axis of `size`.
ISA_INLINE std::array<Index, 2> cell_range(Index cell, Index cells, Index size) {
  return {cell * size / cells, ((cell + 1) * size + cells - 1) / cells};
}

/// The rows (t, h) of a plane of x that a row of cells covers, masked frames left out.
struct CellRows {
  std::array<Index, 2> t, h;
  const std::uint8_t* valid;  ///< of the sample's frames
  Index count = 0;            ///< rows

  CellRows(Index l, Index i, Index steps, const std::array<Index, 3>& grid, const Shape<5>& x,
           const std::uint8_t* frames)
      : t(cell_range(l, grid[0], steps)), h(cell_range(i, grid[1], x[3])), valid(frames) {
    t[1] = std::min(t[1], x[2]);
    for (Index a = t[0]; a < t[1]; ++a) count += valid[a] != 0 ? h[1] - h[0] : 0;
  }
  /// f(row) for each, its number in the plane, in order.
  template <class F>
  ISA_INLINE void for_each(Index H, F&& f) const {
    for (Index a = t[0]; a < t[1]; ++a)
      for (Index b = h[0]; b < h[1] && valid[a] != 0; ++b) f(a * H + b);
  }
};

/// f(j, begin, end) for the columns of cell j that lie in [first, first + count), for all cells of a row.
template <class F>
ISA_INLINE void for_cells(Index cells, Index W, Index first, Index count, F&& f) {
  for (Index j = 0; j < cells; ++j) {
    const std::array<Index, 2> w = cell_range(j, cells, W);
    const Index begin = std::max(w[0], first), end = std::min(w[1], first + count);
    if (begin < end) f(j, begin, end);
  }
}

template <class Real>
void cell_mean_forward_run(CView<Real, 5> x, CView<std::uint8_t, 2> frames, Index steps,
                           const std::array<Index, 3>& grid, View<Real, 4> y) {
  const Shape<5>& s = x.shape();
  const Index N = s[0], C = s[1], T = s[2], H = s[3], W = s[4], L = grid[0], P = grid[1] * grid[2];
  const Index grain = work_grain(N * C * L, 0.1 * static_cast<double>(steps / L * H * W) + 50);
  parallel_chunks(N * C * L, grain, [&](Index item_begin, Index item_end) {
    Real line[static_cast<std::size_t>(cell_columns)];
    for (Index item = item_begin; item < item_end; ++item) {
      const Index l = item % L, nc = item / L, n = nc / C;
      for (Index i = 0; i < grid[1]; ++i) {
        const CellRows rows(l, i, steps, grid, s, frames.data() + n * T);
        Real* const cells = y.data() + ((l * N + n) * P + i * grid[2]) * C + nc % C;  // C apart
        for (Index j = 0; j < grid[2]; ++j) cells[j * C] = 0;
        for (Index first = 0; first < W && rows.count > 0; first += cell_columns) {
          const Index count = std::min(cell_columns, W - first);
          std::fill_n(line, count, Real(0));
          rows.for_each(H, [&](Index row) STAC3DL_INLINE_LAMBDA {
            const Real* const from = x.data() + (nc * T * H + row) * W + first;
            for_packs<Real>(count, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
              lanes.store(lanes.load(line + k) + lanes.load(from + k), line + k);
            });
          });
          for_cells(grid[2], W, first, count, [&](Index j, Index begin, Index end) STAC3DL_INLINE_LAMBDA {
            for (Index w = begin; w < end; ++w) cells[j * C] += line[w - first];
          });
        }
        for (Index j = 0; j < grid[2] && rows.count > 0; ++j) {
          const std::array<Index, 2> w = cell_range(j, grid[2], W);
          cells[j * C] /= static_cast<Real>(rows.count * (w[1] - w[0]));
        }
      }
    }
  });
}

template <class Real>
void cell_mean_backward_run(CView<Real, 4> dy, CView<std::uint8_t, 2> frames, Index steps,
                            const std::array<Index, 3>& grid, View<Real, 5> dx) {
  const Shape<5>& s = dx.shape();
  const Index N = s[0], C = s[1], T = s[2], H = s[3], W = s[4], P = grid[1] * grid[2];
  const Index grain = work_grain(N * C, 0.2 * static_cast<double>(steps * H * W) + 50);
  parallel_chunks(N * C, grain, [&](Index item_begin, Index item_end) {
    Real line[static_cast<std::size_t>(cell_columns)];
    for (Index nc = item_begin; nc < item_end; ++nc) {
      const Index n = nc / C;
      Real* const plane = dx.data() + nc * T * H * W;
      std::fill_n(plane, T * H * W, Real(0));
      for (Index cell_row = 0; cell_row < grid[0] * grid[1]; ++cell_row) {
        const Index l = cell_row / grid[1], i = cell_row % grid[1];
        const CellRows rows(l, i, steps, grid, s, frames.data() + n * T);
        const Real* const cells = dy.data() + ((l * N + n) * P + i * grid[2]) * C + nc % C;
        for (Index first = 0; first < W && rows.count > 0; first += cell_columns) {
          const Index count = std::min(cell_columns, W - first);
          std::fill_n(line, count, Real(0));
          for_cells(grid[2], W, first, count, [&](Index j, Index begin, Index end) STAC3DL_INLINE_LAMBDA {
            const std::array<Index, 2> w = cell_range(j, grid[2], W);
            const Real share = cells[j * C] / static_cast<Real>(rows.count * (w[1] - w[0]));
            for (Index k = begin; k < end; ++k) line[k - first] += share;
          });
          rows.for_each(H, [&](Index row) STAC3DL_INLINE_LAMBDA {
            Real* const to = plane + row * W + first;
            for_packs<Real>(count, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
              lanes.store(lanes.load(to + k) + lanes.load(line + k), to + k);
            });
          });
        }
      }
    }
  });
}
