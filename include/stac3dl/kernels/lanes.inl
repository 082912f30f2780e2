// kernels/lanes.inl - part of lanes.hpp, compiled once for each instruction set.

/// How a pack of a row is read and written: all of its lanes, or the first ones.
template <class Real>
struct AllLanes {
  static constexpr bool whole = true;
  static constexpr Index count = Pack<Real>::width;
  ISA_INLINE Pack<Real> load(const Real* from) const { return Pack<Real>::load(from); }
  ISA_INLINE void store(Pack<Real> pack, Real* to) const { pack.store(to); }
};
template <class Real>
struct FirstLanes {
  static constexpr bool whole = false;
  Index count;
  ISA_INLINE Pack<Real> load(const Real* from) const { return load_part(from, count); }
  ISA_INLINE void store(Pack<Real> pack, Real* to) const { store_part(pack, to, count); }
};

/// f(i, lanes) for the packs of a row of n numbers: numbers i to i + lanes.count.
template <class Real, class F>
ISA_INLINE void for_packs(Index n, F&& f) {
  constexpr Index W = Pack<Real>::width;
  Index i = 0;
  for (; i + W <= n; i += W) f(i, AllLanes<Real>{});
  if (i < n) f(i, FirstLanes<Real>{n - i});
}

/// The numbers of a pack of doubles, whatever type they are kept in.
ISA_INLINE Pack<double> load_wide(const double* from, auto lanes) { return lanes.load(from); }
ISA_INLINE Pack<double> load_wide(const float* from, auto lanes) {
  if constexpr (lanes.whole) {
#if STAC3DL_ISA_AVX512
    return {_mm512_cvtps_pd(_mm256_loadu_ps(from))};
#elif STAC3DL_ISA_AVX2
    return {_mm256_cvtps_pd(_mm_loadu_ps(from))};
#endif
  }
  double wide[static_cast<std::size_t>(Pack<double>::width)] = {};
  for (Index i = 0; i < lanes.count; ++i) wide[i] = static_cast<double>(from[i]);
  return Pack<double>::load(wide);
}

/// A sum in double that packs are added to: lane by lane, in two chains that take turns.
class WideSum {
 public:
  ISA_INLINE WideSum() : first_(Pack<double>::zero()), second_(Pack<double>::zero()) {}
  /// Of the last pack of a row only the first lanes count.
  ISA_INLINE void add(Pack<double> value, auto lanes) {
    if constexpr (lanes.whole) {
      const Pack<double> sum = first_ + value;
      first_ = second_, second_ = sum;
    } else {
      double last[static_cast<std::size_t>(Pack<double>::width)];
      value.store(last);
      for (Index k = 0; k < lanes.count; ++k) rest_ += last[k];
    }
  }
  ISA_INLINE double value() const { return (first_ + second_).sum() + rest_; }

 private:
  Pack<double> first_, second_;
  double rest_ = 0;
};

/// The largest of n >= 1 numbers, NaN if one of them is.
template <class Real>
inline Real largest_of(const Real* x, Index n) {
  using P = Pack<Real>;
  P top = P::all(x[0]);
  Index i = 0;
  for (; i + P::width <= n; i += P::width) top = if_better(P::load(x + i), top, P::load(x + i), top);
  Real lanes[static_cast<std::size_t>(P::width)], all = x[0];
  top.store(lanes);
  const auto meet = [&all](Real value) { all = value > all || value != value ? value : all; };
  for (Index k = 0; k < P::width; ++k) meet(lanes[k]);
  for (; i < n; ++i) meet(x[i]);
  return all;
}

/// w[i] = exp(w[i] - top); returns their sum.
template <class Real>
inline Real exp_row(Real* w, Index n, Real top) {
  using P = Pack<Real>;
  P sum = P::zero();
  Real rest = 0;
  for_packs<Real>(n, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    const P y = exp(lanes.load(w + i) - P::all(top));
    lanes.store(y, w + i);
    if constexpr (lanes.whole) sum = sum + y;
    else
      for (Index k = 0; k < lanes.count; ++k) rest += w[i + k];
  });
  return sum.sum() + rest;
}

/// y[i] = f(x[i], ...) for n numbers, a pack at a time, on all threads where it is worth it.
template <class Real, class F, class... X>
inline void map_packs(Index n, double nanoseconds_each, Real* y, const F& f, const X*... x) {
  const Index W = Pack<Real>::width, grain = (work_grain(n, nanoseconds_each) + W - 1) / W * W;
  parallel_chunks(n, grain, [&](Index begin, Index end) {
    for_packs<Real>(end - begin, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      lanes.store(f(lanes.load(x + begin + i)...), y + begin + i);
    });
  });
}
