// core/tiles.inl - tile registers and what is done with them; compiled into each namespace of for_each_tiles.hpp.

#if STAC3DL_TILES_AMX

/// The eight tile registers, set to rows of 64 bytes as long as this lives; belongs to the thread that made it.
class TileRegisters {
 public:
  /// 0 to 5, for the sums and the left factor, have `height` rows; 6 and 7, for the right factor, 16.
  explicit TileRegisters(Index height = 16) {
    const auto rows = static_cast<std::uint8_t>(height);
    const struct alignas(64) {
      std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
      std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16];
    } settings{.rows = {rows, rows, rows, rows, rows, rows, 16, 16}};
    asm volatile("ldtilecfg %0" ::"m"(settings));
  }
  ~TileRegisters() { asm volatile("tilerelease"); }
  TileRegisters(const TileRegisters&) = delete;
  TileRegisters& operator=(const TileRegisters&) = delete;
};

// Tile registers are named in the text: compilers of today do not hand them out themselves.
template <int R>
ISA_INLINE void tile_zero() {
  asm volatile("tilezero %%tmm%c0" ::"i"(R));
}
template <int R>
ISA_INLINE void tile_load(const void* from, Index row_bytes) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(R) : "memory");
}
template <int R>
ISA_INLINE void tile_store(void* to, Index row_bytes) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row_bytes), "i"(R) : "memory");
}
template <int C, int A, int B>
ISA_INLINE void tile_multiply() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
}

#else

struct TileRegisters {
  explicit TileRegisters(Index = 16) {}  // nothing to set; said so that no compiler warns of an unused name
};

#endif
