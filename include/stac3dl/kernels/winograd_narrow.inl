// kernels/winograd_narrow.inl - inputs of few channels, such as a picture's three: points of a plain volume's tiles.
//
// Blocks of 16 channels would be empty for the most part.  Here the lanes of a vector are neighbouring tiles of a row:
//   lane l of d[k] = row[M l + k]     k = 0 .. T-1
// which makes the transforms plain arithmetic again; the points then go to their tiles one by one.

/// Neighbouring tiles that are transformed together.
inline constexpr Index narrow_lanes = Pack<float>::width;

/// One row of a plain volume, null if it lies outside: T vectors d[k], transformed along the row.
template <int M>
ISA_INLINE void winograd_narrow_row(const float* row, Index first, Index size, Pack<float>* o) {
  using P = Pack<float>;
  constexpr int T = WinogradLine<M>::points;
  if (row == nullptr) {
    unroll<T>([&](auto k) STAC3DL_INLINE_LAMBDA { o[k] = P::zero(); });
    return;
  }
  constexpr Index span = M * (narrow_lanes + 1);
  alignas(64) float padded[span];
  alignas(64) float lanes[M][narrow_lanes + 1];  // [k][l] = row[first + M l + k]
  const Index begin = std::clamp<Index>(-first, 0, span), end = std::clamp<Index>(size - first, begin, span);
  const float* from = row + first;
  if (begin > 0 || end < span) {
    std::fill_n(padded, begin, 0.f);
    std::copy_n(row + first + begin, end - begin, padded + begin);
    std::fill_n(padded + end, span - end, 0.f);
    from = padded;
  }
  for (Index l = 0; l <= narrow_lanes; ++l)
    unroll<M>([&](auto k) STAC3DL_INLINE_LAMBDA { lanes[k][l] = from[M * l + k]; });
  P d[T];
  unroll<T>([&](auto k) STAC3DL_INLINE_LAMBDA { d[k] = P::load(lanes[k % M] + k / M); });
  WinogradLine<M>::input(d, o);
}

/// All points of narrow_lanes tiles side by side, the first at `tile`, of one channel: point i of depth point p of tile
/// l goes to out[l + p * depth_step + i * point_step].  Tiles beyond the row's end are of zeros.
template <int M, int points>
void winograd_narrow_tiles(const WinogradPlan& plan, const float* volume, const std::array<Index, 3>& tile, float* out,
                           Index depth_step, Index point_step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  using Depth = WinogradDepthLine<points>;
  constexpr int T = Line::points, D = Depth::inputs;
  const auto& in = plan.problem.in;
  const auto& padding = plan.problem.padding;
  const Index t0 = tile[0] * Depth::tile - padding[0], h0 = tile[1] * M - padding[1], w0 = tile[2] * M - padding[2];
  P planes[D * T * T];  // [z][h][w] after rows and columns
  for (int z = 0; z < D; ++z) {
    P rows[T * T];  // [w][h]
    for (int h = 0; h < T; ++h) {
      const bool inside = t0 + z >= 0 && t0 + z < in[0] && h0 + h >= 0 && h0 + h < in[1];
      P o[T];
      winograd_narrow_row<M>(inside ? volume + ((t0 + z) * in[1] + h0 + h) * in[2] : nullptr, w0, in[2], o);
      unroll<T>([&](auto w) STAC3DL_INLINE_LAMBDA { rows[w * T + h] = o[w]; });
    }
    for (int w = 0; w < T; ++w) {
      P o[T];
      Line::input(rows + w * T, o);
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { planes[(z * T + h) * T + w] = o[h]; });
    }
  }
  for (int i = 0; i < T * T; ++i) {
    P d[D], o[points];
    unroll<D>([&](auto z) STAC3DL_INLINE_LAMBDA { d[z] = planes[z * T * T + i]; });
    Depth::input(d, o);
    unroll<points>([&](auto p) STAC3DL_INLINE_LAMBDA { o[p].store(out + p * depth_step + i * point_step); });
  }
}

/// All points of tiles [t0, t0 + count), which may lie in several rows: tile after tile, `line` floats from channel to
/// channel, `depth_step` from depth point to depth point, `step` between points of one.  The last vector may reach
/// narrow_lanes - 1 floats beyond the tiles.
template <int M>
void winograd_narrow_inputs(const WinogradPlan& plan, CView<float, 5> x, Index t0, Index count, float* out, Index line,
                            Index depth_step, Index step) {
  const Index C = plan.problem.in_channels, places = plan.problem.in_places();
  for (Index t = 0; t < count;) {
    const auto [sample, tile] = winograd_tile(plan, t0 + t);
    for (Index c = 0; c < C; ++c)
      for_depth_points(*plan.depth, [&, sample = sample, &at = tile]<int points>() {
        winograd_narrow_tiles<M, points>(plan, x.data() + (sample * C + c) * places, at, out + t + c * line, depth_step,
                                         step);
      });
    t += std::min({count - t, plan.tiles[2] - tile[2], narrow_lanes});
  }
}
