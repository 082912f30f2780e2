// The trace of a pass, and what is read off it: NaN, dead channels, saturated gates, slices; and the summary of a
// model.  That every tensor is right: tests/reference/test_torch_model.cpp.
#include <doctest/doctest.h>

#include "../model/model_cases.hpp"
#include "stac3dl/inspect/check_gradients.hpp"
#include "stac3dl/inspect/dead_relus.hpp"
#include "stac3dl/inspect/saturated_gates.hpp"
#include "stac3dl/inspect/summary.hpp"
#include "stac3dl/inspect/trace_model.hpp"

using namespace stac3dl;
using testing::fused_model;
using testing::random_batch;
using testing::video_model;

namespace {

constexpr Variant full = Variant::sta_c3dl;

/// Calls use(parameter's numbers) for the parameter of that name.
template <class Real, class Use>
void with_parameter(StaC3d<Real>& model, const std::string& wanted, Use&& use) {
  bool found = false;
  model.visit_params([&](const std::string& name, auto& p) {
    if (name == wanted) use(p.value.view().flat()), found = true;
  });
  REQUIRE(found);
}
/// With numbers that are not finite let through to where they do harm.
struct NoFiniteChecks {
  bool before = finite_checks();
  NoFiniteChecks() { set_finite_checks(false); }
  ~NoFiniteChecks() { set_finite_checks(before); }
};

}  // namespace

TEST_CASE("trace: the model's numbers, and the model stays as it was") {
  const ModelConfig config = fused_model(full);
  StaC3d<double> model(config, 1);
  const auto batch = random_batch<double>(config, 3, true, 5);
  StaC3d<double>::Pass pass;
  model.forward(batch, pass, Mode::training, Random(3));
  label_loss(batch, pass);
  zero_grad(model);
  model.backward(batch, pass);

  const Trace<double> t = trace(model, batch, {.mode = Mode::training, .random = Random(3)});
  CHECK(std::ranges::equal(t.value<2>("logits"), pass.logits));
  CHECK(std::ranges::equal(t.value<3>("beta"), pass.beta));
  CHECK(std::ranges::equal(t.gradient<2>("logits"), pass.d_logits));
  std::size_t parameters = 0;
  model.visit_params([&](const std::string& name, auto& p) {
    CHECK(t[name].parameter);
    CHECK(std::ranges::equal(t[name].value.numbers, p.value));
    CHECK(std::ranges::equal(t[name].gradient.numbers, p.grad));  // two passes would have doubled it
    ++parameters;
  });
  CHECK(t.tensors()[parameters - 1].parameter);
  CHECK(!t.tensors()[parameters].parameter);
  CHECK(!t.first_nan());
  // Not from one tensor but from two: what stands in the trace has been computed in that order.
  CHECK(t["rgb.feature.conv2.Y"].value.order < t["rgb.V"].value.order);
  CHECK(t["h"].gradient.order < t["rgb.feature.conv2.Y"].gradient.order);
  CHECK(t["logits"].value.order < t["logits"].gradient.order);
}

TEST_CASE("trace: blocks on blocked volumes run in their plain form, with the same result") {
  ModelConfig config = video_model(full);
  auto& video = config.modalities[0];
  video.height = video.width = 16, video.frames = 8;
  for (auto& block : video.blocks) block.channels = 32, block.stride = {1, 1, 1};
  config.width = 32;
  const StaC3d<float> model(config, 1);
  const auto batch = random_batch<float>(config, 2, false, 5);
  StaC3d<float>::Pass pass;
  model.forward(batch, pass, Mode::inference);
  REQUIRE(pass.modalities[0].encoder.feature.blocks[1].blocked);
  const Trace<float> t = trace(model, batch);
  CHECK(t["rgb.feature.conv2.active"].value.shape == std::vector<Index>{2, 32, 8, 8, 8});
  CHECK(t["rgb.feature.conv2.pooled"].value.shape == std::vector<Index>{2, 32, 4, 8, 8});
  for (Index i = 0; i < pass.logits.size(); ++i)
    CHECK(t["logits"].value.numbers[i] == doctest::Approx(pass.logits[i]).epsilon(1e-3));
  const auto keeps_beta = [](const std::string& name) { return name == "beta"; };
  const Trace<float> few = trace(model, batch, {.gradients = false, .keep = keeps_beta});
  CHECK(few.value<3>("beta").size() == pass.beta.size());
  CHECK(few["h"].value.statistics.maximum == t["h"].value.statistics.maximum);
  CHECK(!few["h"].gradient);
  CHECK_THROWS_WITH_AS(few.value<4>("h"),
                       "trace: the numbers of h were not kept; let TraceOptions::keep say yes to them", Error);
  CHECK_THROWS_WITH_AS(few.gradient<4>("h"), "trace: h has no gradient", Error);
  CHECK_THROWS_WITH_AS(few["rgb.conv2.pooled"],
                       "trace: no tensor \"rgb.conv2.pooled\"; ending alike: rgb.feature.conv1.pooled, "
                       "rgb.feature.conv2.pooled, rgb.attention.conv1.pooled, rgb.attention.conv2.pooled",
                       Error);
}

TEST_CASE("trace: the first NaN is found where it came up") {
  const NoFiniteChecks off;
  const ModelConfig config = video_model(full);
  auto batch = random_batch<double>(config, 2, false, 5);
  {
    StaC3d<double> model(config, 1);  // too large a weight: the product overflows, and only later becomes NaN
    with_parameter(model, "head.fc6.weight", [](auto w) { w[8] = 1e308, w[9] = 1e308; });
    with_parameter(model, "head.fc6.bias", [](auto b) { b[1] = 1.7e308; });
    const auto found = trace(model, batch).first_nan();
    REQUIRE(found);
    CHECK(found->tensor.starts_with("head."));
    CHECK(!found->gradient);
  }
  {
    StaC3d<double> model(config, 1);
    with_parameter(model, "lstm.l0.weight_x", [](auto w) { w[7] = std::nan(""); });
    const auto found = trace(model, batch).first_nan();
    REQUIRE(found);
    CHECK(found->tensor == "lstm.l0.weight_x");
    CHECK(found->place == "(1, 2)");  // of (24, 5)
    CHECK(found->text() == "lstm.l0.weight_x: nan at (1, 2), 1 such numbers");
  }
  batch.inputs[0].x(1, 2, 3, 4, 5) = std::nan("");
  const Trace<double> t = trace(StaC3d<double>(config, 1), batch);
  const auto found = t.first_nan();
  REQUIRE(found);
  CHECK(found->tensor == "rgb.X");
  CHECK(found->place == "(1, 2, 3, 4, 5)");
  CHECK(found->count == 1);
  CHECK(t["rgb.feature.conv1.Y"].value.statistics.nans == 27 * 4);  // one tap of each kernel, four channels
  batch.inputs[0].x(1, 2, 3, 4, 5) = 0;
  const TraceLoss<double> broken = [](const Batch<double>&, ModelPass<double>& pass) {
    pass.d_logits.fill(0), pass.d_logits(1, 3) = std::nan("");
  };
  const auto in_gradient = trace(StaC3d<double>(config, 1), batch, {.loss = broken}).first_nan();
  REQUIRE(in_gradient);
  CHECK(in_gradient->text() == "gradient of logits: nan at (1, 3), 1 such numbers");
}

TEST_CASE("trace: statistics and slices") {
  const Tensor<double, 2> x({2, 3}, {0, -3, std::nan(""), 1, 0, HUGE_VAL});
  Trace<double> t;
  t.take("x", x.view());
  const TensorStatistics& s = t["x"].value.statistics;
  CHECK(s.count == 6);
  CHECK(s.zeros == 2);
  CHECK(s.nans == 1);
  CHECK(s.infinite == 1);
  CHECK(s.first_bad == 2);
  CHECK(s.minimum == -3);
  CHECK(s.maximum == 1);
  CHECK(s.mean == -0.5);
  CHECK(s.deviation == doctest::Approx(1.5));  // of 0, -3, 1, 0
  const auto row = t["x"].value.slice({1});
  CHECK(row.name == "x[1]");
  CHECK(row.shape == std::vector<Index>{3});
  CHECK(row.view<1>()[0] == 1);
  CHECK(row.statistics.infinite == 1);
  CHECK_THROWS_WITH_AS(t["x"].value.slice({2}), "trace: slice of x (2, 3): index 2 of axis 0", Error);
  CHECK_THROWS_WITH_AS(t["x"].value.slice({0, 0}), "trace: slice of x (2, 3): want fewer than 2 indices, got 2", Error);
  CHECK(t.table().find("x       (2, 3)") != std::string::npos);

  const Recorder<double> recorder = t.recorder();  // as a model of one's own would
  const Record<double> record(&recorder);
  record.in("mine").in("layer")("y", x.view());
  CHECK(t.value<2>("mine.layer.y")(0, 1) == -3);
}

TEST_CASE("trace: channels that never fire, and gates that are saturated") {
  const ModelConfig config = video_model(full);
  StaC3d<double> model(config, 1);
  const std::vector<Batch<double>> batches{random_batch<double>(config, 2, false, 5),
                                           random_batch<double>(config, 3, true, 6)};
  with_parameter(model, "rgb.feature.conv1.bias", [](auto b) { b[1] = b[3] = -1000; });
  with_parameter(model, "head.fc6.bias", [](auto b) { b.array() = 100, b[5] = -1000; });
  std::string text;
  for (const DeadChannels& layer : dead_relus(model, batches)) {
    text += layer.layer + " of " + std::to_string(layer.channels) + ":";
    for (Index c : layer.dead) text += " " + std::to_string(c);
    text += "; ";
  }
  CHECK(text.find("rgb.feature.conv1 of 4: 1 3; ") == 0);
  CHECK(text.find("head.fc6 of 8: 5; ") != std::string::npos);
  CHECK(text.find("rgb.attention.conv3") == std::string::npos);  // a sigmoid is always above 0

  with_parameter(model, "lstm.l0.bias", [](auto b) {  // [i|f|g|o] of 6 units each
    b.array() = 0;
    b.array().segment(6, 6) = 50;
    b.array().segment(12, 3) = -50;
    b.array().segment(18, 2) = -50, b.array().segment(20, 1) = 50;
  });
  for (const auto& name : {"lstm.l0.weight_x", "lstm.l0.weight_h"})
    with_parameter(model, name, [](auto w) { w.array() *= 1e-3; });
  const auto gates = saturated_gates(trace(model, batches[1], {.gradients = false}));
  REQUIRE(gates.size() == 4);
  CHECK(gates[0].gate == "lstm.l0.i");
  CHECK(gates[0].share() == 0);
  CHECK(gates[1].high == 1);
  CHECK(gates[1].low == 0);
  CHECK(gates[2].gate == "lstm.l0.c_tilde");
  CHECK(gates[2].low == doctest::Approx(0.5));
  CHECK(gates[3].low == doctest::Approx(2.0 / 6));
  CHECK(gates[3].high == doctest::Approx(1.0 / 6));
  StaC3d<double>::Pass pass;
  model.forward(batches[1], pass, Mode::inference);
  CHECK(gates[0].count == 6 * std::count(pass.valid.begin(), pass.valid.end(), 1));  // masked tokens do not count
}

TEST_CASE("summary: of a whole model, with the plan's counts") {
  const ModelConfig config = fused_model(full);
  const StaC3d<float> model(config, 1);
  const auto batch = random_batch<float>(config, 3, false, 5);
  const Summary s = summary(model, batch, {.runs = 3});
  const ModelPlan plan = plan_model(config);
  CHECK(s.parameters() == plan.parameters);
  Index convolutions = 0, head = 0;
  for (const LayerSummary& l : s.layers) {
    if (l.name.find(".conv") != std::string::npos) convolutions += l.macs;
    if (l.name.starts_with("head.")) head += l.macs;
    CHECK(l.seconds > 0);
    CHECK(!l.output.empty());
  }
  CHECK(convolutions == 3 * plan.conv_macs);
  CHECK(head == 3 * plan.head_macs);
  const auto row = [&](const std::string& name) {
    const auto at = std::find_if(s.layers.begin(), s.layers.end(), [&](const auto& l) { return l.name == name; });
    REQUIRE(at != s.layers.end());
    return *at;
  };
  // rgb: (3, 4, 12, 9, 7) convolved, 1 x 2 x 2 pooled; 3 x 3 x 3 taps of 3 channels
  CHECK(row("rgb.feature.conv1").output == std::vector<Index>{3, 4, 12, 4, 3});
  CHECK(row("rgb.feature.conv1").macs == 3 * 4 * 12 * 9 * 7 * 27 * 3);
  CHECK(row("rgb.feature.conv1").parameters == 4 * 27 * 3 + 2 * 4);
  CHECK(row("rgb.feature.conv1").activation_bytes == 4 * 3 * 4 * 12 * 4 * 3);
  CHECK(row("rgb.map").parameters == 6 * 5 + 6 + 6 + 6 * 6);  // with embedding and positions
  CHECK(row("rgb.map").macs == 3 * 3 * 6 * 5 * 6);
  const Index tokens = 3 * 3 * 12;  // L N P
  CHECK(row("lstm").macs == tokens * 2 * 4 * 6 * ((6 + 6) + (12 + 6)));
  CHECK(row("stam").macs == 3 * tokens * 12);
  CHECK(s.seconds > 0);
  CHECK(s.peak > 0);
  CHECK(s.text().find("million MACs") != std::string::npos);
  CHECK(summary(model, batch, {.runs = 0}).seconds == 0);
}

TEST_CASE("summary: time per layer is near the whole run's") {
  const ModelConfig config = video_model(full);
  const StaC3d<double> model(config, 1);
  const Summary s = summary(model, random_batch<double>(config, 2, false, 5), {.runs = 9});
  double sum = 0;
  for (const LayerSummary& l : s.layers) sum += l.seconds;
  CHECK(sum > 0);
  CHECK(sum < 3 * s.seconds);  // medians of parts of a run, on a machine that may be busy
}

TEST_CASE("gradient check of a whole model in one line") {
  ModelConfig config = video_model(full);
  StaC3d<double> model(config, 7);
  const auto batch = random_batch<double>(config, 2, false, 5);
  const GradientTable table = check_gradients(model, batch, {.step = 2e-5, .probes = 3});
  INFO(table.text());
  CHECK(table.right(1e-7, {"stam.alpha.bias", "stam.beta.bias"}));
  CHECK(!table.right(1e-7));  // these two are 0 by mathematics, which a check must be told
  CHECK(table.tensors.back().name == "input 0");
  CHECK(table.text().find("stam.alpha.bias") != std::string::npos);
}
