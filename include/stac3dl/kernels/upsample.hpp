/// kernels/upsample.hpp - coarse maps repeated onto finer ones, and back.
///
///   fine[n,j,t,h,w] += coarse[n,j,t/rt,h/rh,w/rw]      fine (N, J, T, H, W), coarse (N, J, T', H', W'), rt = T/T', ...
/// Backward:  d_coarse[n,j,t',h',w'] = sum of d_fine over the cells that repeat it
/// A coarse row is stretched once and added to the rt rh fine rows that are like it; backward those are summed first.
#pragma once

#include "stac3dl/kernels/lanes.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

inline void check_upsample(const char* call, const Shape<5>& coarse, const Shape<5>& fine) {
  bool fits = coarse[0] == fine[0] && coarse[1] == fine[1];
  for (std::size_t a = 2; a < 5; ++a) fits = fits && coarse[a] > 0 && fine[a] % coarse[a] == 0;
  if (!fits) [[unlikely]]
    fail(call, ": want a fine shape that is a multiple of the coarse one, got ", to_string(fine), " and ",
         to_string(coarse));
}

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/upsample.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// fine (N, C, T, H, W) += coarse (N, C, T, h, w), repeated to its size.  Error where the shapes do not fit.
template <class Real>
void upsample_add(CView<Real, 5> coarse, View<Real, 5> fine) {
  detail::check_upsample("upsample_add", coarse.shape(), fine.shape());
  STAC3DL_DISPATCH(upsample_add_run<Real>(coarse, fine));
}
/// d_coarse is overwritten.
template <class Real>
void upsample_add_backward(CView<Real, 5> d_fine, View<Real, 5> d_coarse) {
  detail::check_upsample("upsample_add_backward", d_coarse.shape(), d_fine.shape());
  STAC3DL_DISPATCH(upsample_add_backward_run<Real>(d_fine, d_coarse));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
