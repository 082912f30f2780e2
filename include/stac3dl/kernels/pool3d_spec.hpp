/// kernels/pool3d_spec.hpp - window, stride and padding of a 3-D pool, and the shapes that follow (as PyTorch's).
#pragma once

#include <algorithm>
#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Three numbers each, in the order time, rows, columns.  With `ceil_mode` a last window that is not full counts too,
/// unless it would begin behind the input and its left padding.  Padding is at most half the window.
struct Pool3dSpec {
  std::array<Index, 3> window{2, 2, 2}, stride{2, 2, 2}, padding{0, 0, 0};
  bool ceil_mode = false;
  bool count_include_pad = true;  ///< average: padding counts in the divisor, what ceil_mode adds beyond it never
  bool operator==(const Pool3dSpec&) const = default;
};

namespace kernels {

/// (N, C, T, H, W) -> (N, C, T', H', W') with T' = (T + 2 padding - window) / stride + 1, rounded down, or up in
/// ceil_mode.  Throws where the numbers make no sense or the window does not fit.
inline Shape<5> pool3d_output_shape(const Shape<5>& x_shape, const Pool3dSpec& spec) {
  Shape<5> y_shape{x_shape[0], x_shape[1], 0, 0, 0};
  for (std::size_t a = 0; a < 3; ++a) {
    const Index size = x_shape[a + 2], window = spec.window[a], stride = spec.stride[a], padding = spec.padding[a];
    // not check(), which would make the texts of the shapes at every call
    if (window < 1 || stride < 1 || padding < 0 || padding > window / 2) [[unlikely]]
      fail("pool3d: want window and stride of 1 or more and padding of at most half the window, got window ",
           to_string(spec.window), ", stride ", to_string(spec.stride), ", padding ", to_string(spec.padding));
    const Index room = size + 2 * padding - window + (spec.ceil_mode ? stride - 1 : 0);
    if (size < 1 || room < 0) [[unlikely]]
      fail("pool3d: window ", to_string(spec.window), " with padding ", to_string(spec.padding),
           " does not fit into x of shape ", to_string(x_shape));
    Index out = room / stride + 1;
    if (spec.ceil_mode && (out - 1) * stride >= size + padding) --out;
    y_shape[a + 2] = out;
  }
  return y_shape;
}

namespace detail {

/// The part of an output's window that lies inside the input, along one axis, and where the whole window begins.
struct PoolRange {
  Index begin, end, window;
};
inline PoolRange pool_range(const Pool3dSpec& spec, std::size_t axis, Index out, Index size) {
  const Index window = out * spec.stride[axis] - spec.padding[axis];
  return {std::max<Index>(0, window), std::min(size, window + spec.window[axis]), window};
}

/// What an average divides by: the window's elements inside the input, with count_include_pad inside the padded one.
inline Index pool_divisor(const Pool3dSpec& spec, const Shape<5>& x, const std::array<PoolRange, 3>& range) {
  Index count = 1;
  for (std::size_t a = 0; a < 3; ++a)
    count *= spec.count_include_pad
                 ? std::min(range[a].window + spec.window[a], x[a + 2] + spec.padding[a]) - range[a].window
                 : range[a].end - range[a].begin;
  return count;
}

/// A pool and its shapes, turned so that the last axis has something to pool: where x, window and padding are 1, 1 and
/// 0 along it, the axes before it take its place.  Numbers keep their places in memory, and elements their index.
struct PoolShapes {
  Shape<5> x, y;
  Pool3dSpec spec;

  PoolShapes(const Shape<5>& x_shape, const Shape<5>& y_shape, const Pool3dSpec& given)
      : x(x_shape), y(y_shape), spec(given) {
    for (int turn = 0; turn < 2 && x[4] == 1 && spec.window[2] == 1 && y[4] == 1; ++turn) {
      std::rotate(x.begin() + 2, x.begin() + 4, x.end()), std::rotate(y.begin() + 2, y.begin() + 4, y.end());
      for (auto* axes : {&spec.window, &spec.stride, &spec.padding})
        std::rotate(axes->begin(), axes->begin() + 2, axes->end());
    }
  }
  Index in() const { return x[2] * x[3] * x[4]; }   ///< numbers of a plane of x
  Index out() const { return y[2] * y[3] * y[4]; }  ///< and of y
  PoolRange range(std::size_t axis, Index o) const { return pool_range(spec, axis, o, x[axis + 2]); }
  /// Windows begin where the last one ended, and the first one at the first number.
  bool tiles() const { return spec.stride == spec.window && spec.padding == std::array<Index, 3>{0, 0, 0}; }
  /// Outputs of a row whose windows reach over neither end of it.
  std::array<Index, 2> inner_columns() const {
    const Index stride = spec.stride[2], padding = spec.padding[2], room = x[4] + padding - spec.window[2];
    const Index begin = std::min(y[4], (padding + stride - 1) / stride);
    return {begin, std::max(begin, room < 0 ? 0 : std::min(y[4], room / stride + 1))};
  }
  /// body(w) for the outputs of a row that are not among `inner`.
  template <class Body>
  void for_columns_outside(const std::array<Index, 2>& inner, Body&& body) const {
    for (Index w = 0; w < inner[0]; ++w) body(w);
    for (Index w = inner[1]; w < y[4]; ++w) body(w);
  }
  /// body(row, t, h) for every row of outputs of a plane: its number, and what its windows span along the other axes.
  template <class Body>
  void for_each_row(Body&& body) const {
    for (Index t = 0; t < y[2]; ++t)
      for (Index h = 0; h < y[3]; ++h) body(t * y[3] + h, range(0, t), range(1, h));
  }
};

/// body(nc) for the N*C planes of x, on all threads; small planes go together, cut by their size alone.
template <class Body>
void for_each_plane(const Shape<5>& x, Body&& body) {
  const Index plane = std::max<Index>(1, x[2] * x[3] * x[4]);
  parallel_chunks(x[0] * x[1], std::max<Index>(1, 32768 / plane), [&](Index begin, Index end) {
    for (Index nc = begin; nc < end; ++nc) body(nc);
  });
}

}  // namespace detail
}  // namespace kernels

STAC3DL_NAMESPACE_END
