// kernels/bf16x3_few_data.inl - from many channels to few: a picture's gradient.
//
//   P[t, h, w, (kh, kw, c)] = sum over o and kt of x[o, t + kt, h, w] w[o, c, kt, kh, kw]
//   y[c, t, h, w] = sum over kh and kw of P[t, h + kh, w + kw, (kh, kw, c)]
// (27 columns of P for 3 channels: taps stand where outputs do, so that a tile's 32 columns are used.)  A row of P is
// added to the three rows of y that it reaches while it is in the first-level cache.

/// Sizes of the work on a band of rows and some planes of outputs.
struct FewData {
  Index C, per_half;                     ///< taps along rows and columns whose C channels share 16 columns of P
  Index bands, band, segments, segment;  ///< rows and planes of outputs that are a task
  Index in32, places;                    ///< blocks of 32 input channels; places of a row in whole tiles
  Index row, planes;                     ///< numbers of a row of x, planes of x that a task reads
  Index half;                            ///< floats of 16 columns of a row of P, with zeros around
  Index left;                            ///< numbers of a row of x of all planes
  Index line, sums;                      ///< floats of a row of y, and of three rows of all planes

  explicit FewData(const WinogradProblem& p) {
    C = p.out_channels, per_half = 16 / C;
    bands = (p.out[1] + 15) / 16, band = (p.out[1] + bands - 1) / bands;
    segments = (p.out[0] + 15) / 16, segment = (p.out[0] + segments - 1) / segments;
    in32 = (channel_blocks(p.in_channels) + 1) / 2, places = (p.in[2] + 15) / 16 * 16;
    row = 2 * in32 * places * 32, planes = segment + p.depth_taps - 1;
    half = (places + 6) * channel_block;  // two places of zeros on the left, and four on the right
    left = planes * row, line = 4 * p.out[2], sums = (segment * 3 * line + 15) / 16 * 16;
  }
};

/// Right factors of all steps: [depth tap][32 inputs], bf16x3_b_step numbers each.
inline void few_data_weights(const WinogradProblem& p, const FewData& s, const WinogradWeightSource& source,
                             std::uint16_t* u) {
  const Index taps = p.depth_taps * 9;
  for (Index step = 0; step < p.depth_taps * s.in32; ++step)
    for (Index half = 0; half < 2; ++half)
      for (Index i = 0; i < 32; i += 2) {
        float pair[2][16] = {};
        for (Index k = 0; k < 2; ++k)
          for (Index column = 0; column < s.per_half * s.C; ++column) {
            const Index o = step % s.in32 * 32 + i + k, tap2 = half * s.per_half + column / s.C, c = column % s.C;
            if (o >= p.in_channels || tap2 >= 9) continue;
            const Index tap = step / s.in32 * 9 + tap2;
            pair[k][column] =
                source.w[o * source.in_step + c * source.out_step + (source.mirrored ? taps - 1 - tap : tap)];
          }
        std::uint16_t* const to = u + step * bf16x3_b_step + half * bf16x3_tile + i * 16;
        split_store_pairs(Row16::load(pair[0]), Row16::load(pair[1]), to, to + 2 * bf16x3_tile);
      }
}

/// Row h of plane t of x: [32 channels][place][32], all high parts, then all low ones.
inline void few_data_row(const WinogradProblem& p, const FewData& s, BlockedView<const float> x, Index n, Index t,
                         Index h, std::uint16_t* row) {
  const Index low = s.in32 * s.places * 32, at = (t * p.in[1] + h) * p.in[2] * channel_block;
  for (Index i = 0; i < s.in32; ++i) {
    const Index a = std::min<Index>(16, p.in_channels - i * 32),
                b = std::clamp<Index>(p.in_channels - i * 32 - 16, 0, 16);
    const float* const first = x.volume(n, 2 * i) + at;
    const float* const second = b > 0 ? x.volume(n, 2 * i + 1) + at : first;
    std::uint16_t* const to = row + i * s.places * 32;
    const auto split = [&](const auto& load) STAC3DL_INLINE_LAMBDA {
      for (Index w = 0; w < p.in[2]; ++w)
        split_store(load(first + w * channel_block, a), load(second + w * channel_block, b), to + w * 32,
                    to + low + w * 32);
    };
    if (a == 16 && b == 16)
      split([](const float* from, Index) STAC3DL_INLINE_LAMBDA { return Row16::load(from); });
    else
      split([](const float* from, Index lanes) STAC3DL_INLINE_LAMBDA { return load_lanes(from, lanes); });
  }
}

/// P of plane t of outputs from a row of x, which stands at `left` for all planes from `first` on.
inline void few_data_products(const WinogradProblem& p, const FewData& s, const std::uint16_t* left, Index first,
                              const std::uint16_t* u, Index t, Bf16x3Ahead ahead, float* sums) {
  const Index from = t - p.padding[0], taps = p.depth_taps;
  const Index k0 = std::clamp<Index>(-from, 0, taps), k1 = std::clamp<Index>(p.in[0] - from, k0, taps);
  Bf16x3Ahead nothing;
  const auto product = [&]<int blocks>(Index place) STAC3DL_INLINE_LAMBDA {
    bf16x3_product<blocks>((k1 - k0) * s.in32, {32, 16 * 32, s.in32 * s.places * 32, bf16x3_tile, s.half},
                           sums + (place + 2) * channel_block, false,
                           [&](Index k) STAC3DL_INLINE_LAMBDA {
                             const Index kt = k0 + k / s.in32, i32 = k % s.in32;
                             return Bf16x3Factors{left + (from + kt - first) * s.row + (i32 * s.places + place) * 32,
                                                  u + (kt * s.in32 + i32) * bf16x3_b_step};
                           },
                           ahead, nothing);
  };
  for_tiles_of_places(0, s.places, product);
}

/// Four floats: to[.] += a[.] + b[.] + c[.].
ISA_INLINE void add_four(const float* a, const float* b, const float* c, float* to) {
#if STAC3DL_TILES_AMX
  const __m128 sum = _mm_add_ps(_mm_add_ps(_mm_loadu_ps(a), _mm_loadu_ps(b)), _mm_loadu_ps(c));
  _mm_storeu_ps(to, _mm_add_ps(_mm_loadu_ps(to), sum));
#else
  for (Index i = 0; i < 4; ++i) to[i] += a[i] + b[i] + c[i];
#endif
}

/// y's row, four floats a place, += what its row kh of taps sees of P.
inline void few_data_add(const WinogradProblem& p, const FewData& s, const float* sums, Index kh, float* y) {
  const float* from[3];
  for (Index kw = 0; kw < 3; ++kw) {
    const Index tap = kh * 3 + kw;
    from[kw] = sums + tap / s.per_half * s.half + (kw - p.padding[2] + 2) * channel_block + tap % s.per_half * s.C;
  }
  for (Index w = 0; w < p.out[2]; ++w, y += 4) {
    const Index at = w * channel_block;
    add_four(from[0] + at, from[1] + at, from[2] + at, y);
  }
}

/// y (N, 1, T, H, W, 16), zeros in the lanes beyond its channels.
inline void few_data_run(const WinogradProblem& p, BlockedView<const float> x, const WinogradWeightSource& source,
                         BlockedView<float> y, Workspace& ws) {
  const FewData s(p);
  const Index slot_size = ((s.left + 1) / 2 + s.sums + 2 * s.half + 15) / 16 * 16;
  Workspace::Scope scope(ws);
  std::uint16_t* const u = ws.take<std::uint16_t>(p.depth_taps * s.in32 * bf16x3_b_step).data();
  few_data_weights(p, s, source, u);
  float* const scratch = ws.take<float>(num_threads() * slot_size).data();
  parallel_for_slots(p.samples * s.segments * s.bands, [&](Index item, int slot) {
    const TileRegisters registers;
    const Index n = item / (s.segments * s.bands), t0 = item / s.bands % s.segments * s.segment;
    const Index h0 = item % s.bands * s.band, h1 = std::min(p.out[1], h0 + s.band);
    const Index count = std::min(s.segment, p.out[0] - t0);
    const Index first = std::max<Index>(0, t0 - p.padding[0]);
    const Index last = std::min(p.in[0], t0 + count + p.depth_taps - 1 - p.padding[0]);
    float* const sums = scratch + slot * slot_size;
    float* const products = sums + s.sums;
    std::uint16_t* const left = reinterpret_cast<std::uint16_t*>(products + 2 * s.half);
    std::fill_n(sums, s.sums + 2 * s.half, 0.f);
    std::fill_n(left, s.left, std::uint16_t{0});  // places beyond a row's end
    const auto line = [&](Index i, Index h) { return sums + (i * 3 + h % 3) * s.line; };
    Index done = h0;  // rows of y that are stored
    const auto store = [&](Index end) {
      for (; done < std::min(end, h1); ++done)
        for (Index i = 0; i < count; ++i) {
          float* const from = line(i, done);
          float* const to = y.volume(n, 0) + ((t0 + i) * p.out[1] + done) * p.out[2] * channel_block;
          for (Index w = 0; w < p.out[2]; ++w) load_lanes(from + 4 * w, s.C).stream(to + w * channel_block);
          std::fill_n(from, s.line, 0.f);
        }
    };
    const Index plane = p.in[1] * p.in[2] * channel_block, end = std::min(p.in[1], h1 + 2 - p.padding[1]);
    for (Index h = std::max<Index>(0, h0 - p.padding[1]); h < end; ++h) {
      for (Index t = first; t < last; ++t) few_data_row(p, s, x, n, t, h, left + (t - first) * s.row);
      for (Index i = 0; i < count; ++i) {
        Bf16x3Ahead ahead;  // the next row of x comes nearer meanwhile
        if (h + 1 < end && first + i < last) {
          const float* const next = x.volume(n, 0) + (first + i) * plane + (h + 1) * p.in[2] * channel_block;
          ahead = Bf16x3Ahead::over(reinterpret_cast<const std::uint16_t*>(next), p.in[2], p.in[0] * plane * 2,
                                    channel_blocks(p.in_channels), (s.places + 31) / 32 * s.in32 * p.depth_taps);
        }
        few_data_products(p, s, left, first, u, t0 + i, ahead, products);
        for (Index kh = 0; kh < 3; ++kh)
          if (const Index to = h - kh + p.padding[1]; to >= h0 && to < h1)
            few_data_add(p, s, products, kh, line(i, to));
      }
      store(h + p.padding[1] - 1);  // nothing else is added to the rows before this one
    }
    store(h1);
    stream_fence();
  });
}
