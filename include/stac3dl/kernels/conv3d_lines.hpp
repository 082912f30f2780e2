/// kernels/conv3d_lines.hpp - volumes laid out as zero-padded lines, on which a convolution is a sum of shifted lines.
///
/// Write a padded volume of Tp x Hp x Wp numbers as one line.  Output (t, y, x) sits at q = (t*Hp + y)*Wp + x, and its
/// tap (i, j, k) reads the line at q + (i*Hp + j)*Wp + k: the same distance for every q.  So y's line is the sum over
/// taps of w[tap] * (line shifted by the tap's offset), with full vectors however small the planes are.  The few q
/// beyond a row's or a plane's end are computed and thrown away.  Three refinements:
///  - Sharing: the zeros after a row are the zeros before the next one, so a row of W with padding 1 takes W+1 places.
///  - Phases: with stride s a line holds every s-th element; phase f holds elements f, f+s, f+2s, ... and tap i reads
///    phase i mod s at distance i / s.  A strided convolution is then a dense one on more lines.
///  - Groups: samples whose lines are shorter than a vector stand behind one another in one line.
#pragma once

#include <algorithm>

#include "stac3dl/kernels/conv3d_spec.hpp"
#include "stac3dl/kernels/pack_part.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// Smallest whole number >= a / b, for b > 0 and any a.
constexpr Index ceil_div(Index a, Index b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/// The sizes of one convolution.
struct Conv3dSizes {
  Index samples, in_channels, out_channels;
  std::array<Index, 3> in, out, kernel, stride, padding;
  Index taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  Index in_size() const { return in[0] * in[1] * in[2]; }
  Index out_size() const { return out[0] * out[1] * out[2]; }
};

/// Sizes with the axes that do not matter moved to the front, so that vectors run along what is left: the last axis is
/// joined to the one before it where it has one element, or where the kernel looks along neither of the two.  A signal
/// (T, 1, 1) becomes (1, 1, T), a skeleton (T, J, 1) becomes (1, T, J); memory stays as it is.
inline Conv3dSizes conv3d_sizes(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  Conv3dSizes s{x[0], x[1], y[1], {x[2], x[3], x[4]}, {y[2], y[3], y[4]}, spec.kernel, spec.stride, spec.padding};
  const auto pointwise = [&](std::size_t a) { return s.kernel[a] == 1 && s.stride[a] == 1 && s.padding[a] == 0; };
  for (int turn = 0; turn < 2 && pointwise(2) && (s.in[2] == 1 || pointwise(1)); ++turn) {
    s.in = {1, s.in[0], s.in[1] * s.in[2]};
    s.out = {1, s.out[0], s.out[1] * s.out[2]};
    s.kernel = {1, s.kernel[0], s.kernel[1]};
    s.stride = {1, s.stride[0], s.stride[1]};
    s.padding = {0, s.padding[0], s.padding[1]};
  }
  return s;
}

/// One axis of the lines: place m of phase f holds element m*stride + f - lead, and 0 outside [0, size).
struct LineAxis {
  Index size, stride, lead, phases;
  Index count;      ///< places that taps read
  Index pitch = 0;  ///< places to the next row (plane, sample): count less the zeros that neighbours share

  /// First place in [0, count] of phase f whose element is `element` or later.
  Index place(Index element, Index f) const {
    return std::clamp<Index>(ceil_div(element + lead - f, stride), 0, count);
  }
  /// Sets the pitch for `outputs` places that are kept.  Shared places must be 0 at both ends of every phase.
  void share_zeros(Index outputs) {
    Index shared = count - outputs;
    for (Index f = 0; f < phases; ++f) shared = std::min({shared, place(0, f), count - place(size, f)});
    pitch = count - shared;
  }
};

/// A bundle of lines: one line a channel and phase, `samples` samples behind one another in each.
struct Lines {
  std::array<LineAxis, 3> axis;
  Index samples = 1;

  Index phases() const { return axis[0].phases * axis[1].phases * axis[2].phases; }
  Index offset(Index n, Index t, Index y, Index x) const {
    return ((n * axis[0].pitch + t) * axis[1].pitch + y) * axis[2].pitch + x;
  }
  /// Places from one line to the next; the longest vector may be read at the last place that is used.
  Index length() const {
    const Index used = offset(samples - 1, axis[0].count - 1, axis[1].count - 1, axis[2].count - 1) + 1;
    return ceil_div(used + 16, 16) * 16;
  }
};

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/conv3d_lines.inl"
#include "stac3dl/core/for_each_isa.hpp"
