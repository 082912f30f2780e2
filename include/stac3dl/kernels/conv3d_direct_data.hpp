/// kernels/conv3d_direct_data.hpp - gradient of a convolution by its input, on lines: any kernel, stride and padding.
///
/// Along each axis padded element b = s*m + f is read by tap i = f + s*r of output t = m - r, so
///   dx[s*m + f] = sum over r of dy[m - r] * w[f + s*r]
/// which is, for every phase f of dx, a dense convolution of dy with the taps of that phase.  At stride 1 there is one
/// phase: the familiar convolution with mirrored weights.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_convolve.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace detail {

/// One phase of an axis of dx: its elements, and the taps that reach them.
struct DataPhase {
  Index first, count;  ///< dx elements first, first + stride, ...
  Index taps, place;   ///< tap r reads place `place` - r of dy's line, counted from the output's own
};
inline DataPhase data_phase(const Conv3dSizes& s, std::size_t a, Index f) {
  const Index m = std::max<Index>(0, ceil_div(s.padding[a] - f, s.stride[a]));
  const Index end = ceil_div(s.padding[a] + s.in[a] - f, s.stride[a]);
  return {s.stride[a] * m + f - s.padding[a], std::max<Index>(0, end - m),
          std::max<Index>(0, ceil_div(s.kernel[a] - f, s.stride[a])), m};
}

}  // namespace detail

/// dx from dy; see conv3d_backward_data_ref.
template <class Real>
void conv3d_backward_data_direct(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                 Workspace& ws) {
  using namespace detail;
  if (dx.empty()) return;
  constexpr Index O = line_outputs;
  const Conv3dSizes s = conv3d_sizes(dx.shape(), dy.shape(), spec);
  std::array<LineAxis, 3> axis;
  std::array<Index, 3> reach, most;
  for (std::size_t a = 0; a < 3; ++a) {
    Index lead = 0, count = 0;
    most[a] = 0;
    for (Index f = 0; f < s.stride[a]; ++f) {
      const DataPhase phase = data_phase(s, a, f);
      if (phase.taps > 0) lead = std::max(lead, phase.taps - 1 - phase.place);
      if (phase.taps > 0) count = std::max(count, phase.place + phase.count);
      most[a] = std::max(most[a], phase.count);
    }
    axis[a] = {s.out[a], 1, lead, 1, 0};
    reach[a] = std::max<Index>(0, count + lead - most[a]);
  }
  const Index C = s.in_channels, K = s.out_channels, blocks = ceil_div(C, O), taps = s.taps();
  const LineCut cut = cut_lines(axis, reach, most, K, s.samples, 16 * Pack<Real>::width);
  const Index length = cut.lines.length<Real>();

  Workspace::Scope scope(ws);
  const View<Index, 1> offset = ws.take<Index>(taps);
  const View<Real, 4> packed = ws.take<Real>(Shape<4>{taps, blocks, K, O});  // tap: phase by phase
  /// visit(phases of the three axes, their numbers, first tap)
  const auto for_each_phase = [&](auto&& visit) {
    Index first = 0;
    for (Index f0 = 0; f0 < s.stride[0]; ++f0)
      if (const DataPhase t = data_phase(s, 0, f0); t.count > 0)
        for (Index f1 = 0; f1 < s.stride[1]; ++f1)
          if (const DataPhase y = data_phase(s, 1, f1); y.count > 0)
            for (Index f2 = 0; f2 < s.stride[2]; ++f2)
              if (const DataPhase x = data_phase(s, 2, f2); x.count > 0) {
                visit(std::array{t, y, x}, std::array{f0, f1, f2}, first);
                first += t.taps * y.taps * x.taps;
              }
  };
  for_each_phase([&](const std::array<DataPhase, 3>& phase, const std::array<Index, 3>& f, Index first) {
    const DataPhase t = phase[0], y = phase[1], x = phase[2];
    const Index count = t.taps * y.taps * x.taps;
    if (count == 0) return;
    for (Index r = 0; r < count; ++r)
      offset[first + r] = cut.lines.offset(0, axis[0].lead + t.place - r / x.taps / y.taps,
                                           axis[1].lead + y.place - r / x.taps % y.taps,
                                           axis[2].lead + x.place - r % x.taps);
    for_each_unit(blocks, w.size(), [&](Index block, int) {
      Real* to = packed.data() + (first * blocks + block * count) * K * O;
      for (Index o = 0; o < K; ++o)
        for (Index r = 0; r < count; ++r) {
          const Index i = f[0] + s.stride[0] * (r / x.taps / y.taps), j = f[1] + s.stride[1] * (r / x.taps % y.taps);
          const Index tap = (i * s.kernel[1] + j) * s.kernel[2] + f[2] + s.stride[2] * (r % x.taps);
          for (Index c = block * O; c < block * O + O; ++c)
            *to++ = c < C ? w.data()[(o * C + c) * taps + tap] : Real(0);
        }
    });
  });

  const Index slots = num_threads(), some = blocks_a_unit(cut.units(), blocks), parts = ceil_div(blocks, some);
  const View<Real, 2> line_slots = ws.take<Real>(Shape<2>{slots, K * length});
  const View<Real, 2> tile_slots = ws.take<Real>(Shape<2>{slots, O * line_tile<Real>});
  for_each_unit(cut.units() * parts, dy.size() * C * taps, [&](Index item, int slot) {
    const LineUnit unit = line_unit(cut, item / parts);
    const Index c0 = item % parts * some * O, c1 = std::min(C, c0 + some * O);
    Real* lines = line_slots.data() + slot * K * length;
    gather_lines(dy.data() + unit.sample * K * s.out_size(), unit.samples, K, K, unit.lines, lines);
    for_each_phase([&](const std::array<DataPhase, 3>& phase, const std::array<Index, 3>&, Index first) {
      LineTarget target{s.in, {}, s.stride, {}};
      for (std::size_t a = 0; a < 3; ++a) {
        target.first[a] = phase[a].first + s.stride[a] * unit.first[a];
        target.count[a] = std::min(unit.out[a], phase[a].count - unit.first[a]);
        if (target.count[a] <= 0) return;
      }
      const Index count = phase[0].taps * phase[1].taps * phase[2].taps;
      convolve_lines<Real>(lines, K, unit.lines, unit.samples,
                           {packed.data() + first * blocks * K * O, offset.data() + first, count}, nullptr, c0, c1,
                           target, dx.data() + unit.sample * C * s.in_size(), C,
                           tile_slots.data() + slot * O * line_tile<Real>);
    });
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
