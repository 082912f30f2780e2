/// kernels/pool3d_max_tiles.hpp - max pooling of one plane that windows KT x KH x KW tile; equations in pool3d_ref.hpp.
///
/// Which element of a window wins cannot be foretold, so nothing here branches on it: a row of windows is first reduced
/// over its KT*KH rows of x, vector by vector, then over the KW columns, where only every KW-th result is kept.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/core/simd.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// Candidates of as many windows as a vector is wide: their values, and which element of the window each is.
template <class Real>
struct PoolBest {
  using Raw = typename Pack<Real>::Raw;
  Raw value, element;

  /// Takes over `v` where it is larger, or where it is NaN.  Elements of v come after the own ones.
  EIGEN_STRONG_INLINE void meet_later(Raw v, Raw v_element) {
    using namespace Eigen::internal;
    const Raw number = pcmp_eq(v, v), larger = pcmp_lt(value, v);
    value = pselect(number, pselect(larger, v, value), v);
    element = pselect(number, pselect(larger, v_element, element), v_element);
  }
  /// The same for elements in any order: of equal ones the first wins, of NaNs the last.
  EIGEN_STRONG_INLINE void meet(const PoolBest& o) {
    using namespace Eigen::internal;
    const Raw larger = pcmp_lt(value, o.value), equal = pcmp_eq(value, o.value);
    const Raw o_number = pcmp_eq(o.value, o.value), number = pcmp_eq(value, value);
    const Raw both = pcmp_lt(element, o.element);  // if both are NaN, the later one
    const Raw wins = pselect(o_number, por(larger, pand(equal, pcmp_lt(o.element, element))),
                             pselect(number, pcmp_eq(element, element), both));
    value = pselect(wins, o.value, value), element = pselect(wins, o.element, element);
  }
};

/// y and, unless it is null, choice of one row of windows; row[i] is the i-th of the KT*KH rows of x, `width` long.
template <int Rows, int KW, class Real>
void max_pool_row(const std::array<const Real*, Rows>& row, Index width, Real* y, std::uint16_t* choice, Index out) {
  using V = Pack<Real>;
  using Eigen::internal::ploadu, Eigen::internal::pset1, Eigen::internal::pstoreu;
  constexpr Index W = V::width, tile = 8 * W;
  static_assert(KW == 1 || (KW == 2 && (W == 1 || W % 2 == 0)));
  Real value[tile + W], element[tile + W], narrow[W];
  for (Index x0 = 0; x0 < out * KW; x0 += tile) {
    const Index end = std::min(tile, out * KW - x0);
    for (Index x = 0; x < end; x += W) {
      const bool whole = x0 + x + W <= width;  // else reading a vector would leave the row
      const auto at = [&](int r) {
        const Real* from = row[static_cast<std::size_t>(r)] + x0 + x;
        if (whole) return ploadu<typename V::Raw>(from);
        for (Index i = 0; i < W; ++i) narrow[i] = x0 + x + i < width ? from[i] : Real(0);
        return ploadu<typename V::Raw>(narrow);
      };
      PoolBest<Real> best{at(0), pset1<typename V::Raw>(Real(0))};
      for (int r = 1; r < Rows; ++r) best.meet_later(at(r), pset1<typename V::Raw>(static_cast<Real>(r * KW)));
      pstoreu(value + x, best.value), pstoreu(element + x, best.element);
    }
    if constexpr (KW == 2) {
      const Index stop = (end + W - 1) / W * W;
      value[stop] = 0, element[stop] = 0;  // read beside the last odd place, which is not kept
      for (Index x = 0; x < end; x += W) {
        using Raw = typename V::Raw;
        PoolBest<Real> left{ploadu<Raw>(value + x), ploadu<Raw>(element + x)};
        PoolBest<Real> right{ploadu<Raw>(value + x + 1), ploadu<Raw>(element + x + 1)};
        right.element = Eigen::internal::padd(right.element, pset1<Raw>(Real(1)));
        left.meet(right);
        pstoreu(value + x, left.value), pstoreu(element + x, left.element);
      }
    }
    for (Index w = 0; w < end / KW; ++w) *y++ = value[w * KW];
    if (choice)
      for (Index w = 0; w < end / KW; ++w) *choice++ = static_cast<std::uint16_t>(static_cast<int>(element[w * KW]));
  }
}

/// y and, unless it is null, choice of one plane.
template <int KT, int KH, int KW, class Real>
void max_pool_tiles(const Real* x, const Shape<5>& xs, Real* y, std::uint16_t* choice, const Shape<5>& ys) {
  for (Index t = 0; t < ys[2]; ++t)
    for (Index h = 0; h < ys[3]; ++h, y += ys[4]) {
      std::array<const Real*, KT * KH> row;
      for (int i = 0; i < KT; ++i)
        for (int j = 0; j < KH; ++j)
          row[static_cast<std::size_t>(i * KH + j)] = x + ((t * KT + i) * xs[3] + h * KH + j) * xs[4];
      max_pool_row<KT * KH, KW, Real>(row, xs[4], y, choice, ys[4]);
      if (choice) choice += ys[4];
    }
}

/// dx of one plane: dy goes to the element that won.
template <int KT, int KH, int KW, class Real>
void max_pool_tiles_backward(const Real* dy, const std::uint16_t* choice, const Shape<5>& ys, Real* dx,
                             const Shape<5>& xs) {
  Index offset[KT * KH * KW];
  for (Index e = 0; e < KT * KH * KW; ++e) offset[e] = (e / KW / KH * xs[3] + e / KW % KH) * xs[4] + e % KW;
  std::fill_n(dx, xs[2] * xs[3] * xs[4], Real(0));
  for (Index t = 0; t < ys[2]; ++t)
    for (Index h = 0; h < ys[3]; ++h) {
      Real* first = dx + (t * KT * xs[3] + h * KH) * xs[4];
      for (Index w = 0; w < ys[4]; ++w) first[w * KW + offset[*choice++]] = *dy++;
    }
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
