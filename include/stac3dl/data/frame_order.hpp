/// data/frame_order.hpp - samples whose frames come in another order: what does a model owe to motion?
///
/// A model that still names the exercise from one frame repeated, or from frames in random order, looked at poses or
/// at the room.  Inputs may have several steps a frame (signals): their steps move with the frame in blocks.
#pragma once

#include <numeric>

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What is put into another order.
enum class FrameScope {
  all,   ///< every modality and the key points
  video  ///< only inputs on a grid (H and W above 1) and the key points
};

namespace detail {
/// Frames of the slowest input: the others must have a whole number of steps for each of them.
inline Index frame_count(const Sample& s) {
  check(!s.inputs.empty(), "frame order: a sample without inputs");
  Index frames = s.inputs.front().x.size(1);
  for (const Window& w : s.inputs) frames = std::min(frames, w.x.size(1));
  for (const Window& w : s.inputs)
    check(frames >= 1 && w.x.size(1) % frames == 0, "frame order: an input of ", w.x.size(1),
          " steps does not divide into ", frames, " frames");
  return frames;
}

/// Rows of `step` numbers: out row i is row order[i / block] * block + i % block of x, for `groups` groups of rows.
template <class T>
void take_rows(T* data, Index groups, Index step, Index block, const std::vector<Index>& order) {
  const Index frames = static_cast<Index>(order.size()), size = frames * block * step;
  const std::vector<T> old(data, data + groups * size);
  for (Index g = 0; g < groups; ++g)
    for (Index t = 0; t < frames; ++t) {
      const T* from = old.data() + g * size + order[static_cast<std::size_t>(t)] * block * step;
      std::copy(from, from + block * step, data + g * size + t * block * step);
    }
}
}  // namespace detail

/// The sample with frame order[t] at place t; order may leave out and repeat.
inline Sample reordered_frames(const Sample& sample, const std::vector<Index>& order,
                               FrameScope scope = FrameScope::all) {
  const Index frames = detail::frame_count(sample);
  check(static_cast<Index>(order.size()) == frames, "reordered_frames: want an order of ", frames, " frames, got ",
        order.size());
  for (Index t : order) check(t >= 0 && t < frames, "reordered_frames: frame ", t, " of ", frames);
  Sample out = sample;
  for (Window& w : out.inputs) {
    if (scope == FrameScope::video && (w.x.size(2) == 1 || w.x.size(3) == 1)) continue;
    const Index block = w.x.size(1) / frames;
    detail::take_rows(w.x.data(), w.x.size(0), w.x.size(2) * w.x.size(3), block, order);
    if (!w.frames.empty()) detail::take_rows(w.frames.data(), 1, 1, block, order);
    if (!w.positions.empty()) detail::take_rows(w.positions.data(), 1, w.positions.size(1), block, order);
  }
  if (!out.keypoints.empty()) {
    check(out.keypoints.size(0) % frames == 0, "reordered_frames: key points of ", out.keypoints.size(0),
          " frames, want ", frames);
    const Index block = out.keypoints.size(0) / frames;
    detail::take_rows(out.keypoints.data(), 1, out.keypoints.size(1) * out.keypoints.size(2), block, order);
    if (!out.visible.empty()) detail::take_rows(out.visible.data(), 1, out.visible.size(1), block, order);
  }
  return out;
}

/// All frames, in random order.
inline Sample shuffled_frames(const Sample& sample, Random random, FrameScope scope = FrameScope::all) {
  std::vector<Index> order(static_cast<std::size_t>(detail::frame_count(sample)));
  std::iota(order.begin(), order.end(), Index{0});
  random.shuffle(order);
  return reordered_frames(sample, order, scope);
}

/// One frame, again and again.
inline Sample one_frame_repeated(const Sample& sample, Index frame, FrameScope scope = FrameScope::all) {
  const std::vector<Index> order(static_cast<std::size_t>(detail::frame_count(sample)), frame);
  return reordered_frames(sample, order, scope);
}
/// One frame drawn at random.
inline Sample one_frame_repeated(const Sample& sample, Random random, FrameScope scope = FrameScope::all) {
  const auto frames = static_cast<std::uint64_t>(detail::frame_count(sample));
  return one_frame_repeated(sample, static_cast<Index>(random.below(frames)), scope);
}

STAC3DL_NAMESPACE_END
