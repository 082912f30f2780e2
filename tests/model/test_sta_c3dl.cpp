#include "stac3dl/model/sta_c3dl.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "model_cases.hpp"
#include "stac3dl/model/prepared.hpp"
#include "stac3dl/train/optimiser.hpp"

using namespace stac3dl;
using testing::fused_model;
using testing::model_cases;
using testing::random_batch;
using testing::video_model;

namespace {

/// 20 steps of Adam on one batch; every number that the model then holds.
std::vector<double> train(const ModelConfig& config, int threads, int steps) {
  set_num_threads(threads);
  StaC3d<float> model(config, 3);
  StaC3d<float>::Pass pass;
  Optimiser<float> optimiser;
  const auto batch = random_batch<float>(config, 5, true, 1);
  for (int step = 0; step < steps; ++step) {
    model.forward(batch, pass, Mode::training, Random({1, static_cast<std::uint64_t>(step)}));
    for (Index n = 0; n < batch.size(); ++n)
      for (Index k = 0; k < config.classes; ++k)
        pass.d_logits(n, k) = pass.probabilities(n, k) - (k == batch.labels[static_cast<std::size_t>(n)] ? 1.0f : 0.0f);
    if (!pass.d_keypoints.empty()) pass.d_keypoints.fill(0.1f);
    zero_grad(model);
    model.backward(batch, pass);
    optimiser.step(model, 1e-3);
    model.update_running(pass);
  }
  std::vector<double> numbers;
  const auto keep = [&](const auto& tensor) {
    for (auto v : tensor) numbers.push_back(static_cast<double>(v));
  };
  model.visit_params([&](const std::string&, auto& p) { keep(p.value), keep(p.grad); });
  model.visit_buffers([&](const std::string&, auto& b) { keep(b); });
  keep(pass.logits), keep(pass.alpha), keep(pass.beta), keep(pass.keypoints);
  set_num_threads(0);
  return numbers;
}

}  // namespace

TEST_CASE("model: the same to the bit on 1, 2, 3 and 8 threads, after 20 training steps") {
  for (const auto& [name, config] : model_cases()) {
    CAPTURE(name);
    const auto one = train(config, 1, 20);
    for (int threads : {2, 3, 8}) CHECK((train(config, threads, 20) == one));
  }
}

TEST_CASE("model: parameters are those of the plan") {
  for (const auto& [name, config] : model_cases()) {
    CAPTURE(name);
    StaC3d<float> model(config, 1);
    CHECK(parameter_count(model) == plan_model(config).parameters);
  }
}

TEST_CASE("model: attention sums to one over what is valid and is 0 elsewhere") {
  for (const auto& [name, config] : model_cases()) {
    CAPTURE(name);
    StaC3d<double> model(config, 1);
    StaC3d<double>::Pass pass;
    model.forward(random_batch<double>(config, 3, true, 2), pass, Mode::inference);
    for (Index n = 0; n < 3; ++n) {
      double sum = 0;
      for (Index l = 0; l < pass.alpha.size(1); ++l) {
        double row = 0;
        bool any = false;
        for (Index p = 0; p < pass.beta.size(2); ++p) {
          row += pass.beta(n, l, p), any = any || pass.valid(l, n, p) != 0;
          if (pass.valid(l, n, p) == 0) CHECK(pass.beta(n, l, p) == 0);
        }
        CHECK(row == doctest::Approx(any ? 1 : 0));
        if (!any) CHECK(pass.alpha(n, l) == 0);
        sum += pass.alpha(n, l);
      }
      CHECK(sum == doctest::Approx(1));
      CHECK(pass.probabilities.slice(n).array().sum() == doctest::Approx(1));
    }
  }
}

TEST_CASE("model: what a masked sensor shows changes nothing") {
  for (Variant variant : {Variant::sta_c3dl, Variant::lstm_stam, Variant::am, Variant::c3d_lstm, Variant::c3d}) {
    const ModelConfig config = fused_model(variant);
    StaC3d<double> model(config, 1);
    StaC3d<double>::Pass a, b;
    auto batch = random_batch<double>(config, 2, false, 2);
    batch.inputs[1].frames.fill(0);
    model.forward(batch, a, Mode::inference);
    batch.inputs[1].x.fill(std::nan(""));
    model.forward(batch, b, Mode::inference);
    CHECK((a.logits.array() == b.logits.array()).all());
    batch.inputs[1].frames.fill(1);
    batch.inputs[1].x.fill(0.5);
    model.forward(batch, b, Mode::inference);
    CHECK((a.logits.array() != b.logits.array()).all());
  }
}

TEST_CASE("model: the prepared copy gives what inference with the original gives, and allocates nothing new") {
  for (const auto& [name, config] : model_cases()) {
    CAPTURE(name);
    StaC3d<double> model(config, 1);
    StaC3d<double>::Pass pass;
    const auto batch = random_batch<double>(config, 3, true, 2);
    for (int i = 0; i < 3; ++i) {  // running statistics that are not the start values
      model.forward(batch, pass, Mode::training);
      model.update_running(pass);
    }
    model.forward(batch, pass, Mode::inference);
    PreparedModel<double> ready = prepare(model);
    const auto& out = ready(batch);
    CHECK((out.logits.array() - pass.logits.array()).abs().maxCoeff() < 1e-12);
    CHECK((out.alpha.array() - pass.alpha.array()).abs().maxCoeff() < 1e-12);
    CHECK((out.beta.array() - pass.beta.array()).abs().maxCoeff() < 1e-12);
    if (!pass.keypoints.empty()) CHECK((out.keypoints.array() - pass.keypoints.array()).abs().maxCoeff() < 1e-12);
    const std::size_t held = out.workspace.capacity();
    const double* memory = out.logits.data();
    ready(batch);
    CHECK(out.workspace.capacity() == held);
    CHECK(out.logits.data() == memory);
  }
}

TEST_CASE("model: a recording cut in two, with the LSTM's state handed over, ends as the whole does") {
  // Kernels of 1 along time see no neighbours across the cut, so that only the LSTM carries anything over it.
  ModelConfig config = video_model(Variant::sta_c3dl);
  for (auto& b : config.modalities[0].blocks) b.kernel[0] = 1, b.padding[0] = 0, b.stride[0] = 1, b.pool[0] = 1;
  config.modalities[0].frames = 6;
  const StaC3d<double> model(config, 1);
  auto whole = random_batch<double>(config, 2, false, 3);
  const auto part = [&](Index first, Index count) {
    Batch<double> batch = whole;
    auto& in = batch.inputs[0];
    in.x.resize({2, 3, count, 9, 7});
    in.frames = Tensor<std::uint8_t, 2>({2, count}, 1);
    for (Index nc = 0; nc < 6; ++nc) {
      const double* from = whole.inputs[0].x.data() + (nc * 6 + first) * 63;
      std::copy(from, from + count * 63, in.x.data() + nc * count * 63);
    }
    return batch;
  };
  PreparedModel<double> ready = prepare(model);
  const Tensor<double, 4> h = ready(whole).h;
  LstmState<double> state;
  const Tensor<double, 4> first = ready(part(0, 4), state).h;
  const Tensor<double, 4> second = ready(part(4, 2), state).h;
  CHECK((first.array() - h.view().range(0, 4).array()).abs().maxCoeff() < 1e-14);
  CHECK((second.array() - h.view().range(4, 2).array()).abs().maxCoeff() < 1e-14);
}

TEST_CASE("model: bad input is refused by name") {
  const ModelConfig config = fused_model(Variant::sta_c3dl);
  const StaC3d<float> model(config, 1);
  const auto refused = [&](auto&& change, const char* message) {
    auto batch = random_batch<float>(config, 2, false, 1);
    change(batch);
    StaC3d<float>::Pass pass;
    CHECK_THROWS_WITH_AS(model.forward(batch, pass, Mode::inference), message, Error);
  };
  refused([](Batch<float>& b) { b.inputs.pop_back(); }, "StaC3d: want 3 modalities, got 2");
  refused([](Batch<float>& b) { b.inputs[0].x.resize({0, 3, 12, 9, 7}); }, "StaC3d: an empty batch");
  refused([](Batch<float>& b) { b.inputs[0].x.resize({2, 2, 12, 9, 7}); },
          "modality \"rgb\": want (any, 3, any, 9, 7), got (2, 2, 12, 9, 7)");
  refused([](Batch<float>& b) { b.inputs[0].frames.resize({2, 11}); },
          "StaC3d: frame mask of \"rgb\": want (2, 12), got (2, 11)");
  refused([](Batch<float>& b) { b.inputs[2].x.resize({2, 2, 40, 1, 1}), b.inputs[2].frames.resize({2, 40}); },
          "StaC3d: modality \"pulse\" arrives at 5 steps, \"rgb\" at 3: want 24 frames, got 40");
  refused(
      [](Batch<float>& b) {
        for (auto& in : b.inputs)
          for (Index t = 0; t < in.frames.size(1); ++t) in.frames(1, t) = 0;
      },
      "StaC3d: sample 1 has no valid token: all is masked");
  set_finite_checks(true);
  refused([](Batch<float>& b) { b.inputs[1].x(1, 2, 3, 4, 0) = std::nanf(""); },
          "input \"skeleton\": nan at (1, 2, 3, 4, 0), want finite numbers");
  refused([](Batch<float>& b) { b.inputs[0].x(0, 0, 1, 0, 2) = INFINITY; },
          "input \"rgb\": inf at (0, 0, 1, 0, 2), want finite numbers");
  set_finite_checks(false);
}
