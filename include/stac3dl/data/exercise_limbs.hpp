/// data/exercise_limbs.hpp - the parts of a drawn body's limbs, and which of them an exercise moves.
///
/// Sets of parts are bits of a BodyParts.  A hand belongs to its forearm, a foot to its shank; trunk and head are no
/// limbs.  What a movement's limbs are is known where they alone move: arms that are raised, the shank of a knee that
/// is bent, a leg that is lifted sideways.  Squats, standing up, lunges and turns of the trunk move the whole body.
#pragma once

#include <cstdint>

#include "stac3dl/data/exercise_poses.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

using BodyParts = std::uint8_t;  ///< A set of parts, a bit each.

/// A left part's bit is followed by that of its right partner.
inline constexpr BodyParts left_upper_arm = 1, right_upper_arm = 2, left_forearm = 4, right_forearm = 8,
                           left_thigh = 16, right_thigh = 32, left_shank = 64, right_shank = 128;

/// The part of one side, 0 left, 1 right, by its left one.
constexpr BodyParts side_part(BodyParts left, std::size_t side) { return static_cast<BodyParts>(left << side); }

/// The limbs that alone do the movement, `side` being that of one-sided ones; 0 where the whole body moves.
constexpr BodyParts moving_limbs(Movement movement, std::size_t side) {
  switch (movement) {
    case Movement::side_raise:
    case Movement::front_raise:
      return left_upper_arm | right_upper_arm | left_forearm | right_forearm;
    case Movement::knee_bend:
      return side_part(left_shank, side);
    case Movement::leg_raise:
      return static_cast<BodyParts>(side_part(left_thigh, side) | side_part(left_shank, side));
    default:
      return 0;
  }
}

}  // namespace exercises
STAC3DL_NAMESPACE_END
