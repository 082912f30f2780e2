/// kernels/conv3d_cut.hpp - cuts a convolution on lines into units of work, by its sizes alone.
///
/// A unit is a stretch of outputs along the first axis that has more than one (usually time), or a group of samples
/// whose lines are short.  Threads share units whose lines fit into the second-level cache, each with lines of its own.
/// Where there are few units, or lines are long, units are large, come one after the other, and threads share their
/// inside: the gathering of lines, then tiles of them.
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

/// Places in all lines of a unit that a thread has for itself, and of one that threads share.
inline constexpr Index small_lines = Index{1} << 17, large_lines = Index{1} << 23;

/// `axis` comes with size, stride, lead and phases; `reach` is how far the taps of an output look along its line.
/// A unit gets lines of about `length` places or longer where there are samples enough, but not much above `budget`
/// places in all its lines.
inline LineCut cut_lines(std::array<LineAxis, 3> axis, const std::array<Index, 3>& reach,
                         const std::array<Index, 3>& out, Index channels, Index samples, Index length, Index budget) {
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
inline LineCut cut_input(const Conv3dSizes& s, Index length, Index budget = small_lines) {
  std::array<LineAxis, 3> axis;
  std::array<Index, 3> reach;
  for (std::size_t a = 0; a < 3; ++a) {
    axis[a] = {s.in[a], s.stride[a], s.padding[a], std::min(s.stride[a], s.kernel[a]), 0};
    reach[a] = (s.kernel[a] - 1) / s.stride[a];
  }
  return cut_lines(axis, reach, s.out, s.in_channels, s.samples, length, budget);
}

/// Where tap `tap` of a forward convolution looks, from the output's own place in the channel's first line.
inline Index tap_offset(const Conv3dSizes& s, const Lines& lines, Index tap) {
  const Index i = tap / s.kernel[2] / s.kernel[1], j = tap / s.kernel[2] % s.kernel[1], k = tap % s.kernel[2];
  const auto& [t_axis, y_axis, x_axis] = lines.axis;
  const Index phase = (i % t_axis.stride * y_axis.phases + j % y_axis.stride) * x_axis.phases + k % x_axis.stride;
  return phase * lines.length() + lines.offset(0, i / s.stride[0], j / s.stride[1], k / s.stride[2]);
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
/// closer than whole vectors of `width` numbers allow.
struct LineStretch {
  Index count, step, places;
};
inline LineStretch line_stretch(const Lines& lines, Index samples, const std::array<Index, 3>& out, Index width) {
  const Index places = lines.offset(0, out[0] - 1, out[1] - 1, out[2] - 1) + 1, period = lines.offset(1, 0, 0, 0);
  if (samples == 1 || ceil_div(places, width) * width <= period)
    return {samples, period, places};
  return {1, 0, (samples - 1) * period + places};
}

/// Below some 20 microseconds of work waking threads costs more than it saves.
inline bool worth_sharing(Index multiplications) { return multiplications >= 1 << 20; }

/// body(i, slot) for i in [0, n); in order on the calling thread where all of it is too little to share.
template <class Body>
void for_each_unit(Index n, Index multiplications, Body&& body) {
  if (worth_sharing(multiplications)) parallel_for_slots(n, body);
  else
    for (Index i = 0; i < n; ++i) body(i, 0);
}

/// How a convolution is cut, and whether threads share the inside of its units.
struct LinePlan {
  LineCut cut;
  bool shared;
};
/// cut(budget) is the LineCut for small_lines or large_lines.
template <class Cut>
LinePlan plan_lines(Index channels, Index multiplications, Cut&& cut) {
  const LineCut own = cut(small_lines);
  const Index numbers = channels * own.lines.phases() * own.lines.length();
  if (worth_sharing(multiplications) && (own.units() < 8 || numbers > 2 * small_lines))
    return {cut(large_lines), true};
  return {own, false};
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
