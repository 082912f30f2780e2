/// inspect/deletion.hpp - does a model need what it attends to?  Hide it and see.
///
///   cells       = the k cells of each step with the largest beta                                    (L, P), 1 = hidden
///   elsewhere   = the same pattern, moved by a random number of rows and columns, one for all steps, round the edges
///   p, p_a, p_r = probability of the true class with nothing, with `cells` and with `elsewhere` hidden
///   gap         = mean(p_r - p_a)               over recordings; 0: the attended cells matter no more than others
/// Both hide as many cells of the same arrangement, that move in time in the same way: only the place differs.  What is
/// hidden becomes 0, the mean of the training data after standardisation (as masked input does).
#pragma once

#include <numeric>

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The k cells of each step with the most weight, of beta (L, P); equal ones by their number.
template <class Real>
Tensor<std::uint8_t, 2> attended_cells(CView<Real, 2> beta, Index k) {
  const Index L = beta.size(0), P = beta.size(1);
  check(k >= 0 && k <= P, "attended_cells: want 0 to ", P, " cells, got ", k);
  Tensor<std::uint8_t, 2> cells({L, P});
  std::vector<Index> order(static_cast<std::size_t>(P));
  for (Index l = 0; l < L; ++l) {
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return beta(l, a) > beta(l, b); });
    for (Index i = 0; i < k; ++i) cells(l, order[static_cast<std::size_t>(i)]) = 1;
  }
  return cells;
}

/// Cells (L, rows columns) moved down and right, round the edges.
inline Tensor<std::uint8_t, 2> moved_cells(CView<std::uint8_t, 2> cells, Index rows, Index columns, Index down,
                                           Index right) {
  check_shape("moved_cells", cells.shape(), {any_size, rows * columns});
  check(down >= 0 && right >= 0, "moved_cells: want 0 or more, got ", down, " and ", right);
  Tensor<std::uint8_t, 2> moved(cells.shape());
  for (Index l = 0; l < cells.size(0); ++l)
    for (Index y = 0; y < rows; ++y)
      for (Index x = 0; x < columns; ++x)
        moved(l, (y + down) % rows * columns + (x + right) % columns) = cells(l, y * columns + x);
  return moved;
}

/// moved_cells by a random number of places, never back onto themselves.
inline Tensor<std::uint8_t, 2> cells_elsewhere(CView<std::uint8_t, 2> cells, Index rows, Index columns, Random random) {
  check(rows * columns > 1, "cells_elsewhere: one cell has no elsewhere");
  const Index by = 1 + static_cast<Index>(random.below(static_cast<std::uint64_t>(rows * columns - 1)));
  return moved_cells(cells, rows, columns, by / columns, by % columns);
}

/// Writes 0 into the pixels of the hidden cells: x (C, T, H, W), cells (L, rows columns) of T/L frames each.
inline void hide_cells(View<float, 4> x, CView<std::uint8_t, 2> cells, Index rows, Index columns) {
  const auto [C, T, H, W] = x.shape();
  const Index L = cells.size(0);
  check_shape("hide_cells", cells.shape(), {any_size, rows * columns});
  check(L > 0 && T % L == 0 && H % rows == 0 && W % columns == 0, "hide_cells: frames ", to_string(x.shape()),
        " do not divide into ", L, " x ", rows, " x ", columns, " cells");
  for (Index c = 0; c < C; ++c)
    for (Index t = 0; t < T; ++t)
      for (Index y = 0; y < H; ++y)
        for (Index i = 0; i < W; ++i)
          if (cells(t / (T / L), y / (H / rows) * columns + i / (W / columns)) != 0) x(c, t, y, i) = 0;
}

STAC3DL_NAMESPACE_END
