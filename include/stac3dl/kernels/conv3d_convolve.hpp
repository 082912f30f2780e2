/// kernels/conv3d_convolve.hpp - lines in, volumes out: the loop that convolution and its data gradient share.
///
///   out[o][q] = bias[o] + sum over channels c and taps of w[o][c][tap] * line[c][q + offset[tap]]
/// in tiles of q, blocks of output channels o and stretches of channels; places that hold no output are left out when a
/// tile goes to its volume.
#pragma once

#include "stac3dl/kernels/conv3d_block.hpp"
#include "stac3dl/kernels/conv3d_cut.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// Places of a tile: its sums stay in the first-level cache while the channels pass by.
template <class Real>
inline constexpr Index line_tile = 8 * line_packs * Pack<Real>::width;

/// Where the places of a stretch go: output (t, y, x) < count is element (first + step * (t, y, x)) of `size`.
struct LineTarget {
  std::array<Index, 3> size, first, step, count;
};

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

/// One set of taps: packed weights [output block][channel][tap][output in block], and where each tap looks.
template <class Real>
struct LineTaps {
  const Real* weights;
  const Index* offset;
  Index count;
};

/// Output channels [o0, o1) of `samples` samples: out = bias + sum over channels and taps, o0 at a block's start.
template <class Real>
void convolve_lines(const Real* source, Index channels, const Lines& lines, Index samples, const LineTaps<Real>& taps,
                    const Real* bias, Index o0, Index o1, const LineTarget& target, Real* to, Index out_channels,
                    Real* tile) {
  constexpr Index O = line_outputs, Q = line_packs, W = Pack<Real>::width;
  const Index channel = lines.phases() * lines.length<Real>();
  const Index volume = target.size[0] * target.size[1] * target.size[2];
  // Channels at a time, so that the weights in use stay in the first-level cache.
  const Index weights = O * std::max<Index>(1, taps.count) * static_cast<Index>(sizeof(Real));
  const Index some = std::max<Index>(1, 16384 / weights);
  const LineStretch stretch = line_stretch<Real>(lines, samples, target.count);
  for (Index s = 0; s < stretch.count; ++s)
    for (Index q0 = 0; q0 < stretch.places; q0 += line_tile<Real>) {
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

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
