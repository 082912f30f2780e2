/// train/heatmap_loss.hpp - a loss on the heat maps themselves, beside that on their expected coordinates.
///
/// p (N, J, T', H, W) softmax of z over the cells of a map; targets as in train/keypoint_loss.hpp, M counted (n, s, j).
/// q spreads a true place y over the four cells around it by bilinear weights, so that sum_i q_i c_i = y: the map that
/// this loss wants is one whose soft-argmax is right.  (Nearer to the frame's edge than half a cell: the edge's cells.)
///   loss = -1/M sum q log p             dz = 1/M (p - q), 0 where not counted
/// Mean squared error alone is content with weight that lies anywhere as long as its mean is right, and a flat map of
/// many cells learns slowly from it: dz is there a product with p.  Not in the paper; off by default.
#pragma once

#include <limits>

#include "stac3dl/train/keypoint_loss.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// The two cells of `size` whose centres enclose y in [0, 1], and the second one's share.
struct CellPair {
  Index first, second;
  double share;

  CellPair(double y, Index size) {
    const double at = std::clamp(y * static_cast<double>(size) - 0.5, 0.0, static_cast<double>(size - 1));
    first = static_cast<Index>(at), second = std::min(first + 1, size - 1);
    share = at - static_cast<double>(first);
  }
};
}  // namespace detail

/// The loss; dz is overwritten with `weight` times its gradient with respect to z.  No counted joint: both are 0.
template <class Real>
double heatmap_loss(CView<Real, 5> p, const StepTargets<Real>& y, double weight, View<Real, 5> dz) {
  const Index N = p.size(0), J = p.size(1), S = p.size(2), H = p.size(3), W = p.size(4);
  check_shape("heatmap_loss targets", y.points.shape(), {N, S, J, 2});
  check_shape("heatmap_loss dz", dz.shape(), p.shape());
  const double share = y.total > 0 ? 1.0 / static_cast<double>(y.total) : 0;
  const Real scale = static_cast<Real>(weight * share);
  Tensor<double, 1> of_example({N});
  parallel_for(N, [&](Index n) {
    for (Index j = 0; j < J; ++j)
      for (Index s = 0; s < S; ++s) {
        const Index map = ((n * J + j) * S + s) * H * W;
        const Real* in = p.data() + map;
        Real* out = dz.data() + map;
        const bool counts = y.counted(n, s, j) != 0;
        for (Index i = 0; i < H * W; ++i) out[i] = counts ? scale * in[i] : Real(0);
        if (!counts) continue;
        const detail::CellPair x(static_cast<double>(y.points(n, s, j, 0)), W);
        const detail::CellPair row(static_cast<double>(y.points(n, s, j, 1)), H);
        const auto at = [&](Index h, Index w, double q) {
          out[h * W + w] -= scale * static_cast<Real>(q);
          const double seen = static_cast<double>(in[h * W + w]);
          of_example[n] -= q * std::log(std::max(seen, std::numeric_limits<double>::min()));
        };
        at(row.first, x.first, (1 - row.share) * (1 - x.share)), at(row.first, x.second, (1 - row.share) * x.share);
        at(row.second, x.first, row.share * (1 - x.share)), at(row.second, x.second, row.share * x.share);
      }
  });
  double sum = 0;
  for (Index n = 0; n < N; ++n) sum += of_example[n];
  return sum * share;
}

STAC3DL_NAMESPACE_END
