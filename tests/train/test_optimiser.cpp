#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "stac3dl/train/gradients.hpp"
#include "stac3dl/train/optimiser.hpp"

using namespace stac3dl;

namespace {

using Five = std::array<double, 5>;

/// A weight with decay and a bias without, as the reference script has them in two parameter groups.
struct Pair {
  using Scalar = double;
  Parameter<double, 1> weight{Shape<1>{5}}, bias{Shape<1>{5}, false};
  Pair() {
    for (auto* p : {&weight, &bias}) p->value = Tensor<double, 1>({5}, {0.5, -1.25, 2.0, -0.125, 0.75});
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("a.weight", weight), visit("a.bias", bias);
  }
};

/// Six updates with the rate 0.1 / (1 + t) and whole-number gradients; the same ones made the numbers below.
void train(Pair& model, Optimiser<double>& optimiser, int from = 0, int to = 6) {
  for (int t = from; t < to; ++t) {
    for (Index i = 0; i < 5; ++i)
      model.weight.grad[i] = model.bias.grad[i] = static_cast<double>((7 * i + 3 * t) % 11 - 5) / 8.0;
    optimiser.step(model, 0.1 / (1 + t));
  }
}

void check_against(const OptimiserOptions& options, const Five& weight, const Five& bias) {
  Pair model;
  Optimiser<double> optimiser(options);
  train(model, optimiser);
  CHECK(optimiser.updates() == 6);
  for (Index i = 0; i < 5; ++i) {
    CHECK(std::abs(model.weight.value[i] - weight[static_cast<std::size_t>(i)]) <= 1e-12);
    CHECK(std::abs(model.bias.value[i] - bias[static_cast<std::size_t>(i)]) <= 1e-12);
  }
}

constexpr auto sgd = OptimiserKind::sgd, adam = OptimiserKind::adam, adamw = OptimiserKind::adamw;

}  // namespace

// Expected weights: torch.optim of PyTorch 1.13 in double after the same six updates.
TEST_CASE("Optimiser equals torch.optim.SGD") {
  check_against({.kind = sgd, .decay = 0.05, .momentum = 0},
                {0.56383606472762338, -1.2752944860973796, 1.9884044254689912, -0.1595643926610886,
                 0.70788571651768339},
                {0.57041666666666668, -1.2908333333333333, 2.0129166666666665, -0.16145833333333331,
                 0.71687500000000015});
  check_against({.kind = sgd, .decay = 0.05, .momentum = 0.9},
                {0.63079180674160784, -1.3191293444242593, 1.9707574038953386, -0.2017838845315891,
                 0.67115468359844999},
                {0.6454944791666668, -1.3530398333333331, 2.0239431666666667, -0.20622677083333332,
                 0.69045643750000008});
  check_against({.kind = sgd, .decay = 0.05, .momentum = 0.9, .nesterov = true},
                {0.68017000167251929, -1.336826254837161, 1.9620447314600511, -0.22757594480366181,
                 0.63752720942941721},
                {0.70136169791666669, -1.3835691833333335, 2.0344655166666668, -0.2345624270833333,
                 0.66328579374999996});
}

TEST_CASE("Optimiser equals torch.optim.Adam and AdamW") {
  check_against({.kind = adam, .decay = 0.05},
                {0.66915405592792232, -1.4072157305064668, 2.0529711952240275, -0.24096773020879542,
                 0.58764675975106373},
                {0.67596275545479101, -1.4231712834404937, 2.1036810363060878, -0.24409081380242303,
                 0.59639546252412745});
  check_against({.kind = adamw, .decay = 0.05},
                {0.66886528904920928, -1.4069306408905049, 2.0785469240946823, -0.24176720759700607,
                 0.58818673541287525},
                {0.67596275545479101, -1.4231712834404937, 2.1036810363060878, -0.24409081380242303,
                 0.59639546252412745});
  check_against({.kind = adamw, .decay = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3},
                {0.66167049537025691, -1.4015862310023421, 2.0738461887169914, -0.23396853820793942,
                 0.59095291048146414},
                {0.66874987588893664, -1.4178175647740676, 2.0989582778199076, -0.23627151563616028,
                 0.59917311422224639});
}

TEST_CASE("Optimiser: state has names, can be moved to another one, and goes on to the same bits") {
  const std::pair<OptimiserKind, std::set<std::string>> cases[] = {
      {sgd, {"a.weight.momentum", "a.bias.momentum"}},
      {adamw, {"a.weight.mean", "a.weight.square", "a.bias.mean", "a.bias.square"}}};
  for (const auto& [kind, names] : cases) {
    Pair whole, halves;
    Optimiser<double> a({.kind = kind}), b({.kind = kind}), c({.kind = kind});
    train(whole, a);
    train(halves, b, 0, 3);
    std::set<std::string> seen;
    std::vector<Tensor<double, 1>> kept;
    b.visit_state([&](const std::string& name, Tensor<double, 1>& x) { seen.insert(name), kept.push_back(x); });
    CHECK(seen == names);
    c.plan(halves);
    c.set_updates(b.updates());
    std::size_t i = 0;
    c.visit_state([&](const std::string&, Tensor<double, 1>& x) { x = kept[i++]; });
    train(halves, c, 3, 6);
    CHECK((whole.weight.value.array() == halves.weight.value.array()).all());
    CHECK((whole.bias.value.array() == halves.bias.value.array()).all());
  }
}

TEST_CASE("Optimiser: SGD without momentum holds no state; wrong options are refused") {
  Pair model;
  Optimiser<double> plain({.kind = sgd, .momentum = 0});
  train(model, plain);
  plain.visit_state([](const std::string&, auto&) { FAIL("state"); });
  CHECK_THROWS_WITH_AS(Optimiser<double>({.momentum = 1}), "Optimiser: momentum is 1, want 0 or more and below 1",
                       Error);
  CHECK_THROWS_AS(Optimiser<double>({.decay = -1}), Error);
  CHECK_THROWS_AS(Optimiser<double>({.beta2 = -0.1}), Error);
  CHECK_THROWS_AS(Optimiser<double>({.epsilon = 0}), Error);
  CHECK_THROWS_WITH_AS(Optimiser<double>({.kind = sgd, .momentum = 0, .nesterov = true}),
                       "Optimiser: nesterov wants a momentum above 0", Error);
}

TEST_CASE("clip_gradients scales all gradients by their common norm") {
  Pair model;
  const auto set = [&] {
    model.weight.grad = Tensor<double, 1>({5}, {3, 0, 0, 0, 4});
    model.bias.grad = Tensor<double, 1>({5}, {0, -12, 0, 0, 0});
  };
  set();
  CHECK(clip_gradients(model, 0) == 13);
  CHECK(clip_gradients(model, 13) == 13);
  CHECK(model.weight.grad[0] == 3);
  CHECK(clip_gradients(model, 6.5) == 13);
  CHECK(model.weight.grad[0] == 1.5);
  CHECK(model.weight.grad[4] == 2);
  CHECK(model.bias.grad[1] == -6);
  CHECK(gradient_norm(model) == 6.5);
  CHECK_THROWS_WITH_AS(clip_gradients(model, -1), "clip_gradients: the limit is -1, want 0 or more", Error);
}

TEST_CASE("gradient_norm names the first gradient that is not finite") {
  Pair model;
  model.bias.grad[3] = std::nan("");
  CHECK_THROWS_WITH_AS(gradient_norm(model), "gradient of a.bias: nan at (3), want finite numbers", Error);
  model.weight.grad[1] = -std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(gradient_norm(model), "gradient of a.weight: -inf at (1), want finite numbers", Error);
  model.weight.grad[1] = 1e200;
  CHECK_THROWS_WITH_AS(gradient_norm(model), "gradient of a.weight: the sum of its squares overflows", Error);
}
