#include <doctest/doctest.h>

#include "stac3dl/train/missing_sensors.hpp"

using namespace stac3dl;

namespace {

/// Two signals; the class is the sign of the first, the second tells nothing.
struct Signs {
  Index size() const { return 12; }
  Sample sample(Index i) const {
    Sample s;
    s.label = i % 2;
    for (int m = 0; m < 2; ++m)
      s.inputs.push_back(
          {Tensor<float, 4>({1, 4, 1, 1}, m == 0 ? 2.0f * static_cast<float>(i % 2) - 1 : 1.0f), {}, {}});
    return s;
  }
};

/// Looks at the first signal where it is valid, says class 0 where it is not.
struct ByHand {
  using Scalar = float;
  struct Answer {
    Tensor<float, 2> probabilities;
  } answer;
  const Answer& operator()(const Batch<float>& batch) {
    const Index n = batch.size();
    answer.probabilities = Tensor<float, 2>({n, 2});
    for (Index i = 0; i < n; ++i) {
      const bool one = batch.inputs[0].frames(i, 0) != 0 && batch.inputs[0].x(i, 0, 0, 0, 0) > 0;
      answer.probabilities(i, Index{one}) = 1;
    }
    return answer;
  }
};

}  // namespace

TEST_CASE("evaluate_without_each: the sensor that matters is seen to matter") {
  ByHand model;
  const auto scores = evaluate_without_each(model, Signs{}, {"first", "second"}, evaluate(model, Signs{}).accuracy());
  REQUIRE(scores.size() == 2);
  CHECK(scores[0].modality == "first");
  CHECK(scores[0].accuracy == 0.5);
  CHECK(scores[0].lost == 0.5);
  CHECK(scores[0].macro_f1 == doctest::Approx(1.0 / 3));
  CHECK(scores[1].accuracy == 1);
  CHECK(scores[1].lost == 0);
  CHECK_THROWS_WITH(evaluate_without_each(model, Signs{}, {"first"}, 1.0), doctest::Contains("2 or more modalities"));
}
