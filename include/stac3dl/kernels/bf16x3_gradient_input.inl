// kernels/bf16x3_gradient_input.inl - both factors of the gradient by the weights, whose sums run over places.
//
//   Z [item][block of 32 outputs][point][step][high, low][output channel of 32][pair of places][2]       A dy
//   V [item][block of 32 inputs][point][tile of four][pair of places][input channel of 16][2]       B' x
// Places are those of bf16x3_plan.hpp, pairs those of bf16x3_gradient_plan.hpp; Z is 0 at the ends of rows, where V's
// places belong to no sum.

/// V of an item and 16 of a block of 32 input channels, the first or the second half of it; `v` is the block's point 0.
template <const WinogradDepth& depth>
void bf16x3_gradient_inputs(const WinogradPlan& plan, const Bf16x3Sizes& s, const Bf16x3GradientSizes& g,
                            BlockedView<const float> x, Index item, Index block, std::uint16_t* v) {
  const Bf16x3Planes planes(plan, x, item, block);
  const Index H = plan.problem.in[1], W = plan.problem.in[2], left = plan.problem.padding[2];
  struct Place {
    Index h, w;
  };
  const auto place = [&](Index i) { return Place{i / s.row - plan.problem.padding[1], i % s.row - left}; };
  const auto next = [&](Place& at, Row16* point) STAC3DL_INLINE_LAMBDA {  // B' x of a place, 0 outside; then the next
    if (at.h >= 0 && at.h < H && at.w >= 0 && at.w < W)
      planes.points<depth>(at.h * W + at.w, point);
    else
      unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA { point[p] = Row16::zero(); });
    if (++at.w == s.row - left) at.w = -left, ++at.h;
  };
  std::uint16_t* const to = v + block % 2 * g.v_tile;
  Place upper = place(0), lower = place(g.half);
  for (Index pair = 0; pair < g.pairs; ++pair) {
    Row16 first[6], second[6];
    next(upper, first), next(lower, second);
    unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
      const Index at = p * g.v_point + pair * 32;
      split_store_pairs(first[p], second[p], to + at, to + at + 2 * g.v_tile);
    });
  }
}

/// Z of steps [first, last) of an item and 16 of a block of 32 output channels; `z` is theirs at point 0.  bias (16) +=
/// sums of dy.
template <const WinogradDepth& depth>
void bf16x3_gradient_outputs(const WinogradPlan& plan, const Bf16x3Sizes& s, const Bf16x3GradientSizes& g,
                             BlockedView<const float> dy, Index item, Index block, Index first, Index last,
                             std::uint16_t* z, float* bias) {
  const auto& size = plan.problem.out;
  const Index n = item / plan.tiles[0], t0 = item % plan.tiles[0] * depth.tile, W = size[2], plane = size[1] * W;
  const Index lanes = std::clamp<Index>(plan.problem.out_channels - block * channel_block, 0, channel_block);
  const float* const from = lanes > 0 ? dy.volume(n, block) + t0 * plane * channel_block : nullptr;
  alignas(64) float buffer[depth.points * 32 * channel_block];  // 16 places, and those half a plane further
  const Index place[2] = {first * 16, first * 16 + g.half};
  Index row[2] = {place[0] / s.row, place[1] / s.row}, column[2] = {place[0] % s.row, place[1] % s.row};
  Row16 all = Row16::load(bias);
  for (Index step = first; step < last; ++step) {
    Row16 sum = Row16::zero();
    for (Index i = 0; i < 32; ++i) {
      Index &h = row[i / 16], &w = column[i / 16];
      const bool inside = lanes > 0 && h < size[1] && w < W;
      Row16 d[4];
      unroll<depth.tile>([&](auto t) STAC3DL_INLINE_LAMBDA {
        const float* const at = from + (t * plane + h * W + w) * channel_block;
        d[t] = !inside || t0 + t >= size[0] ? Row16::zero()
               : lanes == channel_block     ? Row16::load(at)
                                            : load_lanes(at, lanes);
        sum = sum + d[t];
      });
      unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
        depth_sum<depth.tile>(d, [](int t) {
          return depth.A[t][decltype(p)::value];
        }).store(buffer + (p * 32 + i) * channel_block);
      });
      if (++w == s.row) w = 0, ++h;
    }
    all = all + sum;
    for (Index p = 0; p < depth.points; ++p) {
      const float* const at = buffer + p * 32 * channel_block;
      Row16 one[16], other[16];
      unroll<16>([&](auto i) STAC3DL_INLINE_LAMBDA {
        one[i] = Row16::load(at + i * channel_block), other[i] = Row16::load(at + (16 + i) * channel_block);
      });
      transpose_rows(one), transpose_rows(other);
      std::uint16_t* const to = z + p * g.z_point + (step - first) * g.z_step;
      unroll<16>([&](auto c)
                     STAC3DL_INLINE_LAMBDA { split_store_pairs(one[c], other[c], to + c * 32, to + (32 + c) * 32); });
    }
  }
  all.store(bias);
}
