/// kernels/cross_entropy.hpp - classification loss.  N samples, K classes, label smoothing s.
///
///   t[n,k] = (1 - s) [k = label n] + s / K
///   loss   = mean over n of  -sum over k of t[n,k] log p[n,k]          p = softmax of the logits
///          = mean over n of  log(sum of exp(z - max)) - sum over k of t[n,k] (z[n,k] - max)
/// Backward:
///   dlogits = (p - t) / N
/// The second form is what is computed, and summed in double: it holds for logits of any size.  What is not finite is
/// returned as it is.  One thread does it all: N K numbers are few.
#pragma once

#include <cmath>
#include <span>

#include "stac3dl/kernels/lanes.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Throws unless there is one label in [0, K) for every sample and smoothing is in [0, 1).
template <class Real>
void check_labels(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing) {
  const Index N = logits.size(0), K = logits.size(1);
  if (N < 1 || K < 1) [[unlikely]]  // not check(), which would make the text at every call
    fail("cross_entropy logits: want 1 or more samples and classes, got ", to_string(logits.shape()));
  check(static_cast<Index>(labels.size()) == N, "cross_entropy labels: want ", N, " of them, got ", labels.size());
  check(smoothing >= 0 && smoothing < 1, "cross_entropy smoothing: want 0 or more and below 1, got ", smoothing);
  for (Index n = 0; n < N; ++n) {
    const Index label = labels[static_cast<std::size_t>(n)];
    check(label >= 0 && label < K, "cross_entropy labels: sample ", n, " has label ", label, ", want 0 to ", K - 1,
          " (K = ", K, " classes)");
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/cross_entropy.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Returns the loss; p (N, K) becomes the probabilities and may be written over the logits.
template <class Real>
Real cross_entropy_forward(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing, View<Real, 2> p) {
  check_labels(logits, labels, smoothing);
  check_shape("cross_entropy probabilities", p.shape(), logits.shape());
  STAC3DL_DISPATCH(cross_entropy_forward_run<Real>(logits, labels, smoothing, p));
}

/// dlogits (N, K) from forward's probabilities, over which it may be written.
template <class Real>
void cross_entropy_backward(CView<Real, 2> p, std::span<const Index> labels, Real smoothing, View<Real, 2> dlogits) {
  check_labels(p, labels, smoothing);
  check_shape("cross_entropy dlogits", dlogits.shape(), p.shape());
  STAC3DL_DISPATCH(cross_entropy_backward_run<Real>(p, labels, smoothing, dlogits));
}

/// Both at once: returns the loss and fills dlogits.
template <class Real>
Real cross_entropy(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing, View<Real, 2> dlogits) {
  const Real loss = cross_entropy_forward<Real>(logits, labels, smoothing, dlogits);
  cross_entropy_backward<Real>(dlogits, labels, smoothing, dlogits);
  return loss;
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
