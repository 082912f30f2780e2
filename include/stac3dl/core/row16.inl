// core/row16.inl - a row of 16 floats, for the files that for_each_tiles.hpp includes twice.

#if STAC3DL_TILES_AMX

/// 16 floats.
using Row16 = Pack<float>;

/// The first `lanes` of 16 floats, 0 in the others.
ISA_INLINE Row16 load_lanes(const float* from, Index lanes) {
  return {_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << lanes) - 1), from)};
}

/// The first `lanes` of v to `to`; the rest of it stays as it is.
ISA_INLINE void store_lanes(float* to, Index lanes, Row16 v) {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << lanes) - 1), v.raw);
}

/// square[i] lane j becomes square[j] lane i.
ISA_INLINE void transpose_rows(Row16 (&square)[16]) { transpose_square(square); }

#else

/// 16 floats.
struct Row16 {
  static constexpr Index width = 16;
  float v[16];

  static Row16 zero() { return all(0.f); }
  static Row16 all(float value) {
    Row16 r;
    for (float& x : r.v) x = value;
    return r;
  }
  static Row16 load(const float* from) {
    Row16 r;
    std::copy_n(from, 16, r.v);
    return r;
  }
  void store(float* to) const { std::copy_n(v, 16, to); }
  void stream(float* to) const { store(to); }
  template <class Op>
  static Row16 each(const Row16& a, const Row16& b, Op op) {
    Row16 r;
    for (Index i = 0; i < 16; ++i) r.v[i] = op(a.v[i], b.v[i]);
    return r;
  }
  friend Row16 operator+(const Row16& a, const Row16& b) { return each(a, b, std::plus<float>()); }
  friend Row16 operator-(const Row16& a, const Row16& b) { return each(a, b, std::minus<float>()); }
  friend Row16 operator*(const Row16& a, const Row16& b) { return each(a, b, std::multiplies<float>()); }
  friend Row16 operator/(const Row16& a, const Row16& b) { return each(a, b, std::divides<float>()); }
  friend Row16 fma(const Row16& a, const Row16& b, const Row16& c) { return a * b + c; }
  friend Row16 exp(const Row16& a) {
    return each(a, a, [](float x, float) { return std::exp(x); });
  }
  friend Row16 if_less(const Row16& a, const Row16& b, const Row16& yes, const Row16& no) {
    Row16 r;
    for (Index i = 0; i < 16; ++i) r.v[i] = a.v[i] < b.v[i] ? yes.v[i] : no.v[i];
    return r;
  }
};

/// The first `lanes` of 16 floats, 0 in the others.
inline Row16 load_lanes(const float* from, Index lanes) {
  Row16 r = Row16::zero();
  std::copy_n(from, lanes, r.v);
  return r;
}
/// The first `lanes` of v to `to`; the rest of it stays as it is.
inline void store_lanes(float* to, Index lanes, const Row16& v) { std::copy_n(v.v, lanes, to); }
/// square[i] lane j becomes square[j] lane i.
inline void transpose_rows(Row16 (&square)[16]) {
  for (Index i = 0; i < 16; ++i)
    for (Index j = 0; j < i; ++j) std::swap(square[i].v[j], square[j].v[i]);
}

#endif
