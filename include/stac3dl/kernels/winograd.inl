// kernels/winograd.inl - the loops over tiles, points and channels; see winograd_plan.hpp.

/// Transformed weights, or the ones to transform when they are needed.
struct WinogradWeights {
  const float* prepared;
  WinogradWeightSource source;
};

/// Steps in scratch, in floats.
struct WinogradScratch {
  Index input_block, input_tile;      ///< V: points of one tile and block of channels; of one tile
  Index input_point, channels;        ///< V: to the next point; channels of a block
  Index inputs;                       ///< all of V
  Index product_block, product_tile;  ///< M: as V; of one depth point where threads share the channels
  Index product_blocks;               ///< blocks of output channels that a task multiplies

  WinogradScratch(const WinogradPlan& plan, const WinogradInput& x) {
    // odd numbers of lines, so that tiles do not fall into the same sets of a cache
    const auto odd = [](Index lines) { return (lines | 1) * channel_block; };
    const Index points = plan.tile_points(), planes = plan.split_channels ? 1 : plan.depth->points;
    product_blocks = plan.split_channels ? std::min<Index>(plan.out_blocks(), 4) : plan.out_blocks();
    input_block = odd(plan.planes * points), product_block = odd(planes * points);
    input_tile = odd(input_block / channel_block * plan.in_blocks());
    product_tile = odd(product_block / channel_block * product_blocks);
    input_point = channels = channel_block, inputs = input_tile * plan.block;
    if (!x.plain) return;
    // [point][c][tile], see winograd_narrow.inl
    channels = input_tile = 1, input_block = odd((plan.block + narrow_lanes + channel_block - 1) / channel_block);
    input_point = plan.problem.in_channels * input_block, inputs = plan.points() * input_point;
  }
};

/// V of tiles [t0 + first, t0 + last), blocks of channels [c0, c1), depth points [p0, p1).
template <int M>
void winograd_inputs(const WinogradPlan& plan, const WinogradScratch& s, const WinogradInput& x, Index t0, Index first,
                     Index last, Index c0, Index c1, int p0, int p1, float* inputs) {
  if (x.plain)
    return winograd_narrow_inputs<M>(plan, x.plain, t0 + first, last - first, 0, 1, inputs + first, s.input_block);
  for (Index c = c0; c < c1; ++c)
    for (Index t = first; t < last; ++t) {
      const auto [sample, tile] = winograd_tile(plan, t0 + t);
      winograd_input_tile<M>(plan, x.blocked.volume(sample, c), tile, p0, p1,
                             inputs + t * s.input_tile + c * s.input_block, channel_block);
    }
}

/// M of `count` tiles and output blocks [b0, b1), for `points` points.  Of the weights, point follows point after
/// `weight_point` floats, and the panels of [b0, b1) lie side by side.
inline void winograd_products(const WinogradPlan& plan, const WinogradScratch& s, const float* weights,
                              Index weight_point, Index count, Index b0, Index b1, Index points, const float* inputs,
                              float* products) {
  constexpr Index W = Pack<float>::width;
  const Index C = plan.problem.in_channels, end = (b1 - b0) * channel_block;
  for (Index point = 0; point < points; ++point) {
    const float* u = weights + point * weight_point;
    for (Index o = 0; o < end; o += winograd_panel) {
      const Index width = std::min(winograd_panel, end - o), vectors = width / W, most = winograd_rows(vectors);
      const Index parts = (count + most - 1) / most, lines = (width + 15) / 16;
      WinogradOperands op;
      op.input_tile = s.input_tile, op.input_block = s.input_block, op.block = s.channels;
      op.weights = u + o * C;
      op.channels = C;
      op.product_tile = s.product_tile, op.product_block = s.product_block;
      // what comes after this panel: the next one, or the first of the next point
      const float* next = o + width < end ? op.weights + width * C : u + weight_point;
      op.next_lines = (lines + parts - 1) / parts;
      if (op.next_lines == 3) op.next_lines = 4;
      Index fetched = 0;
      for (Index part = 0, row = 0; part < parts; ++part) {
        const Index rows = (count - row) / (parts - part);
        op.inputs = inputs + row * s.input_tile + point * s.input_point;
        op.products = products + row * s.product_tile + o / channel_block * s.product_block + o % channel_block +
                      point * channel_block;
        op.next = next + fetched * 16;
        if (fetched >= lines * C) op.next_lines = 0;
        winograd_product(rows, vectors)(op);
        fetched += op.next_lines * C;
        row += rows;
      }
    }
  }
}

/// Outputs of all `count` tiles and output blocks [b0, b1).
template <int M>
void winograd_outputs(const WinogradPlan& plan, const WinogradScratch& s, const WinogradTarget& target, Index t0,
                      Index count, Index b0, Index b1, int p0, int p1, const float* products, float* partial) {
  const Index outputs = plan.depth->points * M * M * channel_block;
  for (Index t = 0; t < count; ++t) {
    const auto [sample, tile] = winograd_tile(plan, t0 + t);
    for (Index b = b0; b < b1; ++b)
      winograd_output_tile<M>(plan, target, sample, b, tile, p0, p1,
                              products + t * s.product_tile + (b - b0) * s.product_block,
                              partial ? partial + (t * (b1 - b0) + b - b0) * outputs : nullptr);
  }
  if (target.stream) stream_fence();
}

/// Each thread takes a block of tiles through all stages.
template <int M>
void winograd_by_tiles(const WinogradPlan& plan, const WinogradInput& x, const WinogradWeights& weights,
                       const WinogradTarget& target, Workspace& ws) {
  const WinogradScratch s(plan, x);
  const Index total = plan.total_tiles(), slots = num_threads(), B = plan.in_blocks(), O = plan.out_blocks();
  const Index weight_point = plan.weight_point(O);
  const int points = plan.depth->points;
  Workspace::Scope scope(ws);
  const float* u = weights.prepared;
  if (u == nullptr) {
    float* const own = ws.take<float>(plan.weights_size()).data();
    winograd_weights_run<M>(plan, weights.source, own);
    u = own;
  }
  const Index inputs = s.inputs, products = s.product_tile * plan.block;
  float* const scratch = ws.take<float>(slots * (inputs + products)).data();
  parallel_for_slots(plan.blocks(), [&](Index block, int slot) {
    float* const v = scratch + slot * (inputs + products);
    const Index t0 = block * plan.block, count = std::min(plan.block, total - t0);
    winograd_inputs<M>(plan, s, x, t0, 0, count, 0, B, 0, points, v);
    winograd_products(plan, s, u, weight_point, count, 0, O, plan.points(), v, v + inputs);
    winograd_outputs<M>(plan, s, target, t0, count, 0, O, 0, points, v + inputs, nullptr);
  });
}

/// All threads work on one block of tiles: they share the transform of the inputs by tiles and channels, then products and
/// outputs by output channels, depth point after depth point.  Weights that are not prepared are transformed by the task
/// that uses them, just before.
template <int M>
void winograd_by_channels(const WinogradPlan& plan, const WinogradInput& x, const WinogradWeights& weights,
                          const WinogradTarget& target, Workspace& ws) {
  const WinogradScratch s(plan, x);
  const Index total = plan.total_tiles(), slots = num_threads(), B = plan.in_blocks(), O = plan.out_blocks();
  const Index C = plan.problem.in_channels, TT = plan.tile_points();
  const Index groups = (O + s.product_blocks - 1) / s.product_blocks;
  const int points = plan.depth->points, planes = static_cast<int>(plan.planes);
  const bool prepared = weights.prepared != nullptr;
  // Outputs wait for the other depth points: with the task that runs through all of them, or else until the next round.
  const Index partial_size = plan.block * s.product_blocks * plan.depth->points * M * M * channel_block;
  Workspace::Scope scope(ws);
  float* const v = ws.take<float>(s.inputs).data();
  float* const m = ws.take<float>(slots * s.product_tile * plan.block).data();
  float* const partials = ws.take<float>((planes == points ? slots : groups) * partial_size).data();
  const Index weight_point = plan.weight_point(prepared ? O : s.product_blocks);
  float* const own = prepared ? nullptr : ws.take<float>(slots * TT * weight_point).data();
  // Taps side by side as vectors: each task's own, or kept where tasks come back for other tiles or depth points.
  const Index taps_size = plan.depth->taps * 9 * C * s.product_blocks * channel_block;
  const bool keep = total > plan.block || planes < points;
  float* const all_taps = prepared ? nullptr : ws.take<float>((keep ? groups : slots) * taps_size).data();
  for (Index t0 = 0; t0 < total; t0 += plan.block) {
    // (a plain volume's vectors may reach beyond their tiles, so that those stay together)
    const Index count = std::min(plan.block, total - t0), some = x.plain ? count : 8, parts = (count + some - 1) / some;
    for (int first = 0; first < points; first += planes) {
      parallel_for(x.plain ? 1 : parts * B, [&](Index item) {
        const Index begin = item % parts * some, block = item / parts;
        winograd_inputs<M>(plan, s, x, t0, begin, std::min(count, begin + some), block, block + 1, first, first + planes, v);
      });
      parallel_for_slots(groups, [&](Index group, int slot) {
        const Index b0 = group * s.product_blocks, b1 = std::min(O, b0 + s.product_blocks);
        float* const products = m + slot * s.product_tile * plan.block;
        float* const partial = partials + (planes == points ? slot : group) * partial_size;
        float* const taps = prepared ? nullptr : all_taps + (keep ? group : slot) * taps_size;
        if (!prepared && (!keep || (t0 == 0 && first == 0))) winograd_gather_taps(plan, weights.source, b0, b1, taps);
        for (int p = first; p < first + planes; ++p) {
          const float* u = prepared ? weights.prepared + p * TT * weight_point + b0 * C * channel_block
                                    : own + slot * TT * weight_point;
          if (!prepared)
            winograd_weight_plane<M>(plan, taps, b0, b1, p, own + slot * TT * weight_point);
          winograd_products(plan, s, u, prepared ? weight_point : plan.weight_point(b1 - b0), count, b0, b1, TT,
                            v + (p - first) * TT * s.input_point, products);
          winograd_outputs<M>(plan, s, target, t0, count, b0, b1, p, p + 1, products, partial);
        }
      });
    }
  }
}

inline void winograd_run(const WinogradPlan& plan, const WinogradInput& x, const WinogradWeights& weights,
                         const WinogradTarget& target, Workspace& ws) {
  for_winograd_tile(plan, [&]<int M>() {
    if (plan.split_channels) winograd_by_channels<M>(plan, x, weights, target, ws);
    else winograd_by_tiles<M>(plan, x, weights, target, ws);
  });
}

inline void winograd_weights(const WinogradPlan& plan, const WinogradWeightSource& source, float* u) {
  for_winograd_tile(plan, [&]<int M>() { winograd_weights_run<M>(plan, source, u); });
}
