// The key-point head by itself: what a loss on its maps sends back.  The whole model: test_gradients.cpp.
#include <doctest/doctest.h>

#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/model/keypoint_head.hpp"
#include "stac3dl/train/heatmap_loss.hpp"

using namespace stac3dl;

TEST_CASE("KeypointHead: gradients of coordinates and maps together, and of coordinates alone afterwards") {
  ModalityConfig modality{"rgb", 3, 4, 8, 8, {}};
  for (const char* name : {"fine", "middle", "coarse"})
    modality.blocks.push_back({name, 2, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, false, {1, 1, 1}});
  KeypointHead<double> head({"rgb", 3, {"fine", "middle", "coarse"}}, modality, Random(4));
  std::array<Tensor<double, 5>, 3> a{Tensor<double, 5>({2, 2, 4, 8, 4}), Tensor<double, 5>({2, 2, 2, 4, 4}),
                                     Tensor<double, 5>({2, 2, 1, 2, 2})};
  for (std::uint64_t i = 0; i < 3; ++i) fill_normal(a[i], 1, Random({5, i}));
  Tensor<double, 4> target({2, 4, 3, 2});
  for (Index i = 0; i < target.size(); ++i) target[i] = Random(6).uniform_at(static_cast<std::uint64_t>(i));
  StepTargets<double> y;
  step_targets<double>(target, {}, 4, 0, y);

  KeypointHead<double>::Cache k;
  Workspace ws;
  Tensor<double, 4> points(head.plan({a[0].shape(), a[1].shape(), a[2].shape()}, k)), d_points(points.shape());
  double maps_weight = 2;
  const auto loss = [&] {
    head.forward({a[0], a[1], a[2]}, points, k, ws);
    double sum = 3 * keypoint_loss<double>(points, y, 3, d_points);
    k.d_maps.resize(k.maps.shape());
    sum += maps_weight * heatmap_loss<double>(k.maps, y, maps_weight, k.d_maps);
    return sum;
  };
  const auto check_all = [&](bool judged) {
    loss();
    k.maps_judged = judged;
    head.visit_params([](const std::string&, auto& p) { p.grad.fill(0); });
    head.backward({a[0], a[1], a[2]}, points, d_points, k, ws);
    for (std::size_t i = 0; i < 3; ++i) {
      const Tensor<double, 5> d = k.d_tap[i];
      const auto report = check_gradient("tap", a[i].view().flat(), d.view().flat(), loss);
      CHECK(report.worst <= 1e-7);
      CHECK(report.largest > 0);
    }
    head.visit_params([&](const std::string& name, auto& p) {
      if (name.ends_with("bias")) return;  // softmax does not see it
      CAPTURE(name);
      const Tensor<double, 1> d(p.grad.view().flat());
      CHECK(check_gradient(name, p.value.view().flat(), d.view(), loss).worst <= 1e-7);
    });
  };
  check_all(true);
  head.plan({a[0].shape(), a[1].shape(), a[2].shape()}, k);
  CHECK_FALSE(k.maps_judged);  // a later training without that loss does not meet its gradients
  maps_weight = 0;
  check_all(false);
}
