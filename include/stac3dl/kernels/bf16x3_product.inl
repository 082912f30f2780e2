// kernels/bf16x3_product.inl - C += A B of numbers split into two bfloat16: high high + high low + low high.
//
//   A (rows, K)   32 steps of the sum lie side by side, their low parts `low` numbers away; rows are `a_row` apart,
//                 the second 16 of them `a_block` from the first
//   B (K, 32)     32 steps are four tiles, `b_tile` apart, of 16 pairs of steps x 16 columns: high parts of columns 0 to
//                 15, of 16 to 31, then the low parts of both
//   C (rows, 32)  two halves of 16 columns, `c_half` floats apart; rows of a half lie 16 floats apart
// The low parts' product, at most 2^-16 of the whole, is left out.  Sums of a tile run in float.

/// One step of 32 terms of the sum: where its factors are.
struct Bf16x3Factors {
  const std::uint16_t* a;
  const std::uint16_t* b;
};

/// Where the parts of the factors and of C lie, in numbers.
struct Bf16x3Layout {
  Index a_row, a_block, low;  ///< A: to the next row, from the first 16 rows to the second, to the low parts
  Index b_tile, c_half;       ///< B: to the next tile; C: to the columns 16 to 31
  Index rows = 16;            ///< of a block, as the tile registers have been set
};

/// Lines to fetch into the second-level cache while something else is multiplied: `ranges` ranges of `length` lines,
/// `stride` numbers apart, a few at each step.
struct Bf16x3Ahead {
  const std::uint16_t* at = nullptr;
  Index length = 0, stride = 0, ranges = 0;
  Index some = 0;  ///< a step
  Index left = 0;

  static Bf16x3Ahead over(const std::uint16_t* from, Index lines, Index stride, Index ranges, Index steps) {
    return {from, lines, stride, ranges, (lines * ranges + steps - 1) / std::max<Index>(1, steps), lines};
  }
  ISA_INLINE void step() {
    for (Index i = 0; i < some; ++i) {
      STAC3DL_PREFETCH_L2(at);
      at += 32;
      if (--left > 0) continue;
      at += stride - length * 32, left = length;
      if (--ranges == 0) some = 0;
    }
  }
};

inline constexpr Index bf16x3_tile = 16 * 32;            ///< numbers of a tile of bfloat16
inline constexpr Index bf16x3_b_step = 4 * bf16x3_tile;  ///< of B for 32 steps

#if STAC3DL_TILES_AMX

/// `blocks` (1 or 2) times 16 rows of C (+)= sum over steps; factors(k) gives step k's.
template <int blocks, class Factors>
ISA_INLINE void bf16x3_product(Index steps, const Bf16x3Layout& layout, float* c, bool add, const Factors& factors,
                               Bf16x3Ahead& a_ahead, Bf16x3Ahead& b_ahead) {
  const auto [a_row, a_block, low, b_tile, c_half, rows] = layout;
  const Index row = a_row * 2;
  if (add) {
    tile_load<0>(c, 64), tile_load<1>(c + c_half, 64);
    if constexpr (blocks == 2) tile_load<2>(c + 256, 64), tile_load<3>(c + 256 + c_half, 64);
  } else {
    tile_zero<0>(), tile_zero<1>();
    if constexpr (blocks == 2) tile_zero<2>(), tile_zero<3>();
  }
  const auto multiply = [&]() STAC3DL_INLINE_LAMBDA {
    tile_multiply<0, 4, 6>(), tile_multiply<1, 4, 7>();
    if constexpr (blocks == 2) tile_multiply<2, 5, 6>(), tile_multiply<3, 5, 7>();
  };
  // A store of a tile waits a thousand cycles where more than 128 products have passed since the last (measured on
  // Xeons of the fourth generation): one now and then, to nowhere, costs forty.
  alignas(64) float nowhere[256];
  static_cast<void>(rows);
  for (Index k = 0, stored = 9; k < steps; ++k) {
    if (k == stored) tile_store<4>(nowhere, 64), stored += 9;
    const Bf16x3Factors f = factors(k);
    tile_load<4>(f.a + low, row);
    if constexpr (blocks == 2) tile_load<5>(f.a + low + a_block, row);
    tile_load<6>(f.b, 64), tile_load<7>(f.b + b_tile, 64);
    multiply();
    a_ahead.step(), b_ahead.step();
    tile_load<4>(f.a, row);
    if constexpr (blocks == 2) tile_load<5>(f.a + a_block, row);
    multiply();
    tile_load<6>(f.b + 2 * b_tile, 64), tile_load<7>(f.b + 3 * b_tile, 64);
    multiply();
  }
  tile_store<0>(c, 64), tile_store<1>(c + c_half, 64);
  if constexpr (blocks == 2) tile_store<2>(c + 256, 64), tile_store<3>(c + 256 + c_half, 64);
}

#else

/// `blocks` (1 or 2) times 16 rows of C (+)= sum over steps; factors(k) gives step k's.
template <int blocks, class Factors>
inline void bf16x3_product(Index steps, const Bf16x3Layout& layout, float* c, bool add, const Factors& factors, Bf16x3Ahead&,
                           Bf16x3Ahead&) {
  const auto [a_row, a_block, low, b_tile, c_half, rows] = layout;
  for (Index r = 0; r < blocks * 16; r += r % 16 + 1 < rows ? 1 : 16 - r % 16)
    for (Index half = 0; half < 2; ++half) {
      float* const to = c + r * 16 + half * c_half;
      float sum[16];
      for (Index o = 0; o < 16; ++o) sum[o] = add ? to[o] : 0.f;
      for (Index k = 0; k < steps; ++k) {
        const Bf16x3Factors f = factors(k);
        const std::uint16_t* const a = f.a + r / 16 * a_block + r % 16 * a_row;
        const std::uint16_t* const b = f.b + half * b_tile;
        for (Index i = 0; i < 32; ++i) {
          const float high = to_float(Bf16{a[i]}), rest = to_float(Bf16{a[low + i]});
          const std::uint16_t* const bi = b + i / 2 * 32 + i % 2;
          for (Index o = 0; o < 16; ++o) {
            const float weight = to_float(Bf16{bi[2 * o]}), weight_rest = to_float(Bf16{bi[2 * b_tile + 2 * o]});
            sum[o] += high * weight + (high * weight_rest + rest * weight);
          }
        }
      }
      std::copy_n(sum, 16, to);
    }
}

#endif

/// Whole tiles of places [first, last): product<2>(place) for each two of them, product<1>(place) for a last one alone.
template <class Product>
ISA_INLINE void for_tiles_of_places(Index first, Index last, const Product& product) {
  Index place = first;
  for (; place + 32 <= last; place += 32) product.template operator()<2>(place);
  if (place < last) product.template operator()<1>(place);
}
