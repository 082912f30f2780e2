// kernels/winograd_weights.inl - weights to points: U = (G g G'), laid out in panels for the product.
//
//   U [point][panel of output channels][C][panel's width]      the last panel may be narrower

/// tap[k] = tap k of `lanes` <= width output channels from `out` on, 0 in the lanes beyond.
inline void winograd_weight_taps(const WinogradWeightSource& source, int taps, Index c, Index out, Index lanes,
                                 float* tap) {
  using P = Pack<float>;
  constexpr int W = static_cast<int>(P::width);
  const float* const from = source.w + c * source.in_step + out * source.out_step;
  const auto to = [&](int k) STAC3DL_INLINE_LAMBDA { return tap + (source.mirrored ? taps - 1 - k : k) * W; };
  if (lanes == W && taps >= W) {  // squares of lanes by taps, the last one moved back to end with the last tap
    for (int k = 0; k < taps; k += W) {
      const int first = std::min(k, taps - W);
      P square[W];
      // written out, so that each row has a load of its own, which the processor learns to fetch ahead
      unroll<W>([&](auto lane) STAC3DL_INLINE_LAMBDA {
        square[lane] = P::load(from + lane * source.out_step + first);
      });
      transpose_square(square);
      unroll<W>([&](auto i) STAC3DL_INLINE_LAMBDA { square[i].store(to(first + i)); });
    }
    return;
  }
  for (Index lane = 0; lane < lanes; ++lane)
    for (int k = 0; k < taps; ++k) to(k)[lane] = from[lane * source.out_step + k];
  for (Index lane = lanes; lane < W; ++lane)
    for (int k = 0; k < taps; ++k) tap[k * W + lane] = 0;
}

/// Points of depth points [p0, p1) from vectors of taps.
template <int M>
void winograd_weight_points(const WinogradDepth& depth, const float* tap, int p0, int p1, float* to, Index point_step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  for (int p = p0; p < p1; ++p) {
    P plane[9], rows[T * 3];
    unroll<9>([&](auto i) STAC3DL_INLINE_LAMBDA { plane[i] = P::zero(); });
    for (int k = 0; k < depth.taps; ++k) {
      if (depth.G[p][k] == 0) continue;
      const P factor = P::all(static_cast<float>(depth.G[p][k]));
      unroll<9>([&](auto i) STAC3DL_INLINE_LAMBDA {
        plane[i] = fma(factor, P::load(tap + (k * 9 + i) * P::width), plane[i]);
      });
    }
    unroll<3>([&](auto w) STAC3DL_INLINE_LAMBDA {
      const P g[3] = {plane[w], plane[3 + w], plane[6 + w]};
      P u[T];
      Line::weight(g, u);
      unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { rows[h * 3 + w] = u[h]; });
    });
    unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA {
      P u[T];
      Line::weight(rows + h * 3, u);
      unroll<T>([&](auto w) STAC3DL_INLINE_LAMBDA {
        u[w].store(to + (static_cast<Index>(p - p0) * T * T + h * T + w) * point_step);
      });
    });
  }
}

/// body(c, o, lanes, place) for all vectors of output channels in blocks [b0, b1) and channels [c0, c1): `lanes` of them
/// exist, and the vector is the `place`-th float of [panel][C][panel's width].
template <class Body>
void for_each_weight_vector(const WinogradPlan& plan, Index c0, Index c1, Index b0, Index b1, Body&& body) {
  constexpr Index W = Pack<float>::width;
  const Index C = plan.problem.in_channels, O = plan.problem.out_channels, first = b0 * channel_block;
  for (Index panel = first; panel < b1 * channel_block; panel += winograd_panel) {
    const Index width = std::min(winograd_panel, b1 * channel_block - panel);
    for (Index o = panel; o < panel + width; o += W)
      for (Index c = c0; c < c1; ++c)
        body(c, std::min(o, O), std::clamp<Index>(O - o, 0, W), (panel - first) * C + c * width + o - panel);
  }
}

/// All points of all weights.
template <int M>
void winograd_weights_run(const WinogradPlan& plan, const WinogradWeightSource& source, float* u) {
  const Index C = plan.problem.in_channels, O = plan.out_blocks(), some_b = 4, some_c = 16;
  const Index parts = (C + some_c - 1) / some_c, step = plan.weight_point(O);
  parallel_for((O + some_b - 1) / some_b * parts, [&](Index item) {
    const Index b0 = item / parts * some_b, b1 = std::min(O, b0 + some_b), c = item % parts * some_c;
    float* const to = u + b0 * channel_block * C;
    for_each_weight_vector(plan, c, std::min(C, c + some_c), b0, b1, [&](Index in, Index o, Index lanes, Index place) {
      alignas(64) float tap[27 * Pack<float>::width];
      winograd_weight_taps(source, plan.depth->taps * 9, in, o, lanes, tap);
      winograd_weight_points<M>(*plan.depth, tap, 0, plan.depth->points, to + place, step);
    });
  });
}

/// The taps of blocks [b0, b1), for winograd_weight_plane: a vector of each tap, vector after vector of weights.
inline void winograd_gather_taps(const WinogradPlan& plan, const WinogradWeightSource& source, Index b0, Index b1,
                                 float* taps) {
  const Index size = plan.depth->taps * 9 * Pack<float>::width;
  for_each_weight_vector(plan, 0, plan.problem.in_channels, b0, b1, [&](Index in, Index o, Index lanes, Index) {
    winograd_weight_taps(source, plan.depth->taps * 9, in, o, lanes, taps);
    taps += size;
  });
}
/// Depth point p of the weights whose taps were gathered; points are plan.weight_point(b1 - b0) apart.
template <int M>
void winograd_weight_plane(const WinogradPlan& plan, const float* taps, Index b0, Index b1, int p, float* to) {
  const Index size = plan.depth->taps * 9 * Pack<float>::width, step = plan.weight_point(b1 - b0);
  for_each_weight_vector(plan, 0, plan.problem.in_channels, b0, b1, [&](Index, Index, Index, Index place) {
    winograd_weight_points<M>(*plan.depth, taps, p, p + 1, to + place, step);
    taps += size;
  });
}
