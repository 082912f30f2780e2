/// kernels/winograd_depth.hpp - Winograd's minimal filtering along one axis, as tables.
///
/// A tile of m outputs of a correlation with 3 taps needs n = m + 2 inputs d and, instead of 3m, only t products:
///   y = A' ((G g) * (B' d))        g (3) taps   d (n) inputs   y (m) outputs   * elementwise
/// Three axes nest: the transforms act on each axis in turn.  Each product belongs to a point at
/// which the tile's polynomial is taken: 0, pairs +-a, and infinity (Winograd 1980; Lavin, Gray 2015).  The two inner axes have the same transforms as code, in winograd_line.inl.
#pragma once

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Transforms of the depth axis.
struct WinogradDepth {
  int taps;    ///< 1 or 3
  int tile;    ///< m
  int inputs;  ///< n = m + taps - 1
  int points;  ///< t
  double B[6][6];  ///< B' (t, n)
  double G[6][3];  ///< G (t, taps)
  double A[4][6];  ///< A' (m, t)
};

/// taps 1: nothing to gain, one product an output.
inline constexpr WinogradDepth winograd_depth_single{1, 1, 1, 1, {{1}}, {{1}}, {{1}}};

/// F(2, 3): 4 products for 6.
inline constexpr WinogradDepth winograd_depth_2{3, 2, 4, 4,
    {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
    {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}},
    {{1, 1, 1, 0}, {0, 1, -1, -1}}};

/// F(4, 3) with points 0, a, -a, b, -b, infinity: 6 products for 12.
constexpr WinogradDepth winograd_depth_of_points(double a, double b) {
  const double p = a * a, q = b * b, na = 2 * p * (p - q), nb = 2 * q * (q - p);
  return {3, 4, 6, 6,
          {{p * q, 0, -(p + q), 0, 1, 0}, {0, -a * q, -q, a, 1, 0}, {0, a * q, -q, -a, 1, 0}, {0, -b * p, -p, b, 1, 0},
           {0, b * p, -p, -b, 1, 0}, {0, p * q, 0, -(p + q), 0, 1}},
          {{1 / (p * q), 0, 0}, {1 / na, a / na, p / na}, {1 / na, -a / na, p / na}, {1 / nb, b / nb, q / nb},
           {1 / nb, -b / nb, q / nb}, {0, 0, 1}},
          {{1, 1, 1, 1, 1, 0}, {0, a, -a, b, -b, 0}, {0, p, p, q, q, 0}, {0, a * p, -a * p, b * q, -b * q, 1}}};
}
/// The points of winograd_line.inl, which says why these.
inline constexpr WinogradDepth winograd_depth_4 = winograd_depth_of_points(0.625, 1.5);

/// Two planes between two planes of zeros: y0 = g1 d1 + g2 d2, y1 = g0 d1 + g1 d2 is a 2 x 2 Toeplitz matrix, for which 3
/// products do instead of 4 (Karatsuba): g1 (d1 + d2) + (g2 - g1) d2 and g1 (d1 + d2) + (g0 - g1) d1.
inline constexpr WinogradDepth winograd_depth_pair{3, 2, 4, 3,
    {{0, 1, 1, 0}, {0, 0, 1, 0}, {0, 1, 0, 0}},
    {{0, 1, 0}, {0, -1, 1}, {1, -1, 0}},
    {{1, 1, 0}, {1, 0, 1}}};

}  // namespace kernels
STAC3DL_NAMESPACE_END
