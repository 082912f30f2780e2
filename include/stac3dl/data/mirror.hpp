/// data/mirror.hpp - left and right change places: pictures are turned over, skeletons as well, and their left joints
/// become right ones.
#pragma once

#include "stac3dl/data/preparation_step.hpp"

STAC3DL_NAMESPACE_BEGIN

enum class Mirror { none, rows, columns };  ///< rows: top and bottom change places; columns: left and right

/// Two joints that change places.
using JointPair = std::array<Index, 2>;

namespace detail {
/// Turns over one plane (height, width).
template <class T>
void mirror_plane(T* x, Index height, Index width, Mirror axis) {
  if (axis == Mirror::rows)
    for (Index y = 0; y < height / 2; ++y)
      std::swap_ranges(x + y * width, x + (y + 1) * width, x + (height - 1 - y) * width);
  if (axis == Mirror::columns)
    for (Index y = 0; y < height; ++y) std::reverse(x + y * width, x + (y + 1) * width);
}

inline void check_pairs(const char* what, const std::vector<JointPair>& pairs, Index joints) {
  std::vector<bool> used(static_cast<std::size_t>(joints));
  for (const JointPair& pair : pairs)
    for (const Index j : pair) {
      check(j >= 0 && j < joints, what, ": pair ", pair[0], ", ", pair[1], " of ", joints, " joints");
      check(!used[static_cast<std::size_t>(j)], what, ": joint ", j, " is in two pairs");
      used[static_cast<std::size_t>(j)] = true;
    }
}
}  // namespace detail

/// Turns over the frames of a camera that shows its picture reversed.
struct MirrorPicture {
  Mirror axis = Mirror::columns;  ///< which sides change places

  static constexpr const char* name = "mirror_picture";
  static constexpr Index version = 1;
  void check_options() const {}
  Reach reach() const { return {}; }

  StepCount apply(Stream& stream) const {
    const auto [channels, height, width] = stream.grid();
    for (Index i = 0; i < stream.size() * channels; ++i)
      detail::mirror_plane(stream.frames.data() + i * height * width, height, width, axis);
    if (!stream.places.empty())
      for (Index t = 0; t < stream.size(); ++t)
        detail::mirror_plane(stream.places.slice(t).data(), height, width, axis);
    return {};
  }
};

/// Turns over a skeleton (T, 3 or more, J, 1): the coordinate `axis` is negated, paired joints change places.
struct MirrorSkeleton {
  std::vector<JointPair> pairs = {};  ///< left and right joints
  Index axis = 0;                     ///< of the coordinate from left to right

  static constexpr const char* name = "mirror_skeleton";
  static constexpr Index version = 1;
  void check_options() const { check(axis >= 0 && axis <= 2, "mirror_skeleton: want axis 0, 1 or 2, got ", axis); }
  Reach reach() const { return {}; }

  StepCount apply(Stream& stream) const {
    const Index channels = stream.frames.size(1), joints = stream.frames.size(2);
    check(channels >= 3 && stream.frames.size(3) == 1, "mirror_skeleton: stream ", stream.name, " is ",
          to_string(stream.frames.shape()), ", want (T, 3 or more, J, 1)");
    detail::check_pairs("mirror_skeleton", pairs, joints);
    for (Index t = 0; t < stream.size(); ++t) {
      auto frame = stream.frames.slice(t);
      frame.slice(axis).flat().array() *= -1;
      for (const auto& [a, b] : pairs) {
        for (Index c = 0; c < channels; ++c) std::swap(frame(c, a, Index{0}), frame(c, b, Index{0}));
        if (!stream.places.empty()) std::swap(stream.places(t, a), stream.places(t, b));
      }
    }
    return {};
  }
};

STAC3DL_NAMESPACE_END
