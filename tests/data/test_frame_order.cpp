#include <doctest/doctest.h>

#include "stac3dl/data/frame_order.hpp"

using namespace stac3dl;

namespace {
/// Three inputs: a video of 4 frames whose value is the frame, a signal of 8 steps, a skeleton of 4 frames.
Sample numbered() {
  Sample s;
  s.label = 5;
  s.inputs.resize(3);
  s.inputs[0].x = Tensor<float, 4>({2, 4, 2, 2});
  for (Index i = 0; i < 32; ++i) s.inputs[0].x[i] = static_cast<float>(i / 4 % 4 + 10 * (i / 16));
  s.inputs[0].frames = Tensor<std::uint8_t, 1>({4}, {1, 1, 1, 0});
  s.inputs[1].x = Tensor<float, 4>({1, 8, 1, 1}, {0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f});
  s.inputs[2].x = Tensor<float, 4>({1, 4, 2, 1}, {0, 0, 1, 1, 2, 2, 3, 3});
  s.inputs[2].positions = Tensor<std::uint8_t, 2>({4, 2}, {1, 1, 0, 1, 1, 1, 1, 0});
  s.keypoints = Tensor<float, 3>({4, 1, 2}, {0, 0, 1, 1, 2, 2, 3, 3});
  s.visible = Tensor<std::uint8_t, 2>({4, 1}, {1, 0, 1, 1});
  return s;
}
}  // namespace

TEST_CASE("frames move with their masks, signal steps in blocks, key points along") {
  const Sample s = reordered_frames(numbered(), {3, 1, 0, 0});
  CHECK(s.label == 5);
  CHECK(s.inputs[0].x(0, 0, 1, 1) == 3);
  CHECK(s.inputs[0].x(1, 1, 0, 0) == 11);
  CHECK(s.inputs[0].x(1, 3, 0, 1) == 10);
  CHECK(s.inputs[0].frames[0] == 0);
  CHECK(s.inputs[0].frames[2] == 1);
  CHECK(s.inputs[1].x[0] == 3);
  CHECK(s.inputs[1].x[1] == 3.5f);
  CHECK(s.inputs[1].x[7] == 0.5f);
  CHECK(s.inputs[2].x(0, 1, 1, 0) == 1);
  CHECK(s.inputs[2].positions(0, 1) == 0);
  CHECK(s.inputs[2].positions(1, 0) == 0);
  CHECK(s.keypoints(0, 0, 1) == 3);
  CHECK(s.visible(1, 0) == 0);
}

TEST_CASE("video alone: signals and skeleton stay") {
  const Sample s = reordered_frames(numbered(), {3, 2, 1, 0}, FrameScope::video);
  CHECK(s.inputs[0].x(0, 0, 0, 0) == 3);
  CHECK(s.inputs[1].x[0] == 0);
  CHECK(s.inputs[2].x[0] == 0);
  CHECK(s.keypoints(0, 0, 0) == 3);
}

TEST_CASE("shuffling keeps every frame, repeating keeps one; both depend on the stream alone") {
  const Sample s = shuffled_frames(numbered(), Random(3));
  std::vector<float> values;
  for (Index t = 0; t < 4; ++t) values.push_back(s.inputs[0].x(0, t, 0, 0));
  CHECK(std::is_permutation(values.begin(), values.end(), std::vector<float>{0, 1, 2, 3}.begin()));
  CHECK(s.keypoints(2, 0, 0) == values[2]);
  const Sample again = shuffled_frames(numbered(), Random(3));
  CHECK(std::equal(s.inputs[0].x.begin(), s.inputs[0].x.end(), again.inputs[0].x.begin()));
  const Sample one = one_frame_repeated(numbered(), Index{2});
  for (Index t = 0; t < 4; ++t) CHECK(one.inputs[0].x(1, t, 1, 0) == 12);
  CHECK(one.inputs[1].x[6] == 2);
  std::vector<bool> drawn(4);
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    drawn[static_cast<std::size_t>(one_frame_repeated(numbered(), Random(seed)).keypoints(0, 0, 0))] = true;
  CHECK(drawn == std::vector<bool>(4, true));
}

TEST_CASE("orders that do not fit are refused") {
  CHECK_THROWS_WITH_AS(reordered_frames(numbered(), {0, 1}), "reordered_frames: want an order of 4 frames, got 2",
                       Error);
  CHECK_THROWS_WITH_AS(reordered_frames(numbered(), {0, 1, 2, 4}), "reordered_frames: frame 4 of 4", Error);
  CHECK_THROWS_AS(shuffled_frames(Sample{}, Random(1)), Error);
  Sample odd = numbered();
  odd.inputs[1].x = Tensor<float, 4>({1, 7, 1, 1});
  CHECK_THROWS_AS(shuffled_frames(odd, Random(1)), Error);
}
