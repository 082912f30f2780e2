// kernels/bf16x3_gradient_input.inl - both factors of the gradient by the weights, whose sums run over places.
//
//   Z [item][block of 32 outputs][point][32 places][high, low][output channel of 32][place]       A dy
//   V [item][block of 32 inputs][point][even, odd][tile of four][pair of places][input channel of 16][2]       B' x
// Places are those of bf16x3_plan.hpp; Z is 0 at the ends of rows, where V's places belong to no sum.  A tap moves V by
// a number of places, even or odd: V comes twice, in pairs that begin at even and at odd places.

/// Steps of 32 places that are taken together, while their factors stay near.
inline constexpr Index bf16x3_some_steps = 28;

/// Sizes in bfloat16 numbers.
struct Bf16x3GradientSizes {
  Index steps;    ///< 32 places each, of a plane of outputs
  Index z_step;   ///< 32 places of 32 channels, both parts
  Index z_point;
  Index v_tile;   ///< V of 16 channels, one part
  Index v_point;

  Bf16x3GradientSizes(const WinogradPlan& plan, const Bf16x3Sizes& s) {
    steps = ((plan.problem.out[1] - 1) * s.row + plan.problem.out[2] + 31) / 32;
    z_step = 2 * 32 * 32;
    z_point = steps * z_step;
    v_tile = (pairs(s) | 1) * 32;
    v_point = 2 * 4 * v_tile;
  }
  Index pairs(const Bf16x3Sizes& s) const { return steps * 16 + s.row + 2; }
};

/// V of an item and 16 of a block of 32 input channels, the first or the second half of it; `v` is the block's point 0.
template <const WinogradDepth& depth>
void bf16x3_gradient_inputs(const WinogradPlan& plan, const Bf16x3Sizes& s, const Bf16x3GradientSizes& g,
                            BlockedView<const float> x, Index item, Index block, std::uint16_t* v) {
  const Bf16x3Planes planes(plan, x, item, block);
  const Index H = plan.problem.in[1], W = plan.problem.in[2];
  Index h = -plan.problem.padding[1], w = -plan.problem.padding[2];
  const auto next = [&](Row16* point) STAC3DL_INLINE_LAMBDA {  // B' x of the next place, 0 outside
    if (h >= 0 && h < H && w >= 0 && w < W)
      planes.points<depth>(h * W + w, point);
    else
      unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA { point[p] = Row16::zero(); });
    if (++w == s.row - plan.problem.padding[2]) w = -plan.problem.padding[2], ++h;
  };
  std::uint16_t* const even = v + block % 2 * g.v_tile;
  std::uint16_t* const odd = even + 4 * g.v_tile;
  Row16 first[6], second[6], third[6];
  next(first);
  for (Index pair = 0; pair < g.pairs(s); ++pair) {
    next(second), next(third);
    unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
      const Index at = p * g.v_point + pair * 32;
      split_store_pairs(first[p], second[p], even + at, even + at + 2 * g.v_tile);
      split_store_pairs(second[p], third[p], odd + at, odd + at + 2 * g.v_tile);
      first[p] = third[p];
    });
  }
}

/// Z of an item and 16 of a block of 32 output channels; `z` is theirs at point 0.
template <const WinogradDepth& depth>
void bf16x3_gradient_outputs(const WinogradPlan& plan, const Bf16x3Sizes& s, const Bf16x3GradientSizes& g,
                             BlockedView<const float> dy, Index item, Index block, std::uint16_t* z) {
  const auto& size = plan.problem.out;
  const Index n = item / plan.tiles[0], t0 = item % plan.tiles[0] * depth.tile, W = size[2], plane = size[1] * W;
  const Index lanes = std::clamp<Index>(plan.problem.out_channels - block * channel_block, 0, channel_block);
  const float* const from = lanes > 0 ? dy.volume(n, block) + t0 * plane * channel_block : nullptr;
  alignas(64) float buffer[depth.points * 32 * channel_block];  // 32 places
  Index h = 0, w = 0;
  for (Index step = 0; step < g.steps; ++step) {
    for (Index i = 0; i < 32; ++i) {
      const bool inside = lanes > 0 && h < size[1] && w < W;
      Row16 d[4];
      unroll<depth.tile>([&](auto t) STAC3DL_INLINE_LAMBDA {
        const float* const at = from + (t * plane + h * W + w) * channel_block;
        d[t] = !inside || t0 + t >= size[0] ? Row16::zero()
               : lanes == channel_block     ? Row16::load(at)
                                            : load_lanes(at, lanes);
      });
      unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
        depth_sum<depth.tile>(d, [](int t) {
          return depth.A[t][decltype(p)::value];
        }).store(buffer + (p * 32 + i) * channel_block);
      });
      if (++w == s.row) w = 0, ++h;
    }
    for (Index p = 0; p < depth.points; ++p) {
      const float* const at = buffer + p * 32 * channel_block;
      Row16 first[16], second[16];
      unroll<16>([&](auto i) STAC3DL_INLINE_LAMBDA {
        first[i] = Row16::load(at + i * channel_block), second[i] = Row16::load(at + (16 + i) * channel_block);
      });
      transpose_rows(first), transpose_rows(second);
      std::uint16_t* const to = z + p * g.z_point + step * g.z_step;
      unroll<16>([&](auto c) STAC3DL_INLINE_LAMBDA {
        split_store(first[c], second[c], to + c * 32, to + (32 + c) * 32);
      });
    }
  }
}
