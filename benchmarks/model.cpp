// Cases of whole models: inference, and one full training step (forward, loss, backward, SGD with momentum).
#include <memory>

#include "case.hpp"
#include "model_shapes.hpp"
#include "stac3dl/model/prepared.hpp"
#include "stac3dl/train/loss.hpp"
#include "stac3dl/train/optimiser.hpp"

namespace bench {
namespace {

using namespace stac3dl;

Batch<float> batch_of(const ModelConfig& config, Index size) {
  Batch<float> batch;
  for (const ModalityConfig& m : config.modalities) {
    typename Batch<float>::Input input;
    input.x = Tensor<float, 5>({size, m.channels, m.frames, m.height, m.width});
    input.frames = Tensor<std::uint8_t, 2>({size, m.frames}, 1);
    fill(input.x);
    batch.inputs.push_back(std::move(input));
  }
  for (Index i = 0; i < size; ++i) batch.labels.push_back(i % config.classes);
  return batch;
}

Run inference(const ModelShape& s) {
  struct Job {
    PreparedModel<float> model;
    Batch<float> batch;
  };
  const ModelConfig config = s.config();
  auto job = std::make_shared<Job>(Job{prepare(StaC3d<float>(config, 1)), batch_of(config, s.batch)});
  return [job] { job->model(job->batch); };
}

struct Training {
  explicit Training(const ModelShape& s)
      : model(s.config(), 1),
        batch(batch_of(model.config(), s.batch)),
        optimiser({.kind = OptimiserKind::sgd, .decay = 5e-4, .momentum = 0.9}) {}
  void step() {
    model.forward(batch, pass, Mode::training, Random({1, static_cast<std::uint64_t>(++steps)}));
    loss(batch, pass);
    zero_grad(model);
    model.backward(batch, pass);
    optimiser.step(model, 1e-4);
    model.update_running(pass);
  }
  StaC3d<float> model;
  StaC3d<float>::Pass pass;
  Batch<float> batch;
  ClassifierLoss<float> loss;
  Optimiser<float> optimiser;
  Index steps = 0;
};

std::vector<Case> model_cases() {
  std::vector<Case> cases;
  for (const ModelShape& s : model_shapes) {
    const std::string note = std::to_string(plan_model(s.config()).parameters) + " parameters";
    const auto train = [s]() -> Run { return [job = std::make_shared<Training>(s)] { job->step(); }; };
    cases.push_back({"model.infer", s.name(), "stac3dl", [s] { return inference(s); }, 0, 0, note});
    cases.push_back({"model.train", s.name(), "stac3dl", train, 0, 0, note});
  }
  return cases;
}
const Register here(model_cases);

}  // namespace
}  // namespace bench
