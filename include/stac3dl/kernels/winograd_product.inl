// kernels/winograd_product.inl - the matrix product at one point: M[tile, o] = sum over c of V[tile, c] U[c, o].
//
// R tiles by V vectors of output channels stay in registers while input channels pass by.  What comes next is fetched
// into the second-level cache meanwhile.

/// Registers for sums: 6 tiles x 4 vectors with 32 registers, 6 x 2 with 16.
inline constexpr Index winograd_panel_vectors = many_registers ? 4 : 2;
inline constexpr Index winograd_panel = winograd_panel_vectors * Pack<float>::width;
constexpr Index winograd_rows(Index vectors) {
  return many_registers ? (vectors > 2 ? 6 : 12) : (vectors > 1 ? 6 : 12);
}

/// Lines of 64 bytes to fetch into the second-level cache while a product runs: the first `count` from `at` on.
struct WinogradAhead {
  const float* at = nullptr;
  Index count = 0;

  /// The share of part `i` of `parts`.
  WinogradAhead part(Index i, Index parts) const {
    const Index first = count * i / parts;
    return {at + first * 16, count * (i + 1) / parts - first};
  }
};

/// Where a product reads and writes.  Strides in floats.
struct WinogradOperands {
  const float* inputs;   ///< V at the first tile
  Index input_tile;      ///< to the next tile
  Index input_block;     ///< to the next block of input channels
  Index block;           ///< input channels of a block, which lie side by side: 16, or 1
  const float* weights;  ///< U (channels, vectors * width)
  Index channels;        ///< input channels to sum over
  float* products;       ///< M at the first tile; output channels lie side by side
  Index product_tile;    ///< to the next tile
  bool add;              ///< to what M holds already
  WinogradAhead weights_ahead, inputs_ahead;
};

template <int R, int V>
void winograd_product_tile(const WinogradOperands& op) {
  using P = Pack<float>;
  P sum[R * V];
  float* const products = op.products;
  const Index tile = op.input_tile, product_tile = op.product_tile;
  if (op.add)
    unroll<R * V>([&](auto i)
                      STAC3DL_INLINE_LAMBDA { sum[i] = P::load(products + i / V * product_tile + i % V * P::width); });
  else
    unroll<R * V>([&](auto i) STAC3DL_INLINE_LAMBDA { sum[i] = P::zero(); });
  const float* u = op.weights;
  const char* weights = reinterpret_cast<const char*>(op.weights_ahead.at);
  const char* inputs = reinterpret_cast<const char*>(op.inputs_ahead.at);
  const char* const last_weights = weights + op.weights_ahead.count * 64;
  const char* const last_inputs = inputs + op.inputs_ahead.count * 64;
  const float* in = op.inputs;
  const auto channel = [&](Index c) STAC3DL_INLINE_LAMBDA {
    P weight[V];
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { weight[v] = P::load(u + v * P::width); });
    u += V * P::width;
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P value = P::all(in[r * tile + c]);
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[r * V + v] = fma(value, weight[v], sum[r * V + v]); });
    });
  };
  for (Index c0 = 0; c0 < op.channels; c0 += op.block, in += op.input_block) {
    const Index count = std::min(op.block, op.channels - c0);
    Index c = 0;
    // four at a time: integer instructions would take turns of the units that multiply
    for (; c + 4 <= count; c += 4) {
      if (weights < last_weights) STAC3DL_PREFETCH_L2(weights), STAC3DL_PREFETCH_L2(weights + 64), weights += 128;
      if (inputs < last_inputs) STAC3DL_PREFETCH_L2(inputs), STAC3DL_PREFETCH_L2(inputs + 64), inputs += 128;
      channel(c), channel(c + 1), channel(c + 2), channel(c + 3);
    }
    for (; c < count; ++c) channel(c);
  }
  for (; weights < last_weights; weights += 64) STAC3DL_PREFETCH_L2(weights);
  for (; inputs < last_inputs; inputs += 64) STAC3DL_PREFETCH_L2(inputs);
  unroll<R * V>([&](auto i)
                    STAC3DL_INLINE_LAMBDA { sum[i].store(products + i / V * product_tile + i % V * P::width); });
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
