// kernels/gemm_pack.inl - part of gemm_pack.hpp, compiled once for each instruction set.

/// to[k*width + j] = source(j, k) for one pack of j, of which `count` exist; the others become 0.
template <class Real>
void pack_transposed(const gemm_detail::Factor<Real>& source, Index count, Index depth, Index width, Real* to) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  const Real* const from = source.data;
  const Index step = source.step_i;
  P square[W];
  Index k = 0;
  if (count >= W)
    for (; k + W <= depth; k += W) {
      unroll<W>([&](auto j) STAC3DL_INLINE_LAMBDA { square[j] = P::load(from + j * step + k); });
      transpose_square(square);
      unroll<W>([&](auto i) STAC3DL_INLINE_LAMBDA { square[i].store(to + (k + i) * width); });
    }
  for (; k < depth; k += W) {
    const Index some = std::min(W, depth - k);
    unroll<W>([&](auto j) STAC3DL_INLINE_LAMBDA {
      square[j] = j < count ? load_some(from + j * step + k, some) : P::zero();
    });
    transpose_square(square);
    unroll<W>([&](auto i) STAC3DL_INLINE_LAMBDA {
      if (i < some) square[i].store(to + (k + i) * width);
    });
  }
}

/// A panel of B of `packs` packs, of whose numbers `count` exist; the others become 0.
template <class Real>
void pack_panel(const gemm_detail::Factor<Real>& source, Index count, Index depth, Index packs, Real* to) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  const Index width = packs * W;
  if (source.step_i != 1) {
    for (Index v = 0; v < packs; ++v)
      pack_transposed<Real>({source.at(v * W, 0), source.step_i, 1}, std::min(W, count - v * W), depth, width,
                            to + v * W);
    return;
  }
  const Index whole = count / W * W;
  for (Index k = 0; k < depth; ++k, to += width) {
    const Real* const from = source.at(0, k);
    for (Index j = 0; j < whole; j += W) P::load(from + j).store(to + j);
    if (whole < width) load_part(from + whole, count - whole).store(to + whole);
  }
}

/// Rows of A whose k do not lie side by side, as tiles: element (r, k) of the tile that begins with row i at
/// to + i*depth + k*rows + r.  Row by row of the source, so that its lines are read once and in runs.
template <class Real>
void pack_tiles(const gemm_detail::Factor<Real>& source, Index rows, Index depth, Real* to) {
  const gemm_detail::RowTiles tiles(rows);
  const auto copy = [&](auto height, Index first, Index k) STAC3DL_INLINE_LAMBDA {
    constexpr Index R = height;
    std::memcpy(to + first * depth + k * R, source.at(first, k), sizeof(Real) * R);
  };
  for (Index k = 0; k < depth; ++k) {
    for (Index i = 0; i < rows; i += 64 / static_cast<Index>(sizeof(Real))) prefetch_near(source.at(i, k + 8));
    for (Index t = 0; t < tiles.count; ++t) {
      const Index first = tiles.begin(t), height = tiles.begin(t + 1) - first;
      switch (height) {
        case 6: copy(std::integral_constant<Index, 6>{}, first, k); break;
        case 5: copy(std::integral_constant<Index, 5>{}, first, k); break;
        case 4: copy(std::integral_constant<Index, 4>{}, first, k); break;
        case 3: copy(std::integral_constant<Index, 3>{}, first, k); break;
        case 2: copy(std::integral_constant<Index, 2>{}, first, k); break;
        default: copy(std::integral_constant<Index, 1>{}, first, k);
      }
    }
  }
}
