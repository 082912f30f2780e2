/// kernels/conv3d_direct_weights.hpp - gradients of a convolution's weights and bias, on lines.
///
/// With x and dy on lines of one layout (dy 0 at the places that hold no output) a weight's gradient is one long dot
/// product:  dw[o][c][tap] = sum over q of dy_line[o][q] * x_line[c][q + offset[tap]].
/// The units are dealt to a fixed number of parts; each part sums into weights of its own, and the parts are added in
/// order.  Where the weights are large there are fewer parts, and output channels are split instead.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_block.hpp"
#include "stac3dl/kernels/conv3d_cut.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace detail {

/// db[o] += sum over n and positions of dy, in an order fixed by the sizes.
template <class Real>
void conv3d_backward_bias(CView<Real, 5> dy, View<Real, 1> db) {
  using V = Pack<Real>;
  const Index N = dy.size(0), O = dy.size(1), size = dy.size(2) * dy.size(3) * dy.size(4);
  const auto body = [&](Index o, int) {
    V sums = V::zero();
    Real rest = 0;
    for (Index n = 0; n < N; ++n) {
      const Real* from = dy.data() + (n * O + o) * size;
      Index i = 0;
      for (; i + V::width <= size; i += V::width) sums = sums + V::load(from + i);
      for (; i < size; ++i) rest += from[i];
    }
    db.data()[o] += sums.sum() + rest;
  };
  for_each_unit(O, dy.size(), body);
}

}  // namespace detail

/// Adds to dw and, unless it is empty, to db; see conv3d_backward_weights_ref.
template <class Real>
void conv3d_backward_weights_direct(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                    const Conv3dSpec& spec, Workspace& ws) {
  using namespace detail;
  if (dy.empty()) return;
  if (db) conv3d_backward_bias<Real>(dy, db);
  constexpr Index W = Pack<Real>::width, tile = 128 * W;
  const Conv3dSizes s = conv3d_sizes(x.shape(), dy.shape(), spec);
  const Index C = s.in_channels, O = s.out_channels, taps = s.taps(), rows = C * taps;
  const LineCut cut = cut_input(s, tile);
  const Index length = cut.lines.length<Real>(), channel = cut.lines.phases() * length, units = cut.units();

  // Rows and outputs are filled up to whole blocks: the last row repeats, the last outputs are lines of zeros.
  const Index all_rows = ceil_div(rows, dots_rows) * dots_rows, blocks = ceil_div(O, dots_outputs);
  const Index most = (Index{1} << 20) / (blocks * dots_outputs * all_rows);  // sums of all parts: about 2^20
  const Index parts = std::max<Index>(1, std::min({units, Index{16}, most}));
  const Index splits = std::min(blocks, ceil_div(8, parts)), some = ceil_div(blocks, splits) * dots_outputs;
  const Index all_outputs = ceil_div(O, some) * some;

  Workspace::Scope scope(ws);
  const View<Index, 1> row = ws.take<Index>(all_rows);
  for (Index r = 0; r < all_rows; ++r) {
    const Index last = std::min(r, rows - 1);
    row[r] = last / taps * channel + tap_offset<Real>(s, cut.lines, last % taps);
  }
  Lines dy_lines = cut.lines;  // the same places, without phases
  for (std::size_t a = 0; a < 3; ++a)
    dy_lines.axis[a] = {s.out[a], 1, 0, 1, std::min(s.out[a], cut.lines.axis[a].count), cut.lines.axis[a].pitch};
  dy_lines.axis[cut.axis].count = cut.step;
  const Index dy_length = dy_lines.length<Real>();

  const Index slots = num_threads();
  const View<Real, 3> sums = ws.take<Real>(Shape<3>{parts, all_outputs, all_rows});
  const View<Real, 2> x_slots = ws.take<Real>(Shape<2>{slots, C * channel});
  const View<Real, 2> dy_slots = ws.take<Real>(Shape<2>{slots, some * dy_length});
  for_each_unit(parts * (all_outputs / some), dy.size() * rows, [&](Index item, int slot) {
    const Index part = item / (all_outputs / some), o0 = item % (all_outputs / some) * some;
    const Index outputs = std::min(some, O - o0);
    Real* into = sums.data() + (part * all_outputs + o0) * all_rows;
    std::fill_n(into, some * all_rows, Real(0));
    Real* x_line = x_slots.data() + slot * C * channel;
    Real* dy_line = dy_slots.data() + slot * some * dy_length;
    std::fill_n(dy_line + outputs * dy_length, (some - outputs) * dy_length, Real(0));
    for (Index u = part * units / parts; u < (part + 1) * units / parts; ++u) {
      const LineUnit unit = line_unit(cut, u);
      gather_lines(x.data() + unit.sample * C * s.in_size(), unit.samples, C, C, unit.lines, x_line);
      Lines own = dy_lines;
      own.axis[cut.axis].lead = -unit.first[cut.axis];
      gather_lines(dy.data() + (unit.sample * O + o0) * s.out_size(), unit.samples, O, outputs, own, dy_line);
      const LineStretch stretch = line_stretch<Real>(unit.lines, unit.samples, unit.out);
      const Index packs = ceil_div(stretch.places, W);
      for (Index p = 0; p < packs; p += tile / W) {
        const LineSpan span{stretch.count, stretch.step, std::min(tile / W, packs - p)};
        for (Index o = 0; o < outputs; o += dots_outputs)
          for (Index r = 0; r < rows; r += dots_rows)
            line_dots<Real, dots_outputs, dots_rows>(dy_line + o * dy_length + p * W, dy_length, x_line + p * W,
                                                     row.data() + r, span, into + o * all_rows + r, all_rows);
      }
    }
  });
  parallel_for(O, [&](Index o) {
    for (Index part = 0; part < parts; ++part)
      for (Index r = 0; r < rows; ++r)
        dw.data()[o * rows + r] += sums.data()[(part * all_outputs + o) * all_rows + r];
  });
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
