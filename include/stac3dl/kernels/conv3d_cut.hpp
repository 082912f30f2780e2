/// kernels/conv3d_cut.hpp - cuts a convolution on lines into units of work, by its sizes alone.
///
/// A unit is a stretch of outputs along the first axis that has more than one (usually time), or a group of samples
/// whose lines are short.  Its lines fit into the second-level cache.  Units are what threads share.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/kernels/conv3d_lines.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

struct LineCut {
  Lines lines;                       ///< of the first unit, the largest
  std::array<Index, 3> out;          ///< outputs of the whole convolution
  Index samples, group, step, cuts;  ///< samples in all and a unit; outputs a unit along `axis`, units along it
  std::size_t axis;

  Index units() const { return ceil_div(samples, group) * cuts; }
};

struct LineUnit {
  Lines lines;                      ///< source lines of this unit
  Index sample, samples;            ///< its first sample, and how many
  std::array<Index, 3> first, out;  ///< its first output along each axis, and how many
};

/// `axis` comes with size, stride, lead and phases; `reach` is how far the taps of an output look along its line.
/// A unit gets lines of about `length` places or longer where there are samples enough, but not much above 2^17
/// places in all its lines.
inline LineCut cut_lines(std::array<LineAxis, 3> axis, const std::array<Index, 3>& reach,
                         const std::array<Index, 3>& out, Index channels, Index samples, Index length) {
  constexpr Index budget = 1 << 17;
  LineCut cut{{axis, 1}, out, samples, 1, 1, 1, 0};
  while (cut.axis < 2 && out[cut.axis] == 1) ++cut.axis;
  auto& axes = cut.lines.axis;
  for (std::size_t a = 0; a < 3; ++a) axes[a].count = out[a] + reach[a], axes[a].share_zeros(out[a]);

  const std::size_t a = cut.axis;
  Index places = channels * cut.lines.phases();  // per output along the axis that is cut
  for (std::size_t later = a + 1; later < 3; ++later) places *= axes[later].pitch;
  const Index least = std::min(out[a], 4 * (reach[a] + 1));  // or too much of a unit would be its margins
  cut.cuts = ceil_div(out[a], std::clamp(budget / places, least, out[a]));
  cut.step = ceil_div(out[a], cut.cuts);
  cut.cuts = ceil_div(out[a], cut.step);
  if (cut.cuts > 1) {
    axes[a].pitch = axes[a].count = cut.step + reach[a];  // inner units have no zeros to share
  } else {
    const Index period = cut.lines.offset(1, 0, 0, 0), most = budget / (channels * cut.lines.phases() * period);
    cut.group = std::clamp<Index>(std::min(ceil_div(length, period), most), 1, std::max<Index>(samples, 1));
    cut.lines.samples = cut.group;
  }
  return cut;
}

/// The forward layout of x: `length` places or more a unit.
inline LineCut cut_input(const Conv3dSizes& s, Index length) {
  std::array<LineAxis, 3> axis;
  std::array<Index, 3> reach;
  for (std::size_t a = 0; a < 3; ++a) {
    axis[a] = {s.in[a], s.stride[a], s.padding[a], std::min(s.stride[a], s.kernel[a]), 0};
    reach[a] = (s.kernel[a] - 1) / s.stride[a];
  }
  return cut_lines(axis, reach, s.out, s.in_channels, s.samples, length);
}

/// Where tap `tap` of a forward convolution looks, from the output's own place in the channel's first line.
template <class Real>
Index tap_offset(const Conv3dSizes& s, const Lines& lines, Index tap) {
  const Index i = tap / s.kernel[2] / s.kernel[1], j = tap / s.kernel[2] % s.kernel[1], k = tap % s.kernel[2];
  const auto& [t_axis, y_axis, x_axis] = lines.axis;
  const Index phase = (i % t_axis.stride * y_axis.phases + j % y_axis.stride) * x_axis.phases + k % x_axis.stride;
  return phase * lines.length<Real>() + lines.offset(0, i / s.stride[0], j / s.stride[1], k / s.stride[2]);
}

inline LineUnit line_unit(const LineCut& cut, Index u) {
  LineUnit unit{cut.lines, u / cut.cuts * cut.group, 0, {0, 0, 0}, cut.out};
  unit.samples = std::min(cut.group, cut.samples - unit.sample);
  unit.first[cut.axis] = u % cut.cuts * cut.step;
  unit.out[cut.axis] = std::min(cut.step, cut.out[cut.axis] - unit.first[cut.axis]);
  LineAxis& axis = unit.lines.axis[cut.axis];
  axis.lead -= axis.stride * unit.first[cut.axis];
  return unit;
}

/// Stretches of places that hold `out` outputs of every sample: one a sample, or one in all where the samples stand
/// closer than whole vectors allow.
struct LineStretch {
  Index count, step, places;
};
template <class Real>
LineStretch line_stretch(const Lines& lines, Index samples, const std::array<Index, 3>& out) {
  const Index places = lines.offset(0, out[0] - 1, out[1] - 1, out[2] - 1) + 1, period = lines.offset(1, 0, 0, 0);
  if (samples == 1 || ceil_div(places, Pack<Real>::width) * Pack<Real>::width <= period)
    return {samples, period, places};
  return {1, 0, (samples - 1) * period + places};
}

/// Blocks of output channels that a unit of work does: all, or fewer where the units alone are too few to share.
inline Index blocks_a_unit(Index units, Index blocks) {
  const Index parts = std::min(blocks, ceil_div(8, std::max<Index>(1, units)));
  return ceil_div(blocks, parts);
}

/// body(i, slot) for i in [0, n); in order on the calling thread where all of it is too little to share.
template <class Body>
void for_each_unit(Index n, Index multiplications, Body&& body) {
  if (multiplications >= 1 << 17) parallel_for_slots(n, body);
  else
    for (Index i = 0; i < n; ++i) body(i, 0);
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
