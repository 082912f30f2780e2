/// io/ntu_skeleton.hpp - a .skeleton file of NTU RGB+D, as Kinect v2 saw it: text, numbers apart by spaces, 30 a
/// second.
///
///   frames
///   bodies                                      of each frame; 0 is usual
///   id  6 whole numbers  2 lean  tracking       of each body; the id is a 64-bit number, larger than a double holds
///   25                                          joints
///   x y z  depth x y  colour x y  w x y z  tracking    of each joint: metres, pixels, pixels, quaternion, 0 to 2
/// Places that are no numbers (nan, inf, 1.#QNAN) are kept as NaN.  Counts are believed one line at a time.
#pragma once

#include <cstdint>

#include "stac3dl/io/csv.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr Index ntu_joints = 25;  ///< Of Kinect v2.

/// One joint of one frame.
struct NtuJoint {
  std::array<float, 3> place{};            ///< metres: x left of the camera, y up, z away from it
  std::array<float, 2> depth{}, colour{};  ///< pixels in the 512x424 depth and the 1920x1080 colour frames
  std::array<float, 4> turn{};             ///< quaternion w, x, y, z
  int tracking = 0;                        ///< 0 not tracked, 1 inferred, 2 tracked
  /// True where the place is finite.
  bool known() const { return std::isfinite(place[0]) && std::isfinite(place[1]) && std::isfinite(place[2]); }
};

/// One body of one frame.
struct NtuBody {
  std::uint64_t id = 0;         ///< Kinect's number for it
  std::array<int, 6> states{};  ///< clipped edges, confidence and state of each hand, restricted
  std::array<float, 2> lean{};  ///< -1 to 1: left and right, front and back
  int tracking = 0;             ///< 0 not, 1 inferred, 2 tracked
  std::array<NtuJoint, ntu_joints> joints{};  ///< in Kinect's order
};

struct NtuSkeleton {
  std::vector<std::vector<NtuBody>> frames;  ///< bodies of each frame, in the file's order
};

namespace detail {

/// Lines of numbers, one after the other.
class NtuLines {
 public:
  NtuLines(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// The numbers of the next line that is not blank; `what` is what it should hold.
  void next(std::size_t count, const char* what) {
    do {
      check(!text_.empty(), name_, ": ends behind line ", line_, ", want ", what);
      const auto end = text_.find('\n');
      row_ = trimmed(text_.substr(0, end));
      text_.remove_prefix(end == text_.npos ? text_.size() : end + 1);
      ++line_;
    } while (row_.empty());
    what_ = what;
    cells_.clear();
    for (std::string_view rest = row_; !rest.empty();) {
      const auto end = std::min(rest.find_first_of(" \t"), rest.size());
      if (cells_.size() == count) fail(name_, ": line ", line_, ": want ", count, " numbers (", what, "), got more");
      cells_.push_back(rest.substr(0, end));
      rest = trimmed(rest.substr(end));
    }
    if (cells_.size() != count)
      fail(name_, ": line ", line_, ": want ", count, " numbers (", what, "), got ", cells_.size());
  }
  template <class Whole>
  Whole whole(std::size_t i) const {
    Whole value = 0;
    if (!parse_number(cells_[i], value)) wrong(i, "a whole number");
    return value;
  }
  /// NaN where the cell says that it is no number.
  float number(std::size_t i) const {
    float value = 0;
    if (!parse_number(cells_[i], value)) {
      const std::string_view digits = cells_[i].substr(cells_[i].find_first_not_of("+-") == 1 ? 1 : 0);
      if (digits.substr(0, 3) != "1.#") wrong(i, "a number");
      return std::numeric_limits<float>::quiet_NaN();
    }
    return std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN();
  }
  /// Nothing but blank lines may follow.
  void end() { check(trimmed_lines(text_).empty(), name_, ": text behind the last frame, after line ", line_); }
  [[noreturn]] void wrong(std::size_t i, const char* want) const {
    fail(name_, ": line ", line_, ", number ", i + 1, " (", what_, "): want ", want, ", got ", quoted(cells_[i]));
  }

 private:
  static std::string_view trimmed_lines(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view{} : text.substr(first);
  }

  std::string_view text_, row_;
  const std::string& name_;
  const char* what_ = "";
  std::vector<std::string_view> cells_;
  Index line_ = 0;
};

inline NtuBody read_ntu_body(NtuLines& lines) {
  NtuBody body;
  lines.next(10, "a body: id, 6 states, 2 of lean, tracking");
  body.id = lines.whole<std::uint64_t>(0);
  for (std::size_t i = 0; i < 6; ++i) body.states[i] = lines.whole<int>(1 + i);
  for (std::size_t i = 0; i < 2; ++i) body.lean[i] = lines.number(7 + i);
  body.tracking = lines.whole<int>(9);
  lines.next(1, "the number of joints");
  if (lines.whole<Index>(0) != ntu_joints) lines.wrong(0, "25");
  for (NtuJoint& joint : body.joints) {
    lines.next(12, "a joint: x y z, depth x y, colour x y, quaternion, tracking");
    for (std::size_t i = 0; i < 3; ++i) joint.place[i] = lines.number(i);
    for (std::size_t i = 0; i < 2; ++i) joint.depth[i] = lines.number(3 + i), joint.colour[i] = lines.number(5 + i);
    for (std::size_t i = 0; i < 4; ++i) joint.turn[i] = lines.number(7 + i);
    joint.tracking = lines.whole<int>(11);
    if (joint.tracking < 0 || joint.tracking > 2) lines.wrong(11, "0, 1 or 2");
  }
  return body;
}

}  // namespace detail

/// Reads a file's text; `name` is for messages.
inline NtuSkeleton parse_ntu_skeleton(std::string_view text, const std::string& name) {
  NtuSkeleton skeleton;
  detail::NtuLines lines(text, name);
  lines.next(1, "the number of frames");
  const Index frames = lines.whole<Index>(0);
  if (frames < 0) lines.wrong(0, "0 or more");
  for (Index t = 0; t < frames; ++t) {
    lines.next(1, "the number of bodies in a frame");
    const Index bodies = lines.whole<Index>(0);
    if (bodies < 0) lines.wrong(0, "0 or more");
    std::vector<NtuBody>& here = skeleton.frames.emplace_back();
    for (Index b = 0; b < bodies; ++b) here.push_back(detail::read_ntu_body(lines));
  }
  lines.end();
  return skeleton;
}

/// Reads a file, plain or gzip, of at most `budget` bytes.
inline NtuSkeleton read_ntu_skeleton(const std::filesystem::path& path, std::size_t budget = std::size_t{1} << 25) {
  return parse_ntu_skeleton(read_file(path, budget), path.generic_string());
}

STAC3DL_NAMESPACE_END
