/// kernels/bilinear.hpp - the two streams meet: equation (3), in its two forms.
///
/// gate, everywhere:           g = a * v           da = dg * v     dv = dg * a
///
/// outer, for every (l, n), with Q valid positions p, a[m,p] and v[c,p] that step's numbers:
///   B[m,c] = 1/Q sum over valid p of a[m,p] v[c,p]          (M, C)
///   s = B / sqrt(|B| + eps)           eps = 1e-4, a smooth signed square root
///   y = s / max(q, 1e-12)             q = length of s; y flattened with m slowest; no valid position: y = 0
/// Backward from dy:
///   ds = (dy - y <y, dy>) / q         0 where q < 1e-12: a step in which nothing is alive has no direction
///   dB = ds (|B|/2 + eps) / (|B| + eps)^(3/2)
///   da[m,p] = 1/Q sum over c of dB[m,c] v[c,p]      dv[c,p] = 1/Q sum over m of dB[m,c] a[m,p]      masked p: 0
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/gemm_thin.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void gate_forward(CView<Real, 1> a, CView<Real, 1> v, View<Real, 1> g) {
  check_shape("gate v", v.shape(), a.shape());
  check_shape("gate g", g.shape(), a.shape());
  parallel_chunks(a.size(), 16384, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) g.data()[i] = a.data()[i] * v.data()[i];
  });
}
template <class Real>
void gate_backward(CView<Real, 1> a, CView<Real, 1> v, CView<Real, 1> dg, View<Real, 1> da, View<Real, 1> dv) {
  check_shape("gate da", da.shape(), a.shape());
  check_shape("gate dv", dv.shape(), a.shape());
  parallel_chunks(a.size(), 16384, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Real d = dg.data()[i];
      da.data()[i] = d * v.data()[i], dv.data()[i] = d * a.data()[i];
    }
  });
}

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

/// to (P, channels) = from (channels, P, rows `step` apart) turned over, 0 where masked.
template <class Real>
void gather(const Real* from, Index step, Index channels, Index P, const std::uint8_t* valid, Real* to) {
  for (Index p = 0; p < P; ++p)
    for (Index c = 0; c < channels; ++c) to[p * channels + c] = !valid || valid[p] ? from[c * step + p] : Real(0);
}
template <class Real>
void scatter(const Real* from, Index step, Index channels, Index P, const std::uint8_t* valid, Real* to) {
  for (Index c = 0; c < channels; ++c)
    for (Index p = 0; p < P; ++p) to[c * step + p] = !valid || valid[p] ? from[p * channels + c] : Real(0);
}

/// body(l, n, scratch) for every step, with `numbers` of scratch to each.
template <class Real, class Body>
void steps(const Sizes& s, Index numbers, Workspace& ws, Body&& body) {
  Workspace::Scope scope(ws);
  const Index slots = in_parallel() ? 1 : std::min<Index>(num_threads(), std::max<Index>(1, s.L * s.N));
  const auto scratch = ws.take<Real>(Shape<2>{slots, numbers});
  parallel_for_slots(s.L * s.N,
                     [&](Index i, int slot) { body(i / s.N, i % s.N, scratch.data() + slot * numbers); });
}

}  // namespace bilinear_detail

/// a (N, M, L, P), v (N, C, L, P), mask (L, N, P) or empty; y and B (L, N, M*C), length (L, N) is q.
/// Backward wants B and length again.
template <class Real>
void outer_forward(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, View<Real, 3> y, View<Real, 3> B,
                   View<Real, 2> length, Workspace& ws) {
  using namespace bilinear_detail;
  const Sizes s(a.shape(), v.shape(), mask);
  const Index M = s.M, C = s.C, P = s.P;
  check_shape("bilinear outer y", y.shape(), {s.L, s.N, M * C});
  check_shape("bilinear outer B", B.shape(), y.shape());
  check_shape("bilinear outer length", length.shape(), {s.L, s.N});
  steps<Real>(s, P * (M + C), ws, [&](Index l, Index n, Real* scratch) {
    const std::uint8_t* const valid = s.valid(mask, l, n);
    const Index Q = s.count(valid), at = (l * s.N + n) * M * C;
    Real *const by = y.data() + at, *const bB = B.data() + at, *const ta = scratch, *const tv = scratch + P * M;
    gather(a.data() + s.at(l, n, M), s.step(), M, P, valid, ta);
    gather(v.data() + s.at(l, n, C), s.step(), C, P, valid, tv);
    const Real share = Q > 0 ? 1 / static_cast<Real>(Q) : Real(0);
    double square = 0;
    for (Index m = 0; m < M; ++m) gemm_detail::stream_rows<Real>(C, P, ta + m, M, tv, C, bB + m * C, false);
    for (Index i = 0; i < M * C; ++i) {
      bB[i] *= share;
      by[i] = bB[i] / std::sqrt(std::abs(bB[i]) + static_cast<Real>(epsilon));
      square += static_cast<double>(by[i]) * static_cast<double>(by[i]);
    }
    const double q = std::sqrt(square);
    length.data()[l * s.N + n] = static_cast<Real>(q);
    const Real scale = static_cast<Real>(1 / std::max(q, shortest));
    for (Index i = 0; i < M * C; ++i) by[i] *= scale;
  });
}

/// da like a, dv like v; either may be empty.
template <class Real>
void outer_backward(CView<Real, 4> a, CView<Real, 4> v, CView<std::uint8_t, 3> mask, CView<Real, 3> B,
                    CView<Real, 2> length, CView<Real, 3> dy, View<Real, 4> da, View<Real, 4> dv, Workspace& ws) {
  using namespace bilinear_detail;
  const Sizes s(a.shape(), v.shape(), mask);
  const Index M = s.M, C = s.C, P = s.P;
  check_shape("bilinear outer dy", dy.shape(), {s.L, s.N, M * C});
  if (da) check_shape("bilinear outer da", da.shape(), a.shape());
  if (dv) check_shape("bilinear outer dv", dv.shape(), v.shape());
  steps<Real>(s, P * (M + C) * 2 + M * C, ws, [&](Index l, Index n, Real* scratch) {
    const std::uint8_t* const valid = s.valid(mask, l, n);
    const Index Q = s.count(valid), at = (l * s.N + n) * M * C;
    const Real *const bB = B.data() + at, *const bd = dy.data() + at;
    Real *const ta = scratch, *const tv = ta + P * M, *const dta = tv + P * C, *const dtv = dta + P * M,
                *const dB = dtv + P * C;
    const double q = static_cast<double>(length.data()[l * s.N + n]);
    const bool alive = !(q < shortest);
    const Real eps = static_cast<Real>(epsilon), per_q = static_cast<Real>(alive ? 1 / q : 0);
    const auto root = [&](Index i) { return std::sqrt(std::abs(bB[i]) + eps); };
    double along = 0;
    for (Index i = 0; i < M * C; ++i)
      along += static_cast<double>(bB[i] / root(i) * per_q) * static_cast<double>(bd[i]);
    const Real share = Q > 0 ? 1 / static_cast<Real>(Q) : Real(0);
    for (Index i = 0; i < M * C; ++i) {
      const Real size = std::abs(bB[i]), w = root(i), y = bB[i] / w * per_q;
      const Real ds = (bd[i] - y * static_cast<Real>(along)) * per_q;
      dB[i] = ds * (size / 2 + eps) / ((size + eps) * w) * share;
    }
    if (da) {
      gather(v.data() + s.at(l, n, C), s.step(), C, P, valid, tv);
      for (Index p = 0; p < P; ++p)
        gemm_detail::dot_lines<Real, 1>(M, C, dB, C, tv + p * C, C, dta + p * M, 1, 0, false);
      scatter(dta, s.step(), M, P, valid, da.data() + s.at(l, n, M));
    }
    if (dv) {
      gather(a.data() + s.at(l, n, M), s.step(), M, P, valid, ta);
      for (Index p = 0; p < P; ++p) gemm_detail::stream_rows<Real>(C, M, ta + p * M, 1, dB, C, dtv + p * C, false);
      scatter(dtv, s.step(), C, P, valid, dv.data() + s.at(l, n, C));
    }
  });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
