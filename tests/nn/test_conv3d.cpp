#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/nn/conv3d.hpp"

using namespace stac3dl;

static_assert(Layer<Conv3d<float>, 5>);
static_assert(Layer<Conv3d<double>, 5>);

namespace {

template <int R>
double mean(const Tensor<double, R>& x) {
  return x.array().sum() / static_cast<double>(x.size());
}
template <int R>
double variance(const Tensor<double, R>& x) {
  return (x.array() - mean(x)).square().sum() / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("Conv3d: start values") {
  const Random random({7, 1});
  const Conv3d<double> he(16, 40, {}, true, random), again(16, 40, {}, true, random);
  const double count = static_cast<double>(he.weight().size()), want = 2.0 / (16 * 27);
  CHECK(std::abs(mean(he.weight().value)) < 5 * std::sqrt(want / count));
  CHECK(variance(he.weight().value) == doctest::Approx(want).epsilon(0.05));
  CHECK(he.bias().value.array().abs().maxCoeff() == 0);
  CHECK((he.weight().value.array() == again.weight().value.array()).all());

  const Conv3d<double> glorot(16, 40, {}, true, random, Init::glorot);
  const double limit = std::sqrt(6.0 / (56 * 27));
  CHECK(glorot.weight().value.array().abs().maxCoeff() <= limit);
  CHECK(glorot.weight().value.array().abs().maxCoeff() > 0.99 * limit);
  CHECK(variance(glorot.weight().value) == doctest::Approx(limit * limit / 3).epsilon(0.05));
}

TEST_CASE("Conv3d: parameters") {
  Conv3d<float> with(3, 64, {}, true, Random(1)), without(3, 64, {}, false, Random(1));
  CHECK(parameter_count(with) == 5248);  // conv1a
  CHECK(parameter_count(without) == 5184);
  std::vector<std::string> names;
  std::vector<bool> decays;
  with.visit_params([&](const std::string& name, auto& p) { names.push_back(name), decays.push_back(p.decay); });
  CHECK(names == std::vector<std::string>{"weight", "bias"});
  CHECK(decays == std::vector<bool>{true, false});
  CHECK(!without.has_bias());
  without.add_bias();
  CHECK(parameter_count(without) == 5248);
}

TEST_CASE("Conv3d: gradients agree with differences and are added to") {
  const Conv3dSpec specs[] = {{}, {{3, 2, 3}, {2, 1, 2}, {1, 1, 0}}};
  for (const Conv3dSpec& spec : specs)
    for (bool bias : {true, false}) {
      Conv3d<double> layer(3, 4, spec, bias, Random(1));
      Conv3d<double>::Cache cache;
      Workspace ws;
      Tensor<double, 5> x({2, 3, 4, 5, 3}), dx(x.shape());
      fill_normal(x, 1, Random(2));
      if (bias) fill_normal(layer.bias().value, 1, Random(3));
      Tensor<double, 5> y(layer.plan(x.shape(), cache)), dy(y.shape());
      fill_normal(dy, 1, Random(4));
      const auto loss = [&] {
        layer.forward(x, y, cache, ws);
        return (y.array() * dy.array()).sum();
      };
      loss();
      layer.backward(x, y, dy, dx, cache, ws);
      const auto good = [](const GradientReport& report) {
        CAPTURE(report.name);
        CHECK(report.worst <= 1e-7);
        CHECK(report.largest > 0);
      };
      good(check_gradient("x", x.view().flat(), dx.view().flat(), loss));
      layer.visit_params([&](const std::string& name, auto& p) {
        good(check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss));
      });
      const Tensor<double, 5> once = layer.weight().grad;
      layer.backward(x, y, dy, {}, cache, ws);  // no dx wanted
      CHECK((layer.weight().grad.array() - 2 * once.array()).abs().maxCoeff() <= 1e-12);
    }
}

TEST_CASE("Conv3d: wrong shapes are refused by name") {
  Conv3d<float> layer(3, 4, {}, true, Random(1));
  Conv3d<float>::Cache cache;
  Workspace ws;
  const Tensor<float, 5> x({1, 2, 3, 3, 3});
  Tensor<float, 5> y({1, 4, 3, 3, 3});
  CHECK_THROWS_WITH_AS(layer.plan(x.shape(), cache), "Conv3d x: want (any, 3, any, any, any), got (1, 2, 3, 3, 3)",
                       Error);
  CHECK_THROWS_WITH_AS(layer.forward(x, y, cache, ws),
                       "Conv3d::forward x: want (any, 3, any, any, any), got (1, 2, 3, 3, 3)", Error);
  CHECK_THROWS_AS(Conv3d<float>(0, 4, {}, true, Random(1)), Error);
  CHECK_THROWS_AS(Conv3d<float>(3, 4, {{0, 3, 3}, {1, 1, 1}, {1, 1, 1}}, true, Random(1)), Error);
}
