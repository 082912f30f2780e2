// kernels/bf16x3_gradient.inl - gradient by the weights on tile registers.
//
//   dw = G' dU      dU: bf16x3_gradient_sums.inl
// The transposes of the forward pass's transforms, along depth; rows and columns directly, tap by tap.

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

/// All of it: in rounds over some items, the factors first, then the sums.
template <const WinogradDepth& depth>
class Bf16x3Gradient {
 public:
  Bf16x3Gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy, Workspace& ws)
      : plan_(plan), s_(plan), g_(plan, s_), x_(x), dy_(dy), scope_(ws) {
    const Index v_item = g_.in32 * g_.v_block(), z_item = g_.own_z ? 0 : g_.out32 * g_.z_block();
    // as many items at a time as take about 96 MB
    most_ = std::clamp<Index>((Index{48} << 20) / (v_item + z_item), 1, std::max<Index>(1, s_.items));
    // Few channels are few tasks: these cut their sums into parts, which are added up in order.
    const Index chunks = (most_ * g_.steps + g_.some_steps - 1) / g_.some_steps;
    parts_ = std::clamp<Index>(8 / g_.groups(), 1, chunks);
    bias_rows_ = g_.own_z ? parts_ : most_;
    v_ = ws.take<std::uint16_t>(most_ * v_item).data();
    z_ = g_.own_z ? nullptr : ws.take<std::uint16_t>(most_ * z_item).data();
    own_ = ws.take<std::uint16_t>(g_.own_z ? num_threads() * own_size() : 0).data();
    sums_ = ws.take<float>((parts_ > 1 ? g_.groups() * parts_ : num_threads()) * g_.task_sums()).data();
    bias_ = ws.take<float>(bias_rows_ * bias_row()).data();
  }

  /// dw (O, C, taps) += the gradient, db (O) += the sums of dy unless it is empty.
  void run(float* dw, View<float, 1> db) {
    for (first_ = 0; first_ < s_.items; first_ += most_) {
      items_ = std::min(most_, s_.items - first_);
      std::fill_n(bias_, bias_rows_ * bias_row(), 0.f);
      make_factors();
      parallel_for_slots(g_.groups() * parts_, [&](Index task, int slot) {
        float* const du = sums_ + (parts_ > 1 ? task : slot) * g_.task_sums();
        sum(task, slot, du);
        if (parts_ == 1) add(task, du, dw);
      });
      if (parts_ > 1) {
        sum_parts();
        parallel_for(g_.groups(), [&](Index group) { add(group, sums_ + group * parts_ * g_.task_sums(), dw); });
      }
      if (db) add_bias(db);
    }
  }

 private:
  Index own_size() const { return g_.group_o * g_.z_block(); }
  Index bias_row() const { return g_.out32 * 32; }
  Bf16x3GradientFactors factors() const { return {g_, v_, z_}; }

  /// V of the round's items and, if tasks share it, Z.
  void make_factors() {
    const Bf16x3GradientFactors f = factors();
    const Index inputs = 2 * g_.in32, blocks = inputs + (g_.own_z ? 0 : 2 * g_.out32);
    parallel_for(items_ * blocks, [&](Index task) {
      const Index i = task / blocks, b = task % blocks, o = b - inputs;
      if (b < inputs)
        bf16x3_gradient_inputs<depth>(plan_, s_, g_, x_, first_ + i, b, f.v_at(i, b / 2, 0, 0));
      else
        make_z(i, o, 0, g_.steps, f.z_at(i, o / 2, 0, 0), i);
    });
  }

  /// Z of an item's steps [begin, end) and 16 output channels, one half of the block of 32 at z.
  void make_z(Index item, Index block, Index begin, Index end, std::uint16_t* z, Index bias_at) {
    bf16x3_gradient_outputs<depth>(plan_, s_, g_, dy_, first_ + item, block, begin, end, z + block % 2 * 16 * 32,
                                   bias_ + bias_at * bias_row() + block * channel_block);
  }

  /// Z of the round's steps [k, k + count) and blocks of 32 outputs [o0, o1), for one task alone.
  void make_own_z(Index k, Index count, Index o0, Index o1, std::uint16_t* own, Index bias_at) {
    for (Index done = 0; done < count;) {
      const Index item = (k + done) / g_.steps, step = (k + done) % g_.steps;
      const Index some = std::min(g_.steps - step, count - done);
      for (Index b = 2 * o0; b < 2 * o1; ++b)
        make_z(item, b, step, step + some, own + (b / 2 - o0) * g_.z_block() + done * g_.z_step, bias_at);
      done += some;
    }
  }

  /// du = one part of a group's sums.
  void sum(Index task, int slot, float* du) {
    const TileRegisters registers;
    const Bf16x3Pairs of = g_.group(task / parts_);
    const Index part = task % parts_, steps = items_ * g_.steps, part_steps = (steps + parts_ - 1) / parts_;
    const Index begin = part * part_steps, end = std::min(steps, begin + part_steps);
    if (begin >= end) {
      std::fill_n(du, g_.task_sums(), 0.f);
      return;
    }
    std::uint16_t* const own = g_.own_z ? own_ + slot * own_size() : nullptr;
    bf16x3_gradient_sums(
        factors(), of, begin, end, own, [&](Index k, Index count) { make_own_z(k, count, of.o0, of.o1, own, part); },
        du);
  }

  /// Each group's first part += its others, in order.
  void sum_parts() {
    const Index size = g_.task_sums();
    parallel_chunks(g_.groups() * size, 4096, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        float* const at = sums_ + i / size * parts_ * size + i % size;
        for (Index part = 1; part < parts_; ++part) at[0] += at[part * size];
      }
    });
  }

  void add(Index group, const float* du, float* dw) const {
    const Bf16x3Pairs of = g_.group(group);
    for (Index c = of.c0; c < of.c1; ++c)
      for (Index o = of.o0; o < of.o1; ++o)
        bf16x3_gradient_add<depth>(plan_, c, o, du + of.at(c, o) * g_.pair_sums(), dw);
  }

  void add_bias(View<float, 1> db) const {
    for (Index row = 0; row < bias_rows_; ++row)
      for (Index o = 0; o < db.size(); ++o) db.data()[o] += bias_[row * bias_row() + o];
  }

  const WinogradPlan& plan_;
  const Bf16x3Sizes s_;
  const Bf16x3GradientSizes g_;
  const BlockedView<const float> x_, dy_;
  const Workspace::Scope scope_;
  Index most_, parts_;            // items of a round; parts of a group's sums
  Index first_ = 0, items_ = 0;   // of this round
  std::uint16_t *v_, *z_, *own_;  // factors; own: Z of each thread's steps
  float* sums_;                   // dU of each task, or of each thread's
  float* bias_;                   // sums of dy, a row for each who makes Z
  Index bias_rows_;
};

/// dw (O, C, KT, 3, 3) += the gradient; db (O), which may be empty, += the sums of dy.
inline void bf16x3_gradient(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy,
                            float* dw, View<float, 1> db, Workspace& ws) {
  for_bf16x3_depth(plan, [&]<const WinogradDepth & depth>() { Bf16x3Gradient<depth>(plan, x, dy, ws).run(dw, db); });
}
