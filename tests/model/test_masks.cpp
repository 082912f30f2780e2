#include <doctest/doctest.h>

#include <cmath>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/model/masks.hpp"

using namespace stac3dl;

TEST_CASE("masks: a step is valid if at least half of its source frames are; padding is not") {
  const Tensor<std::uint8_t, 2> frames({1, 7}, {1, 1, 0, 0, 0, 1, 1});
  Tensor<std::uint8_t, 2> steps({1, 2});
  step_mask(frames, 4, steps);
  CHECK(steps(0, 0) == 1);  // 2 of 4
  CHECK(steps(0, 1) == 1);  // 2 of 3 frames and 1 of padding
  Tensor<std::uint8_t, 2> thirds({1, 3});
  step_mask(frames, 3, thirds);
  CHECK(thirds(0, 0) == 1);
  CHECK(thirds(0, 1) == 0);  // 1 of 3
  CHECK(thirds(0, 2) == 0);  // 1 of 1 frame and 2 of padding
}

TEST_CASE("masks: joints are masked one by one") {
  const Tensor<std::uint8_t, 2> frames({1, 4}, {1, 1, 1, 0});
  const Tensor<std::uint8_t, 3> joints({1, 4, 2}, {1, 0, 1, 0, 1, 1, 1, 1});
  Tensor<std::uint8_t, 3> tokens({2, 1, 3}, 9);
  token_mask(frames, joints, 2, 1, 2, tokens);
  CHECK(tokens(0, 0, 0) == 9);  // another modality's
  CHECK(tokens(0, 0, 1) == 1);
  CHECK(tokens(0, 0, 2) == 0);
  CHECK(tokens(1, 0, 1) == 1);  // one of two frames
  CHECK(tokens(1, 0, 2) == 1);
}

TEST_CASE("masks: masked input becomes 0, whatever it was, and passes no gradient") {
  Tensor<double, 5> x({1, 1, 3, 1, 2}, {1, 2, 3, std::nan(""), 5, 6}), y({1, 1, 4, 1, 2}), dx(x.shape());
  const Tensor<std::uint8_t, 2> frames({1, 3}, {1, 1, 0});
  const Tensor<std::uint8_t, 3> positions({1, 3, 2}, {1, 1, 1, 0, 1, 1});
  masked_copy<double>(x, frames, positions, y);
  const double want[] = {1, 2, 3, 0, 0, 0, 0, 0};
  for (Index i = 0; i < 8; ++i) CHECK(y[i] == want[i]);
  masked_copy_backward<double>(Tensor<double, 5>(y.shape(), 1.0), frames, positions, dx);
  const double gradient[] = {1, 1, 1, 0, 0, 0};
  for (Index i = 0; i < 6; ++i) CHECK(dx[i] == gradient[i]);
}
