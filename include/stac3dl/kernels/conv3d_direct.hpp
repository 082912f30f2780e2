/// kernels/conv3d_direct.hpp - convolution on lines, forward: any kernel, stride and padding.
///
/// Along each axis output t, tap i reads padded element t*s + i, which is place t + i/s of phase i mod s.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_convolve.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// y = conv(x, w) + b; see conv3d_forward_ref.
template <class Real>
void conv3d_forward_direct(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                           const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (y.empty()) return;
  constexpr Index O = line_outputs;
  const Conv3dSizes s = conv3d_sizes(x.shape(), y.shape(), spec);
  const Index C = s.in_channels, blocks = ceil_div(s.out_channels, O), taps = s.taps();
  const LineCut cut = cut_input(s, 16 * Pack<Real>::width);
  const Index length = cut.lines.length<Real>(), channel = cut.lines.phases() * length;

  Workspace::Scope scope(ws);
  const View<Index, 1> offset = ws.take<Index>(taps);
  for (Index tap = 0; tap < taps; ++tap) offset[tap] = tap_offset<Real>(s, cut.lines, tap);
  const View<Real, 4> packed = ws.take<Real>(Shape<4>{blocks, C, taps, O});
  for_each_unit(blocks, w.size(), [&](Index block, int) {
    Real* to = packed.data() + block * C * taps * O;
    for (Index c = 0; c < C; ++c)
      for (Index tap = 0; tap < taps; ++tap)
        for (Index o = block * O; o < block * O + O; ++o)
          *to++ = o < s.out_channels ? w.data()[(o * C + c) * taps + tap] : Real(0);
  });

  const Index slots = num_threads(), some = blocks_a_unit(cut.units(), blocks), parts = ceil_div(blocks, some);
  const View<Real, 2> line_slots = ws.take<Real>(Shape<2>{slots, C * channel});
  const View<Real, 2> tile_slots = ws.take<Real>(Shape<2>{slots, O * line_tile<Real>});
  for_each_unit(cut.units() * parts, y.size() * C * taps, [&](Index item, int slot) {
    const LineUnit unit = line_unit(cut, item / parts);
    const Index o0 = item % parts * some * O, o1 = std::min(s.out_channels, o0 + some * O);
    Real* lines = line_slots.data() + slot * C * channel;
    gather_lines(x.data() + unit.sample * C * s.in_size(), unit.samples, C, C, unit.lines, lines);
    convolve_lines<Real>(lines, C, unit.lines, unit.samples, {packed.data(), offset.data(), taps}, b.data(), o0, o1,
                         {s.out, unit.first, {1, 1, 1}, unit.out},
                         y.data() + unit.sample * s.out_channels * s.out_size(), s.out_channels,
                         tile_slots.data() + slot * O * line_tile<Real>);
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
