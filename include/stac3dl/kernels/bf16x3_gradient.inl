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
  const std::uint16_t* z;  ///< null if each task makes its own
  Index items;

  Index points() const { return plan.depth->points; }
  Index block() const { return points() * 9 * 1024; }  ///< floats of dU of 32 x 32 channels
  Index steps() const { return items * g.steps; }      ///< of the sums, all items' one after the other
};

/// dU (+)= steps [first, last) of blocks of 32 inputs [c0, c1) and of 32 outputs [o0, o1): du [c][o][point][tap], each
/// (32 outputs, 32 inputs) in two halves of 16 inputs.  fill(k, count) makes `own` Z of steps [k, k + count).
template <class Fill>
void bf16x3_gradient_sums(const Bf16x3Round& round, Index c0, Index c1, Index o0, Index o1, Index first, Index last,
                          const std::uint16_t* own, const Fill& fill, float* du) {
  const auto& [plan, s, g, v, z, items] = round;
  const Index points = round.points(), in32 = s.in32, out32 = s.out32;
  const Index most = own ? g.own_steps : g.some_steps, z_point = g.z_point;
  for (Index k0 = first; k0 < last; k0 += most) {
    const Index some = std::min(most, last - k0);
    if (own) fill(k0, some);
    Index a[Bf16x3GradientSizes::some_steps], b[Bf16x3GradientSizes::some_steps];  // where each step's factors are
    for (Index k = 0; k < some; ++k) {
      const Index item = (k0 + k) / g.steps, step = (k0 + k) % g.steps;
      a[k] = own ? k * g.z_step : item * out32 * points * z_point + step * g.z_step;
      b[k] = item * in32 * points * g.v_point + step * 16 * 32;
    }
    for (Index p = 0; p < points; ++p)
      for (Index c = c0; c < c1; ++c)
        for (Index o = o0; o < o1; ++o) {
          const std::uint16_t* const zs =
              own ? own + ((o - o0) * points + p) * z_point : z + (o * points + p) * z_point;
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
                                          count * 16 + 2 * s.row + 2, g.v_tile, 4, some * 9);
            if (oi < o1 && !own)
              z_ahead = Bf16x3Ahead::over(z + ((item * out32 + oi) * points + next_p) * z_point + step * g.z_step,
                                          count * g.z_step / 32, 0, 1, some * 9);
          }
          for (Index tap = 0; tap < 9; ++tap) {
            const Index at = (tap / 3 * s.row + tap % 3) * 32;
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

/// db (O) += sums over places: `rows` rows of sums of all blocks of outputs, one after the other.
inline void bf16x3_gradient_bias(const float* sums, Index rows, Index blocks, View<float, 1> db) {
  for (Index row = 0; row < rows; ++row)
    for (Index o = 0; o < db.size(); ++o) db.data()[o] += sums[row * blocks * channel_block + o];
}

template <const WinogradDepth& depth>
void bf16x3_gradient_depth(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy, float* dw,
                           View<float, 1> db, Workspace& ws) {
  const Bf16x3Sizes s(plan);
  const Bf16x3GradientSizes g(plan, s);
  const Index points = depth.points, v_item = s.in32 * points * g.v_point;
  const Index z_item = g.own_z ? 0 : s.out32 * points * g.z_point, own_size = g.own_z ? g.own_size(points) : 0;
  Workspace::Scope scope(ws);
  // as many items at a time as take about 96 MB
  const Index most = std::clamp<Index>((Index{48} << 20) / (v_item + z_item), 1, std::max<Index>(1, s.items));
  std::uint16_t* const v = ws.take<std::uint16_t>(most * v_item).data();
  std::uint16_t* const z = ws.take<std::uint16_t>(most * z_item).data();
  std::uint16_t* const own = ws.take<std::uint16_t>(num_threads() * own_size).data();
  const Index cs = (s.in32 + g.group_c - 1) / g.group_c, os = (s.out32 + g.group_o - 1) / g.group_o;
  // Few channels are few tasks: these cut their sums into parts, which are added up in order.
  const Index chunks = (most * g.steps + g.some_steps - 1) / g.some_steps;
  const Index parts = std::clamp<Index>(8 / (cs * os), 1, chunks);
  const Index block = points * 9 * 1024, task_size = g.group_c * g.group_o * block;
  const Index slots = parts > 1 ? cs * os * parts : num_threads();
  float* const sums = ws.take<float>(slots * task_size).data();
  const Index blocks = 2 * s.out32, bias_rows = g.own_z ? parts : most;
  float* const bias = ws.take<float>(bias_rows * blocks * channel_block).data();
  for (Index first = 0; first < s.items; first += most) {
    const Bf16x3Round round{plan, s, g, v, g.own_z ? nullptr : z, std::min(most, s.items - first)};
    std::fill_n(bias, bias_rows * blocks * channel_block, 0.f);
    const Index inputs = 2 * s.in32, outputs = g.own_z ? 0 : blocks;
    parallel_for(round.items * (inputs + outputs), [&](Index task) {
      const Index i = task / (inputs + outputs), b = task % (inputs + outputs), o = b - inputs;
      if (b < inputs)
        return bf16x3_gradient_inputs<depth>(plan, s, g, x, first + i, b, v + i * v_item + b / 2 * points * g.v_point);
      bf16x3_gradient_outputs<depth>(plan, s, g, dy, first + i, o, 0, g.steps,
                                     z + i * z_item + o / 2 * points * g.z_point + o % 2 * 16 * 32,
                                     bias + (i * blocks + o) * channel_block);
    });
    const Index steps = round.steps(), part_steps = (steps + parts - 1) / parts;
    const auto add = [&](Index c, Index o, const float* du) {
      for (Index i = c * g.group_c; i < std::min(s.in32, (c + 1) * g.group_c); ++i)
        for (Index j = o * g.group_o; j < std::min(s.out32, (o + 1) * g.group_o); ++j) {
          const Index columns = std::min(g.group_o, s.out32 - o * g.group_o);
          bf16x3_gradient_add<depth>(plan, i, j, du + ((i - c * g.group_c) * columns + j - o * g.group_o) * block, dw);
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
      const Index o0 = o * g.group_o, o1 = std::min(s.out32, o0 + g.group_o);
      std::uint16_t* const mine = g.own_z ? own + slot * own_size : nullptr;
      const auto fill = [&](Index k, Index count) {
        for (Index k0 = k; k0 < k + count;) {
          const Index item = k0 / g.steps, step = k0 % g.steps, last = std::min(g.steps, step + k + count - k0);
          for (Index b = 2 * o0; b < 2 * o1; ++b)
            bf16x3_gradient_outputs<depth>(
                plan, s, g, dy, first + item, b, step, last,
                mine + (b / 2 - o0) * points * g.z_point + (k0 - k) * g.z_step + b % 2 * 16 * 32,
                bias + (part * blocks + b) * channel_block);
          k0 += last - step;
        }
      };
      bf16x3_gradient_sums(round, c * g.group_c, std::min(s.in32, (c + 1) * g.group_c), o0, o1, begin, end, mine, fill,
                           du);
      if (parts == 1) add(c, o, du);
    });
    if (db) bf16x3_gradient_bias(bias, bias_rows, blocks, db);
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

/// dw (O, C, KT, 3, 3) += the gradient; db (O), which may be empty, += the sums of dy.
inline void bf16x3_gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy,
                            float* dw, View<float, 1> db, Workspace& ws) {
  for_bf16x3_depth(plan, [&]<const WinogradDepth & depth>() { bf16x3_gradient_depth<depth>(plan, x, dy, dw, db, ws); });
}
