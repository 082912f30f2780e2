// kernels/bf16x3_few_gradient.inl - dw of few channels: dw[o, k, q] += sum over places of x_kq[place] dy[o, place],
// where x_kq is x moved by tap k = (kh, kw) of rows and columns, and by q = (kt, c) of planes.
//
// Places are the steps of the sum, 32 at a time.  x stands in memory as planes [t][c] with zeros around: the planes
// (kt, c) are then a constant number apart, and are the rows of the left factor as they lie there, from wherever a tap
// begins.  The right factor is dy, with zeros where x's rows are longer than dy's.

inline constexpr Index few_sum_places = 512;  ///< places that are turned into a factor at a time, about

/// Sizes of the work on some rows of a plane.
struct FewGradient {
  Index row, plane, planes;  ///< of x between its zeros: numbers of a row and of a plane, planes of a channel
  Index moved, outs32;       ///< q; blocks of 32 outputs
  Index lines, steps;        ///< rows at a time; tiles of 32 places
  Index split, right;        ///< numbers of a sample's high parts, and of the right factor
  Index bias, sums;          ///< floats of the weights' sums, which the bias's follow, and of all of them

  explicit FewGradient(const WinogradProblem& p) {
    row = (p.out[2] + 3) / 2 * 2, planes = p.out[0] + p.depth_taps - 1;
    plane = ((p.out[1] + 2) * row + 64 + 31) / 32;  // and what steps read beyond the end
    plane = (plane | 1) * 32;                       // odd numbers of lines do not fall into the same sets of a cache
    moved = p.depth_taps * p.in_channels, outs32 = (channel_blocks(p.out_channels) + 1) / 2;
    lines = std::clamp<Index>(few_sum_places / row, 1, p.out[1]), steps = (lines * row + 31) / 32;
    split = planes * p.in_channels * plane;
    right = outs32 * steps * bf16x3_b_step, bias = outs32 * 2 * 9 * 256;
    sums = bias + outs32 * 32;
  }
};

/// Splits x into two volumes of bfloat16 with zeros around, [n][high, low][t][c].
inline void few_split_input(const WinogradProblem& p, const FewGradient& s, CView<float, 5> x, std::uint16_t* split) {
  parallel_for(p.samples * s.planes * p.in_channels, [&](Index item) {
    const Index C = p.in_channels, n = item / (s.planes * C), c = item % C, t = item / C % s.planes - p.padding[0];
    std::uint16_t* const high = split + n * 2 * s.split + item % (s.planes * C) * s.plane;
    std::fill_n(high, s.plane, std::uint16_t{0}), std::fill_n(high + s.split, s.plane, std::uint16_t{0});
    if (t < 0 || t >= p.in[0]) return;
    const float* const from = x.data() + ((n * C + c) * p.in[0] + t) * p.in[1] * p.in[2];
    const Index columns = std::min(p.in[2], s.row - p.padding[2]);
    for (Index h = 0; h < std::min(p.in[1], p.out[1] + 2 - p.padding[1]); ++h)
      for (Index w = 0; w < columns; w += 32) {
        const float* const line = from + h * p.in[2] + w;
        const Index a = std::min<Index>(16, columns - w), b = std::clamp<Index>(columns - w - 16, 0, 16);
        alignas(64) std::uint16_t parts[2][32];
        split_store(load_lanes(line, a), b > 0 ? load_lanes(line + 16, b) : Row16::zero(), parts[0], parts[1]);
        std::uint16_t* const to = high + (h + p.padding[1]) * s.row + p.padding[2] + w;
        std::copy_n(parts[0], a + b, to), std::copy_n(parts[1], a + b, to + s.split);
      }
  });
}

/// Right factor of `lines` rows of dy, which start at its block 0; blocks are `volume` apart.  bias (blocks, 16) += the
/// sums of dy.
inline void few_right(const WinogradProblem& p, const FewGradient& s, const float* dy, Index volume, Index lines,
                      std::uint16_t* right, float* bias) {
  const Index W = p.out[2], blocks = channel_blocks(p.out_channels);
  for (Index b = 0; b < 2 * s.outs32; ++b) {
    std::uint16_t* to = right + b / 2 * s.steps * bf16x3_b_step + b % 2 * bf16x3_tile;
    const float* line = dy + b * volume;
    Index w = 0, left = b < blocks ? lines : 0;  // rows that are left
    Row16 even_sum = Row16::zero(), odd_sum = even_sum;
    for (Index step = 0; step < s.steps; ++step, to += bf16x3_b_step)
      for (Index i = 0; i < 16; ++i) {
        Row16 even = Row16::zero(), odd = even;
        if (left > 0 && w < W) even = Row16::load(line + w * channel_block);
        if (left > 0 && w + 1 < W) odd = Row16::load(line + (w + 1) * channel_block);
        split_store_pairs(even, odd, to + i * 32, to + 2 * bf16x3_tile + i * 32);
        even_sum = even_sum + even, odd_sum = odd_sum + odd;
        w += 2;
        if (w == s.row) w = 0, --left, line += W * channel_block;
      }
    (Row16::load(bias + b * channel_block) + (even_sum + odd_sum)).store(bias + b * channel_block);
  }
}

/// What comes nearer while rows before h are summed: dy's next rows, in memory those of the next plane too.
inline Bf16x3Ahead few_ahead(const WinogradProblem& p, const FewGradient& s, BlockedView<const float> dy, Index n,
                             Index t, Index h, Index steps) {
  if (h == p.out[1] && t + 1 == p.out[0]) return {};
  const float* const from = dy.volume(n, 0) + (t * p.out[1] + h) * p.out[2] * channel_block;
  const Index rows = std::min(s.lines, p.out[1] - h % p.out[1]);
  return Bf16x3Ahead::over(reinterpret_cast<const std::uint16_t*>(from), rows * p.out[2],
                           p.out_places() * channel_block * 2, dy.blocks(), steps);
}

/// dw (O, C, KT, 3, 3) += sum over places of x and dy; db (O), which may be empty, += sum of dy.
inline void few_gradient_run(const WinogradProblem& p, CView<float, 5> x, BlockedView<const float> dy, float* dw,
                             View<float, 1> db, Workspace& ws) {
  const FewGradient s(p);
  const Index C = p.in_channels, planes = p.samples * p.out[0], some = (planes + 63) / 64;
  const Index chunks = (planes + some - 1) / some;
  Workspace::Scope scope(ws);
  std::uint16_t* const split = ws.take<std::uint16_t>(p.samples * 2 * s.split).data();
  float* const sums = ws.take<float>(chunks * s.sums).data();
  std::uint16_t* const scratch = ws.take<std::uint16_t>(num_threads() * s.right).data();
  few_split_input(p, s, x, split);
  parallel_for_slots(chunks, [&](Index chunk, int slot) {
    const TileRegisters registers(s.moved);
    std::uint16_t* const right = scratch + slot * s.right;
    float* const mine = sums + chunk * s.sums;
    std::fill_n(mine, s.sums, 0.f);
    for (Index nt = chunk * some; nt < std::min(planes, (chunk + 1) * some); ++nt)
      for (Index h = 0; h < p.out[1]; h += s.lines) {
        const Index n = nt / p.out[0], t = nt % p.out[0], lines = std::min(s.lines, p.out[1] - h);
        const Index steps = (lines * s.row + 31) / 32;
        const std::uint16_t* const left = split + n * 2 * s.split + t * C * s.plane + h * s.row;
        few_right(p, s, dy.volume(n, 0) + (t * p.out[1] + h) * p.out[2] * channel_block, p.out_places() * channel_block,
                  lines, right, mine + s.bias);
        Bf16x3Ahead nothing, ahead = few_ahead(p, s, dy, n, t, h + lines, steps * s.outs32 * 5);
        for (Index o = 0; o < s.outs32; ++o) {
          const auto tap_at = [&](Index tap) { return tap / 3 * s.row + tap % 3; };
          const auto product = [&]<int blocks>(Index tap) STAC3DL_INLINE_LAMBDA {
            const Index at = tap_at(tap);
            bf16x3_product<blocks>(
                steps, {s.plane, tap_at(tap + 1) - at, s.split, bf16x3_tile, 9 * 256, s.moved},
                mine + (o * 2 * 9 + tap) * 256, true,
                [&](Index k) STAC3DL_INLINE_LAMBDA {
                  return Bf16x3Factors{left + at + k * 32, right + (o * s.steps + k) * bf16x3_b_step};
                },
                ahead, nothing);
          };
          for (Index tap = 0; tap < 8; tap += 2) product.template operator()<2>(tap);
          product.template operator()<1>(8);
        }
      }
  });
  parallel_for(p.out_channels, [&](Index o) {
    for (Index chunk = 0; db && chunk < chunks; ++chunk) db.data()[o] += sums[chunk * s.sums + s.bias + o];
    for (Index c = 0; c < C; ++c)
      for (Index kt = 0; kt < p.depth_taps; ++kt)
        for (Index tap = 0; tap < 9; ++tap)
          for (Index chunk = 0; chunk < chunks; ++chunk)
            dw[((o * C + c) * p.depth_taps + kt) * 9 + tap] +=
                sums[chunk * s.sums + ((o / 16 * 9 + tap) * 16 + kt * C + c) * 16 + o % 16];
  });
}
