#include <doctest/doctest.h>

#include "stac3dl/train/test_time_augmentation.hpp"

using namespace stac3dl;

namespace {

/// Sample i reads x(i, epoch) = (i + 1/2) / 8 + (-1)^epoch / 4 and is of class i / 4.
struct Swinging {
  Index size() const { return 8; }
  Sample sample(Index i, std::uint64_t epoch) const {
    const float x = (static_cast<float>(i) + 0.5f) / 8 + (epoch % 2 == 0 ? 0.25f : -0.25f);
    Sample s;
    s.label = i / 4;
    s.inputs.push_back({Tensor<float, 4>({1, 1, 1, 1}, x), {}, {}});
    return s;
  }
};

/// p(class 1) = x, clipped to [0, 1].
struct Reads {
  using Scalar = float;
  struct Answer {
    Tensor<float, 2> probabilities;
  } answer;
  const Answer& operator()(const Batch<float>& batch) {
    answer.probabilities.resize({batch.size(), 2});
    for (Index i = 0; i < batch.size(); ++i) {
      const float p = std::clamp(batch.inputs[0].x(i, 0, 0, 0, 0), 0.0f, 1.0f);
      answer.probabilities(i, 0) = 1 - p, answer.probabilities(i, 1) = p;
    }
    return answer;
  }
};

}  // namespace

TEST_CASE("evaluate_varied: the mean over copies is what counts") {
  Reads model;
  EvaluateOptions options;
  options.batch_size = 3;
  const auto one = evaluate_varied(model, Swinging{}, 1, options), two = evaluate_varied(model, Swinging{}, 2, options);
  CHECK(one.accuracy() == 0.75);  // samples 2 and 3 are taken for class 1
  CHECK(two.accuracy() == 1);
  REQUIRE(two.labels == std::vector<Index>{0, 0, 0, 0, 1, 1, 1, 1});
  const double p[] = {0.15625, 0.21875, 0.3125,  0.4375,
                      0.5625,  0.6875,  0.78125, 0.84375};  // the ends are clipped on one side
  double loss = 0;
  for (Index i = 0; i < 8; ++i) {
    CHECK(two.probabilities(i, 1) == doctest::Approx(p[i]));
    loss -= std::log(i < 4 ? 1 - p[i] : p[i]) / 8;
  }
  CHECK(two.loss == doctest::Approx(loss));
  CHECK(two.complete);
  CHECK(two.confusion.total() == 8);
}

TEST_CASE("evaluate_varied: stopped it holds nothing; no copies are an error") {
  Reads model;
  std::atomic<bool> stop = true;
  EvaluateOptions options;
  options.stop = &stop;
  const auto stopped = evaluate_varied(model, Swinging{}, 2, options);
  CHECK(!stopped.complete);
  CHECK(stopped.labels.empty());
  CHECK_THROWS_WITH(evaluate_varied(model, Swinging{}, 0), doctest::Contains("copies is 0, want 1 or more"));
}
