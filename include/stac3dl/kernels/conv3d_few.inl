// kernels/conv3d_few.inl - see conv3d_few.hpp.  Lanes of a vector are 16 channels of the side that has many.

/// Places of a row whose sums stay in registers, beside the weights of three taps.
constexpr int few_places(int channels) {
  return (channels == 1 ? 24 : channels == 2 ? 12 : channels == 3 ? 6 : 4) / (many_registers ? 1 : 2);
}

/// The row (n, t, h) of y: C channels from all of x.  w [block][lane group][tap][c] vectors.
template <int C>
void few_outputs_row(const WinogradProblem& p, const float* x, const float* w, Index t, Index h, float* y) {
  using V = Pack<float>;
  constexpr int places = few_places(C);
  const Index row = p.in[2] * channel_block, plane = p.in[1] * row, blocks = channel_blocks(p.in_channels);
  for (Index w0 = 0; w0 < p.out[2]; w0 += places) {
    V sum[C * places];
    unroll<C * places>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i] = V::zero(); });
    const float* u = w;
    const Index first = w0 - p.padding[2];
    const bool inside = first >= 0 && first + places + 2 <= p.in[2];
    for (Index b = 0; b < blocks; ++b)
      for (Index lane = 0; lane < channel_block; lane += V::width) {
        const Index lanes = p.in_channels - b * channel_block - lane;
        alignas(64) float there[V::width];  // lanes beyond the channels hold anything
        const bool full = lanes >= V::width, whole = inside && full;
        for (Index i = 0; i < V::width; ++i) there[i] = full || i < lanes ? 1.f : 0.f;
        for (Index kt = 0; lanes > 0 && kt < p.depth_taps; ++kt)
          for (Index kh = 0; kh < 3; ++kh, u += 3 * C * V::width) {
            const Index from_t = t + kt - p.padding[0], from_h = h + kh - p.padding[1];
            if (from_t < 0 || from_t >= p.in[0] || from_h < 0 || from_h >= p.in[1]) continue;
            const float* line = x + b * p.in[0] * plane + from_t * plane + from_h * row + first * channel_block + lane;
            V weight[3 * C];
            unroll<3 * C>([&](auto i) STAC3DL_INLINE_LAMBDA { weight[i] = V::load(u + i * V::width); });
            // the value at a place adds to the sums of three
            const auto add = [&](auto j, V value) STAC3DL_INLINE_LAMBDA {
              unroll<3>([&](auto kw) STAC3DL_INLINE_LAMBDA {
                constexpr Index i = j - kw;
                if constexpr (i >= 0 && i < places)
                  unroll<C>([&](auto c) STAC3DL_INLINE_LAMBDA {
                    sum[c * places + i] = fma(value, weight[kw * C + c], sum[c * places + i]);
                  });
              });
            };
            if (whole)
              unroll<places + 2>([&](auto j) STAC3DL_INLINE_LAMBDA { add(j, V::load(line + j * channel_block)); });
            else
              unroll<places + 2>([&](auto j) STAC3DL_INLINE_LAMBDA {
                if (first + j >= 0 && first + j < p.in[2])
                  add(j, if_less(V::zero(), V::load(there), V::load(line + j * channel_block), V::zero()));
              });
          }
      }
    alignas(64) float sums[C * places];
    unroll<C * places>([&](auto i) STAC3DL_INLINE_LAMBDA { sums[i] = sum[i].sum(); });
    for (Index i = 0; i < std::min<Index>(places, p.out[2] - w0); ++i) {
      float* const to = y + (w0 + i) * channel_block;
      for (Index c = 0; c < channel_block; ++c) to[c] = c < C ? sums[c * places + i] : 0.f;
    }
  }
}

/// y (N, 1, T, H, W, 16), zeros in the lanes beyond its channels.
inline void few_outputs_run(const WinogradProblem& p, BlockedView<const float> x, const WinogradWeightSource& source,
                            BlockedView<float> y, Workspace& ws) {
  constexpr Index W = Pack<float>::width;
  const Index C = p.out_channels, taps = p.depth_taps * 9, blocks = channel_blocks(p.in_channels);
  Workspace::Scope scope(ws);
  float* const w = ws.take<float>(blocks * channel_block * taps * C).data();
  for (Index o = 0; o < blocks * channel_block; ++o)
    for (Index tap = 0; tap < taps; ++tap)
      for (Index c = 0; c < C; ++c)
        w[((o / W * taps + tap) * C + c) * W + o % W] =
            o < p.in_channels
                ? source.w[o * source.in_step + c * source.out_step + (source.mirrored ? taps - 1 - tap : tap)]
                : 0.f;
  parallel_for(p.samples * p.out[0] * p.out[1], [&](Index row) {
    const Index n = row / (p.out[0] * p.out[1]), t = row / p.out[1] % p.out[0], h = row % p.out[1];
    float* const to = y.volume(n, 0) + (t * p.out[1] + h) * p.out[2] * channel_block;
    const float* const from = x.volume(n, 0);
    if (C == 1)
      few_outputs_row<1>(p, from, w, t, h, to);
    else if (C == 2)
      few_outputs_row<2>(p, from, w, t, h, to);
    else if (C == 3)
      few_outputs_row<3>(p, from, w, t, h, to);
    else
      few_outputs_row<4>(p, from, w, t, h, to);
  });
}

/// Keeps g++ from carrying x[i + 1] and x[i + 2] over to the next place, which costs more than loading them there.
ISA_INLINE void few_load_anew() {
#if STAC3DL_X86_ISAS
  asm volatile("" ::: "memory");
#endif
}

/// R rows of x, each at three taps along the row, times V vectors of channels: over the places i of a line
///   sums [row][tap][outs] += x[offset[row] + tap + i] dy[i]
template <int R, int V>
void few_inputs_block(const float* x, const Index* offset, const float* dy, Index block, Index places, float* sums,
                      Index outs) {
  using P = Pack<float>;
  constexpr int S = R * 3 * V;
  P sum[S];
  const float* from[R];
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { from[r] = x + offset[r]; });
  const auto place = [&](auto i) STAC3DL_INLINE_LAMBDA { return sums + i / V * outs + i % V * P::width; };
  unroll<S>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i] = P::load(place(i)); });
  for (Index i = 0; i < places; ++i, dy += channel_block) {
    P gradient[V];
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      constexpr Index column = v * P::width;
      gradient[v] = P::load(dy + column / channel_block * block + column % channel_block);
    });
    few_load_anew();
    unroll<R * 3>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P value = P::all(from[r / 3][i + r % 3]);
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[r * V + v] = fma(value, gradient[v], sum[r * V + v]); });
    });
  }
  unroll<S>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i].store(place(i)); });
}

using FewInputsBlock = void (*)(const float*, const Index*, const float*, Index, Index, float*, Index);
inline constexpr Index few_rows = many_registers ? 4 : 2;
template <int V>
FewInputsBlock few_inputs_of(Index rows) {
  static constexpr auto all = []<int... R>(std::integer_sequence<int, R...>) {
    return std::array<FewInputsBlock, sizeof...(R)>{few_inputs_block<R + 1, V>...};
  }
  (std::make_integer_sequence<int, static_cast<int>(few_rows)>{});
  return all[static_cast<std::size_t>(rows - 1)];
}

/// dw (O, C, KT, 3, 3) += sum over places of x and dy.
inline void few_inputs_gradient_run(const WinogradProblem& p, CView<float, 5> x, BlockedView<const float> dy, float* dw,
                                    Workspace& ws) {
  constexpr Index W = Pack<float>::width;
  const Index C = p.in_channels, O = p.out_channels, outs = channel_blocks(O) * channel_block, taps = p.depth_taps * 9;
  const std::array<Index, 3> size{p.out[0] + p.depth_taps - 1, p.out[1] + 2, p.out[2] + 2};  // x between its zeros
  const Index row = size[2], plane = size[1] * row, volume = size[0] * plane, rows = C * taps / 3;  // of three taps
  const Index planes = p.samples * p.out[0], some = (planes + 63) / 64, chunks = (planes + some - 1) / some;
  Workspace::Scope scope(ws);
  float* const padded = ws.take<float>(p.samples * C * volume).data();
  float* const sums = ws.take<float>(chunks * rows * 3 * outs).data();
  Index* const offset = ws.take<Index>(rows).data();
  for (Index r = 0; r < rows; ++r) offset[r] = r / (taps / 3) * volume + r % (taps / 3) / 3 * plane + r % 3 * row;
  parallel_for(p.samples * C * size[0], [&](Index item) {
    float* const to = padded + item * plane;
    std::fill_n(to, plane, 0.f);
    const Index t = item % size[0] - p.padding[0];
    if (t < 0 || t >= p.in[0]) return;
    const float* const from = x.data() + (item / size[0] * p.in[0] + t) * p.in[1] * p.in[2];
    for (Index h = 0; h < std::min(p.in[1], size[1] - p.padding[1]); ++h)
      std::copy_n(from + h * p.in[2], std::min(p.in[2], size[2] - p.padding[2]),
                  to + (h + p.padding[1]) * row + p.padding[2]);
  });
  const Index block = p.out_places() * channel_block, parts = (rows + few_rows - 1) / few_rows;
  parallel_for(chunks, [&](Index chunk) {
    float* const mine = sums + chunk * rows * 3 * outs;
    std::fill_n(mine, rows * 3 * outs, 0.f);
    for (Index nt = chunk * some; nt < std::min(planes, (chunk + 1) * some); ++nt) {
      const Index n = nt / p.out[0], t = nt % p.out[0];
      for (Index h = 0; h < p.out[1]; ++h) {
        const float* const line = dy.volume(n, 0) + (t * p.out[1] + h) * p.out[2] * channel_block;
        const float* const from = padded + n * C * volume + t * plane + h * row;
        for (Index o = 0; o < outs;) {
          const bool two = outs - o >= 2 * W;
          for (Index part = 0, r = 0; part < parts; ++part) {
            const Index count = (rows - r) / (parts - part);
            (two ? few_inputs_of<2>(count) : few_inputs_of<1>(count))(
                from, offset + r, line + o / channel_block * block + o % channel_block, block, p.out[2],
                mine + r * 3 * outs + o, outs);
            r += count;
          }
          o += two ? 2 * W : W;
        }
      }
    }
  });
  parallel_for(O, [&](Index o) {
    for (Index r = 0; r < rows * 3; ++r)
      for (Index chunk = 0; chunk < chunks; ++chunk) dw[o * rows * 3 + r] += sums[(chunk * rows * 3 + r) * outs + o];
  });
}
