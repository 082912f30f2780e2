/// train/gradients.hpp - the gradients of all parameters as one vector: its norm, clipping, and whether it is finite.
///
///   norm = sqrt(sum of all g²)          clipped: g *= limit / norm where norm > limit
#pragma once

#include <cmath>
#include <string>

#include "stac3dl/kernels/optimiser.hpp"
#include "stac3dl/nn/parameter.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Norm over all parameters.  Throws at the first tensor, in the order of visit_params, with NaN or infinity in it:
/// "gradient of conv1a.weight: nan at (0, 2, 1), want finite numbers".  Changes nothing.
template <class Model>
double gradient_norm(Model& model) {
  using Real = typename Model::Scalar;
  double sum = 0;
  model.visit_params([&](const std::string& name, auto& p) {
    const double squares = kernels::sum_of_squares<Real>(p.grad.view().flat());
    if (!std::isfinite(squares)) {  // one pass finds that something is wrong, the second one where
      check_finite(("gradient of " + name).c_str(), p.grad.view());
      fail("gradient of ", name, ": the sum of its squares overflows");
    }
    sum += squares;
  });
  return std::sqrt(sum);
}

/// Scales all gradients so that their norm is at most `limit` (0: no limit); returns the norm before that.
template <class Model>
double clip_gradients(Model& model, double limit) {
  using Real = typename Model::Scalar;
  check(limit >= 0, "clip_gradients: the limit is ", limit, ", want 0 or more");
  const double norm = gradient_norm(model);
  if (limit == 0 || norm <= limit) return norm;
  model.visit_params([&](const std::string&, auto& p) {
    kernels::scale_gradient<Real>(p.grad.view().flat(), static_cast<Real>(limit / norm));
  });
  return norm;
}

STAC3DL_NAMESPACE_END
