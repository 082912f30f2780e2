#include <doctest/doctest.h>

#include "stac3dl/core/random.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/train/loss.hpp"

using namespace stac3dl;

namespace {

template <int R>
Tensor<double, R> random_points(const Shape<R>& shape, std::uint64_t seed) {
  Tensor<double, R> x(shape);
  for (Index i = 0; i < x.size(); ++i) x[i] = Random(seed).uniform_at(static_cast<std::uint64_t>(i));
  return x;
}

}  // namespace

TEST_CASE("step_targets: mean over the frames in which a joint is visible") {
  // One example, four frames, two joints, two steps.
  const Tensor<double, 4> target({1, 4, 2, 2}, {0.0, 0.2, 0.5, 0.5,    // frame 0: joint 0, joint 1
                                                0.2, 0.4, 0.7, 0.1,    // frame 1
                                                0.4, 0.4, 0.9, 0.9,    // frame 2
                                                0.8, 0.0, 0.1, 0.1});  // frame 3
  StepTargets<double> y;
  step_targets<double>(target, {}, 2, 0, y);
  CHECK(y.total == 4);
  CHECK(y.points(0, 0, 0, 0) == doctest::Approx(0.1));
  CHECK(y.points(0, 0, 0, 1) == doctest::Approx(0.3));
  CHECK(y.points(0, 1, 1, 0) == doctest::Approx(0.5));

  const Tensor<std::uint8_t, 3> visible({1, 4, 2}, {1, 0, 1, 1, 0, 0, 1, 0});
  step_targets<double>(target, visible, 2, 0, y);
  CHECK(y.total == 3);
  CHECK(y.points(0, 0, 0, 0) == doctest::Approx(0.1));  // both frames
  CHECK(y.points(0, 0, 1, 0) == 0.7);                   // frame 1 alone
  CHECK(y.points(0, 1, 0, 0) == 0.8);                   // frame 3 alone
  CHECK(y.counted(0, 1, 1) == 0);
  CHECK(y.points(0, 1, 1, 0) == 0);

  step_targets<double>(target, {}, 4, 2, y);  // four steps of two frames: the last two steps are padding
  CHECK(y.total == 4);
  CHECK(y.counted(0, 1, 0) == 1);
  CHECK(y.counted(0, 2, 0) == 0);
  CHECK_THROWS_WITH_AS(step_targets<double>(target, {}, 3, 0, y),
                       "step_targets: 4 frames do not make 3 steps of equal length; give frames_per_step", Error);
  const Tensor<std::uint8_t, 3> wrong({1, 3, 2});
  CHECK_THROWS_AS(step_targets<double>(target, wrong, 2, 0, y), Error);
}

TEST_CASE("keypoint_loss: value and gradient") {
  const Tensor<double, 4> target({1, 1, 3, 2}, {0.5, 0.5, 0.25, 0.75, 0, 0});
  const Tensor<std::uint8_t, 3> visible({1, 1, 3}, {1, 1, 0});
  const Tensor<double, 4> predicted({1, 1, 3, 2}, {0.8, 0.1, 0.25, 0.5, 0.9, 0.9});
  StepTargets<double> y;
  step_targets<double>(target, visible, 1, 0, y);
  Tensor<double, 4> d({1, 1, 3, 2}, 7.0);
  CHECK(keypoint_loss<double>(predicted, y, 10, d) == doctest::Approx((0.09 + 0.16 + 0.0625) / 2));
  CHECK(d[0] == doctest::Approx(10 * 0.3));
  CHECK(d[1] == doctest::Approx(10 * -0.4));
  CHECK(d[3] == doctest::Approx(10 * -0.25));
  CHECK(d[4] == 0);
  CHECK(d[5] == 0);

  step_targets<double>(target, Tensor<std::uint8_t, 3>({1, 1, 3}), 1, 0, y);
  CHECK(keypoint_loss<double>(predicted, y, 10, d) == 0);
  CHECK(d.array().abs().maxCoeff() == 0);
  Tensor<double, 4> small({1, 1, 2, 2});
  CHECK_THROWS_AS(keypoint_loss<double>(small, y, 10, small), Error);
}

TEST_CASE("keypoint_loss: gradient against differences") {
  const auto target = random_points<4>({3, 10, 5, 2}, 1);
  auto predicted = random_points<4>({3, 5, 5, 2}, 2);
  Tensor<std::uint8_t, 3> visible({3, 10, 5});
  for (Index i = 0; i < visible.size(); ++i) visible[i] = Random(3).uniform_at(static_cast<std::uint64_t>(i)) < 0.6;
  StepTargets<double> y;
  step_targets<double>(target, visible, 5, 0, y);
  Tensor<double, 4> d(predicted.shape()), unused(predicted.shape());
  keypoint_loss<double>(predicted, y, 1, d);
  const auto report = check_gradient("predicted", predicted.view().flat(), d.view().flat(),
                                     [&] { return keypoint_loss<double>(predicted, y, 1, unused); });
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
}

TEST_CASE("Pck: share of joints within a tenth of the torso") {
  // Shoulders 0 and 1, hips 2 and 3: mid-shoulders (0.5, 0.2), mid-hips (0.5, 0.7), torso 0.5, reach 0.05.
  const Tensor<double, 4> target({2, 1, 5, 2}, {0.4, 0.2, 0.6, 0.2, 0.45, 0.7, 0.55, 0.7, 0.5, 0.9,
                                                0.4, 0.2, 0.6, 0.2, 0.45, 0.7, 0.55, 0.7, 0.5, 0.9});
  Tensor<double, 4> predicted = target;
  predicted(0, 0, 0, 0) += 0.049;
  predicted(0, 0, 1, 0) += 0.051;
  predicted(0, 0, 4, 0) += 0.04, predicted(0, 0, 4, 1) += 0.04;  // 0.057 away
  StepTargets<double> y;
  Pck pck({.shoulders = {0, 1}, .hips = {2, 3}});
  CHECK(pck.value() == 0);
  step_targets<double>(target, {}, 1, 0, y);
  pck.add<double>(predicted, y);
  CHECK(pck.counted() == 10);
  CHECK(pck.value() == doctest::Approx(0.8));

  // The first example's hip is hidden: its torso is not known, none of its joints is judged.
  const Tensor<std::uint8_t, 3> visible({2, 1, 5}, {1, 1, 0, 1, 1, 1, 1, 1, 1, 0});
  step_targets<double>(target, visible, 1, 0, y);
  Pck partly({.shoulders = {0, 1}, .hips = {2, 3}});
  partly.add<double>(predicted, y);
  CHECK(partly.counted() == 4);
  CHECK(partly.value() == 1);
  Pck wrong({.shoulders = {0, 1}, .hips = {2, 5}});
  CHECK_THROWS_WITH_AS(wrong.add<double>(predicted, y), "Pck: torso joint 5, want 0 to 4", Error);
}

TEST_CASE("ClassifierLoss joins cross-entropy and key points") {
  struct Pass {
    Tensor<double, 2> logits{Shape<2>{2, 3}}, d_logits;
    Tensor<double, 4> keypoints, d_keypoints;
  } pass;
  Batch<double> batch;
  batch.labels = {0, 2};
  ClassifierLoss<double> loss;
  LossValue value = loss(batch, pass);
  CHECK(value.total == doctest::Approx(std::log(3.0)));
  CHECK(value.keypoints == 0);
  CHECK(pass.d_logits(0, 0) == doctest::Approx(-1.0 / 3));  // (1/3 - 1) / 2
  CHECK(pass.d_logits(1, 0) == doctest::Approx(1.0 / 6));

  pass.keypoints = random_points<4>({2, 3, 4, 2}, 1);
  value = loss(batch, pass);  // a batch that knows no key points
  CHECK(value.total == value.classification);
  CHECK(pass.d_keypoints.array().abs().maxCoeff() == 0);

  batch.keypoints = random_points<4>({2, 6, 4, 2}, 2);
  value = loss(batch, pass);
  CHECK(value.keypoints > 0);
  CHECK(value.total == doctest::Approx(value.classification + 10 * value.keypoints));
  StepTargets<double> y;
  step_targets<double>(batch.keypoints, {}, 3, 0, y);
  CHECK(pass.d_keypoints[5] == doctest::Approx(10 * 2.0 / 24 * (pass.keypoints[5] - y.points[5])));
  CHECK_THROWS_WITH_AS(ClassifierLoss<double>({.label_smoothing = 1}),
                       "ClassifierLoss: label_smoothing is 1, want 0 or more and below 1", Error);
  CHECK_THROWS_AS(ClassifierLoss<double>({.keypoint_weight = -1}), Error);
}
