// kernels/bf16x3_input.inl - planes of a blocked volume to V, split: B' d along depth; see bf16x3_plan.hpp.

/// Calls run.operator()<table>() for the plan's depth points.
template <class Run>
ISA_INLINE void for_bf16x3_depth(const WinogradPlan& plan, Run&& run) {
  if (plan.depth == &winograd_depth_single) return run.template operator()<winograd_depth_single>();
  if (plan.depth == &winograd_depth_pair) return run.template operator()<winograd_depth_pair>();
  if (plan.depth == &winograd_depth_2) return run.template operator()<winograd_depth_2>();
  run.template operator()<winograd_depth_4>();
}

/// sum over i of factors[i] x[i], for factors that the compiler knows.
template <int count, class Factor>
ISA_INLINE Row16 depth_sum(const Row16* x, Factor factor) {
  Row16 sum = Row16::zero();
  bool empty = true;  // known to the compiler
  unroll<count>([&](auto i) STAC3DL_INLINE_LAMBDA {
    constexpr double f = factor(static_cast<int>(i));
    if constexpr (f == 1)
      sum = empty ? x[i] : sum + x[i];
    else if constexpr (f == -1)
      sum = empty ? Row16::zero() - x[i] : sum - x[i];
    else if constexpr (f != 0)
      sum = fma(Row16::all(static_cast<float>(f)), x[i], sum);
    if constexpr (f != 0) empty = false;
  });
  return sum;
}

/// The planes that an item's depth tile reads, of 16 channels.
struct Bf16x3Planes {
  const float* plane[6];  ///< null outside the volume
  Index lanes = 0;        ///< channels that there are

  Bf16x3Planes(const WinogradPlan& plan, BlockedView<const float> x, Index item, Index block) {
    const Index tile = item % plan.tiles[0], n = item / plan.tiles[0];
    lanes = std::clamp<Index>(plan.problem.in_channels - block * channel_block, 0, channel_block);
    for (int z = 0; z < plan.depth->inputs; ++z) {
      const Index t = tile * plan.depth->tile - plan.problem.padding[0] + z;
      const bool inside = lanes > 0 && t >= 0 && t < plan.problem.in[0];
      plane[z] = inside ? x.volume(n, block) + t * plan.problem.in[1] * plan.problem.in[2] * channel_block : nullptr;
    }
  }
  template <const WinogradDepth& depth>
  ISA_INLINE void points(Index place, Row16* v) const {
    Row16 d[6];
    unroll<depth.inputs>([&](auto z) STAC3DL_INLINE_LAMBDA {
      d[z] = plane[z] == nullptr      ? Row16::zero()
             : lanes == channel_block ? Row16::load(plane[z] + place * channel_block)
                                      : load_lanes(plane[z] + place * channel_block, lanes);
    });
    unroll<depth.points>([&](auto p) STAC3DL_INLINE_LAMBDA {
      v[p] = depth_sum<depth.inputs>(d, [](int z) { return depth.B[decltype(p)::value][z]; });
    });
  }
};

/// V of an item and a block of 32 channels, rows [first, last) of the plane with its zeros; `v` is its point 0, further
/// points are `step` numbers apart: a plane of high parts, then one of low parts.
template <const WinogradDepth& depth>
void bf16x3_inputs(const WinogradPlan& plan, const Bf16x3Sizes& s, BlockedView<const float> x, Index item, Index c32,
                   Index first, Index last, std::uint16_t* v, Index step) {
  const Bf16x3Planes a(plan, x, item, 2 * c32), b(plan, x, item, 2 * c32 + 1);
  const Index H = plan.problem.in[1], W = plan.problem.in[2], low = s.plane * 32;
  const auto zeros = [&](Index from, Index places) {
    for (int p = 0; p < depth.points; ++p) {
      std::fill_n(v + p * step + from * 32, places * 32, std::uint16_t{0});
      std::fill_n(v + p * step + low + from * 32, places * 32, std::uint16_t{0});
    }
  };
  for (Index r = first; r < last; ++r) {
    const Index h = r - plan.problem.padding[1], at = r * s.row;
    const bool inside = h >= 0 && h < H;
    const Index columns = inside ? W : 0, left = std::min(s.row - columns, plan.problem.padding[2]);
    zeros(at, inside ? left : s.row);
    for (Index w = 0; w < columns; ++w) {
      Row16 va[6], vb[6];
      a.points<depth>(h * W + w, va), b.points<depth>(h * W + w, vb);
      std::uint16_t* const to = v + (at + left + w) * 32;
      unroll<depth.points>(
          [&](auto p) STAC3DL_INLINE_LAMBDA { split_store(va[p], vb[p], to + p * step, to + p * step + low); });
    }
  }
  if (last == s.rows) zeros(s.rows * s.row, s.plane - s.rows * s.row);
}
