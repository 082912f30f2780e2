// kernels/tokens.inl - part of tokens.hpp, compiled once for each instruction set.

/// to[j*to_step + i] = from[i*from_step + j] for i < rows, j < columns.
template <class Real>
inline void transpose_rows(const Real* from, Index from_step, Index rows, Index columns, Real* to, Index to_step) {
  using P = Pack<Real>;
  constexpr Index W = P::width;
  for (Index i = 0; i < rows; i += W)
    for (Index j = 0; j < columns; j += W) {
      const Real* const corner = from + i * from_step + j;
      Real* const target = to + j * to_step + i;
      const Index down = rows - i, right = columns - j;
      P square[static_cast<std::size_t>(W)];
      if (down >= W && right >= W) {
        unroll<W>([&](auto k) STAC3DL_INLINE_LAMBDA { square[k] = P::load(corner + k * from_step); });
        transpose_square(square);
        unroll<W>([&](auto k) STAC3DL_INLINE_LAMBDA { square[k].store(target + k * to_step); });
      } else {
        unroll<W>([&](auto k) STAC3DL_INLINE_LAMBDA {
          square[k] = k < down ? load_some(corner + k * from_step, right) : P::zero();
        });
        transpose_square(square);
        unroll<W>([&](auto k) STAC3DL_INLINE_LAMBDA {
          if (k < right) store_some(square[k], target + k * to_step, down);
        });
      }
    }
}

/// f(g's numbers of step l of sample n, that step's tokens) for all of them.
template <class F>
inline void for_token_steps(const Shape<5>& g, F&& f) {
  const Index C = g[1], L = g[2], P = g[3] * g[4], N = g[0];
  parallel_chunks(N * L, work_grain(N * L, 0.3 * static_cast<double>(C * P) + 20), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index l = k / N, n = k % N;
      f((n * C * L + l) * P, k * P * C);
    }
  });
}

template <class Real>
void to_tokens_run(CView<Real, 5> g, View<Real, 4> tokens) {
  const Index C = g.size(1), L = g.size(2), P = g.size(3) * g.size(4);
  for_token_steps(g.shape(), [&](Index from, Index to) {
    transpose_rows(g.data() + from, L * P, C, P, tokens.data() + to, C);
  });
}
template <class Real>
void from_tokens_run(CView<Real, 4> tokens, View<Real, 5> g) {
  const Index C = g.size(1), L = g.size(2), P = g.size(3) * g.size(4);
  for_token_steps(g.shape(), [&](Index to, Index from) {
    transpose_rows(tokens.data() + from, C, P, C, g.data() + to, L * P);
  });
}
