// kernels/bf16x3_output.inl - M to outputs: y = A' M along depth, then bias, activation and max pool while near.

/// One plane of outputs: row h from sums whose points are `point` floats apart, to `y`, 16 floats a column.
template <const WinogradDepth& depth, int t>
ISA_INLINE void bf16x3_output_row(const float* sums, Index point, Index columns, Row16 bias, Activation activation,
                                  float* y, bool stream) {
  for (Index w = 0; w < columns; ++w) {
    Row16 m[6];
    unroll<depth.points>([&](auto p)
                             STAC3DL_INLINE_LAMBDA { m[p] = Row16::load(sums + p * point + w * channel_block); });
    const Row16 sum = depth_sum<depth.points>(m, [](int p) { return depth.A[t][p]; });
    const Row16 v = winograd_activate<Row16>(activation, sum + bias);
    if (stream)
      v.stream(y + w * channel_block);
    else
      v.store(y + w * channel_block);
  }
}

/// Rows [h0, h1) of an item's outputs, block `block` of 16 channels; `sums` is row h0 of point 0, `buffer` room for as
/// many rows of outputs as a pool's window has in all planes.
template <const WinogradDepth& depth>
void bf16x3_outputs(const WinogradPlan& plan, const Bf16x3Sizes& s, const WinogradTarget& target, Index item, Index block,
                    Index h0, Index h1, const float* sums, Index point, float* buffer) {
  const auto& size = plan.problem.out;
  const auto& window = target.after.pool;
  const Index n = item / plan.tiles[0], t0 = item % plan.tiles[0] * depth.tile, W = size[2];
  const Index planes = std::min<Index>(depth.tile, size[0] - t0), line = W * channel_block;
  const Row16 bias = target.bias ? Row16::load(target.bias + block * channel_block) : Row16::zero();
  const Index T = size[0] / window[0], H = size[1] / window[1], columns = W / window[2];
  const Index volume = (n * plan.out_blocks() + block) * T * H * columns * channel_block;
  const bool pooled = target.after.pooled();
  for (Index h = h0; h + window[1] <= h1; h += window[1]) {
    const auto place = [&](Index t) {
      return volume + (((t0 + t) / window[0]) * H + h / window[1]) * columns * channel_block;
    };
    for (Index r = 0; r < window[1]; ++r)
      unroll<depth.tile>([&](auto t) STAC3DL_INLINE_LAMBDA {
        if (t >= planes) return;
        float* const to = pooled ? buffer + (t * window[1] + r) * line : target.y + place(t);
        bf16x3_output_row<depth, static_cast<int>(decltype(t)::value)>(sums + (h - h0 + r) * s.row * channel_block,
                                                                       point, W, bias, target.after.activation, to,
                                                                       !pooled && target.stream);
      });
    if (!pooled) continue;
    for (Index t = 0; t + window[0] <= planes; t += window[0])
      for (Index w = 0; w < columns; ++w)
        for (Index lane = 0; lane < channel_block; lane += Pack<float>::width) {
          const Index at = place(t) + w * channel_block + lane;
          blocked_window(buffer + t * window[1] * line + w * window[2] * channel_block + lane, window[1] * line, line,
                         window, target.y + at, target.choice ? target.choice + at : nullptr);
        }
  }
}
