// Every parameter of every variant, and every input, against fourth-order central differences in double.
#include <doctest/doctest.h>

#include <set>

#include "model_cases.hpp"
#include "stac3dl/inspect/gradient_check.hpp"

using namespace stac3dl;
using testing::model_cases;
using testing::random_batch;

namespace {

/// Softmax does not see a shift, so these are zero by mathematics (model.md, section 4); the same holds for the biases
/// of the heat maps.
bool zero_by_mathematics(const std::string& name, const ModelPlan& plan) {
  return name == "stam.alpha.bias" || name == "stam.beta.bias" || (name == "stam.alpha.weight" && plan.steps == 1) ||
         (name == "stam.beta.weight" && plan.positions == 1) ||
         (name.starts_with("keypoints.") && name.ends_with(".bias"));
}

/// loss = <logits, R> + <keypoints, Q> for fixed random R, Q: sends a gradient down every path.
struct Probe {
  StaC3d<double> model;
  Batch<double> batch;
  StaC3d<double>::Pass pass;
  Tensor<double, 2> r;
  Tensor<double, 4> q;

  Probe(const ModelConfig& config, bool masked) : model(config, 7), batch(random_batch<double>(config, 3, masked, 5)) {
    // Embeddings and biases start near 0; move everything off its start so that no path is silent.
    std::uint64_t i = 0;
    model.visit_params([&](const std::string&, auto& p) {
      for (Index j = 0; j < p.size(); ++j) p.value[j] += 0.1 * Random({9, i}).normal_at(static_cast<std::uint64_t>(j));
      ++i;
    });
    forward();
    r.resize(pass.logits.shape()), fill_normal(r, 1, Random(21));
    q.resize(pass.keypoints.shape()), fill_normal(q, 1, Random(22));
  }
  double forward() {
    model.forward(batch, pass, Mode::training, Random(3));
    double loss = 0;
    for (Index i = 0; i < r.size(); ++i) loss += r[i] * pass.logits[i];
    for (Index i = 0; i < q.size(); ++i) loss += q[i] * pass.keypoints[i];
    return loss;
  }
  void backward() {
    forward();
    zero_grad(model);
    pass.want_input_gradients = true;
    std::copy(r.begin(), r.end(), pass.d_logits.begin());
    std::copy(q.begin(), q.end(), pass.d_keypoints.begin());
    model.backward(batch, pass);
  }
};

void check_all(const std::string& name, const ModelConfig& config, bool masked) {
  CAPTURE(name);
  CAPTURE(masked);
  Probe probe(config, masked);
  probe.backward();
  GradientOptions options;
  options.probes = 12;
  Index probed = 0, redrawn = 0;
  double model_largest = 0;
  probe.model.visit_params([&](const std::string&, auto& p) {
    for (double g : p.grad) model_largest = std::max(model_largest, std::abs(g));
  });
  const auto run = [&](const std::string& tensor, View<double, 1> value, CView<double, 1> gradient) {
    CAPTURE(tensor);
    // Short steps where a step moves many pre-activations, so that few probes cross a kink.
    const bool convolution = tensor.find("conv") != std::string::npos || tensor.starts_with("input");
    options.step = convolution ? 2e-5 : 2e-4;
    const auto report = check_gradient(
        tensor, value, gradient, [&] { return probe.forward(); }, [&] { return probe.model.choices(probe.pass); },
        options);
    probed += report.probed, redrawn += report.redrawn;
    if (zero_by_mathematics(tensor, probe.model.plan())) {
      CHECK(report.largest < 1e-12 * model_largest);
    } else {
      CHECK(report.largest > 0);
      CHECK(report.worst <= 1e-7);
    }
  };
  probe.model.visit_params(
      [&](const std::string& tensor, auto& p) { run(tensor, p.value.view().flat(), p.grad.view().flat()); });
  for (std::size_t m = 0; m < probe.batch.inputs.size(); ++m)
    run("input " + config.modalities[m].name, probe.batch.inputs[m].x.view().flat(),
        probe.pass.d_inputs[m].view().flat());
  CHECK(static_cast<double>(redrawn) < 0.05 * static_cast<double>(probed + redrawn));
}

}  // namespace

TEST_CASE("model: gradients of every parameter and input, all variants") {
  for (const auto& [name, config] : model_cases()) check_all(name, config, false);
}

TEST_CASE("model: gradients with masked modalities, stretches and joints") {
  for (const auto& [name, config] : model_cases()) check_all(name, config, true);
}
