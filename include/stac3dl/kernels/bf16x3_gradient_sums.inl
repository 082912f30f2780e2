// kernels/bf16x3_gradient_sums.inl - the sums of the gradient by the weights: what one task multiplies.
//
//   dU[point, tap, o, c] = sum over items, places of Z[point, o, place] V[point, c, place + tap]
// A task sums dU of a few pairs of blocks of channels, 220 KB each with six points, in its core's second-level cache.

/// Where some items' factors lie, in the order of bf16x3_gradient_input.inl.
struct Bf16x3GradientFactors {
  const Bf16x3GradientSizes& g;
  std::uint16_t* v;
  std::uint16_t* z;  ///< null if each task makes its own

  /// Of a block of 32 channels and a point, from one of a plane's steps on.
  std::uint16_t* v_at(Index item, Index c, Index p, Index step) const {
    return v + (item * g.in32 + c) * g.v_block() + p * g.v_point + step * 16 * 32;
  }
  std::uint16_t* z_at(Index item, Index o, Index p, Index step) const {
    return z + (item * g.out32 + o) * g.z_block() + p * g.z_point + step * g.z_step;
  }
};

/// What to fetch while a pair of blocks is multiplied.
struct Bf16x3GradientAhead {
  Bf16x3Ahead v, z;
};

/// The factors of the next point, or after the last one those of the next steps, which end at `last`: one block of
/// either for each pair of blocks.  Now it is point p of `some` steps from k on.
inline Bf16x3GradientAhead bf16x3_gradient_ahead(const Bf16x3GradientFactors& f, const Bf16x3Pairs& of, Index pair,
                                                 Index p, Index k, Index some, Index last) {
  const Bf16x3GradientSizes& g = f.g;
  const bool more_points = p + 1 < g.points;
  const Index next_k = more_points ? k : k + some, next_p = more_points ? p + 1 : 0;
  const Index c = of.c0 + pair, o = of.o0 + pair;
  Bf16x3GradientAhead ahead;
  if (next_k >= last) return ahead;
  const Index item = next_k / g.steps, step = next_k % g.steps;
  const Index count = std::min({some, last - next_k, g.steps - step});
  if (c < of.c1)
    ahead.v = Bf16x3Ahead::over(f.v_at(item, c, next_p, step), count * 16 + 2 * g.row + 2, g.v_tile, 4, some * 9);
  if (o < of.o1 && f.z != nullptr)
    ahead.z = Bf16x3Ahead::over(f.z_at(item, o, next_p, step), count * g.z_step / 32, 0, 1, some * 9);
  return ahead;
}

/// dU of the pairs (+)= steps [first, last) of the sums, which count all items' steps one after the other: du
/// [c][o][point][tap], each (32 outputs, 32 inputs) in two halves of 16 inputs.  If Z is not shared, fill(k, count)
/// makes that of steps [k, k + count) in `own`.
template <class Fill>
void bf16x3_gradient_sums(const Bf16x3GradientFactors& f, const Bf16x3Pairs& of, Index first, Index last,
                          const std::uint16_t* own, const Fill& fill, float* du) {
  const Bf16x3GradientSizes& g = f.g;
  const Index most = own ? g.own_steps : g.some_steps;
  for (Index k0 = first; k0 < last; k0 += most) {
    const Index some = std::min(most, last - k0);
    if (own) fill(k0, some);
    const std::uint16_t *z[Bf16x3GradientSizes::some_steps], *v[Bf16x3GradientSizes::some_steps];  // of each step
    for (Index k = 0; k < some; ++k) {
      const Index item = (k0 + k) / g.steps, step = (k0 + k) % g.steps;
      z[k] = own ? own + k * g.z_step : f.z_at(item, of.o0, 0, step);
      v[k] = f.v_at(item, of.c0, 0, step);
    }
    for (Index p = 0; p < g.points; ++p)
      for (Index c = of.c0; c < of.c1; ++c)
        for (Index o = of.o0; o < of.o1; ++o) {
          Bf16x3GradientAhead ahead = bf16x3_gradient_ahead(f, of, of.at(c, o), p, k0, some, last);
          const Index z_offset = (o - of.o0) * g.z_block() + p * g.z_point;
          const Index v_offset = (c - of.c0) * g.v_block() + p * g.v_point;
          float* const to = du + of.at(c, o) * g.pair_sums() + p * 9 * 1024;
          for (Index tap = 0; tap < 9; ++tap) {
            const Index v_tap = v_offset + (tap / 3 * g.row + tap % 3) * 32;
            bf16x3_product<2>(
                some, {32, 16 * 32, 32 * 32, g.v_tile, 512}, to + tap * 1024, k0 > first,
                [&](Index k) STAC3DL_INLINE_LAMBDA {
                  return Bf16x3Factors{z[k] + z_offset, v[k] + v_tap};
                },
                ahead.v, ahead.z);
          }
        }
  }
}
