// kernels/bilinear.inl - part of bilinear.hpp, compiled once for each instruction set.

template <class Real>
void gate_forward_run(CView<Real, 1> a, CView<Real, 1> v, View<Real, 1> g) {
  const auto product = [](Pack<Real> x, Pack<Real> y) STAC3DL_INLINE_LAMBDA { return x * y; };
  map_packs(a.size(), 0.2, g.data(), product, a.data(), v.data());
}
template <class Real>
void gate_backward_run(CView<Real, 1> a, CView<Real, 1> v, CView<Real, 1> dg, View<Real, 1> da, View<Real, 1> dv) {
  const Index W = Pack<Real>::width, n = a.size(), grain = (work_grain(n, 0.3) + W - 1) / W * W;
  parallel_chunks(n, grain, [&](Index begin, Index end) {
    for_packs<Real>(end - begin, [&](Index k, auto lanes) STAC3DL_INLINE_LAMBDA {
      const Index i = begin + k;
      const Pack<Real> d = lanes.load(dg.data() + i), x = lanes.load(a.data() + i), y = lanes.load(v.data() + i);
      lanes.store(d * y, da.data() + i), lanes.store(d * x, dv.data() + i);
    });
  });
}

/// R rows and S packs of out (rows, columns) = scale * sum over k of a[i*a_i + k*a_k] b[k*b_k + j]; j side by side.
template <Index R, Index S, class Real, class Lanes>
ISA_INLINE void small_tile(Index K, const Real* a, Index a_i, Index a_k, const Real* b, Index b_k, Real scale,
                           Real* out, Index out_i, Lanes lanes) {
  using P = Pack<Real>;
  P sum[R][S];
  unroll<R * S>([&](auto t) STAC3DL_INLINE_LAMBDA { sum[t / S][t % S] = P::zero(); });
  for (Index k = 0; k < K; ++k, a += a_k, b += b_k) {
    P right[S];
    unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { right[s] = lanes.load(b + s * P::width); });
    unroll<R>([&](auto r) STAC3DL_INLINE_LAMBDA {
      const P left = P::all(a[r * a_i]);
      unroll<S>([&](auto s) STAC3DL_INLINE_LAMBDA { sum[r][s] = fma(left, right[s], sum[r][s]); });
    });
  }
  unroll<R * S>([&](auto t) STAC3DL_INLINE_LAMBDA {
    lanes.store(P::all(scale) * sum[t / S][t % S], out + t / S * out_i + t % S * P::width);
  });
}
template <class Real>
inline void small_product(Index rows, Index columns, Index K, const Real* a, Index a_i, Index a_k, const Real* b,
                          Index b_k, Real scale, Real* out, Index out_i) {
  constexpr Index W = Pack<Real>::width, R = many_registers ? 6 : 4, S = many_registers ? 4 : 2;
  const auto columns_of = [&](auto height, Index i) STAC3DL_INLINE_LAMBDA {
    const auto tile = [&](auto packs, Index j, auto lanes) STAC3DL_INLINE_LAMBDA {
      small_tile<height, packs, Real>(K, a + i * a_i, a_i, a_k, b + j, b_k, scale, out + i * out_i + j, out_i, lanes);
    };
    Index j = 0;
    for (; j + S * W <= columns; j += S * W) tile(std::integral_constant<Index, S>{}, j, AllLanes<Real>{});
    for (; j + W <= columns; j += W) tile(std::integral_constant<Index, 1>{}, j, AllLanes<Real>{});
    if (j < columns) tile(std::integral_constant<Index, 1>{}, j, FirstLanes<Real>{columns - j});
  };
  Index i = 0;
  for (; i + R <= rows; i += R) columns_of(std::integral_constant<Index, R>{}, i);
  for (; i + 2 <= rows; i += 2) columns_of(std::integral_constant<Index, 2>{}, i);
  if (i < rows) columns_of(std::integral_constant<Index, 1>{}, i);
}

/// body(l, n, scratch) for every step, with `numbers` of scratch to each.
template <class Real, class Body>
void outer_steps(const bilinear_detail::Sizes& s, Index numbers, double nanoseconds_each, Workspace& ws, Body&& body) {
  Workspace::Scope scope(ws);
  const Index steps = s.L * s.N, grain = work_grain(steps, nanoseconds_each), chunks = (steps + grain - 1) / grain;
  const Index slots = in_parallel() ? 1 : std::max<Index>(1, std::min<Index>(num_threads(), chunks));
  const Index padded = (numbers + 63) / 64 * 64;
  const auto scratch = ws.take<Real>(Shape<2>{slots, padded});
  parallel_for_slots(chunks, [&](Index chunk, int slot) {
    for (Index i = chunk * grain; i < std::min(steps, (chunk + 1) * grain); ++i)
      body(i / s.N, i % s.N, scratch.data() + slot * padded);
  });
}

/// Nanoseconds of a step with so many products of M C P multiplications, about.
inline double outer_time(const bilinear_detail::Sizes& s, double products) {
  return 0.03 * products * static_cast<double>(s.M * s.C * s.P) + 2 * static_cast<double>(s.M * s.C) + 100;
}

template <class Real>
void outer_forward_run(const bilinear_detail::Sizes& s, CView<Real, 4> a, CView<Real, 4> v,
                       CView<std::uint8_t, 3> mask, View<Real, 3> y, View<Real, 3> B, View<Real, 2> length,
                       Workspace& ws) {
  using V = Pack<Real>;
  using namespace bilinear_detail;
  const Index M = s.M, C = s.C, P = s.P;
  outer_steps<Real>(s, P * (M + C), outer_time(s, 1), ws, [&](Index l, Index n, Real* scratch) {
    const std::uint8_t* const valid = s.valid(mask, l, n);
    const Index Q = s.count(valid), at = (l * s.N + n) * M * C;
    Real *const by = y.data() + at, *const bB = B.data() + at, *const tv = scratch, *const ta = scratch + P * C;
    const Real* left = a.data() + s.at(l, n, M);
    Index left_i = s.step();
    transpose_rows(v.data() + s.at(l, n, C), s.step(), C, P, tv, C);
    if (Q < P) {  // what is valid moves together
      for (Index p = 0, q = 0; p < P; ++p) {
        if (!valid[p]) continue;
        for (Index m = 0; m < M; ++m) ta[m * P + q] = left[m * left_i + p];
        if (q < p) std::copy_n(tv + p * C, C, tv + q * C);
        ++q;
      }
      left = ta, left_i = P;
    }
    small_product<Real>(M, C, Q, left, left_i, 1, tv, C, Q > 0 ? 1 / static_cast<Real>(Q) : Real(0), bB, C);
    const V eps = V::all(static_cast<Real>(epsilon));
    for_packs<Real>(M * C, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      const V b = lanes.load(bB + i);
      lanes.store(b / sqrt(abs(b) + eps), by + i);
    });
    WideSum square;
    for_packs<double>(M * C, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      const Pack<double> b = load_wide(by + i, lanes);
      square.add(b * b, lanes);
    });
    const double q = std::sqrt(square.value());
    length.data()[l * s.N + n] = static_cast<Real>(q);
    const V scale = V::all(static_cast<Real>(1 / std::max(q, shortest)));
    for_packs<Real>(M * C, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
      lanes.store(scale * lanes.load(by + i), by + i);
    });
  });
}

/// dB (M, C) / Q of one step.
template <class Real>
inline void outer_root_backward(Index n, const Real* B, const Real* dy, double q, Real share, Real* dB) {
  using V = Pack<Real>;
  const V eps = V::all(static_cast<Real>(bilinear_detail::epsilon)), half = V::all(Real(0.5));
  const V per_q = V::all(static_cast<Real>(q < bilinear_detail::shortest ? 0 : 1 / q)), part = V::all(share);
  for_packs<Real>(n, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {  // y
    const V b = lanes.load(B + i);
    lanes.store(b / sqrt(abs(b) + eps) * per_q, dB + i);
  });
  WideSum along;
  for_packs<double>(n, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    along.add(load_wide(dB + i, lanes) * load_wide(dy + i, lanes), lanes);
  });
  const V back = V::all(static_cast<Real>(along.value()));
  for_packs<Real>(n, [&](Index i, auto lanes) STAC3DL_INLINE_LAMBDA {
    const V size = abs(lanes.load(B + i)), shifted = size + eps;
    const V ds = fnma(lanes.load(dB + i), back, lanes.load(dy + i)) * per_q;
    lanes.store(ds * fma(size, half, eps) / (shifted * sqrt(shifted)) * part, dB + i);
  });
}

template <class Real>
void outer_backward_run(const bilinear_detail::Sizes& s, CView<Real, 4> a, CView<Real, 4> v,
                        CView<std::uint8_t, 3> mask, CView<Real, 3> B, CView<Real, 2> length, CView<Real, 3> dy,
                        View<Real, 4> da, View<Real, 4> dv, Workspace& ws) {
  const Index M = s.M, C = s.C, P = s.P;
  outer_steps<Real>(s, P * C + M * C, outer_time(s, 2), ws, [&](Index l, Index n, Real* scratch) {
    const std::uint8_t* const valid = s.valid(mask, l, n);
    const Index Q = s.count(valid), at = (l * s.N + n) * M * C, at_a = s.at(l, n, M), at_v = s.at(l, n, C);
    Real *const turned = scratch, *const dB = scratch + P * C;
    outer_root_backward(M * C, B.data() + at, dy.data() + at, static_cast<double>(length.data()[l * s.N + n]),
                        Q > 0 ? 1 / static_cast<Real>(Q) : Real(0), dB);
    const auto clear_masked = [&](Real* to, Index channels) {
      for (Index p = 0; p < P && valid; ++p)
        for (Index c = 0; c < channels && !valid[p]; ++c) to[c * s.step() + p] = 0;
    };
    if (da) {
      transpose_rows(v.data() + at_v, s.step(), C, P, turned, C);
      Real* const to = da.data() + at_a;
      Index m = 0;
      for (; m + 4 <= M; m += 4)
        dot_lines<Real, 4>(P, C, turned, C, dB + m * C, C, to + m * s.step(), 1, s.step(), false);
      for (; m < M; ++m) dot_lines<Real, 1>(P, C, turned, C, dB + m * C, C, to + m * s.step(), 1, s.step(), false);
      clear_masked(to, M);
    }
    if (dv) {
      small_product<Real>(P, C, M, a.data() + at_a, 1, s.step(), dB, C, Real(1), turned, C);
      transpose_rows(turned, C, P, C, dv.data() + at_v, s.step());
      clear_masked(dv.data() + at_v, C);
    }
  });
}
