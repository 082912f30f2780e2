/// data/augment_skeleton.hpp - what training varies in a skeleton, and rotations, which accelerometers share.
#pragma once

#include <numbers>

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/mirror.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Before normalisation, in the skeleton's unit.  All off by default.
struct SkeletonAugment {
  double turn = 0;                    ///< up to so many degrees either way about the vertical axis
  Index up = 1;                       ///< which axis that is: 0, 1 or 2
  double noise = 0;                   ///< standard deviation of what is added to each coordinate
  bool mirror = false;                ///< takes part in AugmentOptions.mirror
  std::vector<JointPair> pairs = {};  ///< joints that change places then
  Index mirror_axis = 0;              ///< the coordinate from left to right, negated then
};

namespace detail {

/// Turns x, y, z, which are channels first, first + 1, first + 2, everywhere in a window.
inline void rotate_channels(Window& window, Index first, const Eigen::Matrix3f& rotation) {
  const Index each = window.x.size() / window.x.size(0);
  float* const x = window.x.data() + first * each;
  for (Index i = 0; i < each; ++i) {
    const Eigen::Vector3f turned = rotation * Eigen::Vector3f(x[i], x[each + i], x[2 * each + i]);
    for (Index c = 0; c < 3; ++c) x[c * each + i] = turned[c];
  }
}

/// By `angle` radians about a unit vector (Rodrigues): I + sin K + (1 - cos) K^2, K v = axis x v.
inline Eigen::Matrix3f rotation_about(const Eigen::Vector3d& axis, double angle) {
  Eigen::Matrix3d k;
  k << 0, -axis[2], axis[1], axis[2], 0, -axis[0], -axis[1], axis[0], 0;
  const Eigen::Matrix3d turn = Eigen::Matrix3d::Identity() + std::sin(angle) * k + (1 - std::cos(angle)) * (k * k);
  return turn.cast<float>();
}

/// By an angle uniform within `degrees` about an axis of any direction.
inline Eigen::Matrix3f random_rotation(double degrees, Random& random) {
  Eigen::Vector3d axis;
  do {
    for (Index c = 0; c < 3; ++c) axis[c] = random.normal();  // normal in each: any direction alike
  } while (axis.squaredNorm() < 1e-6);
  const double angle = random.uniform(-degrees, degrees) * std::numbers::pi / 180;
  return rotation_about(axis.normalized(), angle);
}

}  // namespace detail

/// On a window (3 or more, T, J, 1), x, y, z first; masked joints stay masked.
inline void vary_skeleton(Window& window, const SkeletonAugment& options, bool mirror, Random random) {
  if (options.turn == 0 && options.noise == 0 && !(mirror && options.mirror)) return;
  const auto [channels, frames, joints, one] = window.x.shape();
  check(channels >= 3 && one == 1, "vary_skeleton: window ", to_string(window.x.shape()),
        ", want (3 or more, T, J, 1)");
  if (mirror && options.mirror) {
    detail::check_pairs("SkeletonAugment.pairs", options.pairs, joints);
    window.x.slice(options.mirror_axis).flat().array() *= -1;
    for (Index t = 0; t < frames; ++t)
      for (const auto& [a, b] : options.pairs) {
        for (Index c = 0; c < channels; ++c) std::swap(window.x(c, t, a, Index{0}), window.x(c, t, b, Index{0}));
        if (!window.positions.empty()) std::swap(window.positions(t, a), window.positions(t, b));
      }
  }
  if (options.turn != 0) {
    const double angle = random.uniform(-options.turn, options.turn) * std::numbers::pi / 180;
    detail::rotate_channels(window, 0, detail::rotation_about(Eigen::Vector3d::Unit(options.up), angle));
  }
  if (options.noise != 0)
    for (Index i = 0; i < 3 * frames * joints; ++i)
      window.x.data()[i] += static_cast<float>(
          options.noise * random.normal_at((std::uint64_t{1} << 32) + static_cast<std::uint64_t>(i)));
}

STAC3DL_NAMESPACE_END
