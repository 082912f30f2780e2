// kernels/winograd_weights.inl - weights to points along rows and columns, laid out in panels for the product.
//
//   W [row and column point][panel of output channels][C][depth tap][panel's width]      the last panel may be narrower
// Depth waits: its transform turns 3 taps into up to 6 points, so half as many bytes are kept and read, and a few
// channels at a time become U in the first-level cache, just before the product.
//   U [depth point][C][panel's width]

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
        // a channel's takes a third of the third-level cache's latency
        STAC3DL_PREFETCH(from + lane * source.out_step + first + 3 * source.in_step);
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

/// Rows and columns of the taps of one plane, to points `step` floats apart.
template <int M>
ISA_INLINE void winograd_weight_plane(const float* tap, float* to, Index step) {
  using P = Pack<float>;
  using Line = WinogradLine<M>;
  constexpr int T = Line::points;
  P rows[T * 3];
  unroll<3>([&](auto w) STAC3DL_INLINE_LAMBDA {
    P g[3], u[T];
    unroll<3>([&](auto h) STAC3DL_INLINE_LAMBDA { g[h] = P::load(tap + (h * 3 + w) * P::width); });
    Line::weight(g, u);
    unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA { rows[h * 3 + w] = u[h]; });
  });
  unroll<T>([&](auto h) STAC3DL_INLINE_LAMBDA {
    P u[T];
    Line::weight(rows + h * 3, u);
    unroll<T>([&](auto w) STAC3DL_INLINE_LAMBDA { u[w].store(to + (h * T + w) * step); });
  });
}

/// W of input channels [c0, c1) and blocks of outputs [b0, b1) to `to`, which has room for `channels` input channels
/// from `origin` on; points are `step` floats apart.
template <int M>
void winograd_weights_part(const WinogradPlan& plan, const WinogradWeightSource& source, Index c0, Index c1, Index b0,
                           Index b1, float* to, Index origin, Index channels, Index step) {
  constexpr Index W = Pack<float>::width;
  const Index O = plan.problem.out_channels, first = b0 * channel_block, last = b1 * channel_block;
  const int taps = plan.depth->taps;
  alignas(64) float tap[27 * W];
  for (Index panel = first; panel < last; panel += winograd_panel) {
    const Index width = std::min(winograd_panel, last - panel);
    const auto vector = [&](Index o, Index c) STAC3DL_INLINE_LAMBDA {
      winograd_weight_taps(source, taps * 9, c, std::min(o, O), std::clamp<Index>(O - o, 0, W), tap);
      float* const at = to + ((panel - first) * channels + (c - origin) * width) * taps + o - panel;
      for (int k = 0; k < taps; ++k) winograd_weight_plane<M>(tap + k * 9 * W, at + k * width, step);
    };
    if (source.in_step < source.out_step) {  // in the order in which the weights lie in memory
      for (Index o = panel; o < panel + width; o += W)
        for (Index c = c0; c < c1; ++c) vector(o, c);
    } else {
      for (Index c = c0; c < c1; ++c)
        for (Index o = panel; o < panel + width; o += W) vector(o, c);
    }
  }
}

/// All points of all weights.
template <int M>
void winograd_weights_run(const WinogradPlan& plan, const WinogradWeightSource& source, float* u) {
  const Index C = plan.problem.in_channels, O = plan.out_blocks(), some_b = winograd_group, some_c = 16;
  const Index parts = (C + some_c - 1) / some_c, step = plan.weight_point(), taps = plan.depth->taps;
  parallel_for((O + some_b - 1) / some_b * parts, [&](Index item) {
    const Index b0 = item / parts * some_b, b1 = std::min(O, b0 + some_b), c0 = item % parts * some_c;
    winograd_weights_part<M>(plan, source, c0, std::min(C, c0 + some_c), b0, b1, u + b0 * channel_block * C * taps, 0,
                             C, step);
  });
}

/// sum over taps of G[point] g, for taps `step` floats apart.
template <const WinogradDepth& depth, int point>
ISA_INLINE Pack<float> winograd_weight_point(const float* w, Index step) {
  using P = Pack<float>;
  constexpr auto& g = depth.G[point];
  P sum = P::zero();
  bool first = true;  // known to the compiler
  unroll<3>([&](auto k) STAC3DL_INLINE_LAMBDA {
    if constexpr (g[k] != 0) {
      const P tap = P::load(w + k * step);
      const P factor = P::all(static_cast<float>(g[k]));
      sum = first ? tap * factor : fma(factor, tap, sum);
      first = false;
    }
  });
  return sum;
}

/// U of depth points A and B, or of A alone, from W (channels, taps, vectors * width): (channels, vectors * width)
/// each.
template <const WinogradDepth& depth, int A, int B, int V>
void winograd_weights_depth(const float* w, Index channels, float* ua, float* ub) {
  using P = Pack<float>;
  constexpr auto& G = depth.G;
  constexpr bool pair = A != B && depth.taps == 3 && G[A][0] == G[B][0] && G[A][1] == -G[B][1] && G[A][2] == G[B][2];
  constexpr Index width = V * P::width;
  for (Index c = 0; c < channels; ++c, w += depth.taps * width, ua += width, ub += width)
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      constexpr Index at = v * P::width;
      if constexpr (A == 0)  // the first to read these weights
        for (int k = 0; k < depth.taps; ++k) STAC3DL_PREFETCH(w + at + (4 * depth.taps + k) * width);
      if constexpr (pair) {  // points a and -a share the even and the odd part
        const P even = fma(P::all(static_cast<float>(G[A][2])), P::load(w + at + 2 * width),
                           P::load(w + at) * P::all(static_cast<float>(G[A][0])));
        const P odd = P::load(w + at + width) * P::all(static_cast<float>(G[A][1]));
        (even + odd).store(ua + at), (even - odd).store(ub + at);
      } else {
        winograd_weight_point<depth, A>(w + at, width).store(ua + at);
        if constexpr (A != B) winograd_weight_point<depth, B>(w + at, width).store(ub + at);
      }
    });
}

/// pass.operator()<table, A, B>() for the depth points of a table, two and two where U of both fits the first-level
/// cache.
template <int points, class Pass>
ISA_INLINE void for_depth_pairs(Pass&& pass) {
  if constexpr (points == 6) {
    pass.template operator()<winograd_depth_4, 0, 5>();
    pass.template operator()<winograd_depth_4, 1, 2>();
    pass.template operator()<winograd_depth_4, 3, 4>();
  } else if constexpr (points == 4) {
    pass.template operator()<winograd_depth_2, 0, 3>();
    pass.template operator()<winograd_depth_2, 1, 2>();
  } else if constexpr (points == 3) {
    pass.template operator()<winograd_depth_pair, 0, 1>();
    pass.template operator()<winograd_depth_pair, 2, 2>();
  } else {
    pass.template operator()<winograd_depth_single, 0, 0>();
  }
}
