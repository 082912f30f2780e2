// kernels/winograd_output.inl - products to outputs: y = A' M A, depth first, then bias, activation and max pool while
// near.

/// P: a vector with the operations of Pack<float>.
template <class P>
ISA_INLINE P winograd_activate(Activation activation, P v) {
  if (activation == Activation::relu) return if_less(v, P::zero(), P::zero(), v);
  if (activation == Activation::sigmoid) return P::all(1.f) / (P::all(1.f) + exp(P::zero() - v));
  return v;
}

/// Rows and columns of one depth plane of sums, points `step` floats apart: y (M, M), 16 floats apart.
template <int M>
ISA_INLINE void winograd_output_plane(const float* sums, Index step, Pack<float> bias, Activation activation,
                                      float* y) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  P rows[M * T];
  for (int w = 0; w < T; ++w) {
    P m[T], o[M];
    unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA {
      m[h] = P::load(sums + (h * T + w) * step);
      STAC3DL_PREFETCH(sums + (h * T + w) * step + channel_block);  // the next block's
    });
    Line::output(m, o);
    unroll<M>([&](auto h) STAC3DL_INLINE_LAMBDA { rows[h * T + w] = o[h]; });
  }
  unroll<M>([&](auto h) STAC3DL_INLINE_LAMBDA {
    P o[M];
    Line::output(rows + h * T, o);
    unroll<M>([&](auto w) STAC3DL_INLINE_LAMBDA {
      winograd_activate(activation, o[w] + bias).store(y + (h * M + w) * channel_block);
    });
  });
}

/// Outputs of one tile, lanes [lane, lane + width) of block `block`, to the volume.
template <int M>
ISA_INLINE void winograd_store(const WinogradPlan& plan, const WinogradTarget& target, Index sample, Index block,
                               const std::array<Index, 3>& tile, Index lane, float* y) {
  using P = Pack<float>;
  const auto& size = plan.problem.out;
  const auto& window = target.after.pool;
  const std::array<Index, 3> step{plan.depth->tile, M, M};
  std::array<Index, 3> first, count, out;
  for (std::size_t a = 0; a < 3; ++a) {
    first[a] = tile[a] * step[a];
    count[a] = std::min(step[a], size[a] - first[a]) / window[a];
    first[a] /= window[a];
    out[a] = size[a] / window[a];
  }
  const Index volume = (sample * plan.out_blocks() + block) * out[0] * out[1] * out[2];
  const bool pooled = window[1] > 1 || window[0] > 1 || window[2] > 1;
  for (Index t = 0; t < count[0]; ++t)
    for (Index h = 0; h < count[1]; ++h) {
      const Index at = (volume + ((first[0] + t) * out[1] + first[1] + h) * out[2] + first[2]) * channel_block + lane;
      float* to = target.y + at;
      const float* from = y + (t * window[0] * M + h * window[1]) * M * channel_block;
      const Index last = count[2] * channel_block;
      if (pooled) {
        for (Index w = 0; w < last; w += channel_block)
          blocked_window(from + w * window[2], M * M * channel_block, M * channel_block, window, to + w,
                         target.choice ? target.choice + at + w : nullptr);
      } else if (target.stream) {
        for (Index w = 0; w < last; w += channel_block) P::load(from + w).stream(to + w);
      } else {
        for (Index w = 0; w < last; w += channel_block) P::load(from + w).store(to + w);
      }
    }
}

/// Depth: M (points, tiles, outs) of one row and column point to sums (m_t, tiles, outs), which may take its place.
/// Steps in floats from one depth point to the next; `size` numbers of each.
template <int points>
void winograd_output_depth(const float* products, float* sums, Index step, Index size) {
  using P = Pack<float>;
  using Depth = WinogradDepthLine<points>;
  for (Index i = 0; i < size; i += P::width) {
    P m[points], y[Depth::tile];
    unroll<points>([&](auto p) STAC3DL_INLINE_LAMBDA { m[p] = P::load(products + p * step + i); });
    Depth::output(m, y);
    unroll<Depth::tile>([&](auto t) STAC3DL_INLINE_LAMBDA { y[t].store(sums + t * step + i); });
  }
}

/// Rows and columns of one tile and block, and what follows: sums of depth plane t and point q are at
/// sums + t * depth_step + q * step.
template <int M>
void winograd_output_tile(const WinogradPlan& plan, const WinogradTarget& target, Index sample, Index block,
                          const std::array<Index, 3>& tile, const float* sums, Index depth_step, Index step) {
  using P = Pack<float>;
  alignas(64) float y[4 * M * M * channel_block];
  const Index planes = std::min<Index>(plan.depth->tile, plan.problem.out[0] - tile[0] * plan.depth->tile);
  for (Index lane = 0; lane < channel_block; lane += P::width) {
    const P bias = target.bias ? P::load(target.bias + block * channel_block + lane) : P::zero();
    for (Index t = 0; t < planes; ++t)
      winograd_output_plane<M>(sums + t * depth_step + lane, step, bias, target.after.activation,
                               y + t * M * M * channel_block + lane);
    winograd_store<M>(plan, target, sample, block, tile, lane, y + lane);
  }
}
