// The whole model's training, stopped and gone on with: batch norm's statistics, dropout and the optimiser come back.
#include <doctest/doctest.h>

#include "../model/model_cases.hpp"
#include "stac3dl/io/checkpoint.hpp"
#include "stac3dl/train/trainer.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl::testing;
using namespace stac3dl_test;

namespace {

ModelConfig config() {
  ModelConfig c = fused_model(Variant::sta_c3dl);
  c.modalities = {small_skeleton(true), small_signal(true)};
  c.modalities[0].frames = 6, c.modalities[1].frames = 24;
  return c;
}

/// Noise around a pattern of the class.
struct Noise {
  Index size() const { return 10; }
  Sample sample(Index i) const { return sample(i, 99); }
  Sample sample(Index i, std::uint64_t epoch) const {
    Sample s;
    s.label = i % 4;
    for (const ModalityConfig& m : config().modalities) {
      auto& x = s.inputs.emplace_back().x;
      x = Tensor<float, 4>({m.channels, m.frames, m.height, m.width});
      const Random noise({7, epoch, static_cast<std::uint64_t>(i)}), pattern({8, static_cast<std::uint64_t>(s.label)});
      for (Index k = 0; k < x.size(); ++k)
        x[k] = static_cast<float>(noise.normal_at(static_cast<std::uint64_t>(k)) +
                                  pattern.normal_at(static_cast<std::uint64_t>(k)));
    }
    return s;
  }
};

std::string bits(StaC3d<float>& model) {
  std::string all;
  const auto add = [&](const auto& x) {
    all.append(reinterpret_cast<const char*>(x.data()), static_cast<std::size_t>(x.size()) * sizeof(float));
  };
  model.visit_params([&](const std::string&, auto& p) { add(p.value); });
  model.visit_buffers([&](const std::string&, auto& buffer) { add(buffer); });
  return all;
}

}  // namespace

TEST_CASE("the whole model resumes to the same bits, in a model made from the checkpoint's configuration") {
  TempFolder folder;
  const TrainOptions options{.epochs = 4, .batch_size = 4, .seed = 3};
  StaC3d<float> whole(config(), 1);
  Trainer whole_trainer(whole, options);
  whole_trainer.hooks.log = nullptr;
  Index saves = 0;
  whole_trainer.hooks.after_epoch = [&](TrainState<float>& state) {
    if (state.epoch == 2) save_checkpoint(folder / "c", whole, state, options, Replace::no), ++saves;
  };
  whole_trainer.fit(Noise{});
  REQUIRE(saves == 1);

  StaC3d<float> other(load_checkpoint_config(folder / "c"), 2);
  Trainer other_trainer(other, options);
  other_trainer.hooks.log = nullptr;
  load_checkpoint(folder / "c", other, other_trainer.state, options);
  CHECK(other_trainer.state.step == 6);
  other_trainer.fit(Noise{});
  CHECK(bits(other) == bits(whole));

  ModelConfig wider = config();
  wider.lstm_units += 1;
  StaC3d<float> wrong(wider, 2);
  TrainState<float> state;
  CHECK_ERROR(load_checkpoint(folder / "c", wrong, state, options), "its model has another configuration");
}
