// kernels/winograd_product.inl - the matrix product at one point: M[tile, o] = sum over c of V[tile, c] U[c, o].
//
// R tiles by V vectors of output channels stay in registers while all input channels pass by.  The weights of the next
// panel are fetched into the second-level cache meanwhile, so that they are there when their turn comes.

/// Registers for sums: 6 tiles x 4 vectors with 32 registers, 6 x 2 with 16.
inline constexpr Index winograd_panel_vectors = many_registers ? 4 : 2;
inline constexpr Index winograd_panel = winograd_panel_vectors * Pack<float>::width;
constexpr Index winograd_rows(Index vectors) { return many_registers ? (vectors > 2 ? 6 : 12) : (vectors > 1 ? 6 : 12); }

/// Where a product reads and writes.  Strides in floats.
struct WinogradOperands {
  const float* inputs;   ///< V at the first tile
  Index input_tile;      ///< to the next tile
  Index input_block;     ///< to the next block of input channels
  Index block;           ///< input channels of a block, which lie side by side: 16, or 1
  const float* weights;  ///< U panel (C, vectors * width)
  Index channels;        ///< C
  float* products;       ///< M at the first tile
  Index product_tile;    ///< to the next tile
  Index product_block;   ///< to the next 16 output channels
  const float* next;     ///< what to fetch meanwhile, in lines of 64 bytes
  Index next_lines;      ///< lines to fetch for each input channel: 0, 1, 2 or 4
};

template <int R, int V>
void winograd_product_tile(const WinogradOperands& op) {
  using P = Pack<float>;
  P sum[R * V];
  unroll<R * V>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i] = P::zero(); });
  const float* u = op.weights;
  const char* next = reinterpret_cast<const char*>(op.next);
  const Index tile = op.input_tile, lines = op.next_lines;
  const float* in = op.inputs;
  for (Index c0 = 0; c0 < op.channels; c0 += op.block, in += op.input_block) {
    const Index count = std::min(op.block, op.channels - c0);
    // the same channels of the next point lie one line on
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA { STAC3DL_PREFETCH(in + r * tile + channel_block); });
    for (Index c = 0; c < count; ++c, u += V * P::width) {
      P weight[V];
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { weight[v] = P::load(u + v * P::width); });
      if (lines > 0) {
        STAC3DL_PREFETCH_L2(next);
        if (lines > 1) STAC3DL_PREFETCH_L2(next + 64);
        if (lines > 2) STAC3DL_PREFETCH_L2(next + 128), STAC3DL_PREFETCH_L2(next + 192);
        next += lines * 64;
      }
      unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
        const P value = P::all(in[r * tile + c]);
        unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[r * V + v] = fma(value, weight[v], sum[r * V + v]); });
      });
    }
  }
  float* const products = op.products;
  const Index product_tile = op.product_tile, product_block = op.product_block;
  unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA {
      const Index column = v * P::width;
      float* to = products + r * product_tile + column / channel_block * product_block + column % channel_block;
      sum[r * V + v].store(to);
      STAC3DL_PREFETCH_WRITE(to + channel_block);
    });
  });
}

using WinogradProduct = void (*)(const WinogradOperands&);

/// The function for `rows` tiles and `vectors` vectors.
inline WinogradProduct winograd_product(Index rows, Index vectors) {
  static constexpr auto of = []<int V, int... R>(std::integer_sequence<int, R...>) {
    return std::array<WinogradProduct, sizeof...(R)>{winograd_product_tile<R + 1, V>...};
  };
  static constexpr auto one = of.template operator()<1>(std::make_integer_sequence<int, 12>{});
  static constexpr auto two =
      of.template operator()<2>(std::make_integer_sequence<int, static_cast<int>(winograd_rows(2))>{});
  const auto row = static_cast<std::size_t>(rows - 1);
  if (vectors == 1) return one[row];
  if (vectors == 2) return two[row];
  if constexpr (many_registers) {
    static constexpr auto three = of.template operator()<3>(std::make_integer_sequence<int, 6>{});
    static constexpr auto four = of.template operator()<4>(std::make_integer_sequence<int, 6>{});
    return vectors == 3 ? three[row] : four[row];
  }
  return nullptr;
}
