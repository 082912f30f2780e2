// kernels/blocked_epilogue.inl - see blocked_epilogue.hpp.  One plane of windows of one block of channels is a task.

/// dy times a' for one vector.
ISA_INLINE Pack<float> epilogue_slope(Activation activation, Pack<float> y, Pack<float> dy) {
  using P = Pack<float>;
  if (activation == Activation::relu) return where_positive(y, dy);  // as relu_backward does, NaN included
  if (activation == Activation::sigmoid) return dy * y * (P::all(1.f) - y);
  return dy;
}

/// Windows of KT x KH x KW, or of no pool: one row of `count` windows at y, dy, choice; their elements start at dc.
/// Returns the sum of the slopes, lane by lane.
template <int KT, int KH, int KW>
ISA_INLINE Pack<float> epilogue_row(Activation activation, const float* y, const float* dy, const std::uint8_t* choice,
                                    Index count, float* dc, Index plane, Index row) {
  using P = Pack<float>;
  P sum = P::zero();
  for (Index w = 0; w < count; ++w, y += channel_block, dy += channel_block, dc += KW * channel_block) {
    const P slope = epilogue_slope(activation, P::load(y), P::load(dy));
    sum = sum + slope;
    if constexpr (KT * KH * KW == 1) {
      slope.store(dc);
    } else {
      float lanes[P::width];
      for (Index i = 0; i < P::width; ++i) lanes[i] = static_cast<float>(choice[i]);
      choice += channel_block;
      const P which = P::load(lanes);
      unroll<KT * KH * KW>([&](auto e) STAC3DL_INLINE_LAMBDA {
        const P hit = if_less(abs(which - P::all(static_cast<float>(e))), P::all(0.5f), slope, P::zero());
        hit.store(dc + e / (KH * KW) * plane + e / KW % KH * row + e % KW * channel_block);
      });
    }
  }
  return sum;
}

template <int KT, int KH, int KW>
void blocked_epilogue_windows(BlockedView<const float> y, const std::uint8_t* choice, BlockedView<const float> dy,
                              const ConvEpilogue& after, BlockedView<float> dc, View<float, 1> db, Workspace& ws) {
  using P = Pack<float>;
  const auto [N, C, T, H, W] = y.shape;
  const Index row = dc.shape[4] * channel_block, plane = dc.shape[3] * row, B = y.blocks(), planes = N * B * T;
  const bool rest = dc.shape[2] != T * KT || dc.shape[3] != H * KH || dc.shape[4] != W * KW;
  Workspace::Scope scope(ws);
  const auto sums = ws.take<float>(planes * channel_block);
  parallel_for(N * B, [&, T = T, H = H, W = W](Index nb) {
    const Index n = nb / B, b = nb % B;
    float* const to = dc.volume(n, b);
    if (rest) std::fill_n(to, dc.places() * channel_block, 0.f);
    for (Index t = 0; t < T; ++t)
      for (Index lane = 0; lane < channel_block; lane += P::width) {
        P sum = P::zero();
        for (Index h = 0; h < H; ++h) {
          const Index at = ((nb * T + t) * H + h) * W * channel_block + lane;
          sum = sum + epilogue_row<KT, KH, KW>(after.activation, y.data + at, dy.data + at, choice + (choice ? at : 0), W,
                                               to + t * KT * plane + h * KH * row + lane, plane, row);
        }
        sum.store(sums.data() + (nb * T + t) * channel_block + lane);
      }
  });
  for (Index c = 0; c < db.size(); ++c)
    for (Index n = 0; n < N; ++n)
      for (Index t = 0; t < T; ++t)
        db.data()[c] += sums.data()[((n * B + c / channel_block) * T + t) * channel_block + c % channel_block];
}

inline void blocked_epilogue_backward_run(BlockedView<const float> y, const std::uint8_t* choice,
                                          BlockedView<const float> dy, const ConvEpilogue& after, BlockedView<float> dc,
                                          View<float, 1> db, Workspace& ws) {
  const std::array<Index, 3>& pool = after.pool;
  if (pool == std::array<Index, 3>{1, 1, 1}) blocked_epilogue_windows<1, 1, 1>(y, choice, dy, after, dc, db, ws);
  else if (pool == std::array<Index, 3>{1, 2, 2}) blocked_epilogue_windows<1, 2, 2>(y, choice, dy, after, dc, db, ws);
  else if (pool == std::array<Index, 3>{2, 2, 2}) blocked_epilogue_windows<2, 2, 2>(y, choice, dy, after, dc, db, ws);
  else if (pool == std::array<Index, 3>{2, 1, 1}) blocked_epilogue_windows<2, 1, 1>(y, choice, dy, after, dc, db, ws);
  else fail("blocked_epilogue_backward: no such pool: ", to_string(pool));
}

inline void blocked_bias_gradient_run(BlockedView<const float> dy, View<float, 1> db, Workspace& ws) {
  using P = Pack<float>;
  const Index N = dy.shape[0], B = dy.blocks(), places = dy.places(), part = 4096, parts = (places + part - 1) / part;
  Workspace::Scope scope(ws);
  const auto sums = ws.take<float>(N * B * parts * channel_block);
  parallel_for(N * B * parts, [&](Index item) {
    const Index first = item % parts * part, last = std::min(places, first + part);
    const float* from = dy.volume(item / parts / B, item / parts % B);
    for (Index lane = 0; lane < channel_block; lane += P::width) {
      P even = P::zero(), odd = P::zero();  // two chains, so that one addition need not wait for the other
      for (Index i = first; i < last; i += 2) {
        even = even + P::load(from + i * channel_block + lane);
        if (i + 1 < last) odd = odd + P::load(from + (i + 1) * channel_block + lane);
      }
      (even + odd).store(sums.data() + item * channel_block + lane);
    }
  });
  for (Index c = 0; c < db.size(); ++c)
    for (Index n = 0; n < N; ++n)
      for (Index i = 0; i < parts; ++i)
        db.data()[c] += sums.data()[((n * B + c / channel_block) * parts + i) * channel_block + c % channel_block];
}
