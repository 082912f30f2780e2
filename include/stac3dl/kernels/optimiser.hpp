/// kernels/optimiser.hpp - one update of one parameter from its gradient; torch.optim's formulas.
///
/// w weights, g gradients, v and m the optimiser's state; all are flat and of one size; * is elementwise.
///   SGD     g' = g + decay*w     v = momentum*v + g'     w -= rate * (nesterov ? g' + momentum*v : v)
///   Adam    g' = g + decay*w                             (AdamW, decoupled: g' = g and first w -= rate*decay*w)
///           m = b1*m + (1-b1)*g'          v = b2*v + (1-b2)*g'^2          at update t = 1, 2, ...
///           w -= rate * [m / (1-b1^t)] / (sqrt(v / (1-b2^t)) + epsilon)
/// State starts at 0.  Everything is read and written once, in chunks that fit into the first-level cache.
#pragma once

#include <cmath>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The numbers of one SGD update.
struct SgdStep {
  double rate = 0, momentum = 0, decay = 0;
  bool nesterov = false;
};

/// The numbers of one Adam update.
struct AdamStep {
  double rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0;
  bool decoupled = false;  ///< AdamW
  Index update = 1;        ///< t, counted from 1
};

namespace kernels {

/// Elements of a chunk: weights, gradients and two states of it fit into the first-level cache.
inline constexpr Index optimiser_grain = 2048;

template <class Real>
void check_update_sizes(const char* call, CView<Real, 1> g, View<Real, 1> w, View<Real, 1> a, View<Real, 1> b) {
  check(g.size() == w.size() && a.size() == w.size() && b.size() == w.size(), call, ": want ", w.size(),
        " gradients and as many of each state, got ", g.size(), ", ", a.size(), " and ", b.size());
}

/// `velocity` may be empty where momentum is 0.
template <class Real>
void sgd_step(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> velocity, const SgdStep& s) {
  const bool plain = s.momentum == 0;
  check_update_sizes<Real>("sgd_step", g, w, plain ? w : velocity, w);
  const Real rate = static_cast<Real>(s.rate), momentum = static_cast<Real>(s.momentum);
  const Real decay = static_cast<Real>(s.decay);
  parallel_chunks(w.size(), optimiser_grain, [&](Index begin, Index end) {
    const Index n = end - begin;
    const auto gs = g.range(begin, n).array();
    auto ws = w.range(begin, n).array();
    if (plain) {
      ws -= rate * (gs + decay * ws);
      return;
    }
    auto vs = velocity.range(begin, n).array();
    vs = momentum * vs + (gs + decay * ws);
    if (s.nesterov) ws -= rate * ((gs + decay * ws) + momentum * vs);
    else ws -= rate * vs;
  });
}

/// `mean` is m, `square` is v of the equations.
template <class Real>
void adam_step(CView<Real, 1> g, View<Real, 1> w, View<Real, 1> mean, View<Real, 1> square, const AdamStep& s) {
  check_update_sizes<Real>("adam_step", g, w, mean, square);
  check(s.update >= 1, "adam_step: updates are counted from 1, got ", s.update);
  const double t = static_cast<double>(s.update);
  const double correct1 = 1 - std::pow(s.beta1, t), correct2 = 1 - std::pow(s.beta2, t);
  const Real b1 = static_cast<Real>(s.beta1), b2 = static_cast<Real>(s.beta2);
  const Real c1 = static_cast<Real>(1 - s.beta1), c2 = static_cast<Real>(1 - s.beta2);
  const Real scale = static_cast<Real>(s.rate / correct1), root = static_cast<Real>(1 / std::sqrt(correct2));
  const Real epsilon = static_cast<Real>(s.epsilon);
  const Real decay = static_cast<Real>(s.decoupled ? 0 : s.decay);
  const Real keep = static_cast<Real>(s.decoupled ? 1 - s.rate * s.decay : 1);
  parallel_chunks(w.size(), optimiser_grain, [&](Index begin, Index end) {
    const Index n = end - begin;
    const auto gs = g.range(begin, n).array();
    auto ws = w.range(begin, n).array(), ms = mean.range(begin, n).array(), vs = square.range(begin, n).array();
    ms = b1 * ms + c1 * (gs + decay * ws);
    vs = b2 * vs + c2 * (gs + decay * ws).square();
    ws = keep * ws - scale * ms / (root * vs.sqrt() + epsilon);
  });
}

/// Sum of x², in double, added in the same order for any number of threads.
template <class Real>
double sum_of_squares(CView<Real, 1> x) {
  return ordered_sum<double>(x.size(), 8 * optimiser_grain, [&](Index begin, Index end) {
    constexpr Index lanes = 8;  // independent sums: one alone would wait for each addition
    double sums[lanes] = {};
    const Real* const p = x.data();
    Index i = begin;
    for (; i + lanes <= end; i += lanes)
      for (Index l = 0; l < lanes; ++l) sums[l] += static_cast<double>(p[i + l]) * static_cast<double>(p[i + l]);
    for (; i < end; ++i) sums[0] += static_cast<double>(p[i]) * static_cast<double>(p[i]);
    double sum = 0;
    for (double s : sums) sum += s;
    return sum;
  });
}

/// x *= factor
template <class Real>
void scale_gradient(View<Real, 1> x, Real factor) {
  parallel_chunks(x.size(), 8 * optimiser_grain,
                  [&](Index begin, Index end) { x.range(begin, end - begin).array() *= factor; });
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
