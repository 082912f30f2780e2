// kernels/conv3d_convolve.inl: see conv3d_convolve.hpp.

using detail::ceil_div, detail::Lines, detail::LineStretch, detail::LineTaps, detail::LineTarget;

/// Places of a tile: its sums stay in the first-level cache while the channels pass by.
template <class Real>
inline constexpr Index line_tile = 8 * line_packs * Pack<Real>::width;

/// Moves places [q0, q1) of one line, held at `tile`, to the volume `to` of its channel; samples are `sample` apart.
template <class Real>
void scatter_line(const Real* tile, Index q0, Index q1, const Lines& lines, const LineTarget& target, Real* to,
                  Index sample) {
  const Index rows = lines.axis[1].pitch, planes = lines.axis[0].pitch, pitch = lines.axis[2].pitch;
  const auto& [size, first, step, count] = target;
  for (Index row = q0 / pitch; row * pitch < q1; ++row) {
    const Index y = row % rows, t = row / rows % planes, n = row / rows / planes;
    if (y >= count[1] || t >= count[0]) continue;
    const Index x0 = std::max<Index>(0, q0 - row * pitch), x1 = std::min(count[2], q1 - row * pitch);
    const Real* from = tile + row * pitch - q0;
    Real* out = to + n * sample + ((first[0] + step[0] * t) * size[1] + first[1] + step[1] * y) * size[2] + first[2];
    if (step[2] == 1) std::copy(from + x0, from + std::max(x0, x1), out + x0);
    else
      for (Index x = x0; x < x1; ++x) out[x * step[2]] = from[x];
  }
}

/// Tiles of a unit's lines that hold `out` outputs of `samples` samples.
template <class Real>
Index line_tiles(const Lines& lines, Index samples, const std::array<Index, 3>& out) {
  const LineStretch stretch = detail::line_stretch(lines, samples, out, Pack<Real>::width);
  return stretch.count * ceil_div(stretch.places, line_tile<Real>);
}

/// Tiles [tile0, tile1), where there are so many, of output channels [o0, o1), o0 at a block's start:
/// out = bias + sum over channels and taps.
template <class Real>
void convolve_lines(const Real* source, Index channels, const Lines& lines, Index samples, const LineTaps<Real>& taps,
                    const Real* bias, Index o0, Index o1, Index tile0, Index tile1, const LineTarget& target, Real* to,
                    Index out_channels, Real* tile) {
  constexpr Index O = line_outputs, Q = line_packs, W = Pack<Real>::width;
  const Index channel = lines.phases() * lines.length();
  const Index volume = target.size[0] * target.size[1] * target.size[2];
  // Channels at a time, so that the weights in use stay in the first-level cache.
  const Index weights = O * std::max<Index>(1, taps.count) * static_cast<Index>(sizeof(Real));
  const Index some = std::max<Index>(1, 16384 / weights);
  const LineStretch stretch = detail::line_stretch(lines, samples, target.count, W);
  const Index tiles = ceil_div(stretch.places, line_tile<Real>);
  for (Index i = tile0; i < std::min(tile1, stretch.count * tiles); ++i) {
    const Index s = i / tiles, q0 = i % tiles * line_tile<Real>;
    const Index q1 = std::min(stretch.places, q0 + line_tile<Real>), packs = ceil_div(q1 - q0, W);
    for (Index o = o0; o < o1; o += O) {
      for (Index lane = 0; lane < O; ++lane)
        std::fill_n(tile + lane * line_tile<Real>, packs * W, bias && o + lane < o1 ? bias[o + lane] : Real(0));
      for (Index c = 0; c < channels; c += some) {
        const Index now = std::min(some, channels - c);
        const Real* w = taps.weights + (o / O * channels + c) * taps.count * O;
        const Real* x = source + c * channel + s * stretch.step + q0;
        Index p = 0;
        const auto run = [&]<int packs_now>() {
          line_block<Real, O, packs_now>(x + p * W, channel, now, taps.offset, taps.count, w, tile + p * W,
                                         line_tile<Real>);
          p += packs_now;
        };
        while (packs - p >= Q) run.template operator()<Q>();
        if (packs - p == 2) run.template operator()<2>();
        if (packs - p == 1) run.template operator()<1>();
      }
      for (Index lane = 0; lane < O && o + lane < o1; ++lane)
        scatter_line(tile + lane * line_tile<Real>, q0, q1, lines, target,
                     to + s * out_channels * volume + (o + lane) * volume, out_channels * volume);
    }
  }
}

/// Puts a panel's weights into order: number k of output `row` < rows, at from + row * step + k, becomes number row % O
/// at place(row / O, k), 0 for outputs that there are not.  A place may be nullptr: nothing is written.
template <class Real, class Place>
void pack_line_weights(const Real* from, Index step, Index rows, Index count, Place&& place) {
  constexpr Index W = Pack<Real>::width, O = line_outputs;
  for (Index row = 0; row < line_panel<Real>; row += W)
    for (Index k = 0; k < count; k += W) {
      const Index some = std::min(W, count - k);
      Pack<Real> square[static_cast<std::size_t>(W)];
      for (Index i = 0; i < W; ++i)
        square[i] = row + i < rows ? load_some(from + (row + i) * step + k, some) : Pack<Real>::zero();
      transpose_square(square);
      for (Index i = 0; i < some; ++i) {
        Real lanes[static_cast<std::size_t>(W)];
        square[i].store(lanes);
        for (Index r = 0; r < W; r += O)
          if (Real* to = place((row + r) / O, k + i)) std::copy_n(lanes + r, std::min(O, W), to + (row + r) % O);
      }
    }
}

/// Gathers every unit's lines from x and has them convolved: convolve(unit, lines, tile0, tile1, o0, o1, slot).
/// `tiles` are those of the largest unit.
template <class Real, class Convolve>
void for_each_line_unit(const detail::LinePlan& plan, const Real* x, Index in_size, Index channels, Index outputs,
                        Index tiles, Index multiplications, Workspace& ws, Convolve&& convolve) {
  using namespace detail;
  const LineCut& cut = plan.cut;
  const Index channel = cut.lines.phases() * cut.lines.length(), step = channels * in_size;
  Workspace::Scope scope(ws);
  const View<Real, 2> slots = ws.take<Real>(Shape<2>{plan.shared ? 1 : num_threads(), channels * channel});
  if (!plan.shared) {
    for_each_unit(cut.units(), multiplications, [&](Index u, int slot) {
      const LineUnit unit = line_unit(cut, u);
      Real* lines = slots.data() + slot * channels * channel;
      gather_lines(x + unit.sample * step, step, unit.samples, channels, unit.lines, lines);
      convolve(unit, lines, 0, tiles, 0, outputs, slot);
    });
    return;
  }
  const Index blocks = ceil_div(outputs, line_outputs), parts = std::min(blocks, ceil_div(16, tiles));
  const Index some = ceil_div(blocks, parts) * line_outputs;
  for (Index u = 0; u < cut.units(); ++u) {
    const LineUnit unit = line_unit(cut, u);
    parallel_for(channels, [&](Index c) {
      gather_line(x + unit.sample * step + c * in_size, step, unit.samples, unit.lines, slots.data() + c * channel);
    });
    parallel_for_slots(tiles * parts, [&](Index item, int slot) {
      const Index o0 = item % parts * some, tile = item / parts;
      if (o0 < outputs) convolve(unit, slots.data(), tile, tile + 1, o0, std::min(outputs, o0 + some), slot);
    });
  }
}
