// kernels/bf16x3.inl - the loops over items, points and channels; see bf16x3_plan.hpp.

/// One task: a region of items (or one band of an item's rows) times a group of output channels.
struct Bf16x3Task {
  const WinogradPlan& plan;
  const Bf16x3Sizes& s;
  Index items, rows;       ///< of the region; of the band
  Index group;             ///< blocks of 32 outputs
  const std::uint16_t* v;  ///< V of the first item at the band's first row
  float* sums;             ///< M [item][point][block of 32][half][place][16]

  Index half() const { return s.band * channel_block; }
  Index point() const { return group * 2 * half(); }
  Index item() const { return plan.depth->points * point(); }
  Index places() const { return ((rows - 1) * s.row + plan.problem.out[2] + 15) / 16 * 16; }
  /// Steps of the sums of all points of one block of outputs.
  Index steps(Index chunk) const { return items * plan.depth->points * (places() + 31) / 32 * chunk * 9; }

  /// M of the group's blocks [o0, o1) (+)= the sum over `chunk` blocks of input channels from c32 on; `u`: their U of
  /// block o0, whose blocks of outputs are u_group numbers apart.  u_follows: the next channels' U stands behind it.
  /// Meanwhile `raw`, if there is any, comes nearer.
  void multiply(Index c32, Index chunk, Index o0, Index o1, const std::uint16_t* u, Index u_group, bool u_follows,
                Bf16x3Ahead raw) const {
    const Index low = s.plane * 32, block = 2 * low, item_step = s.item_inputs(plan.depth->points);
    const Index u_block = bf16x3_block_size(plan), u_point = 9 * bf16x3_b_step;
    Index a[9 * 4], b[9 * 4];  // where each step's factors are
    for (Index k = 0; k < chunk * 9; ++k) {
      a[k] = k / 9 * block + (k % 9 / 3 * s.row + k % 3) * 32;
      b[k] = k / 9 * u_block + k % 9 * bf16x3_b_step;
    }
    const Index places = this->places();
    const Index lines = places + 2 * s.row + 2, steps = (places + 31) / 32 * chunk * 9;
    const int points = plan.depth->points;
    for (int p = 0; p < points; ++p)
      for (Index o = o0; o < o1; ++o) {
        // while these weights are in use, fetch the next ones: the group's next block's, the next point's, the next
        // channels'
        const bool last_o = o + 1 == o1, last = last_o && p + 1 == points;
        const std::uint16_t* const weights = u + (o - o0) * u_group + p * u_point;
        const std::uint16_t* const next = !last_o ? weights + u_group
                                          : !last ? u + (p + 1) * u_point
                                                  : u + chunk * u_block;
        Bf16x3Ahead u_ahead;
        if (raw.some == 0 && (!last || u_follows))
          u_ahead = Bf16x3Ahead::over(next, u_point / 32, u_block, chunk, steps * items);
        for (Index i = 0; i < items; ++i) {
          const std::uint16_t* const from = v + i * item_step + (p * s.in32 + c32) * block;
          Bf16x3Ahead v_ahead;
          if (last_o && (!last || c32 + chunk < s.in32))
            v_ahead = Bf16x3Ahead::over(last ? v + i * item_step + (c32 + chunk) * block : from + s.in32 * block, lines,
                                        low, 2 * chunk, steps);
          float* const to = sums + i * item() + p * point() + o * 2 * half();
          const auto product = [&]<int blocks>(Index place) STAC3DL_INLINE_LAMBDA {
            bf16x3_product<blocks>(
                chunk * 9, {32, 16 * 32, low, bf16x3_tile, half()}, to + place * channel_block, c32 > 0,
                [&](Index k) STAC3DL_INLINE_LAMBDA {
                  return Bf16x3Factors{from + place * 32 + a[k], weights + b[k]};
                },
                v_ahead, raw.some > 0 ? raw : u_ahead);
          };
          for_tiles_of_places(0, places, product);
        }
      }
  }
};

/// All tasks.
template <const WinogradDepth& depth>
void bf16x3_run_depth(const WinogradPlan& plan, BlockedView<const float> x, const Bf16x3Weights& weights,
                      const WinogradTarget& target, Workspace& ws) {
  const Bf16x3Sizes s(plan);
  const Index block_size = bf16x3_block_size(plan), slots = num_threads();
  Workspace::Scope scope(ws);
  const bool own = weights.prepared == nullptr && s.own_weights;
  const std::uint16_t* u = weights.prepared;
  if (u == nullptr && !own) {
    std::uint16_t* const all = ws.take<std::uint16_t>(s.out32 * s.in32 * block_size).data();
    bf16x3_weights_run(plan, weights.source, all);
    u = all;
  }
  // V of as many regions at a time as take about 32 MB
  const Index item_inputs = s.item_inputs(depth.points);
  const Index most =
      std::clamp<Index>((Index{16} << 20) / (s.region * item_inputs), 1, std::max<Index>(1, s.regions()));
  std::uint16_t* const v = ws.take<std::uint16_t>(most * s.region * item_inputs).data();
  const Index sums = s.region * depth.points * s.group * 2 * s.band * channel_block;
  const Index buffer = depth.tile * target.after.pool[1] * plan.problem.out[2] * channel_block;
  const Index chunk_size = own ? std::min<Index>(s.in32, 2) : s.chunk;  // blocks of inputs at a time
  const Index room = own ? chunk_size * block_size / 2 : 0, slot_size = (sums + buffer + room + 15) / 16 * 16;
  float* const scratch = ws.take<float>(slots * slot_size).data();
  for (Index first = 0; first < s.items; first += most * s.region) {
    const Index items = std::min(most * s.region, s.items - first), regions = (items + s.region - 1) / s.region;
    const Index some = 8, parts = (s.rows + some - 1) / some;
    parallel_for(items * s.in32 * parts, [&](Index task) {
      const Index item = task / parts / s.in32, c32 = task / parts % s.in32, r = task % parts * some;
      bf16x3_inputs<depth>(plan, s, x, first + item, c32, r, std::min(s.rows, r + some),
                           v + item * item_inputs + c32 * 2 * s.plane * 32, s.in32 * 2 * s.plane * 32);
    });
    parallel_for_slots(regions * s.bands * s.groups(), [&](Index index, int slot) {
      const TileRegisters registers;
      const Index group = index % s.groups(), band = index / s.groups() % s.bands,
                  region = index / s.groups() / s.bands;
      const Index i0 = region * s.region, h0 = band * s.band_rows, o0 = group * s.group;
      float* const mine = scratch + slot * slot_size;
      const Bf16x3Task task{plan,
                            s,
                            std::min(s.region, items - i0),
                            std::min(s.band_rows, plan.problem.out[1] - h0),
                            std::min(s.group, s.out32 - o0),
                            v + i0 * item_inputs + h0 * s.row * 32,
                            mine};
      std::uint16_t* const own_u = reinterpret_cast<std::uint16_t*>(mine + sums + buffer);
      for (Index c = 0; c < s.in32; c += chunk_size) {
        const Index chunk = std::min(chunk_size, s.in32 - c);
        if (!own) {
          task.multiply(c, chunk, 0, task.group, u + (o0 * s.in32 + c) * block_size, s.in32 * block_size,
                        c + chunk < s.in32, {});
          continue;
        }
        for (Index o = 0; o < task.group; ++o) {
          for (Index i = 0; i < chunk; ++i)
            bf16x3_weight_block<depth>(plan, weights.source, o0 + o, c + i, own_u + i * block_size);
          const bool more_o = o + 1 < task.group;
          task.multiply(c, chunk, o, o + 1, own_u, 0, false,
                        bf16x3_raw_weights(plan, weights.source, o0 + (more_o ? o + 1 : 0), more_o ? c : c + chunk,
                                           chunk_size, task.steps(chunk)));
        }
      }
      for (Index i = 0; i < task.items; ++i)
        for (Index b = 0; b < 2 * task.group && 2 * o0 + b < plan.out_blocks(); ++b)
          bf16x3_outputs<depth>(plan, s, target, first + i0 + i, 2 * o0 + b, h0, h0 + task.rows,
                                mine + i * task.item() + b * task.half(), task.point(), mine + sums);
      if (target.stream) stream_fence();
    });
  }
}

inline void bf16x3_run(const WinogradPlan& plan, BlockedView<const float> x, const Bf16x3Weights& weights,
                       const WinogradTarget& target, Workspace& ws) {
  for_bf16x3_depth(plan, [&]<const WinogradDepth & depth>() { bf16x3_run_depth<depth>(plan, x, weights, target, ws); });
}
