/// kernels/optimiser.hpp - one update of one parameter from its gradient; torch.optim's formulas.
///
/// w weights, g gradients, v and m the optimiser's state; all are flat and of one size; * is elementwise.
///   SGD     g' = g + decay*w     v = momentum*v + g'     w -= rate * (nesterov ? g' + momentum*v : v)
///   Adam    g' = g + decay*w                             (AdamW, decoupled: g' = g and first w -= rate*decay*w)
///           m = b1*m + (1-b1)*g'          v = b2*v + (1-b2)*g'^2          at update t = 1, 2, ...
///           w -= rate * [m / (1-b1^t)] / (sqrt(v / (1-b2^t)) + epsilon)
/// State starts at 0.  Everything is read and written once: a step takes as long as its numbers take to pass by.
#pragma once

#include <cmath>

#include "stac3dl/kernels/lanes.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The numbers of one SGD update.
struct SgdStep {
  double rate = 0, momentum = 0, decay = 0;  ///< of the equations
  bool nesterov = false;                     ///< looks one step ahead
};

/// The numbers of one Adam update.
struct AdamStep {
  double rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0;  ///< of the equations
  bool decoupled = false;  ///< AdamW
  Index update = 1;        ///< t, counted from 1
};

STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/optimiser.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

/// Error that names `call` where sizes differ.
template <class Real>
void check_update_sizes(const char* call, CView<Real, 1> g, View<Real, 1> w, View<Real, 1> a, View<Real, 1> b) {
  check(g.size() == w.size() && a.size() == w.size() && b.size() == w.size(), call, ": want ", w.size(),
        " gradients and as many of each state, got ", g.size(), ", ", a.size(), " and ", b.size());
}

/// `velocity` may be empty where momentum is 0.
template <class Real>
void sgd_step(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> velocity, const SgdStep& s) {
  check_update_sizes<Real>("sgd_step", g, w, s.momentum == 0 ? w : velocity, w);
  STAC3DL_DISPATCH(sgd_step_run<Real>(g, w, velocity, s));
}

/// `mean` is m, `square` is v of the equations.
template <class Real>
void adam_step(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> mean, View<Real, 1> square, const AdamStep& s) {
  check_update_sizes<Real>("adam_step", g, w, mean, square);
  check(s.update >= 1, "adam_step: updates are counted from 1, got ", s.update);
  STAC3DL_DISPATCH(adam_step_run<Real>(g, w, mean, square, s));
}

/// Sum of x², in double, added in the same order for any number of threads.
template <class Real>
double sum_of_squares(CView<Real, 1> x) {
  STAC3DL_DISPATCH(sum_of_squares_run<Real>(x));
}

/// x *= factor
template <class Real>
void scale_gradient(View<Real, 1> x, Real factor) {
  STAC3DL_DISPATCH(scale_gradient_run<Real>(x, factor));
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
