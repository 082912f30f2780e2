/// kernels/cross_entropy_ref.hpp - the plain twin of cross_entropy.hpp: the definition, for logits of ordinary size.
#pragma once

#include <cmath>
#include <span>

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
Real cross_entropy_forward_ref(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing, View<Real, 2> p) {
  const Index N = logits.size(0), K = logits.size(1);
  Real loss = 0;
  for (Index n = 0; n < N; ++n) {
    Real sum = 0;
    for (Index k = 0; k < K; ++k) sum += std::exp(logits(n, k));
    for (Index k = 0; k < K; ++k) {
      const Real one = k == labels[static_cast<std::size_t>(n)] ? Real(1) : Real(0);
      const Real t = (1 - smoothing) * one + smoothing / static_cast<Real>(K);
      p(n, k) = std::exp(logits(n, k)) / sum;
      loss -= t * std::log(p(n, k)) / static_cast<Real>(N);
    }
  }
  return loss;
}

template <class Real>
void cross_entropy_backward_ref(CView<Real, 2> p, std::span<const Index> labels, Real smoothing,
                                View<Real, 2> dlogits) {
  const Index N = p.size(0), K = p.size(1);
  for (Index n = 0; n < N; ++n)
    for (Index k = 0; k < K; ++k) {
      const Real one = k == labels[static_cast<std::size_t>(n)] ? Real(1) : Real(0);
      const Real t = (1 - smoothing) * one + smoothing / static_cast<Real>(K);
      dlogits(n, k) = (p(n, k) - t) / static_cast<Real>(N);
    }
}

template <class Real>
Real cross_entropy_ref(CView<Real, 2> logits, std::span<const Index> labels, Real smoothing, View<Real, 2> dlogits) {
  const Real loss = cross_entropy_forward_ref<Real>(logits, labels, smoothing, dlogits);
  cross_entropy_backward_ref<Real>(dlogits, labels, smoothing, dlogits);
  return loss;
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
