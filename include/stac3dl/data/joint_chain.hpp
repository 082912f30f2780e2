/// data/joint_chain.hpp - from joint angles to places: the chain of turns from the waist to the toes.
///
/// Joint j hangs on parent(j) < j; the root has none.  With local turns R_j and offsets o_j in the parent's frame
///   G_j = G_parent R_j,   p_j = p_parent + G_parent o_j        root: G = R, p = o
/// R = R_a R_b R_c about the axes a, b, c of `order`, right-handed; c is applied first.
#pragma once

#include <numbers>
#include <span>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Axes 0 x, 1 y, 2 z from left to right in R = R_a R_b R_c.
using TurnOrder = std::array<int, 3>;

namespace detail {
/// A right-handed turn by `radians` about axis 0, 1 or 2.
inline Eigen::Matrix3d turn(int axis, double radians) {
  const int j = (axis + 1) % 3, k = (axis + 2) % 3;
  Eigen::Matrix3d r = Eigen::Matrix3d::Identity();
  r(j, j) = r(k, k) = std::cos(radians);
  r(k, j) = std::sin(radians);
  r(j, k) = -r(k, j);
  return r;
}
}  // namespace detail

/// Absolute joints (T, 3, J, 1) from angles (T, J, 3), degrees about x, y, z, and offsets (T, J, 3) in any unit, which
/// is also that of the result.  `parents` has J entries, each smaller than its index; -1: a root, whose offset is its
/// place.
inline Tensor<float, 4> chain_joints(CView<float, 3> angles, CView<float, 3> offsets, std::span<const int> parents,
                                     const TurnOrder& order) {
  const Index frames = angles.size(0), joints = static_cast<Index>(parents.size());
  check_shape("chain_joints angles", angles.shape(), {any_size, joints, 3});
  check_shape("chain_joints offsets", offsets.shape(), {frames, joints, 3});
  for (int a : order) check(a >= 0 && a < 3, "chain_joints: order names axis ", a, ", want 0, 1 or 2");
  for (Index j = 0; j < joints; ++j)
    check(parents[static_cast<std::size_t>(j)] < j && parents[static_cast<std::size_t>(j)] >= -1,
          "chain_joints: joint ", j, " hangs on ", parents[static_cast<std::size_t>(j)], ", want one before it or -1");
  Tensor<float, 4> out({frames, 3, joints, 1});
  std::vector<Eigen::Matrix3d> turns(parents.size());
  std::vector<Eigen::Vector3d> places(parents.size());
  for (Index t = 0; t < frames; ++t)
    for (Index j = 0; j < joints; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const auto angle = [&](int axis) { return static_cast<double>(angles(t, j, axis)) * std::numbers::pi / 180; };
      const Eigen::Vector3d offset(offsets(t, j, Index{0}), offsets(t, j, Index{1}), offsets(t, j, Index{2}));
      turns[at] = detail::turn(order[0], angle(order[0])) * detail::turn(order[1], angle(order[1])) *
                  detail::turn(order[2], angle(order[2]));
      places[at] = offset;
      if (parents[at] >= 0) {
        const auto parent = static_cast<std::size_t>(parents[at]);
        places[at] = places[parent] + turns[parent] * offset;
        turns[at] = turns[parent] * turns[at];
      }
      for (Index c = 0; c < 3; ++c) out(t, c, j, Index{0}) = static_cast<float>(places[at][c]);
    }
  return out;
}

/// Bones that do not stretch: every joint's offset (T, J, 3) becomes its median over the frames, coordinate by
/// coordinate.  Roots keep theirs, which are places.
inline void fix_bones(View<float, 3> offsets, std::span<const int> parents) {
  check_shape("fix_bones offsets", offsets.shape(), {any_size, static_cast<Index>(parents.size()), 3});
  const Index frames = offsets.size(0);
  std::vector<float> values(static_cast<std::size_t>(frames));
  for (Index j = 0; j < offsets.size(1) && frames > 0; ++j) {
    if (parents[static_cast<std::size_t>(j)] < 0) continue;
    for (Index c = 0; c < 3; ++c) {
      for (Index t = 0; t < frames; ++t) values[static_cast<std::size_t>(t)] = offsets(t, j, c);
      const auto middle = values.begin() + frames / 2;
      std::nth_element(values.begin(), middle, values.end());
      for (Index t = 0; t < frames; ++t) offsets(t, j, c) = *middle;
    }
  }
}

STAC3DL_NAMESPACE_END
