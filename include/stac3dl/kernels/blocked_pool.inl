// kernels/blocked_pool.inl - the largest of a window, of all lanes of a vector at once.

/// Windows start at x; elements are `plane`, `row` and 16 floats apart.
ISA_INLINE void blocked_window(const float* x, Index plane, Index row, const std::array<Index, 3>& window, float* y,
                               std::uint8_t* choice) {
  using P = Pack<float>;
  P best = P::load(x), which = P::zero();
  float element = 0;
  for (Index t = 0; t < window[0]; ++t)
    for (Index h = 0; h < window[1]; ++h)
      for (Index w = 0; w < window[2]; ++w, element += 1) {
        const P value = P::load(x + t * plane + h * row + w * channel_block);
        which = if_better(value, best, P::all(element), which);
        best = if_better(value, best, value, best);
      }
  best.store(y);
  if (choice == nullptr) return;
  alignas(64) float lanes[P::width];
  which.store(lanes);
  for (Index i = 0; i < P::width; ++i) choice[i] = static_cast<std::uint8_t>(lanes[i]);
}

inline void blocked_max_pool_run(BlockedView<const float> x, const std::array<Index, 3>& window, BlockedView<float> y,
                                 std::uint8_t* choice) {
  const Index row = x.shape[4] * channel_block, plane = x.shape[3] * row, B = x.blocks();
  const Index T = y.shape[2], H = y.shape[3], W = y.shape[4];
  parallel_for(x.shape[0] * B * T, [&](Index item) {
    const Index n = item / T / B, b = item / T % B, t = item % T;
    const float* from = x.volume(n, b) + t * window[0] * plane;
    const Index at = item * H * W * channel_block;
    for (Index h = 0; h < H; ++h)
      for (Index w = 0; w < W; ++w)
        for (Index lane = 0; lane < channel_block; lane += Pack<float>::width) {
          const Index place = at + (h * W + w) * channel_block + lane;
          blocked_window(from + h * window[1] * row + w * window[2] * channel_block + lane, plane, row, window,
                         y.data + place, choice ? choice + place : nullptr);
        }
  });
}
