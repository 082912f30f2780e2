#include <doctest/doctest.h>

#include "../model/model_cases.hpp"
#include "stac3dl/inspect/efficiency.hpp"
#include "stac3dl/inspect/grad_cam.hpp"
#include "stac3dl/inspect/look_at.hpp"

using namespace stac3dl;

namespace {

ModelConfig config() {
  ModelConfig c = testing::fused_model(Variant::sta_c3dl);
  c.lstm_layers = 1, c.bidirectional = false;
  c.modalities[0].height = c.modalities[0].width = 8;  // taps of the key points want sizes that divide
  c.keypoints = {"rgb", 3, {"conv1", "conv2", "conv3"}};
  return c;
}
Sample noise(const ModelConfig& c) {
  Random random(5);
  Sample s;
  for (const ModalityConfig& m : c.modalities) {
    Window w{Tensor<float, 4>({m.channels, m.frames, m.height, m.width}), Tensor<std::uint8_t, 1>({m.frames}, 1), {}};
    for (float& x : w.x) x = static_cast<float>(random.normal());
    s.inputs.push_back(std::move(w));
  }
  s.label = 2;
  return s;
}

}  // namespace

TEST_CASE("look_at shows the model's own outputs") {
  const ModelConfig c = config();
  const StaC3d<float> model(c, 3);
  Sample sample = noise(c);
  for (Window& w : sample.inputs)  // nothing is seen in the first of three steps
    for (Index t = 0; t < w.frames.size() / 3; ++t) w.frames[t] = 0;
  const RecordingView v = look_at(model, sample, sample, {.name = "noise", .seconds = 6});

  Batch<float> batch;
  collate<float>({sample}, batch);
  PreparedModel<float> ready(model);
  const auto& out = ready(batch);
  REQUIRE(v.steps() == 3);
  CHECK(v.step_seconds() == 2);
  for (Index l = 0; l < 3; ++l) CHECK(v.alpha[l] == doctest::Approx(out.alpha(0, l)).epsilon(1e-4));
  for (Index k = 0; k < c.classes; ++k)
    CHECK(v.probabilities[k] == doctest::Approx(out.probabilities(0, k)).epsilon(1e-4));
  CHECK(v.answer == std::max_element(out.probabilities.begin(), out.probabilities.end()) - out.probabilities.begin());
  CHECK(v.label == 2);
  CHECK(v.classes[3] == "class 3");
  double sum = 0;
  for (std::size_t m = 0; m < 3; ++m) sum += v.share(m, 2);
  CHECK(sum == doctest::Approx(1));
  CHECK(v.modalities[1].first == v.modalities[0].rows * v.modalities[0].columns);
  CHECK(v.modalities[1].kind == ModalityView::Kind::joints);
  CHECK(v.modalities[2].kind == ModalityView::Kind::signal);
  REQUIRE(v.keypoints.size() == 1);
  CHECK(v.keypoints[0].predicted(0, 1, 0) == doctest::Approx(out.keypoints(0, 0, 1, 0)).epsilon(1e-4));
  CHECK(v.keypoints[0].stages == std::vector<Index>{1, 4, 7, 10});

  // Nothing seen: no answer.  Row 1: the same sample with the last third masked.  Row 2: the answer.
  CHECK(std::isnan(v.so_far(0, 0)));
  CHECK(v.so_far(2, 1) == doctest::Approx(v.probabilities[1]).epsilon(1e-4));
  Sample cut = sample;
  for (Window& w : cut.inputs)
    for (Index t = 2 * w.frames.size() / 3; t < w.frames.size(); ++t) w.frames[t] = 0;
  collate<float>({cut}, batch);
  CHECK(v.so_far(1, 1) == doctest::Approx(ready(batch).probabilities(0, 1)));

  // A gate of a masked step is nothing; others lie in their range, and the median between the percentiles.
  REQUIRE(v.lstm.size() == 1);
  REQUIRE(v.lstm[0].gates.size() == 4);
  for (const GateView& g : v.lstm[0].gates) {
    CHECK(std::isnan(g.middle[0]));
    CHECK(g.low[1] <= g.middle[1]);
    CHECK(g.middle[1] <= g.high[1]);
    CHECK(std::abs(g.middle[2]) < 1);
  }
  const Trace<float> t = trace(model, [&] {
    collate<float>({sample}, batch);
    return batch;
  }());
  std::vector<float> forget;
  const auto f = t.value<4>("lstm.l0.f").slice(2);
  forget.assign(f.begin(), f.end());
  CHECK(v.lstm[0].gates[1].middle[2] == doctest::Approx(detail::percentiles(forget)[1]).epsilon(1e-4));
}

TEST_CASE("percentiles") {
  std::vector<float> eleven{10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5}, none;
  CHECK(detail::percentiles(eleven) == std::array<float, 3>{1, 5, 9});
  CHECK(std::isnan(detail::percentiles(none)[0]));
}

TEST_CASE("look_at refuses what does not fit") {
  const ModelConfig c = config();
  const StaC3d<float> model(c, 3);
  const Sample sample = noise(c);
  Sample fewer = sample;
  fewer.inputs.pop_back();
  CHECK_THROWS_WITH_AS(look_at(model, sample, fewer), doctest::Contains("3 modalities, what is shown 2"), Error);
  CHECK_THROWS_WITH_AS(look_at(model, sample, sample, {.classes = {"a"}}), doctest::Contains("1 names for 4 classes"),
                       Error);
}

TEST_CASE("Grad-CAM by hand") {
  // Two channels on 1 x 1 x 2 places: weights 1 and -1, so the map is relu(A0 - A1) = (2, 0), by its largest (1, 0).
  const Tensor<float, 4> a({2, 1, 1, 2}, {3, 1, 1, 4}), da({2, 1, 1, 2}, {2, 0, -1, -1});
  const Tensor<float, 3> map = grad_cam<float>(a, da);
  CHECK(map[0] == 1);
  CHECK(map[1] == 0);
  const Tensor<float, 3> nothing = grad_cam<float>(a, Tensor<float, 4>({2, 1, 1, 2}, -1.0f));
  CHECK(nothing[0] == 0);
}

TEST_CASE("Grad-CAM of every block with a grid; the model stays as it is") {
  const ModelConfig c = config();
  StaC3d<float> model(c, 3);
  const auto cams = grad_cams(model, noise(c), 1);
  REQUIRE(cams.size() == 5);  // three of rgb, two of the skeleton, none of the signal
  CHECK(cams[0].map.shape() == Shape<3>{12, 8, 8});
  CHECK(cams[4].modality == 1);
  for (const CamView& cam : cams)
    for (float x : cam.map) CHECK((x >= 0 && x <= 1));
  model.visit_params([](const std::string&, auto& p) {
    for (float g : p.grad) CHECK(g == 0);
  });
}

TEST_CASE("multiplications of a model") {
  const ModelConfig c = config();
  const StaC3d<float> model(c, 3);
  const ModelPlan& plan = model.plan();
  const ModelMacs macs = count_macs(c, plan);
  const Index tokens = plan.steps * plan.positions, U = c.lstm_units;
  CHECK(macs.convolutions == plan.conv_macs);
  CHECK(macs.lstm == tokens * 4 * U * (c.width + U));
  CHECK(macs.attention == 3 * tokens * U);
  Index maps = 0;
  for (const ModalityPlan& m : plan.modalities) maps += plan.steps * m.positions * m.channels * c.width;
  CHECK(macs.maps == maps);
  Batch<float> batch;
  collate<float>({noise(c)}, batch);
  const auto rows = measure_efficiency(model, batch, 3);
  CHECK(rows[0].value == doctest::Approx(static_cast<double>(plan.parameters) / 1e6));
  CHECK(rows[4].value > 0);
  CHECK(rows[7].value > 0);
}
