// kernels/conv3d_direct_batch.inl - samples side by side: sources in, sums, results out; see conv3d_direct_batch.hpp.

/// Vectors of samples that go together, and output channels that share them.
inline constexpr Index batch_packs = 2, batch_outputs = many_registers ? 8 : 4;

/// Where each element of a slab's planes goes, in numbers, or -1: it is not read.  `lanes` samples to a place.
inline void batch_places(const detail::BatchSource& source, Index lanes, Index* to) {
  for (Index t = 0; t < source.count[0]; ++t)
    for (Index y = 0; y < source.size[1]; ++y)
      for (Index x = 0; x < source.size[2]; ++x) {
        const Index py = y - source.first[1], px = x - source.first[2];
        const bool read = py >= 0 && py < source.count[1] && px >= 0 && px < source.count[2];
        *to++ = read ? ((t * source.count[1] + py) * source.count[2] + px) * lanes : -1;
      }
}

/// Where each place of `planes` planes of the result reads its first tap.
inline void batch_bases(const detail::BatchSource& source, const detail::Conv3dSizes& s, Index planes, Index lanes,
                        Index* to) {
  for (Index t = 0; t < planes; ++t)
    for (Index i = 0; i < s.out[1]; ++i)
      for (Index j = 0; j < s.out[2]; ++j)
        *to++ = ((t * s.stride[0] * source.count[1] + i * s.stride[1]) * source.count[2] + j * s.stride[2]) * lanes;
}

/// Zeros where a slab's source has no elements: `begin` to `end` are the planes that it has.
template <class Real>
void batch_halo(const detail::BatchSource& source, Index lanes, Index planes, Index begin, Index end, Real* to) {
  const auto& [T, H, W] = source.count;
  const Index y0 = std::clamp<Index>(-source.first[1], 0, H), x0 = std::clamp<Index>(-source.first[2], 0, W);
  const Index y1 = std::clamp<Index>(source.size[1] - source.first[1], y0, H);
  const Index x1 = std::clamp<Index>(source.size[2] - source.first[2], x0, W);
  const auto fill = [&](Index place, Index count) { std::fill_n(to + place * lanes, count * lanes, Real(0)); };
  for (Index t = 0; t < planes; ++t) {
    if (t < begin || t >= end) {
      fill(t * H * W, H * W);
      continue;
    }
    fill(t * H * W, y0 * W);
    for (Index y = y0; y < y1; ++y) fill((t * H + y) * W, x0), fill((t * H + y) * W + x1, W - x1);
    fill((t * H + y1) * W, (H - y1) * W);
  }
}

/// Turns round a slab of `samples` <= lanes samples, `step` numbers apart, of `channels` channels: to[c][place][lane].
/// Lanes without a sample become 0.
template <class Real>
void batch_gather(const Real* from, Index step, Index samples, Index channels, const detail::BatchSource& source,
                  Index first_plane, Index planes, const Index* place, Index lanes, Real* to) {
  constexpr Index W = Pack<Real>::width;
  const Index plane = source.plane_size(), volume = source.size[0] * plane;
  const Index begin = std::clamp<Index>(-first_plane, 0, planes);
  const Index end = std::clamp<Index>(source.size[0] - first_plane, begin, planes);
  for (Index c = 0; c < channels; ++c, to += source.places() * lanes) {
    batch_halo(source, lanes, planes, begin, end, to);
    const Index origin = c * volume + first_plane * plane;
    for (Index lane = 0; lane < lanes; lane += W)
      for (Index e = begin * plane; e < end * plane; e += W) {
        const Index count = std::min(W, end * plane - e);
        const Real* row = from + lane * step + origin + e;
        Pack<Real> square[static_cast<std::size_t>(W)];
        if (count == W && lane + W <= samples) {
          unroll<W>([&](auto i) STAC3DL_INLINE_LAMBDA { square[i] = Pack<Real>::load(row), row += step; });
        } else {
          for (Index i = 0; i < W; ++i, row += step)
            square[i] = lane + i < samples ? load_some(row, count) : Pack<Real>::zero();
        }
        transpose_square(square);
        for (Index i = 0; i < count; ++i)
          if (place[e + i] >= 0) square[i].store(to + place[e + i] + lane);
      }
  }
}

/// The taps of a class of places: weights [block of outputs][channel][tap][output], offsets in numbers.
template <class Real>
struct BatchTaps {
  const Real* weights;
  const Index* offset;
  Index count;
};

/// Sums of one place: O outputs by V vectors of samples, to lines `to_step` apart.
template <class Real, Index O, Index V>
void batch_sums(const Real* source, Index channel, Index channels, const Index* offset, Index taps, const Real* w,
                const Real* bias, Real* to, Index to_step) {
  using P = Pack<Real>;
  P sum[O][V];
  unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[o][v] = P::all(bias[o]); });
  });
  for (Index c = 0; c < channels; ++c, source += channel)
    for (Index tap = 0; tap < taps; ++tap, w += O) {
      const Real* from = source + offset[tap];
      P x[V];
      unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { x[v] = P::load(from + v * P::width); });
      unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
        const P left = P::all(w[o]);
        unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[o][v] = fma(left, x[v], sum[o][v]); });
      });
    }
  unroll<O>([&](auto o) STAC3DL_INLINE_LAMBDA {
    unroll<V>([&](auto v) STAC3DL_INLINE_LAMBDA { sum[o][v].store(to + o * to_step + v * P::width); });
  });
}

/// Places [0, count) of a slab: which source place each starts from, in numbers, and its class of taps.
struct BatchPoints {
  const Index* base;
  const std::int32_t* kind;
  Index count;
};

/// A tile of sums: a vector's width of places.
template <class Real>
inline constexpr Index batch_tile = batch_outputs * Pack<Real>::width * batch_packs * Pack<Real>::width;

/// All outputs of a slab to `to` + sample * to_sample + output * to_output + place.
template <class Real>
void batch_convolve(const Real* source, Index channel, Index channels, const BatchPoints& points,
                    const BatchTaps<Real>* taps, const Real* bias, Index outputs, Index samples, Real* to,
                    Index to_sample, Index to_output, Real* tile) {
  constexpr Index W = Pack<Real>::width, O = batch_outputs, lanes = batch_packs * W, line = W * lanes;
  for (Index o = 0; o < outputs; o += O) {
    Real start[O] = {};
    if (bias)
      for (Index lane = 0; lane < std::min(O, outputs - o); ++lane) start[lane] = bias[o + lane];
    for (Index p0 = 0; p0 < points.count; p0 += W) {
      const Index count = std::min(W, points.count - p0);
      for (Index p = p0; p < p0 + count; ++p) {
        const BatchTaps<Real>& own = taps[points.kind[p]];
        const Real* w = own.weights + o * channels * own.count;
        const auto run = [&]<Index V>(std::integral_constant<Index, V>) STAC3DL_INLINE_LAMBDA {
          batch_sums<Real, O, V>(source + points.base[p], channel, channels, own.offset, own.count, w, start,
                                 tile + (p - p0) * lanes, line);
        };
        if (samples > W) run(std::integral_constant<Index, batch_packs>{});
        else run(std::integral_constant<Index, 1>{});
      }
      for (Index lane = 0; lane < O && o + lane < outputs; ++lane)
        for (Index n = 0; n < samples; n += W) {
          Pack<Real> square[static_cast<std::size_t>(W)];
          const Real* from = tile + lane * line + n;
          Real* out = to + n * to_sample + (o + lane) * to_output + p0;
          const auto place = [&](auto i) STAC3DL_INLINE_LAMBDA { square[i] = Pack<Real>::load(from + i * lanes); };
          if (count == W && n + W <= samples) {
            unroll<W>(place);
            transpose_square(square);
            unroll<W>([&](auto i) STAC3DL_INLINE_LAMBDA { square[i].store(out), out += to_sample; });
            continue;
          }
          for (Index i = 0; i < count; ++i) place(i);
          for (Index i = count; i < W; ++i) square[i] = Pack<Real>::zero();
          transpose_square(square);
          for (Index i = 0; i < std::min(W, samples - n); ++i) store_some(square[i], out + i * to_sample, count);
        }
    }
  }
}

/// Where the weights of a convolution's outputs lie: (output, channel, tap) at data + output * step_o + channel * step_c +
/// tap[tap].
template <class Real>
struct BatchWeights {
  const Real* data;
  Index step_o, step_c;
  const Index* tap;
};

/// Weights in the order of batch_sums: of outputs [0, outputs) filled up with zeros.
template <class Real>
void batch_pack_weights(Index outputs, Index channels, Index taps, const BatchWeights<Real>& w, Real* to) {
  for (Index block = 0; block < outputs; block += batch_outputs)
    for (Index c = 0; c < channels; ++c)
      for (Index tap = 0; tap < taps; ++tap) {
        const Real* from = w.data + block * w.step_o + c * w.step_c + w.tap[tap];
        for (Index o = block; o < block + batch_outputs; ++o, from += w.step_o) *to++ = o < outputs ? *from : Real(0);
      }
}

/// Samples that go together.
template <class Real>
inline constexpr Index batch_group = batch_packs * Pack<Real>::width;

template <class Real>
void conv3d_forward_batch_run(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                              const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (y.empty()) return;
  constexpr Index lanes = batch_group<Real>;
  const Conv3dSizes s = batch_sizes(x.shape(), y.shape(), spec);
  const Index C = s.in_channels, O = s.out_channels, taps = s.taps(), out_plane = s.out[1] * s.out[2];
  const Index work = y.size() * C * taps, groups = ceil_div(s.samples, lanes);
  BatchSource source{s.in, {-s.padding[0], -s.padding[1], -s.padding[2]}, {}};
  for (std::size_t a = 0; a < 3; ++a) source.count[a] = (s.out[a] - 1) * s.stride[a] + s.kernel[a];
  const Index step = batch_step(s.out[0], groups, C * s.stride[0] * source.plane() * lanes, 1, worth_sharing(work));
  const BatchCut cut{s.samples, lanes, s.out[0], step, step * s.stride[0]};
  source.count[0] = (step - 1) * s.stride[0] + s.kernel[0];

  Workspace::Scope scope(ws);
  const View<Index, 1> place = ws.take<Index>(source.count[0] * source.plane_size());
  batch_places(source, lanes, place.data());
  const View<Index, 1> offset = ws.take<Index>(taps), tap = ws.take<Index>(taps);
  const View<Index, 1> base = ws.take<Index>(step * out_plane);
  const View<std::int32_t, 1> kind = ws.take<std::int32_t>(step * out_plane);
  const auto at = [&](Index t, Index i, Index j) {
    return ((t * source.count[1] + i) * source.count[2] + j) * lanes;
  };
  Index next = 0;
  for (Index i = 0; i < s.kernel[0]; ++i)
    for (Index j = 0; j < s.kernel[1]; ++j)
      for (Index k = 0; k < s.kernel[2]; ++k) offset[next++] = at(i, j, k);
  batch_bases(source, s, step, lanes, base.data());
  std::fill(kind.begin(), kind.end(), 0);
  const View<Real, 1> packed = ws.take<Real>(ceil_div(O, batch_outputs) * batch_outputs * C * taps);
  std::iota(tap.begin(), tap.end(), Index{0});
  batch_pack_weights<Real>(O, C, taps, {w.data(), C * taps, taps, tap.data()}, packed.data());
  const BatchTaps<Real> all{packed.data(), offset.data(), taps};

  const Index slots = num_threads(), channel = source.places() * lanes;
  const View<Real, 2> sources = ws.take<Real>(Shape<2>{slots, C * channel});
  const View<Real, 2> tiles = ws.take<Real>(Shape<2>{slots, batch_tile<Real>});
  for_each_unit(cut.units(), work, [&](Index u, int slot) {
    const BatchUnit unit = batch_unit(cut, u);
    Real* lines = sources.data() + slot * C * channel;
    batch_gather(x.data() + unit.sample * C * s.in_size(), C * s.in_size(), unit.samples, C, source,
                 source.first[0] + unit.source_plane, (unit.planes - 1) * s.stride[0] + s.kernel[0], place.data(),
                 lanes, lines);
    batch_convolve<Real>(lines, channel, C, {base.data(), kind.data(), unit.planes * out_plane}, &all, b.data(), O,
                         unit.samples, y.data() + unit.sample * O * s.out_size() + unit.plane * out_plane,
                         O * s.out_size(), s.out_size(), tiles.data() + slot * batch_tile<Real>);
  });
}
