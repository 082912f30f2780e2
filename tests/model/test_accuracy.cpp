// The whole model with convolutions of every accuracy, against direct sums.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

#include "model_cases.hpp"
#include "stac3dl/model/prepared.hpp"

using namespace stac3dl;
using testing::random_batch;

namespace {

/// The paper's encoder with a quarter of the channels, on a quarter of the picture.
ModelConfig reduced() {
  ModelConfig c = presets::small(10);
  c.modalities = {presets::rgb(16, 56, 4)};
  return c;
}
ModelConfig with_keypoints(ModelConfig c) {
  c.keypoints = {"rgb", 5, {"conv2a", "conv3b", "conv4b"}};
  return c;
}
ModelConfig shared(ModelConfig c, const char* through) {
  c.share_through = through;
  return c;
}

std::vector<std::pair<std::string, ModelConfig>> configs() {
  return {{"tiny", presets::tiny(8)},
          {"reduced", reduced()},
          {"tiny with key points", with_keypoints(presets::tiny(8))},
          {"tiny shared through conv3b", shared(presets::tiny(8), "conv3b")},
          {"tiny with key points, shared through conv3a", shared(with_keypoints(presets::tiny(8)), "conv3a")}};
}

struct Outcome {
  Tensor<float, 2> logits;
  Tensor<float, 4> keypoints;
  std::map<std::string, Tensor<float, 1>> gradients;
  Index blocked = 0;           ///< blocks that ran on blocked volumes
  std::vector<Index> choices;  ///< of each window that does not end in 0, which element won, else -1; all blocks
};

template <class Cache>
Index blocked_blocks(const Cache& k) {
  Index count = 0;
  for (const auto& block : k.blocks) count += static_cast<bool>(block.blocked);
  return count;
}

template <class Cache>
void append_choices(const Cache& k, std::vector<Index>& choices) {
  for (std::size_t i = 0; i < k.blocks.size(); ++i) {
    const auto& b = k.blocks[i].blocked;
    Tensor<float, 5> y(k.shape[i]);
    if (b)
      kernels::from_blocked(b.y.view(), y);
    else
      std::copy(k.y[i].begin(), k.y[i].end(), y.begin());
    const auto [N, C, T, H, W] = y.shape();
    const bool plain = !k.blocks[i].pool.choice.empty();
    for (Index j = 0; j < y.size(); ++j) {
      const Index places = T * H * W, n = j / places / C, c = j / places % C;
      Index won = 0;
      if (b && !b.choice.empty()) won = b.choice.view().volume(n, c / 16)[j % places * 16 + c % 16];
      if (!b && plain) won = k.blocks[i].pool.choice[j];
      choices.push_back(y[j] > 0 ? won : -1);
    }
  }
}

/// Signs and choices of `from`, which ran by direct sums, to `to`: where the two differ, `to` goes back as `from` does.
template <class Cache>
void take_choices(const Cache& from, Cache& to) {
  for (std::size_t i = 0; i < to.blocks.size(); ++i) {
    auto& b = to.blocks[i].blocked;
    const auto& choice = from.blocks[i].pool.choice;
    if (!b) {
      to.y[i] = from.y[i], to.blocks[i].active = from.blocks[i].active, to.blocks[i].pool.choice = choice;
      continue;
    }
    const auto [N, C, T, H, W] = to.shape[i];
    for (Index j = 0; j < from.y[i].size(); ++j) {
      const Index places = T * H * W, n = j / places / C, c = j / places % C, at = j % places * 16 + c % 16;
      float& y = b.y.view().volume(n, c / 16)[at];
      if ((y > 0) != (from.y[i][j] > 0)) y = from.y[i][j];
      if (!b.choice.empty()) b.choice.view().volume(n, c / 16)[at] = static_cast<std::uint8_t>(choice[j]);
    }
  }
}

/// Forward and backward of one batch, dropout aside; back with the signs and choices of `reference`, if there is one.
Outcome run(const ModelConfig& config, Accuracy accuracy, Index N = 2,
            const StaC3d<float>::Pass* reference = nullptr, StaC3d<float>::Pass* kept = nullptr) {
  StaC3d<float> model(config, 1);
  model.set_accuracy(accuracy);
  const Batch<float> batch = random_batch<float>(config, N, false, 5);
  StaC3d<float>::Pass pass;
  model.forward(batch, pass, Mode::inference);
  fill_normal(pass.d_logits, 1, Random(6)), fill_normal(pass.d_keypoints, 1, Random(7));
  zero_grad(model);
  if (reference) {
    const auto& from = reference->modalities[0].encoder;
    auto& to = pass.modalities[0].encoder;
    take_choices(from.shared, to.shared), take_choices(from.feature, to.feature);
    take_choices(from.attention, to.attention);
  }
  model.backward(batch, pass);
  Outcome out{pass.logits, pass.keypoints, {}, 0, {}};
  model.visit_params(
      [&](const std::string& name, const auto& p) { out.gradients[name] = Tensor<float, 1>(p.grad.view().flat()); });
  const auto& encoder = pass.modalities[0].encoder;
  out.blocked = blocked_blocks(encoder.shared) + blocked_blocks(encoder.feature) + blocked_blocks(encoder.attention);
  for (const auto* stream : {&encoder.shared, &encoder.feature, &encoder.attention})
    append_choices(*stream, out.choices);
  if (kept) *kept = std::move(pass);
  return out;
}

/// Largest difference over the largest value.
template <int R>
double off(const Tensor<float, R>& got, const Tensor<float, R>& want) {
  REQUIRE(got.shape() == want.shape());
  if (want.empty()) return 0;
  REQUIRE((got.array() - got.array() == 0).all());
  return static_cast<double>((got.array() - want.array()).abs().maxCoeff()) /
         std::max(1e-30, static_cast<double>(want.array().abs().maxCoeff()));
}
template <int R>
bool same(const Tensor<float, R>& a, const Tensor<float, R>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}
bool same(const Outcome& a, const Outcome& b) {
  bool all = same(a.logits, b.logits) && same(a.keypoints, b.keypoints) && a.gradients.size() == b.gradients.size();
  for (const auto& [name, gradient] : a.gradients) all = all && same(gradient, b.gradients.at(name));
  return all;
}

/// Softmax does not see a shift: zero but for rounding.
bool zero_by_mathematics(const std::string& name) {
  return name == "stam.alpha.bias" || name == "stam.beta.bias" ||
         (name.starts_with("keypoints.") && name.ends_with(".bias"));
}

}  // namespace

TEST_CASE("accuracy: outputs and gradients of the model stay close to those of direct sums") {
  for (const auto& [title, config] : configs()) {
    const std::string name = title;
    CAPTURE(name);
    StaC3d<float>::Pass reference;
    const Outcome exact = run(config, Accuracy::exact, 2, nullptr, &reference);
    CHECK(exact.blocked == 0);
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::fast}) {
      const std::string how = accuracy == Accuracy::fast ? "fast" : "standard";
      CAPTURE(how);
      const Outcome got = run(config, accuracy);
      CHECK(got.blocked > 0);
      const double logits = off(got.logits, exact.logits), keypoints = off(got.keypoints, exact.keypoints);
      CHECK(logits <= 1e-3);
      CHECK(keypoints <= 1e-3);
      // Where the two largest of a window are nearly equal, or a sum is nearly 0, rounding decides where gradients go.
      REQUIRE(got.choices.size() == exact.choices.size());
      Index flips = 0;
      for (std::size_t i = 0; i < got.choices.size(); ++i) flips += got.choices[i] != exact.choices[i];
      CHECK(static_cast<double>(flips) <= 1e-5 * static_cast<double>(got.choices.size()));
      // with the same choices, nothing but rounding is left
      const Outcome led = flips == 0 ? got : run(config, accuracy, 2, &reference);
      if (flips > 0) CHECK(led.choices == exact.choices);
      double worst = 0;
      std::string where;
      for (const auto& [key, gradient] : exact.gradients) {
        const std::string parameter = key;
        if (zero_by_mathematics(parameter)) continue;
        CAPTURE(parameter);
        const double difference = off(led.gradients.at(parameter), gradient);
        CHECK(difference <= 1e-3);
        if (difference > worst) worst = difference, where = parameter;
      }
      MESSAGE(how << ", " << got.blocked << " blocks, " << flips << " flips: logits " << logits << ", key points "
                  << keypoints << ", gradients " << worst << " at " << where);
    }
  }
}

TEST_CASE("accuracy: double does not change with it") {
  StaC3d<double> model(shared(with_keypoints(presets::tiny(8)), "conv3a"), 1);
  const Batch<double> batch = random_batch<double>(model.config(), 1, false, 5);
  StaC3d<double>::Pass exact, standard;
  model.set_accuracy(Accuracy::exact);
  model.forward(batch, exact, Mode::inference);
  model.set_accuracy(Accuracy::standard);
  model.forward(batch, standard, Mode::inference);
  CHECK((exact.logits.array() == standard.logits.array()).all());
  CHECK((exact.keypoints.array() == standard.keypoints.array()).all());
}

TEST_CASE("accuracy: a prepared model gives the bits of the model's own inference") {
  for (Isa isa : supported_isas())
    for (const auto& [title, config] : configs())
      for (Accuracy accuracy : {Accuracy::standard, Accuracy::fast, Accuracy::exact}) {
        const ScopedIsa scoped(isa);
        const std::string name = title;
        CAPTURE(name);
        CAPTURE(std::string(isa_name(isa)));
        StaC3d<float> model(config, 1);
        model.set_accuracy(accuracy);
        PreparedModel<float> prepared = prepare(model);
        StaC3d<float>::Pass inferred, forward;
        for (Index N : {1, 3, 1}) {  // the weights that it keeps may have to be made anew
          const Batch<float> batch = random_batch<float>(config, N, false, 5);
          model.infer(batch, inferred);
          const auto& out = prepared(batch);
          CHECK(same(out.logits, inferred.logits));
          CHECK(same(out.keypoints, inferred.keypoints));
          if (N == 3) continue;
          model.forward(batch, forward, Mode::inference);
          CHECK(off(forward.logits, inferred.logits) <= 1e-5);
          CHECK(off(forward.keypoints, inferred.keypoints) <= 1e-5);
        }
      }
}

TEST_CASE("accuracy: a prepared model follows the instruction set") {
  const ModelConfig config = presets::tiny(8);
  const StaC3d<float> model(config, 1);
  PreparedModel<float> one = prepare(model);
  const Batch<float> batch = random_batch<float>(config, 1, false, 5);
  for (int round = 0; round < 2; ++round)
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      PreparedModel<float> fresh = prepare(model);
      CHECK(same(one(batch).logits, fresh(batch).logits));
    }
}

TEST_CASE("accuracy: every instruction set agrees") {
  for (const auto& [title, config] : configs()) {
    const std::string name = title;
    if (name == "reduced") continue;
    CAPTURE(name);
    Outcome want;
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      const Outcome got = run(config, Accuracy::standard);
      if (want.logits.empty()) {
        want = got;
        continue;
      }
      const double rms = std::sqrt(static_cast<double>(want.logits.array().square().mean()));
      CHECK(static_cast<double>((got.logits.array() - want.logits.array()).abs().maxCoeff()) <= 1e-4 * rms);
      CHECK(off(got.keypoints, want.keypoints) <= 1e-4);
    }
  }
}

TEST_CASE("accuracy: the same bits on any number of threads") {
  const ModelConfig config = shared(with_keypoints(presets::tiny(8)), "conv3a");
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    set_num_threads(1);
    const Outcome want = run(config, Accuracy::standard, 1);
    for (int threads : {2, 3, 8}) {
      set_num_threads(threads);
      CHECK(same(run(config, Accuracy::standard, 1), want));
    }
    set_num_threads(0);
  }
}
