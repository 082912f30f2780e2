/// kernels/conv3d_direct_batch.hpp - convolution with the samples of a batch side by side: for small grids.
///
/// Where planes are too small to fill vectors (12 x 16 and below, signals, single places) but a batch has samples
/// enough, a vector holds one place of several samples.  Shifts, strides and borders then cost nothing: place p of the
/// result reads places base(p) + offset(tap) of a source with a halo of zeros,
///   out[o][p] = bias[o] + sum over channels c and taps of w[o][c][tap] * source[c][base(p) + offset(tap)]
/// and a weight's gradient is a sum over places and lanes
///   dw[o][c][tap] = sum over p of dy[o][p] * x[c][base(p) + offset(tap)].
/// Forward reads base = stride * p, offset = tap.  The gradient by the data has a class of places for each phase of the
/// stride, with taps of its own: element e (counted in the padded volume) is read by tap i = f + s*r of output
/// (e - i) / s, where f = e mod s: base = e / s, offset = -r.
/// A unit of work is a group of samples and a slab of planes; its source is turned round (place, then sample) on the
/// way in, its results on the way out.
#pragma once

#include <cstdint>
#include <numeric>

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/conv3d_block.hpp"
#include "stac3dl/kernels/conv3d_cut.hpp"
#include "stac3dl/kernels/conv3d_direct_bias.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"
#include "stac3dl/kernels/pack_part.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// A source whose element (t, y, x) stands at place (t - first, y - first, x - first), zeros around it.
struct BatchSource {
  std::array<Index, 3> size;   ///< of the plain volume
  std::array<Index, 3> first;  ///< element at place 0: negative where a halo comes first; of slab 0 along time
  std::array<Index, 3> count;  ///< places, of the largest slab along time
  Index plane_size() const { return size[1] * size[2]; }
  Index plane() const { return count[1] * count[2]; }
  Index places() const { return count[0] * plane(); }
};

/// Slabs of `step` planes of the result, each from a source whose first plane is `advance` further on.
struct BatchCut {
  Index samples, group, planes, step, advance;
  Index slabs() const { return ceil_div(planes, step); }
  Index units() const { return ceil_div(samples, group) * slabs(); }
};
/// Part of the work: `samples` samples from `sample` on, `planes` planes of the result from `plane` on.
struct BatchUnit {
  Index sample, samples, plane, planes, source_plane;
};
inline BatchUnit batch_unit(const BatchCut& cut, Index u) {
  const Index sample = u / cut.slabs() * cut.group, slab = u % cut.slabs(), plane = slab * cut.step;
  return {sample, std::min(cut.group, cut.samples - sample), plane, std::min(cut.step, cut.planes - plane),
          slab * cut.advance};
}

/// Slabs whose `numbers` a plane (of all channels and of one lane) stay in the second-level cache, in multiples of
/// `stride` planes; several where that is worth threads.
inline Index batch_step(Index planes, Index groups, Index numbers, Index stride, bool share) {
  Index step = std::clamp<Index>((Index{1} << 17) / std::max<Index>(1, numbers), 1, planes);
  if (share) step = std::min(step, ceil_div(planes, ceil_div(4, groups)));
  return ceil_div(step, stride) * stride;
}

/// The sizes as they are: here it does not matter which axis comes last.
inline Conv3dSizes batch_sizes(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  return {x[0], x[1], y[1], {x[2], x[3], x[4]}, {y[2], y[3], y[4]}, spec.kernel, spec.stride, spec.padding};
}

/// Whether samples side by side fill vectors of `width` better than lines do: counted are the multiplications that a
/// vector's unused lanes cost, and what reading strided or far apart costs besides, as measured.
inline bool batch_pays(const Conv3dSizes& s, Index width) {
  if (s.samples < width / 2) return false;
  double batch = static_cast<double>(ceil_div(s.samples, width) * width) / static_cast<double>(s.samples);
  Index slab = s.in_channels * 2 * width;
  for (std::size_t a = 0; a < 3; ++a)
    slab *= a == 0 ? s.kernel[a] : (s.out[a] - 1) * s.stride[a] + s.kernel[a];
  if (slab > Index{1} << 17) batch *= 2;  // does not stay in the second-level cache
  const LineCut cut = cut_input(s, 16 * width);
  const Index samples = std::min(cut.lines.samples, s.samples);
  std::array<Index, 3> out = s.out;
  out[cut.axis] = cut.step;
  const LineStretch stretch = line_stretch(cut.lines, samples, out, width);
  double lines = static_cast<double>(stretch.count * ceil_div(stretch.places, width) * width) /
                 static_cast<double>(samples * out[0] * out[1] * out[2]);
  lines *= s.stride == std::array<Index, 3>{1, 1, 1} ? 1.1 : 2;
  return batch <= lines;
}
/// Whether a part's sums of the weights' gradients, one vector each, are few enough to keep.
inline bool batch_sums_fit(const Conv3dSizes& s, Index width) {
  return s.in_channels * s.taps() * s.out_channels * width <= Index{1} << 21;
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_batch.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_batch_data.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_direct_batch_weights.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// y = conv(x, w) + b; see conv3d_forward_ref.
template <class Real>
void conv3d_forward_batch(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y,
                          const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_forward_batch_run<Real>(x, w, b, y, spec, ws));
}
/// dx from dy; see conv3d_backward_data_ref.
template <class Real>
void conv3d_backward_data_batch(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_data_batch_run<Real>(dy, w, dx, spec, ws));
}
/// Adds to dw and, unless it is empty, to db; see conv3d_backward_weights_ref.
template <class Real>
void conv3d_backward_weights_batch(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                                   const Conv3dSpec& spec, Workspace& ws) {
  STAC3DL_DISPATCH(conv3d_backward_weights_batch_run<Real>(x, dy, dw, db, spec, ws));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
