// kernels/winograd_input.inl - tiles of a blocked volume to their points: V = B' d B.
//
// Each vector holds channels, so that all of it is plain arithmetic on vectors: along depth, then rows, then columns.
// All depth points come at once, or one at a time, as a sum of planes with the factors B'[p].

/// The planes that a depth point sums, clipped to the volume.
struct WinogradPlanes {
  const float* plane[6];
  float factor[6];
  int count = 0;
};

/// `planes` planes, each T x T places of 16 channels with `row` floats from row to row, to T*T points `step` floats
/// apart.
template <int M, int planes>
void winograd_input_plane(const WinogradPlanes& source, Index row, float* out, Index step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  P factor[planes];
  unroll<planes>([&](auto z) STAC3DL_INLINE_LAMBDA { factor[z] = P::all(source.factor[z]); });
  for (Index lane = 0; lane < channel_block; lane += P::width) {
    P columns[T * T];
    for (int w = 0; w < T; ++w) {
      P d[T], o[T];
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA {
        const Index at = h * row + w * channel_block + lane;
        d[h] = P::load(source.plane[0] + at) * factor[0];
        unroll<planes - 1>(
            [&](auto z) STAC3DL_INLINE_LAMBDA { d[h] = fma(factor[z + 1], P::load(source.plane[z + 1] + at), d[h]); });
      });
      Line::input(d, o);
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { columns[h * T + w] = o[h]; });
    }
    for (int h = 0; h < T; ++h) {
      P o[T];
      Line::input(columns + h * T, o);
      unroll<T>([&](auto w) STAC3DL_INLINE_LAMBDA {
        o[w].store(out + (h * T + w) * step + lane);
        STAC3DL_PREFETCH_WRITE(out + (h * T + w) * step + channel_block);
      });
    }
  }
}

/// The same where the tile reaches beyond rows or columns: what lies inside, [h0, h1) x [w0, w1), is summed into a tile
/// of zeros first.
template <int M>
void winograd_input_edge(const WinogradPlanes& source, Index row, int h0, int h1, int w0, int w1, float* out,
                         Index step) {
  using P = Pack<float>;
  constexpr int T = WinogradLine<M>::points;
  alignas(64) float inside[T * T * channel_block];
  std::fill_n(inside, T * T * channel_block, 0.f);
  for (int z = 0; z < source.count; ++z) {
    const P factor = P::all(source.factor[z]);
    for (int h = h0; h < h1; ++h)
      for (Index i = w0 * channel_block; i < w1 * channel_block; i += P::width) {
        float* to = inside + h * T * channel_block + i;
        fma(factor, P::load(source.plane[z] + h * row + i), P::load(to)).store(to);
      }
  }
  const WinogradPlanes sum{{inside}, {1.f}, 1};
  winograd_input_plane<M, 1>(sum, T * channel_block, out, step);
}

/// All depth points of one tile: along depth first, into a buffer that stays in the first-level cache.
template <int M, int points>
void winograd_input_whole(const WinogradPlan& plan, const float* volume, const std::array<Index, 3>& at, float* out,
                          Index depth_step, Index step) {
  using P = Pack<float>;
  using Depth = WinogradDepthLine<points>;
  constexpr int T = WinogradLine<M>::points, D = Depth::inputs;
  static constexpr float zeros[channel_block] = {};
  const auto& in = plan.problem.in;
  const Index row = in[2] * channel_block, plane = in[1] * row;
  const float* base[D];
  Index inside[D];  // planes outside are read from zeros, without steps
  for (int z = 0; z < D; ++z) {
    inside[z] = at[0] + z >= 0 && at[0] + z < in[0];
    base[z] = inside[z] ? volume + (at[0] + z) * plane : zeros;
  }
  alignas(64) float buffer[points * T * T * channel_block];
  for (int h = 0; h < T; ++h)
    for (int w = 0; w < T; ++w) {
      const bool hit = at[1] + h >= 0 && at[1] + h < in[1] && at[2] + w >= 0 && at[2] + w < in[2];
      const Index place = ((at[1] + h) * in[2] + at[2] + w) * channel_block;
      float* const to = buffer + (h * T + w) * channel_block;
      for (Index lane = 0; lane < channel_block; lane += P::width) {
        P d[D], o[points];
        if (hit) {
          unroll<D>([&](auto z) STAC3DL_INLINE_LAMBDA {
            d[z] = P::load(base[z] + place * inside[z] + lane);
            STAC3DL_PREFETCH(base[z] + (place + M * channel_block) * inside[z]);  // the next tile's
          });
          Depth::input(d, o);
        } else {
          unroll<points>([&](auto p) STAC3DL_INLINE_LAMBDA { o[p] = P::zero(); });
        }
        unroll<points>([&](auto p) STAC3DL_INLINE_LAMBDA { o[p].store(to + p * T * T * channel_block + lane); });
      }
    }
  WinogradPlanes source{{buffer}, {1.f}, 1};
  for (int p = 0; p < points; ++p, out += depth_step, source.plane[0] += T * T * channel_block)
    winograd_input_plane<M, 1>(source, T * channel_block, out, step);
}

/// Depth points [p0, p1) of one tile of one block of channels; `volume` is the (T, H, W, 16) input.  Depth points are
/// `depth_step` floats apart, the points of each `step`.
template <int M>
void winograd_input_tile(const WinogradPlan& plan, const float* volume, const std::array<Index, 3>& tile, int p0,
                         int p1, float* out, Index depth_step, Index step) {
  constexpr int T = WinogradLine<M>::points;
  const auto& [samples, in_channels, out_channels, in, out_size, padding, taps] = plan.problem;
  const WinogradDepth& depth = *plan.depth;
  const Index t0 = tile[0] * depth.tile - padding[0], h0 = tile[1] * M - padding[1], w0 = tile[2] * M - padding[2];
  if (p0 == 0 && p1 == depth.points && p1 > 1) {
    for_depth_points(depth, [&]<int points>() STAC3DL_INLINE_LAMBDA {
      winograd_input_whole<M, points>(plan, volume, {t0, h0, w0}, out, depth_step, step);
    });
    return;
  }
  const Index row = in[2] * channel_block, plane = in[1] * row;
  const bool whole = h0 >= 0 && w0 >= 0 && h0 + T <= in[1] && w0 + T <= in[2];
  const auto clip = [](Index at, Index size) { return static_cast<int>(std::clamp<Index>(at, 0, size)); };
  const int first_h = clip(-h0, T), last_h = clip(in[1] - h0, T), first_w = clip(-w0, T), last_w = clip(in[2] - w0, T);
  for (int p = p0; p < p1; ++p, out += depth_step) {
    WinogradPlanes source;
    for (int z = 0; z < depth.inputs; ++z)
      if (depth.B[p][z] != 0 && t0 + z >= 0 && t0 + z < in[0]) {
        source.plane[source.count] = volume + (t0 + z) * plane + h0 * row + w0 * channel_block;
        source.factor[source.count++] = static_cast<float>(depth.B[p][z]);
      }
    if (!whole)
      winograd_input_edge<M>(source, row, first_h, last_h, first_w, last_w, out, step);
    else if (source.count == 4)
      winograd_input_plane<M, 4>(source, row, out, step);
    else if (source.count == 3)
      winograd_input_plane<M, 3>(source, row, out, step);
    else if (source.count == 2)
      winograd_input_plane<M, 2>(source, row, out, step);
    else if (source.count == 1)
      winograd_input_plane<M, 1>(source, row, out, step);
    else
      for (int i = 0; i < T * T; ++i) std::fill_n(out + i * step, channel_block, 0.f);
  }
}
