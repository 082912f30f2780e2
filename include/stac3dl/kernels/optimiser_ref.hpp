/// kernels/optimiser_ref.hpp - kernels/optimiser.hpp as plain loops, statement by equation.
#pragma once

#include "stac3dl/kernels/optimiser.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void sgd_step_ref(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> velocity, const SgdStep& s) {
  for (Index i = 0; i < w.size(); ++i) {
    const double slope = g[i] + s.decay * w[i];
    double way = slope;
    if (s.momentum != 0) {
      velocity[i] = static_cast<Real>(s.momentum * velocity[i] + slope);
      way = s.nesterov ? slope + s.momentum * velocity[i] : velocity[i];
    }
    w[i] = static_cast<Real>(w[i] - s.rate * way);
  }
}

template <class Real>
void adam_step_ref(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> mean, View<Real, 1> square, const AdamStep& s) {
  const double t = static_cast<double>(s.update);
  for (Index i = 0; i < w.size(); ++i) {
    const double slope = s.decoupled ? g[i] : g[i] + s.decay * w[i];
    const double kept = s.decoupled ? w[i] - s.rate * s.decay * w[i] : w[i];
    mean[i] = static_cast<Real>(s.beta1 * mean[i] + (1 - s.beta1) * slope);
    square[i] = static_cast<Real>(s.beta2 * square[i] + (1 - s.beta2) * slope * slope);
    const double m_hat = mean[i] / (1 - std::pow(s.beta1, t));
    const double v_hat = square[i] / (1 - std::pow(s.beta2, t));
    w[i] = static_cast<Real>(kept - s.rate * m_hat / (std::sqrt(v_hat) + s.epsilon));
  }
}

template <class Real>
double sum_of_squares_ref(CView<Real, 1> x) {
  double sum = 0;
  for (const Real value : x) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

template <class Real>
void scale_gradient_ref(View<Real, 1> x, Real factor) {
  for (Real& value : x) value *= factor;
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
