// kernels/bf16x3_weights.inl - weights to U, split: G g along depth; see bf16x3_plan.hpp.
//
//   U [block of 32 outputs][block of 32 inputs][depth point][tap of 9][four tiles as B of bf16x3_product.inl]

/// tap[k] = tap k of 16 output channels from `out` on, 0 beyond the O there are; all 0 if c is not below C.
inline void bf16x3_taps(const WinogradPlan& plan, const WinogradWeightSource& source, Index c, Index out, float* tap) {
  constexpr Index W = Pack<float>::width;
  const int taps = plan.depth->taps * 9;
  const Index lanes = c < plan.problem.in_channels ? plan.problem.out_channels - out : 0;
  if constexpr (W == channel_block) {
    if (lanes >= W) return winograd_weight_taps(source, taps, c, out, W, tap);
  }
  const float* const from = source.w + c * source.in_step + out * source.out_step;
  for (Index lane = 0; lane < channel_block; ++lane)
    for (int k = 0; k < taps; ++k)
      tap[(source.mirrored ? taps - 1 - k : k) * channel_block + lane] =
          lane < lanes ? from[lane * source.out_step + k] : 0;
}

/// U of one block of 32 outputs and one of 32 inputs.  Tap after tap, so that a few tiles are written from end to end:
/// rows of all tiles at a time would fall into the same sets of the first-level cache.
template <const WinogradDepth& depth>
void bf16x3_weight_block(const WinogradPlan& plan, const WinogradWeightSource& source, Index o32, Index c32,
                         std::uint16_t* to) {
  constexpr Index channel = depth.taps * 9 * channel_block;
  alignas(64) float taps[32 * channel];
  for (Index half = 0; half < 2; ++half) {
    for (Index c = 0; c < 32; ++c)
      bf16x3_taps(plan, source, c32 * 32 + c, (2 * o32 + half) * channel_block, taps + c * channel);
    for (int k = 0; k < 9; ++k)
      for (Index pair = 0; pair < 16; ++pair) {
        const float* const even = taps + 2 * pair * channel;
        Row16 e[3], o[3];
        unroll<depth.taps>([&](auto t) STAC3DL_INLINE_LAMBDA {
          e[t] = Row16::load(even + (t * 9 + k) * channel_block);
          o[t] = Row16::load(even + channel + (t * 9 + k) * channel_block);
        });
        unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
          const auto G = [](int t) { return depth.G[decltype(p)::value][t]; };
          std::uint16_t* const row = to + (p * 9 + k) * bf16x3_b_step + half * bf16x3_tile + pair * 32;
          split_store_pairs(depth_sum<depth.taps>(e, G), depth_sum<depth.taps>(o, G), row, row + 2 * bf16x3_tile);
        });
      }
  }
}

/// The weights of a block of 32 outputs and `chunk` of 32 inputs as they lie in memory, to be fetched in `steps` steps.
inline Bf16x3Ahead bf16x3_raw_weights(const WinogradPlan& plan, const WinogradWeightSource& source, Index o32, Index c32,
                                      Index chunk, Index steps) {
  const Index outs = std::min<Index>(32, plan.problem.out_channels - o32 * 32);
  const Index ins = std::min<Index>(32 * chunk, plan.problem.in_channels - c32 * 32);
  if (outs <= 0 || ins <= 0) return {};
  const bool outs_first = source.out_step < source.in_step;  // an output's weights follow those of the one before
  const Index near_step = outs_first ? source.out_step : source.in_step, near = outs_first ? outs : ins;
  const Index far_step = outs_first ? source.in_step : source.out_step, far = outs_first ? ins : outs;
  const float* const from = source.w + c32 * 32 * source.in_step + o32 * 32 * source.out_step;
  return Bf16x3Ahead::over(reinterpret_cast<const std::uint16_t*>(from), (near * near_step + 15) / 16, 2 * far_step, far,
                           steps);
}

/// bfloat16 numbers of such a block.
inline Index bf16x3_block_size(const WinogradPlan& plan) { return plan.depth->points * 9 * bf16x3_b_step; }

/// All of U.
inline void bf16x3_weights_run(const WinogradPlan& plan, const WinogradWeightSource& source, std::uint16_t* u) {
  const Bf16x3Sizes s(plan);
  for_bf16x3_depth(plan, [&]<const WinogradDepth & depth>() {
    parallel_for(s.out32 * s.in32, [&](Index block) {
      bf16x3_weight_block<depth>(plan, source, block / s.in32, block % s.in32, u + block * bf16x3_block_size(plan));
    });
  });
}
