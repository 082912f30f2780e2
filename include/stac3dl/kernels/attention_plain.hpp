/// kernels/attention_plain.hpp - plain attention (variant `am`): one softmax over all tokens.  h (L, N, P, U).
///
///   t[l,p] = tanh(W h[l,p] + b)  (U)     s[l,p] = v . t[l,p]     w = softmax of s over all valid (l, p) of a sample
///   F = sum_{l,p} w[l,p] h[l,p]          W (U, U), b and v (U), w (N, L, P) and exactly 0 where masked, F (N, U)
/// alpha[l] = sum_p w[l,p] is the weight of a step (attention_marginal).
/// Backward from dF (N, U) and, if given, dw:
///   dw[l,p] += dF . h[l,p]     ds = w * (dw - sum w*dw)     dz[l,p] = ds[l,p] v * (1 - t²)
///   dh[l,p] = w[l,p] dF + W' dz[l,p]    dW += sum dz h'    db += sum dz    dv += sum ds t
/// W h is made for all tokens by one gemm, so masked ones must be finite numbers too.
#pragma once

#include "stac3dl/kernels/attention_rows.hpp"
#include "stac3dl/kernels/gemm.hpp"
#include "stac3dl/kernels/lstm_math.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// W, b and v of the scores.
template <class Real>
struct PlainAttentionWeights {
  CView<Real, 2> weight;   ///< (U, U)
  CView<Real, 1> bias, v;  ///< (U)
};
/// Gradients of W, b and v, which are added to.
template <class Real>
struct PlainAttentionGrads {
  View<Real, 2> weight;   ///< (U, U)
  View<Real, 1> bias, v;  ///< (U) each
};

namespace detail {
template <class Real>
void check_plain_attention(const char* call, CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a,
                           CView<Real, 4> t, CView<Real, 3> w, CView<Real, 2> f) {
  const auto [L, N, P, U] = h.shape();
  check_tokens(call, h.shape(), mask);
  check_tokens_shape(call, "weight", a.weight.shape(), Shape<2>{U, U});
  check_tokens_shape(call, "bias", a.bias.shape(), Shape<1>{U});
  check_tokens_shape(call, "v", a.v.shape(), Shape<1>{U});
  check_tokens_shape(call, "t", t.shape(), h.shape());
  check_tokens_shape(call, "w", w.shape(), Shape<3>{N, L, P});
  check_tokens_shape(call, "F", f.shape(), Shape<2>{N, U});
}
}  // namespace detail

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/attention_plain.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

namespace detail {
/// dz, and all of backward but the two matrix products.
template <class Real>
void plain_attention_rows(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, CView<Real, 4> t,
                          CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw, View<Real, 4> dh,
                          const PlainAttentionGrads<Real>& da, View<Real, 2> dz, Workspace& ws) {
  STAC3DL_DISPATCH(plain_attention_rows_run<Real>(h, mask, a, t, w, df, dw, dh, da, dz, ws));
}
}  // namespace detail

/// t (L, N, P, U) is what backward needs beside w.
template <class Real>
void plain_attention_forward(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, View<Real, 4> t,
                             View<Real, 3> w, View<Real, 2> f, Workspace& ws) {
  detail::check_plain_attention<Real>("plain_attention_forward", h, mask, a, t, w, f);
  const Shape<2> rows{h.size(0) * h.size(1) * h.size(2), h.size(3)};
  gemm<Real>(h.reshape(rows), Transpose::no, a.weight, Transpose::yes, t.reshape(rows), Store::overwrite, ws);
  STAC3DL_DISPATCH(plain_attention_forward_run<Real>(h, mask, a, t, w, f));
}

/// dw is what others send back, or empty; masked entries are not read.  dh is overwritten, or skipped where empty.
template <class Real>
void plain_attention_backward(CView<Real, 4> h, TokenMask mask, const PlainAttentionWeights<Real>& a, CView<Real, 4> t,
                              CView<Real, 3> w, CView<Real, 2> df, CView<Real, 3> dw, View<Real, 4> dh,
                              const PlainAttentionGrads<Real>& da, Workspace& ws) {
  detail::check_plain_attention<Real>("plain_attention_backward", h, mask, a, t, w, df);
  if (dw) check_shape("plain_attention_backward dw", dw.shape(), w.shape());
  if (dh) check_shape("plain_attention_backward dh", dh.shape(), h.shape());
  Workspace::Scope scope(ws);
  const Shape<2> rows{h.size(0) * h.size(1) * h.size(2), h.size(3)};
  const auto dz = ws.take<Real>(rows);
  detail::plain_attention_rows<Real>(h, mask, a, t, w, df, dw, dh, da, dz, ws);
  gemm<Real>(dz, Transpose::yes, h.reshape(rows), Transpose::no, da.weight, Store::add, ws);
  if (dh) gemm<Real>(dz, Transpose::no, a.weight, Transpose::no, dh.reshape(rows), Store::add, ws);
}

/// alpha (N, L) = sum over p of w (N, L, P): how much of a sample's attention a step got.
template <class Real>
void attention_marginal(CView<Real, 3> w, View<Real, 2> alpha) {
  check_shape("attention_marginal alpha", alpha.shape(), {w.size(0), w.size(1)});
  const Index P = w.size(2);
  for (Index i = 0; i < alpha.size(); ++i) {
    Real sum = 0;
    for (Index p = 0; p < P; ++p) sum += w[i * P + p];
    alpha[i] = sum;
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
