#include <doctest/doctest.h>

#include "stac3dl/data/sample.hpp"

using namespace stac3dl;

namespace {
Sample sample(float value, Index label) {
  Sample s;
  s.inputs.resize(1);
  s.inputs[0].x = Tensor<float, 4>({2, 3, 1, 1}, value);
  s.label = label;
  return s;
}
}  // namespace

TEST_CASE("collate: samples side by side, masks filled in where only some have them") {
  Sample a = sample(1, 4), b = sample(2, 0);
  b.inputs[0].frames = Tensor<std::uint8_t, 1>({3}, {1, 0, 1});
  b.inputs[0].positions = Tensor<std::uint8_t, 2>({3, 1}, {0, 1, 1});
  Batch<double> batch;
  collate({a, b}, batch);
  CHECK(batch.size() == 2);
  CHECK(batch.labels == std::vector<Index>{4, 0});
  CHECK(batch.inputs[0].x.shape() == Shape<5>{2, 2, 3, 1, 1});
  CHECK(batch.inputs[0].x(0, 1, 2, 0, 0) == 1);
  CHECK(batch.inputs[0].x(1, 0, 0, 0, 0) == 2);
  CHECK(batch.inputs[0].frames(0, 1) == 1);
  CHECK(batch.inputs[0].frames(1, 1) == 0);
  CHECK(batch.inputs[0].positions(0, 0, 0) == 1);
  CHECK(batch.inputs[0].positions(1, 0, 0) == 0);
  CHECK(batch.keypoints.empty());
}

TEST_CASE("collate: what does not fit together is refused") {
  Batch<float> batch;
  CHECK_THROWS_WITH_AS(collate({}, batch), "collate: an empty batch", Error);
  Sample longer = sample(1, 0), two = sample(1, 0), masked = sample(1, 0);
  longer.inputs[0].x = Tensor<float, 4>({2, 4, 1, 1});
  CHECK_THROWS_WITH_AS(collate({sample(1, 0), longer}, batch), "collate: modality: want (2, 3, 1, 1), got (2, 4, 1, 1)",
                       Error);
  two.inputs.push_back(two.inputs[0]);
  CHECK_THROWS_WITH_AS(collate({sample(1, 0), two}, batch), "collate: samples with 1 and 2 modalities", Error);
  masked.inputs[0].frames = Tensor<std::uint8_t, 1>({2}, 1);
  CHECK_THROWS_WITH_AS(collate({masked}, batch), "collate: frame mask: want (3), got (2)", Error);
}
