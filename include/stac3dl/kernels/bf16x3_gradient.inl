// kernels/bf16x3_gradient.inl - gradient by the weights on tile registers.
//
//   dU[point, tap, o, c] = sum over items, places of Z[point, o, place] V[point, c, place + tap]      dw = G' dU
// The transposes of the forward pass's transforms, along depth; rows and columns directly, tap by tap.  A task sums dU
// of a few blocks of channels, 220 KB each with six points, in its core's second-level cache.

/// What the tasks of a round share.
struct Bf16x3Round {
  const WinogradPlan& plan;
  const Bf16x3Sizes& s;
  const Bf16x3GradientSizes& g;
  const std::uint16_t* v;
  const std::uint16_t* z;
  Index items;

  Index points() const { return plan.depth->points; }
  Index block() const { return points() * 9 * 1024; }  ///< floats of dU of 32 x 32 channels
  Index steps() const { return items * g.steps; }      ///< of the sums, all items' one after the other
};

/// dU (+)= steps [first, last) of blocks of 32 inputs [c0, c1) and of 32 outputs [o0, o1): du [c][o][point][tap], each
/// (32 outputs, 32 inputs) in two halves of 16 inputs.
inline void bf16x3_gradient_sums(const Bf16x3Round& round, Index c0, Index c1, Index o0, Index o1, Index first,
                                 Index last, float* du) {
  const auto& [plan, s, g, v, z, items] = round;
  const Index points = round.points(), in32 = s.in32, out32 = s.out32;
  for (Index k0 = first; k0 < last; k0 += bf16x3_some_steps) {
    const Index some = std::min(bf16x3_some_steps, last - k0);
    Index a[bf16x3_some_steps], b[bf16x3_some_steps];  // where each step's factors are
    for (Index k = 0; k < some; ++k) {
      const Index item = (k0 + k) / g.steps, step = (k0 + k) % g.steps;
      a[k] = item * out32 * points * g.z_point + step * g.z_step;
      b[k] = item * in32 * points * g.v_point + step * 16 * 32;
    }
    for (Index p = 0; p < points; ++p)
      for (Index c = c0; c < c1; ++c)
        for (Index o = o0; o < o1; ++o) {
          const std::uint16_t* const zs = z + (o * points + p) * g.z_point;
          const std::uint16_t* const vs = v + (c * points + p) * g.v_point;
          float* const to = du + ((c - c0) * (o1 - o0) + o - o0) * round.block() + p * 9 * 1024;
          // meanwhile fetch the next point's factors, or the next steps': one block of either for each pair of blocks
          Bf16x3Ahead v_ahead, z_ahead;
          const Index pair = (c - c0) * (o1 - o0) + o - o0, ci = c0 + pair, oi = o0 + pair;
          const bool more_points = p + 1 < points;
          const Index k1 = more_points ? k0 : k0 + some, next_p = more_points ? p + 1 : 0;
          if (k1 < last) {
            const Index item = k1 / g.steps, step = k1 % g.steps, count = std::min({some, last - k1, g.steps - step});
            if (ci < c1)
              v_ahead = Bf16x3Ahead::over(v + ((item * in32 + ci) * points + next_p) * g.v_point + step * 16 * 32,
                                          count * 16 + s.row + 2, g.v_tile, 8, some * 9);
            if (oi < o1)
              z_ahead = Bf16x3Ahead::over(
                  z + ((item * out32 + oi) * points + next_p) * g.z_point + step * g.z_step, count * g.z_step / 32, 0, 1,
                  some * 9);
          }
          for (Index tap = 0; tap < 9; ++tap) {
            const Index shift = tap / 3 * s.row + tap % 3, at = shift % 2 * 4 * g.v_tile + shift / 2 * 32;
            bf16x3_product<2>(
                some, {32, 16 * 32, 32 * 32, g.v_tile, 512}, to + tap * 1024, k0 > first,
                [&](Index k) STAC3DL_INLINE_LAMBDA {
                  return Bf16x3Factors{zs + a[k], vs + at + b[k]};
                },
                v_ahead, z_ahead);
          }
        }
  }
}

/// dw (O, C, taps) += G' dU of one block of 32 x 32 channels.
template <const WinogradDepth& depth>
void bf16x3_gradient_add(const WinogradPlan& plan, Index c32, Index o32, const float* du, float* dw) {
  constexpr Index taps = depth.taps * 9;
  const Index C = plan.problem.in_channels, O = plan.problem.out_channels;
  const Row16 zero = Row16::zero();
  for (Index o = 0; o < std::min<Index>(32, O - o32 * 32); ++o)
    for (Index half = 0; half < 2; ++half) {
      const Index in = (2 * c32 + half) * channel_block, lanes = std::clamp<Index>(C - in, 0, channel_block);
      Row16 tap[32];  // of 16 input channels each
      unroll<32>([&](auto k) STAC3DL_INLINE_LAMBDA { tap[k] = zero; });
      unroll<9>([&](auto k) STAC3DL_INLINE_LAMBDA {
        Row16 m[6];
        unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
          m[p] = Row16::load(du + (p * 9 + k) * 1024 + half * 512 + o * channel_block);
        });
        unroll<depth.taps>([&](auto t) STAC3DL_INLINE_LAMBDA {
          tap[t * 9 + k] = depth_sum<depth.points>(m, [](int p) { return depth.G[p][decltype(t)::value]; });
        });
      });
      alignas(64) float lines[2][16 * channel_block];
      unroll<2>([&](auto part) STAC3DL_INLINE_LAMBDA {
        Row16 square[16];
        unroll<16>([&](auto k) STAC3DL_INLINE_LAMBDA { square[k] = tap[part * 16 + k]; });
        transpose_rows(square);
        unroll<16>([&](auto lane) STAC3DL_INLINE_LAMBDA { square[lane].store(lines[part] + lane * channel_block); });
      });
      float* row = dw + ((o32 * 32 + o) * C + in) * taps;
      for (Index lane = 0; lane < lanes; ++lane, row += taps) {
        const auto add = [&](Index k, Index count, const float* more) STAC3DL_INLINE_LAMBDA {
          store_lanes(row + k, count, load_lanes(row + k, count) + Row16::load(more + lane * channel_block));
        };
        STAC3DL_PREFETCH_WRITE(row + C * taps), STAC3DL_PREFETCH_WRITE(row + C * taps + 16);  // the next output's
        add(0, std::min<Index>(taps, 16), lines[0]);
        if constexpr (taps > 16) add(16, taps - 16, lines[1]);
      }
    }
}

template <const WinogradDepth& depth>
void bf16x3_gradient_depth(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy, float* dw,
                           Workspace& ws) {
  const Bf16x3Sizes s(plan);
  const Bf16x3GradientSizes g(plan, s);
  const Index points = depth.points, v_item = s.in32 * points * g.v_point, z_item = s.out32 * points * g.z_point;
  Workspace::Scope scope(ws);
  // as many items at a time as take about 96 MB
  const Index most = std::clamp<Index>((Index{48} << 20) / (v_item + z_item), 1, std::max<Index>(1, s.items));
  std::uint16_t* const v = ws.take<std::uint16_t>(most * v_item).data();
  std::uint16_t* const z = ws.take<std::uint16_t>(most * z_item).data();
  const Index group = 2, cs = (s.in32 + group - 1) / group, os = (s.out32 + group - 1) / group;
  // Few channels are few tasks: these cut their sums into parts, which are added up in order.
  const Index chunks = (most * g.steps + bf16x3_some_steps - 1) / bf16x3_some_steps;
  const Index parts = std::clamp<Index>(8 / (cs * os), 1, chunks);
  const Index block = points * 9 * 1024, task_size = group * group * block;
  const Index slots = parts > 1 ? cs * os * parts : num_threads();
  float* const sums = ws.take<float>(slots * task_size).data();
  for (Index first = 0; first < s.items; first += most) {
    const Bf16x3Round round{plan, s, g, v, z, std::min(most, s.items - first)};
    parallel_for(round.items * (s.in32 + s.out32) * 2, [&](Index task) {
      const Index i = task / 2 / (s.in32 + s.out32), half = task % 2;
      Index b = task / 2 % (s.in32 + s.out32);
      if (b < s.in32)
        return bf16x3_gradient_inputs<depth>(plan, s, g, x, first + i, 2 * b + half,
                                             v + i * v_item + b * points * g.v_point);
      b -= s.in32;
      bf16x3_gradient_outputs<depth>(plan, s, g, dy, first + i, 2 * b + half,
                                     z + i * z_item + b * points * g.z_point + half * 16 * 32);
    });
    const Index steps = round.steps(), part_steps = (steps + parts - 1) / parts;
    const auto add = [&](Index c, Index o, const float* du) {
      for (Index i = c * group; i < std::min(s.in32, (c + 1) * group); ++i)
        for (Index j = o * group; j < std::min(s.out32, (o + 1) * group); ++j) {
          const Index columns = std::min(group, s.out32 - o * group);
          bf16x3_gradient_add<depth>(plan, i, j, du + ((i - c * group) * columns + j - o * group) * block, dw);
        }
    };
    parallel_for_slots(cs * os * parts, [&](Index task, int slot) {
      const TileRegisters registers;
      const Index part = task % parts, c = task / parts / os, o = task / parts % os;
      float* const du = sums + (parts > 1 ? task : slot) * task_size;
      const Index begin = part * part_steps, end = std::min(steps, begin + part_steps);
      if (begin >= end) {
        std::fill_n(du, task_size, 0.f);
        return;
      }
      bf16x3_gradient_sums(round, c * group, std::min(s.in32, (c + 1) * group), o * group,
                           std::min(s.out32, (o + 1) * group), begin, end, du);
      if (parts == 1) add(c, o, du);
    });
    if (parts == 1) continue;
    parallel_chunks(cs * os * task_size, 4096, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        float* const at = sums + i / task_size * parts * task_size + i % task_size;
        for (Index part = 1; part < parts; ++part) at[0] += at[part * task_size];
      }
    });
    parallel_for(cs * os, [&](Index task) { add(task / os, task % os, sums + task * parts * task_size); });
  }
}

/// dw (O, C, KT, 3, 3) += the gradient.
inline void bf16x3_gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy,
                            float* dw, Workspace& ws) {
  for_bf16x3_depth(plan, [&]<const WinogradDepth & depth>() { bf16x3_gradient_depth<depth>(plan, x, dy, dw, ws); });
}
