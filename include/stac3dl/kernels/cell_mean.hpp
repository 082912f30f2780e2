/// kernels/cell_mean.hpp - the input averaged over the cells of a coarser grid (section 6, variant lstm_stam).
///
///   y[l,n,p,c] = mean of x[n,c,t,h,w] over the valid (t,h,w) of cell (l,p); 0 where the cell has none
/// Cell i of n along an axis of size s covers [floor(i s / n), ceil((i + 1) s / n)), as adaptive pooling does.
///
/// x (N, C, T, H, W), valid frames (N, T) and positions (N, T, H*W; may be empty), grid (L, H', W'), y (L, N, P, C).
/// There is nothing to learn below it, but the input's gradient is defined: dx = dy / count of its cells.
///
/// The rows of x that a row of cells covers are added up pack by pack, and their sum is cut into cells; backward, a row
/// is put together once and added to all of them.  Where places are masked one by one (joints, on grids one column
/// wide) there are no rows worth a vector, and the plain loops run.
#pragma once

#include "stac3dl/kernels/cell_mean_ref.hpp"
#include "stac3dl/kernels/lanes.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/cell_mean.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
inline void check_cell_mean(const char* call, const Shape<5>& x, CView<std::uint8_t, 2> frames,
                            CView<std::uint8_t, 3> positions, Index steps, const std::array<Index, 3>& grid,
                            const Shape<4>& y) {
  if (grid[0] < 1 || grid[1] < 1 || grid[2] < 1 || steps < x[2] || frames.shape() != Shape<2>{x[0], x[2]} ||
      (positions && positions.shape() != Shape<3>{x[0], x[2], x[3] * x[4]})) [[unlikely]]
    fail(call, ": want cells, ", to_string(Shape<2>{x[0], x[2]}), " frames and no or ", to_string(x),
         " positions, got grid ", to_string(grid), ", ", steps, " steps, frames ", to_string(frames.shape()),
         ", positions ", to_string(positions.shape()));
  if (y != Shape<4>{grid[0], x[0], grid[1] * grid[2], x[1]}) [[unlikely]]
    fail(call, " y: want ", to_string(Shape<4>{grid[0], x[0], grid[1] * grid[2], x[1]}), ", got ", to_string(y));
}
}  // namespace detail

/// `steps` is T rounded up to what the grid's L divides; frames behind T count as masked.
template <class Real>
void cell_mean_forward(CView<Real, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps,
                       const std::array<Index, 3>& grid, View<Real, 4> y) {
  detail::check_cell_mean("cell_mean", x.shape(), frames, positions, steps, grid, y.shape());
  if (positions)
    return parallel_for(x.size(0) * grid[0], [&](Index nl) {
      detail::cell_mean_step_ref(x, frames, positions, steps, grid, nl / grid[0], nl % grid[0], y);
    });
  STAC3DL_DISPATCH(cell_mean_forward_run<Real>(x, frames, steps, grid, y));
}

/// dx is overwritten.
template <class Real>
void cell_mean_backward(CView<Real, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps,
                        const std::array<Index, 3>& grid, View<Real, 5> dx) {
  detail::check_cell_mean("cell_mean_backward", dx.shape(), frames, positions, steps, grid, dy.shape());
  if (positions)
    return parallel_for(
        dx.size(0), [&](Index n) { detail::cell_mean_sample_backward_ref(dy, frames, positions, steps, grid, n, dx); });
  STAC3DL_DISPATCH(cell_mean_backward_run<Real>(dy, frames, steps, grid, dx));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
