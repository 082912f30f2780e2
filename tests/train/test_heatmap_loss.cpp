#include <doctest/doctest.h>

#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/nn/parameter.hpp"
#include "stac3dl/train/loss.hpp"

using namespace stac3dl;

namespace {

/// Targets of two examples, three joints and two steps; one joint does not count at one step.
StepTargets<double> some_targets() {
  Tensor<double, 4> target({2, 2, 3, 2});
  for (Index i = 0; i < target.size(); ++i) target[i] = Random(5).uniform_at(static_cast<std::uint64_t>(i));
  Tensor<std::uint8_t, 3> visible({2, 2, 3}, 1);
  visible(1, 0, 2) = 0;
  StepTargets<double> y;
  step_targets<double>(target, visible, 2, 0, y);
  return y;
}

}  // namespace

TEST_CASE("heatmap_loss: a flat map costs log of its cells, the map it wants the entropy of four bilinear weights") {
  // One joint at x = 0.4 of 5 columns and y = 0.5 of 4 rows: half way between columns 1 and 2, and rows 1 and 2.
  StepTargets<double> y;
  step_targets<double>(Tensor<double, 4>({1, 1, 1, 2}, {0.4, 0.5}), {}, 1, 0, y);
  Tensor<double, 5> p({1, 1, 1, 4, 5}, 1.0 / 20), dz(p.shape(), 7.0);
  CHECK(heatmap_loss<double>(p, y, 3, dz) == doctest::Approx(std::log(20.0)));
  CHECK(dz(0, 0, 0, 0, 0) == doctest::Approx(3.0 / 20));
  CHECK(dz(0, 0, 0, 1, 1) == doctest::Approx(3 * (1.0 / 20 - 0.25)));
  CHECK(dz.array().sum() == doctest::Approx(0));

  p.fill(0);
  for (Index row : {1, 2})
    for (Index column : {1, 2}) p(0, 0, 0, row, column) = 0.25;
  CHECK(heatmap_loss<double>(p, y, 3, dz) == doctest::Approx(std::log(4.0)));
  CHECK(dz.array().abs().maxCoeff() < 1e-12);
  // Where no weight is at all, the loss is large but finite.
  p.fill(0), p(0, 0, 0, 3, 4) = 1;
  CHECK(std::isfinite(heatmap_loss<double>(p, y, 1, dz)));
}

TEST_CASE("heatmap_loss: the map it wants points to the true place, beyond the outermost centres to them") {
  for (double x : {0.1, 0.13, 0.5, 0.77, 0.9}) {
    const detail::CellPair pair(x, 5);
    const auto centre = [](Index i) { return (static_cast<double>(i) + 0.5) / 5; };
    CHECK((1 - pair.share) * centre(pair.first) + pair.share * centre(pair.second) == doctest::Approx(x));
  }
  CHECK(detail::CellPair(0.01, 5).first == 0);
  CHECK(detail::CellPair(0.01, 5).share == 0);
  CHECK(detail::CellPair(0.99, 5).first == 4);
  CHECK(detail::CellPair(0.99, 5).second == 4);
  CHECK(detail::CellPair(0.5, 1).second == 0);
}

TEST_CASE("heatmap_loss: gradient against differences, through the softmax") {
  const StepTargets<double> y = some_targets();
  Tensor<double, 5> z({2, 3, 2, 4, 6}), p(z.shape()), dz(z.shape()), unused(z.shape());
  Tensor<double, 4> points({2, 2, 3, 2});
  fill_normal(z, 1, Random(1));
  const auto loss = [&] {
    kernels::soft_argmax_forward<double>(z, p, points);
    return heatmap_loss<double>(p, y, 1, unused);
  };
  loss();
  heatmap_loss<double>(p, y, 1, dz);
  const auto report = check_gradient("z", z.view().flat(), dz.view().flat(), loss);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
  const auto hidden = dz.slice(1).slice(2).slice(0).flat();  // example 1, joint 2, step 0: does not count
  CHECK(hidden.array().abs().maxCoeff() == 0);
  CHECK_THROWS_AS(heatmap_loss<double>(p, y, 1, Tensor<double, 5>({2, 3, 2, 4, 5})), Error);
  StepTargets<double> none;
  step_targets<double>(Tensor<double, 4>({2, 2, 3, 2}), Tensor<std::uint8_t, 3>({2, 2, 3}), 2, 0, none);
  CHECK(heatmap_loss<double>(p, none, 1, dz) == 0);
  CHECK(dz.array().abs().maxCoeff() == 0);
}

TEST_CASE("heatmap_loss: descending it brings the soft-argmax to the true places") {
  const StepTargets<double> y = some_targets();
  Tensor<double, 5> z({2, 3, 2, 6, 6}), p(z.shape()), dz(z.shape());
  Tensor<double, 4> points({2, 2, 3, 2});
  for (int step = 0; step < 300; ++step) {
    kernels::soft_argmax_forward<double>(z, p, points);
    heatmap_loss<double>(p, y, static_cast<double>(y.total), dz);
    z.array() -= 2 * dz.array();
  }
  for (Index i = 0; i < points.size(); ++i) {
    if (y.counted[i / 2] == 0) continue;
    const double nearest = std::clamp(y.points[i], 0.5 / 6, 5.5 / 6);
    CHECK(std::abs(points[i] - nearest) < 0.01);
  }
}

TEST_CASE("ClassifierLoss judges heat maps only when asked to") {
  struct Pass {
    Tensor<double, 2> logits{Shape<2>{2, 3}}, d_logits;
    Tensor<double, 4> keypoints{Shape<4>{2, 2, 3, 2}, 0.5}, d_keypoints;
    struct {
      Tensor<double, 5> maps{Shape<5>{2, 3, 2, 2, 5}, 0.1}, d_maps;
      bool maps_judged = false;
    } keypoint_head;
  } pass;
  Batch<double> batch;
  batch.labels = {0, 2};
  batch.keypoints.resize({2, 2, 3, 2});
  batch.keypoints.fill(0.25);
  LossValue value = ClassifierLoss<double>()(batch, pass);
  CHECK(value.heatmaps == 0);
  CHECK_FALSE(pass.keypoint_head.maps_judged);
  CHECK(pass.keypoint_head.d_maps.empty());

  value = ClassifierLoss<double>({.heatmap_weight = 2})(batch, pass);
  CHECK(value.heatmaps == doctest::Approx(std::log(10.0)));
  CHECK(value.total == doctest::Approx(value.classification + 10 * value.keypoints + 2 * value.heatmaps));
  CHECK(pass.keypoint_head.maps_judged);
  CHECK(pass.keypoint_head.d_maps(0, 0, 0, 1, 4) == doctest::Approx(2 * 0.1 / 12));

  // The maps alone: the coordinates send nothing.
  value = ClassifierLoss<double>({.keypoint_weight = 0, .heatmap_weight = 2})(batch, pass);
  CHECK(value.total == doctest::Approx(value.classification + 2 * value.heatmaps));
  CHECK(pass.d_keypoints.array().abs().maxCoeff() == 0);
  CHECK_THROWS_WITH_AS(ClassifierLoss<double>({.heatmap_weight = -1}),
                       "ClassifierLoss: heatmap_weight is -1, want 0 or more", Error);
}
