/// kernels/lstm_products.hpp - a step's product with the recurrent weights Wh (4U, U), the same at every step.
///
///   forward   z (B, 4U) += h (B, U) Wh'          backward   dh (B, U) += dz (B, 4U) Wh
/// On tile registers Wh is split and laid in tiles once for the run (gemm_split.hpp); elsewhere each step is a gemm.
#pragma once

#include "stac3dl/kernels/gemm.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels::detail {

/// True where splitting the weights pays for a batch (measured: of 64 units still 4 % slower than vectors).
template <class Real>
bool lstm_on_tiles(Index batch, Index units) {
  return std::is_same_v<Real, float> && isa() == Isa::amx && batch >= 32 && units >= 128;
}

/// Lives inside a scope of the workspace that it takes its memory from.
template <class Real>
class LstmProducts {
 public:
  /// `wh` transposed: forward; as it lies: backward.
  LstmProducts(CView<Real, 2> wh, Transpose way, Index batch, Accuracy accuracy, Workspace& ws) : wh_(wh), way_(way) {
    if constexpr (std::is_same_v<Real, float>) {
      const int parts = gemm_detail::split_parts(accuracy);
      if (const Index U = wh.size(1); lstm_on_tiles<Real>(batch, U))
        tiles_ = way == Transpose::yes ? gemm_detail::split_right({wh.data(), U, 1}, 4 * U, U, parts, ws)
                                       : gemm_detail::split_right({wh.data(), 1, U}, U, 4 * U, parts, ws);
    }
  }
  /// y += x Wh or x Wh'.
  void add(CView<Real, 2> x, View<Real, 2> y, Workspace& ws) const {
    if constexpr (std::is_same_v<Real, float>)
      if (tiles_.tiles)
        return gemm_detail::split_add({x.data(), x.size(1), 1}, x.size(0), tiles_, y.data(), y.size(1), ws);
    gemm<Real>(x, Transpose::no, wh_, way_, y, Store::add, ws);
  }

 private:
  CView<Real, 2> wh_;
  Transpose way_;
  gemm_detail::SplitRight tiles_;
};

}  // namespace kernels::detail
STAC3DL_NAMESPACE_END
