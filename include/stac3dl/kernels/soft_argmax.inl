// kernels/soft_argmax.inl - part of soft_argmax.hpp, compiled once for each instruction set.

/// f(first number of the map, its point's first number) for the maps of (N, J, T, H, W), on all threads.
template <class F>
inline void for_maps(const Shape<5>& s, double nanoseconds_each, F&& f) {
  const Index J = s[1], T = s[2], cells = s[3] * s[4], maps = s[0] * J * T;
  const Index grain = work_grain(maps, nanoseconds_each * static_cast<double>(cells) + 20);
  parallel_chunks(maps, grain, [&](Index begin, Index end) {
    for (Index map = begin; map < end; ++map) {
      const Index t = map % T, j = map / T % J, n = map / T / J;
      f(map * cells, ((n * T + t) * J + j) * 2);
    }
  });
}

/// 0, 1, 2, ... of a pack's lanes.
template <class Real>
ISA_INLINE Pack<Real> lane_numbers() {
  Real numbers[static_cast<std::size_t>(Pack<Real>::width)];
  for (Index i = 0; i < Pack<Real>::width; ++i) numbers[i] = static_cast<Real>(i);
  return Pack<Real>::load(numbers);
}

template <class Real>
void soft_argmax_forward_run(CView<Real, 5> z, View<Real, 5> p, View<Real, 4> points) {
  using P = Pack<Real>;
  const Index H = z.size(3), W = z.size(4);
  for_maps(z.shape(), 1.0, [&](Index map, Index point) {
    const Real* const from = z.data() + map;
    Real* const to = p.data() + map;
    const Real top = largest_of(from, H * W);
    if (to != from) std::copy(from, from + H * W, to);
    const P sum = P::all(exp_row(to, H * W, top)), half = P::all(Real(0.5)), lane = lane_numbers<Real>();
    P x = P::zero(), y = P::zero();  // in units of a cell
    for (Index h = 0; h < H; ++h) {
      P row = P::zero();
      for_packs<Real>(W, [&](Index w, auto lanes) STAC3DL_INLINE_LAMBDA {
        const P weight = lanes.load(to + h * W + w) / sum;  // 0 in lanes behind the row's end
        lanes.store(weight, to + h * W + w);
        row = row + weight;
        x = fma(weight, lane + (P::all(static_cast<Real>(w)) + half), x);
      });
      y = fma(row, P::all(static_cast<Real>(h) + Real(0.5)), y);
    }
    points.data()[point] = x.sum() / static_cast<Real>(W), points.data()[point + 1] = y.sum() / static_cast<Real>(H);
  });
}

template <class Real>
void soft_argmax_backward_run(CView<Real, 5> p, CView<Real, 4> points, CView<Real, 4> d_points, View<Real, 5> dz) {
  using P = Pack<Real>;
  const Index H = p.size(3), W = p.size(4);
  const P lane = lane_numbers<Real>();
  for_maps(p.shape(), 0.3, [&, lane](Index map, Index point) {
    const Real *const at = points.data() + point, *const g = d_points.data() + point;
    const P step = P::all(g[0] / static_cast<Real>(W));
    for (Index h = 0; h < H; ++h) {
      const Real cy = (static_cast<Real>(h) + Real(0.5)) / static_cast<Real>(H);
      const P first = P::all(g[0] * (Real(0.5) / static_cast<Real>(W) - at[0]) + g[1] * (cy - at[1]));
      const Real* const from = p.data() + map + h * W;
      Real* const to = dz.data() + map + h * W;
      for_packs<Real>(W, [&](Index w, auto lanes) STAC3DL_INLINE_LAMBDA {
        const P column = lane + P::all(static_cast<Real>(w));
        lanes.store(lanes.load(from + w) * fma(step, column, first), to + w);
      });
    }
  });
}
