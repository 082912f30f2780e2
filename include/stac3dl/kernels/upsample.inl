// kernels/upsample.inl - part of upsample.hpp, compiled once for each instruction set.

/// f(a coarse row's first number, first fine row that repeats it) for all rows of coarse maps.
template <class F>
inline void for_coarse_rows(const Shape<5>& coarse, const Shape<5>& fine, F&& f) {
  const Index T = coarse[2], H = coarse[3], rt = fine[2] / T, rh = fine[3] / H, rows = coarse[0] * coarse[1] * T * H;
  const Index grain = work_grain(rows, 0.3 * static_cast<double>(rt * rh * fine[4]) + 20);
  parallel_chunks(rows, grain, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const Index h = row % H, t = row / H % T, map = row / H / T;
      f(row * coarse[4], ((map * fine[2] + t * rt) * fine[3] + h * rh) * fine[4]);
    }
  });
}

inline constexpr Index upsample_columns = 256;  ///< of fine rows, or fewer, are done at a time

template <class Real>
void upsample_add_run(CView<Real, 5> coarse, View<Real, 5> fine) {
  const Index rt = fine.size(2) / coarse.size(2), rh = fine.size(3) / coarse.size(3);
  const Index H = fine.size(3), W = fine.size(4), rw = W / coarse.size(4);
  for_coarse_rows(coarse.shape(), fine.shape(), [&](Index from, Index to) {
    Real line[static_cast<std::size_t>(upsample_columns)];
    for (Index first = 0; first < W; first += upsample_columns) {
      const Index count = std::min(upsample_columns, W - first);
      for (Index i = 0, w = first / rw, k = first % rw; i < count; ++i) {
        line[i] = coarse.data()[from + w];
        if (++k == rw) k = 0, ++w;
      }
      for (Index r = 0; r < rt * rh; ++r) {
        Real* const row = fine.data() + to + (r / rh * H + r % rh) * W + first;
        for_packs<Real>(count, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
          lanes.store(lanes.load(row + i) + lanes.load(line + i), row + i);
        });
      }
    }
  });
}

template <class Real>
void upsample_add_backward_run(CView<Real, 5> d_fine, View<Real, 5> d_coarse) {
  const Index rt = d_fine.size(2) / d_coarse.size(2), rh = d_fine.size(3) / d_coarse.size(3);
  const Index H = d_fine.size(3), W = d_fine.size(4), rw = W / d_coarse.size(4);
  for_coarse_rows(d_coarse.shape(), d_fine.shape(), [&](Index to, Index from) {
    Real line[static_cast<std::size_t>(upsample_columns)];
    std::fill_n(d_coarse.data() + to, d_coarse.size(4), Real(0));
    for (Index first = 0; first < W; first += upsample_columns) {
      const Index count = std::min(upsample_columns, W - first);
      for_packs<Real>(count, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
        auto sum = Pack<Real>::zero();
        for (Index r = 0; r < rt * rh; ++r)
          sum = sum + lanes.load(d_fine.data() + from + (r / rh * H + r % rh) * W + first + i);
        lanes.store(sum, line + i);
      });
      for (Index i = 0, w = first / rw, k = first % rw; i < count; ++i) {
        d_coarse.data()[to + w] += line[i];
        if (++k == rw) k = 0, ++w;
      }
    }
  });
}
