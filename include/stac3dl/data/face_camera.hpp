/// data/face_camera.hpp - skeletons without the place, the size and the direction of the person.
///
///   x <- R (x - root) / torso            for every joint
/// root   where the joint `root` is        torso  the distance from `root` to `neck`
/// R      turns about the vertical axis until the line from the right to the left joint runs along x
/// Each is taken over the frames within `seconds` (mean of root, median of torso, mean of direction), so that a trunk
/// that turns or a pelvis that sinks stays to be seen; with 0 seconds each frame by itself.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

struct FaceCamera {
  Index root = 0, neck = 1, left = 2, right = 3;  ///< joints: pelvis or waist, neck, two that are side by side (hips)
  Index up = 1;                                   ///< the vertical axis: 0, 1 or 2
  double seconds = 2;                             ///< to either side

  static constexpr const char* name = "face_camera";
  static constexpr Index version = 1;
  void check_options() const {
    check(root >= 0 && neck >= 0 && left >= 0 && right >= 0 && root != neck && left != right,
          "face_camera: want joints root and neck, left and right that differ, got ", root, ", ", neck, ", ", left,
          ", ", right);
    check(up == 1 || up == 2 || up == 0, "face_camera: want up to be axis 0, 1 or 2, got ", up);
    check(std::isfinite(seconds) && seconds >= 0, "face_camera: want 0 or more seconds, got ", seconds);
  }
  Reach reach() const { return {seconds, seconds}; }

  /// Wants frames (T, 3 or more, J, 1) with x, y, z first.  A frame around which root, torso or direction cannot be
  /// told is masked.
  StepCount apply(Stream& stream) const {
    const Index joints = stream.frames.size(2), frames = stream.size();
    check(stream.frames.size(1) >= 3 && stream.frames.size(3) == 1 && std::max({root, neck, left, right}) < joints,
          "face_camera: stream ", stream.name, " is ", to_string(stream.frames.shape()),
          ", want (T, 3 or more, J, 1) with joints ", root, ", ", neck, ", ", left, ", ", right);
    const Tensor<float, 4> before = stream.frames;
    const auto joint = [&](Index t, Index j) {
      return Eigen::Array3f(before(t, Index{0}, j, Index{0}), before(t, Index{1}, j, Index{0}),
                            before(t, Index{2}, j, Index{0}));
    };
    StepCount count;
    std::vector<Index> lost;
    std::vector<float> torsos;
    for (Index t = 0, first = 0, last = 0; t < frames; ++t) {
      advance_window(stream.times, t, seconds, first, last);
      if (!counts(stream, t)) continue;
      Eigen::Array3d place = Eigen::Array3d::Zero(), side = Eigen::Array3d::Zero();
      double roots = 0;
      torsos.clear();
      for (Index i = first; i < last; ++i) {
        const bool has_root = counts(stream, i, root);
        if (has_root) place += joint(i, root).cast<double>(), roots += 1;
        if (has_root && counts(stream, i, neck)) torsos.push_back((joint(i, neck) - joint(i, root)).matrix().norm());
        if (counts(stream, i, left) && counts(stream, i, right))
          side += (joint(i, left) - joint(i, right)).cast<double>();
      }
      const float torso = torsos.empty() ? 0 : upper_median(torsos);
      side[up] = 0;
      const double length = side.matrix().norm();
      if (roots == 0 || !(torso > 0) || !(length > 0)) {
        lost.push_back(t);
        continue;
      }
      turn(stream, t, (place / roots).cast<float>(), 1 / torso, side / length);
    }
    for (const Index t : lost) {
      for (Index j = 0; j < joints; ++j) count.masked += counts(stream, t, j);
      mask_frame(stream, t);
    }
    return count;
  }

 private:
  /// `side`: where the left is, a unit vector in the plane of the axes a and b across the vertical.
  void turn(Stream& stream, Index t, const Eigen::Array3f& place, float scale, const Eigen::Array3d& side) const {
    const Index a = up == 0 ? 1 : 0, b = up == 2 ? 1 : 2;
    const auto cosine = static_cast<float>(side[a]), sine = static_cast<float>(side[b]);
    for (Index j = 0; j < stream.frames.size(2); ++j) {
      const auto x = [&](Index c) -> float& { return stream.frames(t, c, j, Index{0}); };
      const float across = (x(a) - place[a]) * scale, along = (x(b) - place[b]) * scale;
      x(up) = (x(up) - place[up]) * scale;
      x(a) = cosine * across + sine * along;
      x(b) = cosine * along - sine * across;
    }
  }
};

STAC3DL_NAMESPACE_END
