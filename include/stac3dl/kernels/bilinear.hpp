/// kernels/bilinear.hpp - the two streams meet: equation (3), in its two forms.
///
/// gate, everywhere:           g = a * v           da = dg * v     dv = dg * a
///
/// outer, for every (l, n), with Q valid positions p, a[m,p] and v[c,p] that step's numbers:
///   B[m,c] = 1/Q sum over valid p of a[m,p] v[c,p]          (M, C)
///   s = B / sqrt(|B| + eps)           eps = 1e-4, a smooth signed square root
///   y = s / max(q, 1e-12)             q = length of s; y flattened with m slowest; no valid position: y = 0
/// B is one small matrix product a step, (M, Q) times (Q, C).  Backward from dy, two more:
///   ds = (dy - y <y, dy>) / q         0 where q < 1e-12: a step in which nothing is alive has no direction
///   dB = ds (|B|/2 + eps) / (|B| + eps)^(3/2)
///   da[m,p] = 1/Q sum over c of dB[m,c] v[c,p]      dv[c,p] = 1/Q sum over m of dB[m,c] a[m,p]      masked p: 0
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/gemm_thin.hpp"
#include "stac3dl/kernels/tokens.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace bilinear_detail {

inline constexpr double epsilon = 1e-4, shortest = 1e-12;

/// Sizes of the outer form and where the numbers of step (l, n) are.
struct Sizes {
  Index N, M, C, L, P;
  Sizes(const Shape<4>& a, const Shape<4>& v, CView<std::uint8_t, 3> mask)
      : N(a[0]), M(a[1]), C(v[1]), L(a[2]), P(a[3]) {
    check_shape("bilinear outer v", v, {N, any_size, L, P});
    if (!mask.empty()) check_shape("bilinear outer mask", mask.shape(), {L, N, P});
  }
  /// First number of channel 0; the next channel is L*P further on.
  Index at(Index l, Index n, Index channels) const { return (n * channels * L + l) * P; }
  Index step() const { return L * P; }
  const std::uint8_t* valid(CView<std::uint8_t, 3> mask, Index l, Index n) const {
    return mask.empty() ? nullptr : mask.data() + (l * N + n) * P;
  }
  Index count(const std::uint8_t* valid) const {
    if (!valid) return P;
    return std::count_if(valid, valid + P, [](std::uint8_t v) { return v != 0; });
  }
};

}  // namespace bilinear_detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/bilinear.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// All of one size.
template <class Real>
void gate_forward(CView<Real, 1> a, CView<Real, 1> v, View<Real, 1> g) {
  check_shape("gate v", v.shape(), a.shape());
  check_shape("gate g", g.shape(), a.shape());
  STAC3DL_DISPATCH(gate_forward_run<Real>(a, v, g));
}
/// Da = dg v and dv = dg a, overwritten; all of one size.
template <class Real>
void gate_backward(CView<Real, 1> a, CView<Real, 1> v, CView<Real, 1> dg, View<Real, 1> da, View<Real, 1> dv) {
  check_shape("gate v", v.shape(), a.shape());
  check_shape("gate dg", dg.shape(), a.shape());
  check_shape("gate da", da.shape(), a.shape());
  check_shape("gate dv", dv.shape(), a.shape());
  STAC3DL_DISPATCH(gate_backward_run<Real>(a, v, dg, da, dv));
}

/// a (N, M, L, P), v (N, C, L, P), mask (L, N, P) or empty; y and B (L, N, M*C), length (L, N) is q.
/// Backward wants B and length again.
template <class Real>
void outer_forward(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, View<Real, 3> y, View<Real, 3> B,
                   View<Real, 2> length, Workspace& ws) {
  const bilinear_detail::Sizes s(a.shape(), v.shape(), mask);
  check_shape("bilinear outer y", y.shape(), {s.L, s.N, s.M * s.C});
  check_shape("bilinear outer B", B.shape(), y.shape());
  check_shape("bilinear outer length", length.shape(), {s.L, s.N});
  STAC3DL_DISPATCH(outer_forward_run<Real>(s, a, v, mask, y, B, length, ws));
}

/// da like a, dv like v; either may be empty.
template <class Real>
void outer_backward(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, CView<Real, 3> B,
                    CView<Real, 2> length, CView<Real, 3> dy, View<Real, 4> da, View<Real, 4> dv, Workspace& ws) {
  const bilinear_detail::Sizes s(a.shape(), v.shape(), mask);
  check_shape("bilinear outer dy", dy.shape(), {s.L, s.N, s.M * s.C});
  if (da) check_shape("bilinear outer da", da.shape(), a.shape());
  if (dv) check_shape("bilinear outer dv", dv.shape(), v.shape());
  STAC3DL_DISPATCH(outer_backward_run<Real>(s, a, v, mask, B, length, dy, da, dv, ws));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
