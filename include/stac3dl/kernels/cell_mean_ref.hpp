/// kernels/cell_mean_ref.hpp - the plain twin of cell_mean.hpp, which also uses it where places are masked one by one.
#pragma once

#include <array>
#include <cstdint>

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

/// Step l of sample n.
template <class Real>
void cell_mean_step_ref(CView<Real, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps,
                        const std::array<Index, 3>& grid, Index n, Index l, View<Real, 4> y) {
  for (Index p = 0; p < grid[1] * grid[2]; ++p)
    for (Index c = 0; c < x.size(1); ++c) {
      Real sum = 0, count = 0;
      visit_cell({steps, x.size(3), x.size(4)}, grid, {l, p / grid[2], p % grid[2]}, frames, positions, n,
                 [&](Index t, Index h, Index w) { sum += x(n, c, t, h, w), count += 1; });
      y(l, n, p, c) = count > 0 ? sum / count : Real(0);
    }
}

/// Sample n of dx.
template <class Real>
void cell_mean_sample_backward_ref(CView<Real, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions,
                                   Index steps, const std::array<Index, 3>& grid, Index n, View<Real, 5> dx) {
  const std::array<Index, 3> size{steps, dx.size(3), dx.size(4)};
  std::fill(dx.slice(n).begin(), dx.slice(n).end(), Real(0));
  for (Index l = 0; l < grid[0]; ++l)
    for (Index p = 0; p < grid[1] * grid[2]; ++p) {
      const std::array<Index, 3> cell{l, p / grid[2], p % grid[2]};
      Real count = 0;
      visit_cell(size, grid, cell, frames, positions, n, [&](Index, Index, Index) { count += 1; });
      for (Index c = 0; c < dx.size(1); ++c)
        visit_cell(size, grid, cell, frames, positions, n,
                   [&](Index t, Index h, Index w) { dx(n, c, t, h, w) += dy(l, n, p, c) / count; });
    }
}
}  // namespace detail

template <class Real>
void cell_mean_forward_ref(CView<Real, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions,
                           Index steps, const std::array<Index, 3>& grid, View<Real, 4> y) {
  for (Index n = 0; n < x.size(0); ++n)
    for (Index l = 0; l < grid[0]; ++l) detail::cell_mean_step_ref(x, frames, positions, steps, grid, n, l, y);
}
template <class Real>
void cell_mean_backward_ref(CView<Real, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions,
                            Index steps, const std::array<Index, 3>& grid, View<Real, 5> dx) {
  for (Index n = 0; n < dx.size(0); ++n)
    detail::cell_mean_sample_backward_ref(dy, frames, positions, steps, grid, n, dx);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
