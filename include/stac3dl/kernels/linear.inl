// kernels/linear.inl - part of linear.hpp, compiled once for each instruction set.

/// sums (up to 4 vectors wide) += rows [r0, r1) of x, from column o on: one chain a column.
template <class Real>
void add_columns(CView<Real, 2> x, Index o, Index width, Index r0, Index r1, Real* sums) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  const Real* row = x.data() + r0 * x.size(1) + o;
  if (width == 4 * W) {
    P sum[4];
    unroll<4>([&](auto k) STAC3DL_INLINE_LAMBDA { sum[k] = P::load(sums + k * W); });
    for (Index r = r0; r < r1; ++r, row += x.size(1))
      unroll<4>([&](auto k) STAC3DL_INLINE_LAMBDA { sum[k] = sum[k] + P::load(row + k * W); });
    unroll<4>([&](auto k) STAC3DL_INLINE_LAMBDA { sum[k].store(sums + k * W); });
    return;
  }
  for (Index k = 0; k < width; k += W) {
    P sum = load_some(sums + k, width - k);
    const Real* from = row + k;
    for (Index r = r0; r < r1; ++r, from += x.size(1)) sum = sum + load_some(from, width - k);
    store_some(sum, sums + k, width - k);
  }
}

template <class Real>
void add_row_sums_run(CView<Real, 2> x, View<Real, 1> sums) {
  constexpr Index wide = 4 * Pack<Real>::width, most = 8;
  const Index R = x.size(0), O = x.size(1), blocks = (O + wide - 1) / wide;
  // Threads take columns; where there are few, rows are cut into parts, whose number does not depend on theirs.
  const Index parts = blocks > 1 ? 1 : std::clamp<Index>(R * O / 16384, 1, most);
  const Index grain = R * O < 32768 ? blocks * parts : (blocks + 63) / 64;
  Real part_sums[most][wide] = {};
  parallel_chunks(blocks * parts, grain, [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index o = k / parts * wide, part = k % parts;
      add_columns<Real>(x, o, std::min(wide, O - o), part * R / parts, (part + 1) * R / parts,
                        part == 0 ? sums.data() + o : part_sums[part]);
    }
  });
  for (Index part = 1; part < parts; ++part)
    for (Index o = 0; o < O; ++o) sums.data()[o] += part_sums[part][o];
}

template <class Real>
void add_to_rows_run(CView<Real, 1> b, View<Real, 2> y) {
  constexpr Index W = Pack<Real>::width;
  const Index O = y.size(1);
  parallel_chunks(y.size(0), std::max<Index>(1, 100000 / std::max<Index>(1, O)), [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r)
      for (Index o = 0; o < O; o += W) {
        Real* const to = y.data() + r * O + o;
        store_some(load_some(to, O - o) + load_some(b.data() + o, O - o), to, O - o);
      }
  });
}
