/// train/keypoint_loss.hpp - how far are predicted joints from the true ones (model.md, section 7).
///
/// predicted (N, T', J, 2), target (N, T, J, 2), visible (N, T, J); step s sees the r frames s*r .. s*r + r-1.
///   y[n,s,j] = mean of target[n,t,j] over those frames of step s in which joint j is visible
/// A joint counts at a step if it is visible in any of the step's frames.  With M counted (n, s, j):
///   loss = 1/M sum |predicted - y|²           d predicted = 2/M (predicted - y), 0 where not counted
/// PCK@0.1: share of counted joints with |predicted - y| <= 0.1 * torso, torso = |mid-shoulders - mid-hips| of y.
#pragma once

#include <array>
#include <cmath>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// y of the equations and which of it counts.
template <class Real>
struct StepTargets {
  Tensor<Real, 4> points;            ///< (N, T', J, 2), 0 where not counted
  Tensor<std::uint8_t, 3> counted;   ///< (N, T', J)
  Index total = 0;                   ///< M
};

/// `steps` is T'.  `frames_per_step` is r; 0: T / T', which must then be whole.  Frames after the last are not visible
/// (T that pooling padded); an empty `visible` means that all are.
template <class Real>
void step_targets(CView<Real, 4> target, CView<std::uint8_t, 3> visible, Index steps, Index frames_per_step,
                  StepTargets<Real>& out) {
  const auto [N, T, J, two] = target.shape();
  check_shape("step_targets: target", target.shape(), {any_size, any_size, any_size, 2});
  if (visible) check_shape("step_targets: visible", visible.shape(), {N, T, J});
  check(steps > 0 && frames_per_step >= 0 && (frames_per_step > 0 || T % steps == 0), "step_targets: ", T,
        " frames do not make ", steps, " steps of equal length; give frames_per_step");
  const Index r = frames_per_step > 0 ? frames_per_step : T / steps;
  out.points.resize({N, steps, J, 2}), out.counted.resize({N, steps, J});
  out.total = 0;
  for (Index n = 0; n < N; ++n)
    for (Index s = 0; s < steps; ++s)
      for (Index j = 0; j < J; ++j) {
        Real x = 0, y = 0, frames = 0;
        for (Index t = s * r; t < std::min(T, (s + 1) * r); ++t)
          if (!visible || visible(n, t, j)) x += target(n, t, j, 0), y += target(n, t, j, 1), frames += 1;
        const bool counts = frames > 0;
        out.points(n, s, j, 0) = counts ? x / frames : 0;
        out.points(n, s, j, 1) = counts ? y / frames : 0;
        out.counted(n, s, j) = counts, out.total += counts;
      }
}

/// The loss; d_predicted is overwritten with `weight` times its gradient.  No counted joint: both are 0.
template <class Real>
double keypoint_loss(CView<Real, 4> predicted, const StepTargets<Real>& y, double weight, View<Real, 4> d_predicted) {
  check_shape("keypoint_loss predicted", predicted.shape(), y.points.shape());
  check_shape("keypoint_loss d_predicted", d_predicted.shape(), y.points.shape());
  const double share = y.total > 0 ? 1.0 / static_cast<double>(y.total) : 0;
  double sum = 0;
  for (Index i = 0; i < predicted.size(); ++i) {
    const double off = y.counted[i / 2] ? static_cast<double>(predicted[i]) - static_cast<double>(y.points[i]) : 0;
    sum += off * off;
    d_predicted[i] = static_cast<Real>(weight * 2 * share * off);
  }
  return sum * share;
}

/// Which joints span the torso, and how near is near enough.
struct PckOptions {
  std::array<Index, 2> shoulders{0, 0}, hips{0, 0};  ///< joints, left and right
  double threshold = 0.1;                            ///< of the torso's length
};

/// Adds up PCK over batches.  Steps whose torso is not known (one of its four joints does not count, or it has no
/// length) are left out.
class Pck {
 public:
  explicit Pck(const PckOptions& options) : options_(options) {}

  /// Adds a batch: predicted (N, T', J, 2) against the steps' targets.  Error where shapes or torso joints do not fit.
  /// `only`: the one joint that is judged; -1: all.
  template <class Real>
  void add(CView<Real, 4> predicted, const StepTargets<Real>& y, Index only = -1) {
    check_shape("Pck::add predicted", predicted.shape(), y.points.shape());
    const auto [N, S, J, two] = predicted.shape();
    for (Index joint : {options_.shoulders[0], options_.shoulders[1], options_.hips[0], options_.hips[1]})
      check(joint >= 0 && joint < J, "Pck: torso joint ", joint, ", want 0 to ", J - 1);
    for (Index n = 0; n < N; ++n)
      for (Index s = 0; s < S; ++s) {
        const double reach = options_.threshold * torso(y, n, s);
        if (!(reach > 0)) continue;
        for (Index j = 0; j < J; ++j) {
          if (!y.counted(n, s, j) || (only >= 0 && j != only)) continue;
          const double dx = static_cast<double>(predicted(n, s, j, 0)) - static_cast<double>(y.points(n, s, j, 0));
          const double dy = static_cast<double>(predicted(n, s, j, 1)) - static_cast<double>(y.points(n, s, j, 1));
          ++counted_, near_ += std::hypot(dx, dy) <= reach;
        }
      }
  }

  Index counted() const { return counted_; }  ///< Joints that were compared.
  /// 0 where nothing was counted.
  double value() const { return counted_ == 0 ? 0 : static_cast<double>(near_) / static_cast<double>(counted_); }

 private:
  template <class Real>
  double torso(const StepTargets<Real>& y, Index n, Index s) const {
    std::array<double, 2> span{};
    for (Index axis = 0; axis < 2; ++axis)
      for (std::size_t side = 0; side < 2; ++side) {
        const Index shoulder = options_.shoulders[side], hip = options_.hips[side];
        if (!y.counted(n, s, shoulder) || !y.counted(n, s, hip)) return 0;
        span[static_cast<std::size_t>(axis)] += 0.5 * static_cast<double>(y.points(n, s, shoulder, axis)) -
                                                0.5 * static_cast<double>(y.points(n, s, hip, axis));
      }
    return std::hypot(span[0], span[1]);
  }

  PckOptions options_;
  Index counted_ = 0, near_ = 0;
};

STAC3DL_NAMESPACE_END
