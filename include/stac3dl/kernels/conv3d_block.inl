// kernels/conv3d_block.inl: see conv3d_block.hpp.

/// Block sizes that fill the registers: 8 x 3 sums, 3 loads and a weight of 32, or 4 x 3 of 16.
inline constexpr int line_outputs = many_registers ? 8 : 4, line_packs = 3;
/// Weights of as many outputs are put into order together: whole blocks.
template <class Real>
inline constexpr Index line_panel = std::max<Index>(line_outputs, Pack<Real>::width);
/// For weights: 4 x 6 sums and 6 loads, or 4 x 2.
inline constexpr int dots_outputs = 4, dots_rows = many_registers ? 6 : 2;

/// Tells g++ to load once and keep the value in a register; it would load again at each use.
template <class Real>
ISA_INLINE void keep_in_register(Pack<Real>& value) {
#if STAC3DL_X86_ISAS
  asm("" : "+v"(value.raw));
#else
  static_cast<void>(value);
#endif
}

template <class Real, int O, int Q, std::size_t... B, std::size_t... P>
ISA_INLINE void line_block(const Real* x, Index channel, Index channels, const Index* offset, Index taps,
                                    const Real* w, Real* y, Index y_step, std::index_sequence<B...>,
                                    std::index_sequence<P...>) {
  using V = Pack<Real>;
  V sum[O * Q] = {V::load(y + static_cast<Index>(B / Q) * y_step + static_cast<Index>(B % Q) * V::width)...};
  for (Index c = 0; c < channels; ++c, x += channel)
    for (Index tap = 0; tap < taps; ++tap, w += O) {
      const Real* from = x + offset[tap];
      const V value[Q] = {V::load(from + static_cast<Index>(P) * V::width)...};
      ((sum[B] = fma(V::all(w[B / Q]), value[B % Q], sum[B])), ...);
    }
  (sum[B].store(y + static_cast<Index>(B / Q) * y_step + static_cast<Index>(B % Q) * V::width), ...);
}

/// Adds to O lines of Q vectors at y (lines y_step apart) the sum over channels and taps.
template <class Real, int O, int Q>
void line_block(const Real* x, Index channel, Index channels, const Index* offset, Index taps, const Real* w, Real* y,
                Index y_step) {
  line_block<Real, O, Q>(x, channel, channels, offset, taps, w, y, y_step, std::make_index_sequence<O * Q>{},
                         std::make_index_sequence<Q>{});
}

/// Where sums of products run along the lines: `segments` pieces of `packs` vectors, `step` places apart.
struct LineSpan {
  Index segments, step, packs;
};

template <class Real, int O, int R, std::size_t... B, std::size_t... J>
ISA_INLINE void line_dots(const Real* dy, Index dy_step, const Real* x, const Index* row, LineSpan span,
                                   Real* sums, Index sums_step, std::index_sequence<B...>, std::index_sequence<J...>) {
  using V = Pack<Real>;
  const Real* from[R] = {x + row[J]...};
  V sum[O * R] = {(static_cast<void>(B), V::zero())...};
  for (Index s = 0; s < span.segments; ++s)
    for (Index q = s * span.step; q < s * span.step + span.packs * V::width; q += V::width) {
      V value[R] = {V::load(from[J] + q)...};
      (keep_in_register(value[J]), ...);
      ((sum[B] = fma(V::load(dy + static_cast<Index>(B / R) * dy_step + q), value[B % R], sum[B])), ...);
    }
  ((sums[static_cast<Index>(B / R) * sums_step + static_cast<Index>(B % R)] += sum[B].sum()), ...);
}

/// Adds to an O x R block of sums (rows sums_step apart) the products of O lines of dy with R rows of x.
template <class Real, int O, int R>
void line_dots(const Real* dy, Index dy_step, const Real* x, const Index* row, LineSpan span, Real* sums,
               Index sums_step) {
  line_dots<Real, O, R>(dy, dy_step, x, row, span, sums, sums_step, std::make_index_sequence<O * R>{},
                        std::make_index_sequence<R>{});
}
