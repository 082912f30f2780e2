// kernels/winograd.inl - the loops over tiles, points and channels; see winograd_plan.hpp.
//
// A task multiplies a block of tiles with a group of output channels.  Row and column point after row and column point,
// and of each a few input channels after the others, it turns weights into those of all depth points
// (winograd_weights.inl), multiplies, and transforms the products back along depth; rows and columns follow at the end.
// So a task's own numbers
//   U (channels, outs)   M (depth point, tile, outs)   S (row and column point, depth plane, tile, outs)
// stay in its core's caches, and inputs and weights stream by in the order in which they lie in memory.

/// Input channels whose weights are transformed along depth at a time, so that U of them stays in the first-level
/// cache.
inline constexpr Index winograd_part = 64;

/// Transformed weights, or the ones to transform.
struct WinogradWeights {
  const float* prepared;
  WinogradWeightSource source;
};

/// Steps in scratch, in floats.
struct WinogradScratch {
  Index input_tile, input_block, input_depth, input_point;  ///< V: to the next tile, channels, depth point, other point
  Index channels;                                           ///< of a block: 16, or 1
  Index inputs;                                             ///< all of V
  Index tile = winograd_group * channel_block;              ///< M and S: to the next tile, and
  Index depth;                                              ///< to the next depth point or plane
  Index products, sums;                                     ///< of a row and column point

  WinogradScratch(const WinogradPlan& plan, const WinogradInput& x, Index block) {
    // odd numbers of lines, so that points do not fall into the same sets of a cache
    const auto odd = [](Index floats) { return ((floats + channel_block - 1) / channel_block | 1) * channel_block; };
    const Index points = plan.depth->points;
    if (x.plain) {  // V [point][c][depth point][tile], whose vectors may reach beyond their tiles
      channels = input_tile = 1, input_depth = odd(block + narrow_lanes), input_block = points * input_depth;
      input_point = odd(plan.problem.in_channels * input_block);
    } else {  // V [point][block of c][depth point][tile][16]
      channels = input_tile = channel_block, input_depth = block * channel_block, input_block = points * input_depth;
      input_point = odd(plan.in_blocks() * input_block);
    }
    inputs = plan.tile_points() * input_point;
    depth = block * tile, products = odd(points * depth), sums = odd(plan.depth->tile * depth);
  }
};

/// V of tiles [t0 + first, t0 + last), blocks of channels [c0, c1).
template <int M>
void winograd_inputs(const WinogradPlan& plan, const WinogradScratch& s, const WinogradInput& x, Index t0, Index first,
                     Index last, Index c0, Index c1, float* inputs) {
  if (x.plain)
    return winograd_narrow_inputs<M>(plan, x.plain, t0 + first, last - first, inputs + first, s.input_block,
                                     s.input_depth, s.input_point);
  for (Index c = c0; c < c1; ++c)
    for (Index t = first; t < last; ++t) {
      const auto [sample, tile] = winograd_tile(plan, t0 + t);
      winograd_input_tile<M>(plan, x.blocked.volume(sample, c), tile, 0, plan.depth->points,
                             inputs + t * s.input_tile + c * s.input_block, s.input_depth, s.input_point);
    }
}

/// A step of a task: `channels` input channels of one row and column point and one panel of outputs.
struct WinogradStep {
  const float* weights;  ///< W (channels, taps, vectors * width)
  Index channels, vectors;
  const float* inputs;  ///< V at the first tile
  Index tiles;
  float* products;  ///< M at the panel
  bool add;         ///< to what M holds already
  WinogradAhead weights_ahead, inputs_ahead;
};

/// M of all depth points; `u` is room for two of them.
template <int points>
void winograd_multiply(const WinogradScratch& s, const WinogradStep& step, float* u) {
  const Index most = winograd_rows(step.vectors), parts = (step.tiles + most - 1) / most, runs = points * parts;
  Index run = 0;
  const auto product = [&](int point, const float* weights) {
    for (Index part = 0, row = 0; part < parts; ++part, ++run) {
      const Index rows = (step.tiles - row) / (parts - part);
      winograd_product(rows, step.vectors)({step.inputs + point * s.input_depth + row * s.input_tile, s.input_tile,
                                            s.input_block, s.channels, weights, step.channels,
                                            step.products + point * s.depth + row * s.tile, s.tile, step.add,
                                            step.weights_ahead.part(run, runs), step.inputs_ahead.part(run, runs)});
      row += rows;
    }
  };
  for_depth_pairs<points>([&]<const WinogradDepth & depth, int A, int B>() {
    if constexpr (depth.taps == 1) return product(A, step.weights);
    float* const ub = u + winograd_part * winograd_panel;
    const auto transform = [&]<int V>() { winograd_weights_depth<depth, A, B, V>(step.weights, step.channels, u, ub); };
    if (step.vectors == 4)
      transform.template operator()<4>();
    else if (step.vectors == 3)
      transform.template operator()<3>();
    else if (step.vectors == 2)
      transform.template operator()<2>();
    else
      transform.template operator()<1>();
    product(A, u);
    if constexpr (A != B) product(B, ub);
  });
}

/// One task: a block of tiles times a group of output channels.
struct WinogradTask {
  const WinogradPlan& plan;
  const WinogradScratch& s;
  const WinogradTarget& target;
  Index t0, count;      ///< tiles
  Index b0, b1;         ///< blocks of output channels
  const float* inputs;  ///< V
  float* u;             ///< room for two depth points of a part of the channels

  Index outs() const { return (b1 - b0) * channel_block; }

  /// M of the panel at output o (+)= channels [c0, c0 + winograd_part) at row and column point q; w: their W.
  void multiply(Index q, Index o, Index c0, const float* w, WinogradAhead next, float* products) const {
    const Index C = plan.problem.in_channels, channels = std::min(winograd_part, C - c0);
    const Index width = std::min(winograd_panel, outs() - o);
    WinogradStep step{w,
                      channels,
                      width / Pack<float>::width,
                      inputs + q * s.input_point + c0 / s.channels * s.input_block,
                      count,
                      products + o,
                      c0 > 0,
                      next,
                      {}};
    // the panel's next channels, and after the last panel the next point's
    const bool last = c0 + channels == C;
    if (s.channels > 1 && (!last || o + width == outs()) && q + 1 < plan.tile_points())
      step.inputs_ahead = {
          last ? inputs + (q + 1) * s.input_point : step.inputs + channels / s.channels * s.input_block,
          channels / channel_block * plan.depth->points * count};
    for_depth_points(*plan.depth, [&]<int points>() { winograd_multiply<points>(s, step, u); });
  }
  void depth(const float* products, float* sums) const {
    for_depth_points(*plan.depth,
                     [&]<int points>() { winograd_output_depth<points>(products, sums, s.depth, count * s.tile); });
  }
  template <int M>
  void outputs(const float* sums, Index point) const {
    for (Index t = 0; t < count; ++t) {
      const auto [sample, tile] = winograd_tile(plan, t0 + t);
      for (Index b = b0; b < b1; ++b)
        winograd_output_tile<M>(plan, target, sample, b, tile, sums + t * s.tile + (b - b0) * channel_block, s.depth,
                                point);
    }
    if (target.stream) stream_fence();
  }

  /// With weights transformed ahead.  sums: s.sums a point; products: of one.
  template <int M>
  void run(const float* weights, float* products, float* sums) const {
    const Index C = plan.problem.in_channels, taps = plan.depth->taps, weight_point = plan.weight_point();
    const float* const group = weights + b0 * channel_block * C * taps;
    for (Index q = 0; q < plan.tile_points(); ++q) {
      for (Index o = 0; o < outs(); o += winograd_panel) {
        const Index width = std::min(winograd_panel, outs() - o), step = width * taps;
        const float* const w = group + q * weight_point + o * C * taps;
        for (Index c = 0; c < C; c += winograd_part) {
          const Index end = std::min(C, c + winograd_part);
          // what comes after these weights: more of the panel, the next one, or the next point's first
          const float* const next = end < C || o + width < outs() ? w + end * step : group + (q + 1) * weight_point;
          multiply(q, o, c, w + c * step, {next, (end - c) * step / 16}, products);
        }
      }
      depth(products, sums + q * s.sums);
    }
    outputs<M>(sums, s.sums);
  }

  /// With weights that are transformed as they are used, a part of the channels at a time, into `weights`.  products:
  /// s.products a point.
  template <int M>
  void run(const WinogradWeightSource& source, float* weights, float* products) const {
    const Index C = plan.problem.in_channels, taps = plan.depth->taps, weight_point = part_point(plan);
    for (Index c = 0; c < C; c += winograd_part) {
      const Index end = std::min(C, c + winograd_part);
      winograd_weights_part<M>(plan, source, c, end, b0, b1, weights, c, winograd_part, weight_point);
      for (Index q = 0; q < plan.tile_points(); ++q) {
        float* const to = products + q * s.products;
        for (Index o = 0; o < outs(); o += winograd_panel)
          multiply(q, o, c, weights + q * weight_point + o * winograd_part * taps, {}, to);
        if (end == C) depth(to, to);
      }
    }
    outputs<M>(products, s.products);
  }
  /// Numbers of W of a part of the channels and a group of outputs, from point to point.
  static Index part_point(const WinogradPlan& plan) {
    return (winograd_part * winograd_group * plan.depth->taps + 1) * channel_block;
  }
};

/// All tasks.
template <int M>
void winograd_run_tiles(const WinogradPlan& plan, const WinogradInput& x, const WinogradWeights& weights,
                        const WinogradTarget& target, Workspace& ws) {
  const Index total = plan.total_tiles(), slots = num_threads(), B = plan.in_blocks(), O = plan.out_blocks();
  const Index groups = (O + winograd_group - 1) / winograd_group, TT = plan.tile_points();
  const bool own = weights.prepared == nullptr && plan.own_block > 0;  // each task transforms the weights that it uses
  const bool split = plan.split_channels || own || plan.blocks() < slots;  // threads share V; else each has its own
  const Index block = own ? plan.own_block : plan.block, blocks = (total + block - 1) / block;
  const WinogradScratch s(plan, x, block);
  Workspace::Scope scope(ws);
  const float* u = weights.prepared;
  if (!own && u == nullptr) {
    float* const all = ws.take<float>(plan.weights_size()).data();
    winograd_weights_run<M>(plan, weights.source, all);
    u = all;
  }
  const Index pair = 2 * winograd_part * winograd_panel, part = own ? TT * WinogradTask::part_point(plan) : 0;
  const Index products = own ? TT * s.products : s.products, sums = own ? 0 : TT * s.sums;
  const Index inputs = split ? 0 : s.inputs, slot_size = pair + part + products + sums + inputs;
  float* const scratch = ws.take<float>(slots * slot_size).data();
  const auto run = [&](Index t0, Index group, const float* v, float* mine) {
    const Index b0 = group * winograd_group;
    const WinogradTask task{plan, s,   target, t0, std::min(block, total - t0), b0, std::min(O, b0 + winograd_group),
                            v,    mine};
    float* const m = mine + pair + part;
    if (own)
      task.template run<M>(weights.source, mine + pair, m);
    else
      task.template run<M>(u, m, m + products);
  };
  if (!split) {
    parallel_for_slots(blocks, [&](Index item, int slot) {
      float* const mine = scratch + slot * slot_size;
      float* const v = mine + slot_size - inputs;
      const Index t0 = item * block;
      winograd_inputs<M>(plan, s, x, t0, 0, std::min(block, total - t0), 0, B, v);
      for (Index group = 0; group < groups; ++group) run(t0, group, v, mine);
    });
    return;
  }
  // V of as many blocks at a time as take about 48 MB
  const Index most = std::clamp<Index>((Index{12} << 20) / std::max<Index>(1, s.inputs), 1, blocks);
  float* const v = ws.take<float>(most * s.inputs).data();
  for (Index first = 0; first < blocks; first += most) {
    const Index some = std::min(most, blocks - first);
    // (a plain volume's vectors may reach beyond their tiles, so that those stay together)
    const Index few = x.plain ? block : 8, parts = (block + few - 1) / few, channels = x.plain ? 1 : B;
    parallel_for(some * parts * channels, [&](Index item) {
      const Index b = item / (parts * channels), c = item / parts % channels, begin = item % parts * few;
      const Index t0 = (first + b) * block, end = std::min({block, total - t0, begin + few});
      if (begin < end) winograd_inputs<M>(plan, s, x, t0, begin, end, c, c + 1, v + b * s.inputs);
    });
    parallel_for_slots(some * groups, [&](Index item, int slot) {
      const Index b = item % some;
      run((first + b) * block, item / some, v + b * s.inputs, scratch + slot * slot_size);
    });
  }
}

inline void winograd_run(const WinogradPlan& plan, const WinogradInput& x, const WinogradWeights& weights,
                         const WinogradTarget& target, Workspace& ws) {
  for_winograd_tile(plan, [&]<int M>() { winograd_run_tiles<M>(plan, x, weights, target, ws); });
}

inline void winograd_weights(const WinogradPlan& plan, const WinogradWeightSource& source, float* u) {
  for_winograd_tile(plan, [&]<int M>() { winograd_weights_run<M>(plan, source, u); });
}
