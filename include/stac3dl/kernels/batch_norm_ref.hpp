/// kernels/batch_norm_ref.hpp - the plain twin of batch_norm.hpp: its equations as loops over (n, t, h, w).
#pragma once

#include <cmath>
#include <cstdint>

#include "stac3dl/kernels/batch_norm.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {
namespace batch_norm_detail {
/// f(n, t, h, w, valid) for every place of a channel.
template <class F>
void places(const Shape<5>& x, CView<std::uint8_t, 2> mask, F&& f) {
  for (Index n = 0; n < x[0]; ++n)
    for (Index t = 0; t < x[2]; ++t)
      for (Index h = 0; h < x[3]; ++h)
        for (Index w = 0; w < x[4]; ++w) f(n, t, h, w, mask.empty() || mask(n, t) != 0);
}
}  // namespace batch_norm_detail

template <class Real>
void batch_norm_statistics_ref(CView<Real, 5> x, CView<std::uint8_t, 2> mask, View<Real, 1> mean,
                               View<Real, 1> variance) {
  using batch_norm_detail::places;
  for (Index c = 0; c < x.size(1); ++c) {
    double M = 0, mu = 0, var = 0;
    places(x.shape(), mask, [&](Index n, Index t, Index h, Index w, bool valid) {
      if (valid) M += 1, mu += static_cast<double>(x(n, c, t, h, w));
    });
    mu = M > 0 ? mu / M : 0;
    places(x.shape(), mask, [&](Index n, Index t, Index h, Index w, bool valid) {
      if (valid) var += std::pow(static_cast<double>(x(n, c, t, h, w)) - mu, 2);
    });
    mean(c) = static_cast<Real>(mu), variance(c) = static_cast<Real>(M > 0 ? var / M : 0);
  }
}

template <class Real>
void batch_norm_forward_ref(CView<Real, 5> x, CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma,
                            CView<Real, 1> beta, View<Real, 5> y) {
  for (Index c = 0; c < x.size(1); ++c) {
    const Real r = 1 / std::sqrt(variance(c) + static_cast<Real>(batch_norm_epsilon));
    batch_norm_detail::places(x.shape(), {}, [&](Index n, Index t, Index h, Index w, bool) {
      y(n, c, t, h, w) = gamma(c) * ((x(n, c, t, h, w) - mean(c)) * r) + beta(c);
    });
  }
}

template <class Real>
void batch_norm_backward_ref(CView<Real, 5> x, CView<std::uint8_t, 2> mask, CView<Real, 1> mean,
                             CView<Real, 1> variance, Index batch_count, CView<Real, 1> gamma, CView<Real, 5> dy,
                             View<Real, 5> dx, View<Real, 1> dgamma, View<Real, 1> dbeta) {
  using batch_norm_detail::places;
  for (Index c = 0; c < x.size(1); ++c) {
    const Real r = 1 / std::sqrt(variance(c) + static_cast<Real>(batch_norm_epsilon));
    const auto xh = [&](Index n, Index t, Index h, Index w) { return (x(n, c, t, h, w) - mean(c)) * r; };
    Real S0 = 0, S1 = 0;
    places(x.shape(), mask, [&](Index n, Index t, Index h, Index w, bool) {
      S0 += dy(n, c, t, h, w), S1 += dy(n, c, t, h, w) * xh(n, t, h, w);
    });
    dbeta(c) += S0, dgamma(c) += S1;
    if (!dx) continue;
    places(x.shape(), mask, [&](Index n, Index t, Index h, Index w, bool valid) {
      const bool through = valid && batch_count > 0;
      const Real back = through ? (S0 + xh(n, t, h, w) * S1) / static_cast<Real>(batch_count) : Real(0);
      dx(n, c, t, h, w) = gamma(c) * r * (dy(n, c, t, h, w) - back);
    });
  }
}

template <class Real>
void batch_norm_fold_ref(CView<Real, 1> mean, CView<Real, 1> variance, CView<Real, 1> gamma, CView<Real, 1> beta,
                         View<Real, 2> weight, View<Real, 1> bias) {
  for (Index c = 0; c < gamma.size(); ++c) {
    const Real r = 1 / std::sqrt(variance(c) + static_cast<Real>(batch_norm_epsilon));
    for (Index i = 0; i < weight.size(1); ++i) weight(c, i) = weight(c, i) * gamma(c) * r;
    bias(c) = (bias(c) - mean(c)) * gamma(c) * r + beta(c);
  }
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
