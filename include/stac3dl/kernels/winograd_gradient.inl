// kernels/winograd_gradient.inl - gradient of the weights in the transformed domain.
//
//   V[p, tile, c] = B' x B      Z[p, tile, o] = A dy A'      dU[p, c, o] = sum over tiles of V Z      dg = G' dU G
// The transposes of the forward pass's transforms.  Sums run over tiles, so points are outermost and tiles contiguous:
//   V [point][block of c][tile][16]      Z [point][block of o][tile][16]
// dU of a depth point is transformed back along rows and columns at once:
//   S [depth point][c][block of o][9][16]
// and along depth at the end, when it is added to the weights' gradient.

/// One tile of gradients dy (m_t, M, M), clipped to the volume, to depth point p: T*T points `step` floats apart.
template <int M>
void winograd_gradient_tile(const WinogradPlan& plan, const float* volume, const std::array<Index, 3>& tile, int p,
                            float* out, Index step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  const auto& size = plan.problem.out;
  const WinogradDepth& depth = *plan.depth;
  const Index t0 = tile[0] * depth.tile, h0 = tile[1] * M, w0 = tile[2] * M;
  const Index row = size[2] * channel_block, rows = std::min<Index>(M, size[1] - h0);
  const Index columns = std::min<Index>(M, size[2] - w0);
  const float* from = volume + (t0 * size[1] + h0) * row + w0 * channel_block;
  const bool whole = rows == M && columns == M;
  for (Index lane = 0; lane < channel_block; lane += P::width) {
    P dy[M * M], back[M * T];
    unroll<M * M>([&](auto i) STAC3DL_INLINE_LAMBDA { dy[i] = P::zero(); });
    for (int t = 0; t < depth.tile && t0 + t < size[0]; ++t) {
      if (depth.A[t][p] == 0) continue;
      const P factor = P::all(static_cast<float>(depth.A[t][p]));
      const float* plane = from + t * size[1] * row + lane;
      if (whole)
        unroll<M * M>([&](auto i) STAC3DL_INLINE_LAMBDA {
          dy[i] = fma(factor, P::load(plane + i / M * row + i % M * channel_block), dy[i]);
        });
      else
        for (Index h = 0; h < rows; ++h)
          for (Index w = 0; w < columns; ++w)
            dy[h * M + w] = fma(factor, P::load(plane + h * row + w * channel_block), dy[h * M + w]);
    }
    for (int h = 0; h < M; ++h) Line::output_back(dy + h * M, back + h * T);
    for (int w = 0; w < T; ++w) {
      P y[M], m[T];
      unroll<M>([&](auto h) STAC3DL_INLINE_LAMBDA { y[h] = back[h * T + w]; });
      Line::output_back(y, m);
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { m[h].store(out + (h * T + w) * step + lane); });
    }
  }
}

/// All depth points of one tile: along depth first, as in winograd_input_whole.
template <int M, int points>
void winograd_gradient_whole(const WinogradPlan& plan, const float* volume, const std::array<Index, 3>& tile,
                             float* out, Index step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  using Depth = WinogradDepthLine<points>;
  constexpr int T = Line::points;
  const auto& size = plan.problem.out;
  const Index t0 = tile[0] * Depth::tile, h0 = tile[1] * M, w0 = tile[2] * M;
  const Index row = size[2] * channel_block, plane = size[1] * row;
  for (Index lane = 0; lane < channel_block; lane += P::width) {
    P sums[points * M * M];
    for (int h = 0; h < M; ++h)
      for (int w = 0; w < M; ++w) {
        const bool hit = h0 + h < size[1] && w0 + w < size[2];
        const float* from = volume + t0 * plane + (h0 + h) * row + (w0 + w) * channel_block + lane;
        P dy[Depth::tile], m[points];
        unroll<Depth::tile>([&](auto t) STAC3DL_INLINE_LAMBDA {
          dy[t] = hit && t0 + t < size[0] ? P::load(from + t * plane) : P::zero();
          STAC3DL_PREFETCH(from + t * plane + M * channel_block);  // the next tile's
        });
        Depth::output_back(dy, m);
        unroll<points>([&](auto p) STAC3DL_INLINE_LAMBDA { sums[(p * M + h) * M + w] = m[p]; });
      }
    for (int p = 0; p < points; ++p) {
      P back[M * T];
      unroll<M>([&](auto h) STAC3DL_INLINE_LAMBDA { Line::output_back(sums + (p * M + h) * M, back + h * T); });
      for (int w = 0; w < T; ++w) {
        P y[M], m[T];
        unroll<M>([&](auto h) STAC3DL_INLINE_LAMBDA { y[h] = back[h * T + w]; });
        Line::output_back(y, m);
        unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA {
          m[h].store(out + (p * T * T + h * T + w) * step + lane);
          STAC3DL_PREFETCH_WRITE(out + (p * T * T + h * T + w) * step + channel_block);
        });
      }
    }
  }
}

/// Floats of dU from a channel c to the next, and from a point to the next: 64 outputs side by side, 16 channels, and a
/// line, so that points do not fall into the same sets of a cache.
inline constexpr Index gradient_channel = 4 * channel_block, gradient_step = (4 * 16 + 1) * channel_block;

/// R channels c by V vectors of o: dU (+)= sum over tiles of V Z.  Blocks of o are `block` floats apart in Z. Meanwhile
/// as many lines are fetched from `next` on.
template <int R, int V>
void winograd_gradient_block(const float* inputs, const float* gradients, Index block, Index tiles, float* to, bool add,
                             const float* next) {
  using P = Pack<float>;
  P sum[R * V];
  unroll<R * V>([&](auto i) STAC3DL_INLINE_LAMBDA {
    sum[i] = add ? P::load(to + i / V * gradient_channel + i % V * P::width) : P::zero();
  });
  for (Index t = 0; t < tiles; ++t, inputs += channel_block, gradients += channel_block, next += channel_block) {
    STAC3DL_PREFETCH_L2(next);
    STAC3DL_PREFETCH_L2(to + gradient_step + t * channel_block);  // the next point's sums
    P dy[V];
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      const Index column = v * P::width;
      dy[v] = P::load(gradients + column / channel_block * block + column % channel_block);
    });
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P x = P::all(inputs[r]);
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[r * V + v] = fma(x, dy[v], sum[r * V + v]); });
    });
  }
  unroll<R * V>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i].store(to + i / V * gradient_channel + i % V * P::width); });
}

/// All `rows` <= 16 channels of a block; next(), called for each part of them, says what to fetch meanwhile.
template <int V, class Next>
void winograd_gradient_rows(Index rows, const float* inputs, const float* gradients, Index block, Index tiles,
                            float* to, bool add, Next&& next) {
  constexpr int most = many_registers ? 6 : 4;
  Index r = 0;
  const auto go = [&]<int R>() STAC3DL_INLINE_LAMBDA {
    winograd_gradient_block<R, V>(inputs + r, gradients, block, tiles, to + r * gradient_channel, add, next());
    r += R;
  };
  if constexpr (most == 6)
    if (rows == channel_block)
      return go.template operator()<6>(), go.template operator()<5>(), go.template operator()<5>();
  while (rows - r >= most) go.template operator()<most>();
  if (rows - r >= 4) go.template operator()<4>();
  if (rows - r >= 2) go.template operator()<2>();
  if (rows - r >= 1) go.template operator()<1>();
}

/// dU (T*T points, gradient_step apart) of one c and block of o, back to 9 taps.
template <int M>
void winograd_gradient_back(const float* points, float* taps) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  for (Index lane = 0; lane < channel_block; lane += P::width) {
    P rows[3 * T];
    for (int w = 0; w < T; ++w) {
      P u[T], g[3];
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { u[h] = P::load(points + (h * T + w) * gradient_step + lane); });
      Line::weight_back(u, g);
      unroll<3>([&](auto h) STAC3DL_INLINE_LAMBDA { rows[h * T + w] = g[h]; });
    }
    unroll<3>([&](auto h) STAC3DL_INLINE_LAMBDA {
      P g[3];
      Line::weight_back(rows + h * T, g);
      unroll<3>([&](auto w) STAC3DL_INLINE_LAMBDA { g[w].store(taps + (h * 3 + w) * channel_block + lane); });
    });
  }
}

/// Adds to dw (O, C, KT, 3, 3): taps along depth from S, for 16 channels c and one block of o.  S of depth point p,
/// channel c0 + r is at s + p * plane + r * channel.
inline void winograd_gradient_add(const WinogradPlan& plan, const float* s, Index plane, Index channel, Index c0,
                                  Index block, float* dw) {
  using P = Pack<float>;
  const WinogradDepth& depth = *plan.depth;
  const Index C = plan.problem.in_channels, O = plan.problem.out_channels;
  const Index rows = std::min(channel_block, C - c0), outs = std::min(channel_block, O - block * channel_block);
  const int taps = depth.taps * 9;
  float* const to = dw + (block * channel_block * C + c0) * taps;  // of an o: rows * taps numbers side by side
  for (Index o = 0; o < outs; ++o)
    for (Index i = 0; i < rows * taps; i += 16) STAC3DL_PREFETCH(to + o * C * taps + i);
  alignas(64) float sums[16 * 27 * channel_block];
  for (Index r = 0; r < rows; ++r)
    for (int k = 0; k < depth.taps; ++k)
      for (Index i = 0; i < 9 * channel_block; i += P::width) {
        P sum = P::zero();
        for (int p = 0; p < depth.points; ++p)
          if (depth.G[p][k] != 0)
            sum = fma(P::all(static_cast<float>(depth.G[p][k])), P::load(s + p * plane + r * channel + i), sum);
        sum.store(sums + (r * taps + k * 9) * channel_block + i);
      }
  constexpr Index W = P::width;
  const Index whole = rows * taps / W * W;
  for (Index i = 0; i < whole; i += W)
    for (Index o = 0; o < outs; o += W) {
      P square[W];
      for (Index k = 0; k < W; ++k) square[k] = P::load(sums + (i + k) * channel_block + o);
      transpose_square(square);
      for (Index k = 0; k < std::min(W, outs - o); ++k) {
        float* at = to + (o + k) * C * taps + i;
        (P::load(at) + square[k]).store(at);
      }
    }
  for (Index o = 0; o < outs; ++o)
    for (Index i = whole; i < rows * taps; ++i) to[o * C * taps + i] += sums[i * channel_block + o];
}

/// How the work is cut, and the steps in scratch.
struct WinogradGradientCut {
  static constexpr Index some_c = 2, some_o = 4;  ///< blocks of c and o that a task takes
  Index tiles, chunks;                            ///< tiles at a time, and how many times
  int planes;                                     ///< depth points at a time: all, or 1
  Index line;                                     ///< one point and block: its tiles
  Index input_point, gradient_point;              ///< all blocks of a point, in V and Z
  Index products;                                 ///< dU of 16 channels c and 64 outputs, one depth point

  explicit WinogradGradientCut(const WinogradPlan& plan) {
    constexpr Index MB = Index{1} << 20;
    const Index B = plan.in_blocks(), O = plan.out_blocks(), total = plan.total_tiles(), TT = plan.tile_points();
    const Index a_tile = (B + O) * TT * channel_block * 4;  // bytes of one depth point
    const Index all = plan.depth->points * a_tile;
    // Transforms share work between depth points.  Those are taken together where dU, which then waits for all tiles of
    // all points, is small, or where no tile has to wait.
    const bool small = plan.points() * plan.problem.in_channels * O * channel_block * 4 <= 8 * MB;
    planes = small || total * all <= 48 * MB ? plan.depth->points : 1;
    const Index at_once = planes == 1 ? std::max<Index>(48, 8 * MB / a_tile)
                          : small     ? std::max<Index>(48, 6 * MB / all)
                                      : total;
    chunks = std::max<Index>(1, (total + at_once / 2) / at_once);
    tiles = (total + chunks - 1) / chunks;
    line = (tiles | 1) * channel_block;
    const auto odd = [](Index floats) { return (floats / channel_block | 1) * channel_block; };
    input_point = odd(B * line), gradient_point = odd(O * line), products = TT * gradient_step;
  }
};

/// V and Z of tiles [t0, t0 + count), depth points [p0, p0 + cut.planes).
template <int M>
void winograd_gradient_points(const WinogradPlan& plan, const WinogradGradientCut& cut, BlockedView<const float> x,
                              BlockedView<const float> dy, Index t0, Index count, int p0, float* v, float* z) {
  const Index B = plan.in_blocks(), O = plan.out_blocks(), some = 16, parts = (count + some - 1) / some;
  parallel_for((B + O) * parts, [&](Index item) {
    const Index block = item / parts, begin = item % parts * some, end = std::min(count, begin + some);
    for (Index t = begin; t < end; ++t) {
      const auto [sample, tile] = winograd_tile(plan, t0 + t);
      if (block < B) {
        winograd_input_tile<M>(plan, x.volume(sample, block), tile, p0, p0 + cut.planes,
                               v + block * cut.line + t * channel_block, plan.tile_points() * cut.input_point,
                               cut.input_point);
        continue;
      }
      float* const to = z + (block - B) * cut.line + t * channel_block;
      if (cut.planes == 1) {
        winograd_gradient_tile<M>(plan, dy.volume(sample, block - B), tile, p0, to, cut.gradient_point);
        continue;
      }
      const float* const volume = dy.volume(sample, block - B);
      for_depth_points(*plan.depth, [&, &at = tile]<int points>() {
        winograd_gradient_whole<M, points>(plan, volume, at, to, cut.gradient_point);
      });
    }
  });
}

/// dU of one depth point for blocks [b0, b1) of c, `to_block` floats apart, and `vectors` vectors of o from block o0
/// on.
template <int M>
void winograd_gradient_products(const WinogradPlan& plan, const WinogradGradientCut& cut, const float* v,
                                const float* z, Index count, Index b0, Index b1, Index o0, Index vectors, float* to,
                                Index to_block, bool add) {
  constexpr Index W = Pack<float>::width, TT = WinogradLine<M>::points * WinogradLine<M>::points;
  const Index outs = vectors * W / channel_block;
  for (Index point = 0; point < TT; ++point) {
    // The next point's lines of Z and V, one block of them for each part of the work on this one.
    Index part = 0;
    const auto next = [&] {
      const Index i = part++;
      if (i < outs) return z + (point + 1) * cut.gradient_point + (o0 + i) * cut.line;
      return v + (point + 1) * cut.input_point + std::min(b0 + i - outs, b1 - 1) * cut.line;
    };
    for (Index b = b0; b < b1; ++b) {
      const Index rows = std::min(channel_block, plan.problem.in_channels - b * channel_block);
      const float* inputs = v + point * cut.input_point + b * cut.line;
      Index o = 0;
      while (o < vectors) {
        const Index block = o * W / channel_block, lane = o * W % channel_block;
        const float* gradients = z + point * cut.gradient_point + (o0 + block) * cut.line + lane;
        float* out = to + (b - b0) * to_block + point * gradient_step + o * W;
        const auto go = [&]<int V>() STAC3DL_INLINE_LAMBDA {
          winograd_gradient_rows<V>(rows, inputs, gradients, cut.line, count, out, add, next);
          o += V;
        };
        if (many_registers && vectors - o >= 4)
          go.template operator()<4>();
        else if (vectors - o >= 2)
          go.template operator()<2>();
        else
          go.template operator()<1>();
      }
    }
  }
}

template <int M>
void winograd_gradient_run(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy, float* dw,
                           Workspace& ws) {
  constexpr Index W = Pack<float>::width, TT = WinogradLine<M>::points * WinogradLine<M>::points;
  constexpr Index some_c = WinogradGradientCut::some_c, some_o = WinogradGradientCut::some_o;
  const WinogradGradientCut cut(plan);
  const Index C = plan.problem.in_channels, B = plan.in_blocks(), O = plan.out_blocks(), total = plan.total_tiles();
  const Index c_parts = (B + some_c - 1) / some_c, groups = (O + some_o - 1) / some_o, slots = num_threads();
  const int points = plan.depth->points;
  // Enough tasks: each takes all depth points it can get, and finishes its weights.  Else each takes one depth point.
  const bool together = cut.planes == points && groups * c_parts >= 8;
  const int tasks = together ? 1 : cut.planes;
  const bool keep = cut.chunks > 1;                                    // dU waits for further tiles
  const Index to_block = keep ? groups * cut.products : cut.products;  // dU [depth point][block of c][64 outputs]
  const Index to_plane = keep ? B * to_block : 0;
  const Index s_block = 9 * channel_block, s_channel = together ? some_o * s_block : O * s_block;
  const Index s_plane = together ? some_c * channel_block * s_channel : C * s_channel;
  Workspace::Scope scope(ws);
  float* const v = ws.take<float>(cut.planes * TT * cut.input_point).data();
  float* const z = ws.take<float>(cut.planes * TT * cut.gradient_point).data();
  float* const du = ws.take<float>(keep ? cut.planes * B * to_block : slots * some_c * to_block).data();
  float* const s = ws.take<float>((together ? slots : 1) * points * s_plane).data();
  for (int p0 = 0; p0 < points; p0 += cut.planes)
    for (Index t0 = 0; t0 < total; t0 += cut.tiles) {
      const Index count = std::min(cut.tiles, total - t0);
      const bool last = t0 + count == total;
      winograd_gradient_points<M>(plan, cut, x, dy, t0, count, p0, v, z);
      parallel_for_slots(groups * c_parts * tasks, [&](Index task, int slot) {
        const Index item = task / tasks;
        const int first = static_cast<int>(task % tasks), end = together ? cut.planes : first + 1;
        const Index o0 = item / c_parts * some_o, outs = std::min(some_o, O - o0);
        const Index b0 = item % c_parts * some_c, b1 = std::min(B, b0 + some_c), c0 = b0 * channel_block;
        float* const to = keep ? du + b0 * to_block + o0 / some_o * cut.products : du + slot * some_c * to_block;
        float* const own = together ? s + slot * points * s_plane : s + c0 * s_channel + o0 * s_block;
        for (int p = first; p < end; ++p) {
          float* const plane = to + p * to_plane;
          winograd_gradient_products<M>(plan, cut, v + p * TT * cut.input_point, z + p * TT * cut.gradient_point, count,
                                        b0, b1, o0, outs * channel_block / W, plane, to_block, t0 > 0);
          for (Index c = 0; last && c < std::min(C, b1 * channel_block) - c0; ++c)
            for (Index o = 0; o < outs; ++o)
              winograd_gradient_back<M>(
                  plane + c / channel_block * to_block + c % channel_block * gradient_channel + o * channel_block,
                  own + (p0 + p) * s_plane + c * s_channel + o * s_block);
        }
        for (Index b = b0; together && last && b < b1; ++b)
          for (Index o = 0; o < outs; ++o)
            winograd_gradient_add(plan, own + (b - b0) * channel_block * s_channel + o * s_block, s_plane, s_channel,
                                  b * channel_block, o0 + o, dw);
      });
    }
  if (together) return;
  parallel_for(B * O, [&](Index item) {
    const Index c0 = item / O * channel_block;
    winograd_gradient_add(plan, s + c0 * s_channel + item % O * s_block, s_plane, s_channel, c0, item % O, dw);
  });
}

inline void winograd_gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy,
                              float* dw, Workspace& ws) {
  for_winograd_tile(plan, [&]<int M>() { winograd_gradient_run<M>(plan, x, dy, dw, ws); });
}
