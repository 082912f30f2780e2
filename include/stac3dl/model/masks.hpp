/// model/masks.hpp - from masked frames and places to masked steps and tokens (section 1).
///
/// A step stands for `factor` source frames and is valid if at least half of them are; frames that only pad T to a
/// multiple of the factor are not valid.
#pragma once

#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

using MaskView2 = CView<std::uint8_t, 2>;  ///< (N, T), (N, H*W) or the like, 1 = valid; empty: all are.
using MaskView3 = CView<std::uint8_t, 3>;  ///< (L, N, P) or (N, T, H*W), 1 = valid; empty: all are.

/// steps (N, S) from frames (N, T): step s stands for the frames [s * factor, (s + 1) * factor).
inline void step_mask(MaskView2 frames, Index factor, View<std::uint8_t, 2> steps) {
  const Index T = frames.size(1);
  for (Index n = 0; n < steps.size(0); ++n)
    for (Index s = 0; s < steps.size(1); ++s) {
      Index valid = 0;
      for (Index t = s * factor; t < std::min(T, (s + 1) * factor); ++t) valid += frames(n, t) != 0;
      steps(n, s) = 2 * valid >= factor;
    }
}

/// The tokens [first, first + P) of `tokens` (L, N, P_all) from frames (N, T) and positions (N, T, P), which may be
/// empty.  Masked positions need an encoder that keeps the grid, such as a skeleton's; the caller checks that.
inline void token_mask(MaskView2 frames, MaskView3 positions, Index factor, Index first, Index P,
                       View<std::uint8_t, 3> tokens) {
  const Index T = frames.size(1);
  for (Index l = 0; l < tokens.size(0); ++l)
    for (Index n = 0; n < tokens.size(1); ++n)
      for (Index p = 0; p < P; ++p) {
        Index valid = 0;
        for (Index t = l * factor; t < std::min(T, (l + 1) * factor); ++t)
          valid += frames(n, t) != 0 && (!positions || positions(n, t, p) != 0);
        tokens(l, n, first + p) = 2 * valid >= factor;
      }
}

/// y (N, C, T', H, W) = x (N, C, T, H, W) with masked frames and places set to 0, and T' - T frames of 0 behind.
template <class Real>
void masked_copy(CView<Real, 5> x, MaskView2 frames, MaskView3 positions, View<Real, 5> y) {
  const Index C = x.size(1), T = x.size(2), places = x.size(3) * x.size(4);
  parallel_for(x.size(0) * C, [&](Index plane) {
    const Index n = plane / C;
    const Real* from = x.data() + plane * T * places;
    Real* to = y.data() + plane * y.size(2) * places;
    for (Index t = 0; t < y.size(2); ++t, to += places) {
      const bool valid = t < T && frames(n, t) != 0;
      if (valid) std::copy(from + t * places, from + (t + 1) * places, to);
      else std::fill(to, to + places, Real(0));
      if (valid && positions)
        for (Index p = 0; p < places; ++p)
          if (positions(n, t, p) == 0) to[p] = 0;
    }
  });
}

/// Backward of masked_copy: dx is dy where x was kept and 0 where it was masked.
template <class Real>
void masked_copy_backward(CView<Real, 5> dy, MaskView2 frames, MaskView3 positions, View<Real, 5> dx) {
  const Index C = dx.size(1), T = dx.size(2), places = dx.size(3) * dx.size(4);
  parallel_for(dx.size(0) * C, [&](Index plane) {
    const Index n = plane / C;
    for (Index t = 0; t < T; ++t)
      for (Index p = 0; p < places; ++p) {
        const bool kept = frames(n, t) != 0 && (!positions || positions(n, t, p) != 0);
        dx.data()[(plane * T + t) * places + p] = kept ? dy.data()[(plane * dy.size(2) + t) * places + p] : Real(0);
      }
  });
}

STAC3DL_NAMESPACE_END
