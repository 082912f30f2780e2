// kernels/bf16x3_few.inl - from few channels to many: y = epilogue(conv(x) + bias).
//
//   Z[t, h][w][kh, c] = x[c, t, h + kh, w]       the three rows that a row of outputs sees, a record a place
//   y[o, t, h, w] = sum over kt of (records w, w + 1, w + 2 of Z[t + kt, h]) w[o, kt, ...]
// Three records are 9 C numbers side by side and records 3 C apart: rows of a tile, which may overlap, need no copying.
// Up to 32 numbers are one step of a tile's sum; 4 channels take a second one for the third record.

/// Sizes of the work on a band of output rows.
struct FewForward {
  Index C, taps, parts;   ///< steps of a depth tap's sum: 1, or 2
  Index columns, record;  ///< records of a row, numbers of a record
  Index band, planes;     ///< rows of outputs of a task; planes of Z that are kept
  Index line, plane;      ///< numbers of Z: of a row, of a plane; high parts, then as many low ones
  Index places, blocks;   ///< sums of a row; blocks of 16 output channels, an even number
  Index chunk, sums;      ///< places whose sums are formed together: whole windows; floats of them

  /// Numbers of a row of places with four channels each.
  Index quads() const { return 4 * (places + 16); }
  FewForward(const WinogradProblem& p, const ConvEpilogue& after) {
    C = p.in_channels, taps = p.depth_taps, parts = C > 3 ? 2 : 1;
    columns = p.out[2] + 2, record = 3 * C;
    band = (8 + after.pool[1] - 1) / after.pool[1] * after.pool[1];
    planes = taps - 1 + after.pool[0];
    places = (p.out[2] + 15) / 16 * 16;
    line = ((places + 9) * record + 64 + 31) / 32 * 32, plane = 2 * band * line;
    blocks = (channel_blocks(p.out_channels) + 1) / 2 * 2;
    chunk = 32 % after.pool[2] == 0 ? 32 : (places + 31) / 32 * 32;
    sums = after.pool[0] * after.pool[1] * chunk * 32;
  }
};

/// Right factors of all steps: [depth tap][part][32 outputs], bf16x3_b_step numbers each.
inline void few_weights(const WinogradProblem& p, const FewForward& s, const WinogradWeightSource& source,
                        std::uint16_t* u) {
  for (Index step = 0; step < s.taps * s.parts; ++step)
    for (Index o = 0; o < s.blocks * channel_block; o += 16)
      for (Index i = 0; i < 32; i += 2) {
        float pair[2][16] = {};
        for (Index k = i; k < i + 2; ++k) {
          const Index q = step % s.parts * 2 * s.record + k, kw = q / s.record, kh = q % s.record / s.C, c = q % s.C;
          if (kw >= 3 || (s.parts == 2 && kw / 2 != step % s.parts)) continue;
          for (Index lane = 0; lane < std::min<Index>(16, p.out_channels - o); ++lane)
            pair[k - i][lane] =
                source.w[(o + lane) * source.out_step + c * source.in_step + (step / s.parts * 3 + kh) * 3 + kw];
        }
        std::uint16_t* const to =
            u + (step * s.blocks / 2 + o / 32) * bf16x3_b_step + o / 16 % 2 * bf16x3_tile + i * 16;
        split_store_pairs(Row16::load(pair[0]), Row16::load(pair[1]), to, to + 2 * bf16x3_tile);
      }
}

/// How records are put together: of 8 places, whose three rows are 32 numbers each (four channels a place), number i of
/// the 24 C comes from number from[i] of the row whose bit i is set.
struct FewRecords {
  Index vectors;  ///< of 32 numbers, the last one filled up with zeros
  alignas(64) std::uint16_t from[3][32] = {};
  std::uint32_t of_row[3][3] = {};  ///< bits of a vector's numbers that are of a row

  explicit FewRecords(Index channels) : vectors((24 * channels + 31) / 32) {
    for (Index i = 0; i < 24 * channels; ++i) {
      const Index place = i / (3 * channels), kh = i % (3 * channels) / channels, c = i % channels;
      from[i / 32][i % 32] = static_cast<std::uint16_t>(place * 4 + c);
      of_row[i / 32][kh] |= std::uint32_t{1} << (i % 32);
    }
  }
};

#if STAC3DL_TILES_AMX

/// 24 C numbers, and zeros up to whole vectors, from three rows of 8 places.
ISA_INLINE void few_record(const FewRecords& how, const std::uint16_t* const (&rows)[3], Index at, std::uint16_t* to) {
  const __m512i a = _mm512_loadu_si512(rows[0] + at), b = _mm512_loadu_si512(rows[1] + at),
                c = _mm512_loadu_si512(rows[2] + at);
  for (Index v = 0; v < how.vectors; ++v) {
    const __m512i from = _mm512_load_si512(how.from[v]);
    __m512i all = _mm512_maskz_permutexvar_epi16(how.of_row[v][0], from, a);
    all = _mm512_mask_permutexvar_epi16(all, how.of_row[v][1], from, b);
    all = _mm512_mask_permutexvar_epi16(all, how.of_row[v][2], from, c);
    _mm512_storeu_si512(to + v * 32, all);
  }
}

/// 16 places of two pairs of channels to four channels each.
ISA_INLINE void few_quads(const std::uint16_t* first, const std::uint16_t* second, std::uint16_t* to) {
  const __m512i a = _mm512_loadu_si512(first), b = _mm512_loadu_si512(second);
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  _mm512_storeu_si512(to, _mm512_permutex2var_epi32(a, low, b));
  _mm512_storeu_si512(to + 32, _mm512_permutex2var_epi32(a, _mm512_add_epi32(low, _mm512_set1_epi32(8)), b));
}

#else

inline void few_record(const FewRecords& how, const std::uint16_t* const (&rows)[3], Index at, std::uint16_t* to) {
  for (Index i = 0; i < how.vectors * 32; ++i) {
    to[i] = 0;
    for (Index kh = 0; kh < 3; ++kh)
      if (how.of_row[i / 32][kh] >> (i % 32) & 1) to[i] = rows[kh][at + how.from[i / 32][i % 32]];
  }
}
inline void few_quads(const std::uint16_t* first, const std::uint16_t* second, std::uint16_t* to) {
  for (Index i = 0; i < 16; ++i)
    to[4 * i] = first[2 * i], to[4 * i + 1] = first[2 * i + 1], to[4 * i + 2] = second[2 * i],
           to[4 * i + 3] = second[2 * i + 1];
}

#endif

/// 16 places of a row from place `from`, zeros outside of it.
ISA_INLINE Row16 few_load(const float* row, Index size, Index from) {
  const Index lanes = std::clamp<Index>(size - from, 0, 16);
  if (from >= 0) return lanes == 16 ? Row16::load(row + from) : load_lanes(row + from, lanes);
  float padded[16] = {};
  std::copy(row, row + std::max<Index>(0, lanes + from), padded - from);
  return Row16::load(padded);
}

/// Plane `t` of Z for output rows [h0, h0 + rows).  quads: room for rows + 2 rows of places, four channels each, in
/// high and low parts.
inline void few_records(const WinogradProblem& p, const FewForward& s, const FewRecords& how, const float* x, Index t,
                        Index h0, Index rows, std::uint16_t* quads, std::uint16_t* z) {
  const Index width = s.quads();
  const Index volume = p.in_places();
  for (Index r = 0; r < rows + 2; ++r) {
    const Index h = h0 + r - p.padding[1];
    std::uint16_t* const high = quads + r * 2 * width;
    std::uint16_t* const low = high + width;
    if (h < 0 || h >= p.in[1]) {
      std::fill_n(high, 2 * width, std::uint16_t{0});
      continue;
    }
    const float* const row = x + (t * p.in[1] + h) * p.in[2];
    for (Index w = 0; w < s.columns; w += 16) {
      const auto channel = [&](Index c) STAC3DL_INLINE_LAMBDA {
        return c < s.C ? few_load(row + c * volume, p.in[2], w - p.padding[2]) : Row16::zero();
      };
      alignas(64) std::uint16_t pairs[4][32];
      split_store_pairs(channel(0), channel(1), pairs[0], pairs[1]);
      split_store_pairs(channel(2), channel(3), pairs[2], pairs[3]);
      few_quads(pairs[0], pairs[2], high + 4 * w), few_quads(pairs[1], pairs[3], low + 4 * w);
    }
  }
  // 8 places at a time; what is stored beyond them is overwritten by the next, and zeros at a row's end
  for (Index r = 0; r < rows; ++r)
    for (Index part = 0; part < 2; ++part) {
      std::uint16_t* const to = z + (part * s.band + r) * s.line;
      const std::uint16_t* const from = quads + (r * 2 + part) * width;
      const std::uint16_t* const three[3] = {from, from + 2 * width, from + 4 * width};
      for (Index w = 0; w < s.columns; w += 8) few_record(how, three, 4 * w, to + w * s.record);
    }
}

/// Sums of s.chunk places from `first` of a row of output plane t, 32 channels; z: the row in plane 0 of Z.
inline void few_products(const WinogradProblem& p, const FewForward& s, const std::uint16_t* z, const std::uint16_t* u,
                         Index t, Index first, float* sums) {
  const Index from = t - p.padding[0], groups = s.blocks / 2, last = std::min(s.places, first + s.chunk);
  const Index k0 = std::clamp<Index>(-from, 0, s.taps), k1 = std::clamp<Index>(p.in[0] - from, k0, s.taps);
  Bf16x3Ahead nothing;
  const auto product = [&]<int blocks>(Index place) STAC3DL_INLINE_LAMBDA {
    bf16x3_product<blocks>((k1 - k0) * s.parts,
                           {s.record, 16 * s.record, s.band * s.line, bf16x3_tile, s.chunk * channel_block},
                           sums + (place - first) * channel_block, false,
                           [&](Index k) STAC3DL_INLINE_LAMBDA {
                             const Index kt = k0 + (s.parts == 1 ? k : k / 2), part = s.parts == 1 ? 0 : k % 2;
                             return Bf16x3Factors{z + (from + kt) % s.planes * s.plane + (place + 2 * part) * s.record,
                                                  u + (kt * s.parts + part) * groups * bf16x3_b_step};
                           },
                           nothing, nothing);
  };
  for_tiles_of_places(first, last, product);
}

/// Sums of a pool's windows to outputs: bias, activation, max pool.  Output plane t, row h of sample n; 32 channels
/// from block b, s.chunk places from `place`.
template <Activation activation>
void few_outputs(const WinogradProblem& p, const FewForward& s, const WinogradTarget& target, Index n, Index t, Index h,
                 Index b, Index place, float* sums) {
  const auto& window = target.after.pool;
  const Index T = p.out[0] / window[0], H = p.out[1] / window[1], W = p.out[2] / window[2];
  const Index row = 2 * s.chunk * channel_block, out_blocks = channel_blocks(p.out_channels);
  const bool pooled = target.after.pooled();
  for (Index half = 0; half < std::min<Index>(2, out_blocks - b); ++half) {
    const Row16 bias = target.bias ? Row16::load(target.bias + (b + half) * channel_block) : Row16::zero();
    const Index at = (((n * out_blocks + b + half) * T + t / window[0]) * H + h / window[1]) * W * channel_block;
    float* const mine = sums + half * s.chunk * channel_block;
    const Index places = std::min(s.chunk, p.out[2] - place);
    for (Index i = 0; i < window[0] * window[1]; ++i) {
      float* const from = mine + i * row;
      float* const to = pooled ? from : target.y + at + place * channel_block;
      const bool stream = target.stream && !pooled;
      for (Index w = 0; w < places; ++w) {
        const Row16 v = winograd_activate<Row16>(activation, Row16::load(from + w * channel_block) + bias);
        stream ? v.stream(to + w * channel_block) : v.store(to + w * channel_block);
      }
    }
    if (!pooled) continue;
    const Index first = place / window[2], last = std::min(W, (place + s.chunk) / window[2]);
    for (Index w = first; w < last; ++w)
      for (Index lane = 0; lane < channel_block; lane += Pack<float>::width) {
        const Index to = at + w * channel_block + lane;
        blocked_window(mine + (w - first) * window[2] * channel_block + lane, window[1] * row, row, window,
                       target.y + to, target.choice ? target.choice + to : nullptr);
      }
  }
}

inline void few_convolve_run(const WinogradProblem& p, CView<float, 5> x, const WinogradWeightSource& source,
                             const WinogradTarget& target, Workspace& ws) {
  const FewForward s(p, target.after);
  const auto& window = target.after.pool;
  const Index bands = (p.out[1] + s.band - 1) / s.band, steps = s.taps * s.parts, groups = s.blocks / 2;
  const Index z_size = s.planes * s.plane / 2, quads_size = (s.band + 2) * s.quads();  // in floats
  const Index slot_size = (z_size + quads_size + s.sums + 15) / 16 * 16;
  const FewRecords how(s.C);
  Workspace::Scope scope(ws);
  std::uint16_t* const u = ws.take<std::uint16_t>(steps * groups * bf16x3_b_step).data();
  few_weights(p, s, source, u);
  float* const scratch = ws.take<float>(num_threads() * slot_size).data();
  const auto outputs = target.after.activation == Activation::relu      ? few_outputs<Activation::relu>
                       : target.after.activation == Activation::sigmoid ? few_outputs<Activation::sigmoid>
                                                                        : few_outputs<Activation::none>;
  parallel_for_slots(p.samples * bands, [&](Index item, int slot) {
    const TileRegisters registers;
    const Index n = item / bands, h0 = item % bands * s.band, rows = std::min(s.band, p.out[1] - h0);
    float* const sums = scratch + slot * slot_size;
    std::uint16_t* const z = reinterpret_cast<std::uint16_t*>(sums + s.sums);
    std::uint16_t* const quads = z + s.planes * s.plane;
    std::fill_n(z, s.planes * s.plane, std::uint16_t{0});
    Index next = 0;  // plane of x
    for (Index t0 = 0; t0 + window[0] <= p.out[0]; t0 += window[0]) {
      for (; next < std::min(p.in[0], t0 + window[0] + s.taps - 1 - p.padding[0]); ++next)
        few_records(p, s, how, x.data() + n * s.C * p.in_places(), next, h0, rows, quads,
                    z + next % s.planes * s.plane);
      for (Index r0 = 0; r0 + window[1] <= rows; r0 += window[1])
        for (Index place = 0; place < s.places; place += s.chunk)
          for (Index o = 0; o < groups; ++o) {
            for (Index i = 0; i < window[0] * window[1]; ++i)
              few_products(p, s, z + (r0 + i % window[1]) * s.line, u + o * bf16x3_b_step, t0 + i / window[1], place,
                           sums + i * 2 * s.chunk * channel_block);
            outputs(p, s, target, n, t0, h0 + r0, 2 * o, place, sums);
          }
    }
    if (target.stream) stream_fence();
  });
}
