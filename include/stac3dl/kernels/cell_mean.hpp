/// kernels/cell_mean.hpp - the input averaged over the cells of a coarser grid (section 6, variant lstm_stam).
///
///   y[l,n,p,c] = mean of x[n,c,t,h,w] over the valid (t,h,w) of cell (l,p); 0 where the cell has none
/// Cell i of n along an axis of size s covers [floor(i s / n), ceil((i + 1) s / n)), as adaptive pooling does.
///
/// x (N, C, T, H, W), valid frames (N, T) and positions (N, T, H*W; may be empty), grid (L, H', W'), y (L, N, P, C).
/// There is nothing to learn below it, but the input's gradient is defined: dx = dy / count of its cells.
#pragma once

#include <array>
#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// visit(t, h, w) for every place of cell (l, i, j) that is valid for example n.
template <class Visit>
void visit_cell(const std::array<Index, 3>& size, const std::array<Index, 3>& grid, const std::array<Index, 3>& cell,
                CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index n, Visit&& visit) {
  std::array<Index, 3> first{}, last{};
  for (std::size_t a = 0; a < 3; ++a)
    first[a] = cell[a] * size[a] / grid[a], last[a] = ((cell[a] + 1) * size[a] + grid[a] - 1) / grid[a];
  for (Index t = first[0]; t < std::min(last[0], frames.size(1)); ++t)
    for (Index h = first[1]; h < last[1]; ++h)
      for (Index w = first[2]; w < last[2]; ++w)
        if (frames(n, t) != 0 && (!positions || positions(n, t, h * size[2] + w) != 0)) visit(t, h, w);
}
}  // namespace detail

/// `steps` is T rounded up to what the grid's L divides; frames behind T count as masked.
template <class Real>
void cell_mean_forward(CView<Real, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps,
                       const std::array<Index, 3>& grid, View<Real, 4> y) {
  const std::array<Index, 3> size{steps, x.size(3), x.size(4)};
  check_shape("cell_mean y", y.shape(), {grid[0], x.size(0), grid[1] * grid[2], x.size(1)});
  parallel_for(x.size(0), [&](Index n) {
    for (Index l = 0; l < grid[0]; ++l)
      for (Index p = 0; p < grid[1] * grid[2]; ++p)
        for (Index c = 0; c < x.size(1); ++c) {
          Real sum = 0, count = 0;
          detail::visit_cell(size, grid, {l, p / grid[2], p % grid[2]}, frames, positions, n,
                             [&](Index t, Index h, Index w) { sum += x(n, c, t, h, w), count += 1; });
          y(l, n, p, c) = count > 0 ? sum / count : Real(0);
        }
  });
}

/// Gives every place of a cell its share of the cell's gradient; dx (N, C, T, H, W) is overwritten.
template <class Real>
void cell_mean_backward(CView<Real, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps,
                        const std::array<Index, 3>& grid, View<Real, 5> dx) {
  const std::array<Index, 3> size{steps, dx.size(3), dx.size(4)};
  parallel_for(dx.size(0), [&](Index n) {
    std::fill(dx.slice(n).begin(), dx.slice(n).end(), Real(0));
    for (Index l = 0; l < grid[0]; ++l)
      for (Index p = 0; p < grid[1] * grid[2]; ++p) {
        const std::array<Index, 3> cell{l, p / grid[2], p % grid[2]};
        Real count = 0;
        detail::visit_cell(size, grid, cell, frames, positions, n, [&](Index, Index, Index) { count += 1; });
        for (Index c = 0; c < dx.size(1); ++c)
          detail::visit_cell(size, grid, cell, frames, positions, n,
                             [&](Index t, Index h, Index w) { dx(n, c, t, h, w) += dy(l, n, p, c) / count; });
      }
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
