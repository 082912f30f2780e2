/// inspect/limb_lift.hpp - how much of the spatial attention beta lies on something whose place is known.
///
/// A mask (T, H, W) says where the thing is; the model's grid has L steps of r = T/L frames and H' W' = P cells.
///   share[l,p] = part of the pixels of cell p, over the frames of step l, that the mask covers
///   on[l]      = sum_p beta[l,p] share[l,p]          of[l] = mean_p share[l,p], the thing's share of the frame
///   lift       = sum_l on[l] / sum_l of[l]           1: no better than even weights
/// Steps at which the thing is not seen add nothing to either sum.  A cell is counted as the square of the frame that
/// it stands for; the convolutions see somewhat beyond it, so that weight beside the thing is held against the model.
#pragma once

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Mask (T, H, W) to shares (L, H' W').  Throws Error unless L, H' and W' divide T, H and W.
inline Tensor<double, 2> cell_shares(CView<std::uint8_t, 3> mask, const std::array<Index, 3>& grid) {
  const auto [T, H, W] = mask.shape();
  const auto [L, rows, columns] = grid;
  check(L > 0 && rows > 0 && columns > 0 && T % L == 0 && H % rows == 0 && W % columns == 0, "cell_shares: a mask ",
        to_string(mask.shape()), " does not divide into ", L, " x ", rows, " x ", columns, " cells");
  const Index r = T / L, h = H / rows, w = W / columns;
  const double pixel = 1 / static_cast<double>(r * h * w);
  Tensor<double, 2> shares({L, rows * columns});
  for (Index t = 0; t < T; ++t)
    for (Index y = 0; y < H; ++y)
      for (Index x = 0; x < W; ++x)
        if (mask(t, y, x) != 0) shares(t / r, y / h * columns + x / w) += pixel;
  return shares;
}

/// Sums of on[l] and of[l], over the steps of one recording or of many.
struct LimbLift {
  double on = 0, of = 0;  ///< sums over steps

  /// 0 where nothing was seen.
  double value() const { return of > 0 ? on / of : 0; }
  /// Takes in the sums of another recording.
  LimbLift& operator+=(const LimbLift& other) {
    on += other.on, of += other.of;
    return *this;
  }
};

/// Of beta (L, P) and shares (L, P); `weights` (L), such as alpha, say how much each step counts, or empty: all alike.
template <class Real>
LimbLift limb_lift(CView<Real, 2> beta, CView<double, 2> shares, CView<Real, 1> weights = {}) {
  check_shape("limb_lift shares", shares.shape(), beta.shape());
  check(weights.empty() || weights.size() == beta.size(0), "limb_lift: ", beta.size(0), " steps, ", weights.size(),
        " weights");
  LimbLift lift;
  const Index P = beta.size(1);
  for (Index l = 0; l < beta.size(0); ++l)
    for (Index p = 0; p < P; ++p) {
      const double counts = weights.empty() ? 1 : static_cast<double>(weights[l]);
      lift.on += counts * static_cast<double>(beta(l, p)) * shares(l, p);
      lift.of += counts * shares(l, p) / static_cast<double>(P);
    }
  return lift;
}

STAC3DL_NAMESPACE_END
