/// kernels/tokens.hpp - an encoder's output as tokens, and back.
///
///   tokens[l,n,p,c] = g[n,c,l,p]         tokens (L, N, P, C), g (N, C, L, H, W) with P = H W places
/// Backward of either is the other.  For one step of one sample it is the transposition of a matrix (C, P), made in
/// squares of packs in registers.
#pragma once

#include "stac3dl/kernels/gemm_pack.hpp"
#include "stac3dl/kernels/lanes.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/tokens.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
inline void check_token_shapes(const char* call, const Shape<5>& g, const Shape<4>& tokens) {
  check_shape(call, tokens, {g[2], g[0], g[3] * g[4], g[1]});
}
}  // namespace detail

/// tokens is overwritten.
template <class Real>
void to_tokens(CView<Real, 5> g, View<Real, 4> tokens) {
  detail::check_token_shapes("to_tokens tokens", g.shape(), tokens.shape());
  STAC3DL_DISPATCH(to_tokens_run<Real>(g, tokens));
}
/// g is overwritten.
template <class Real>
void from_tokens(CView<Real, 4> tokens, View<Real, 5> g) {
  detail::check_token_shapes("from_tokens tokens", g.shape(), tokens.shape());
  STAC3DL_DISPATCH(from_tokens_run<Real>(tokens, g));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
