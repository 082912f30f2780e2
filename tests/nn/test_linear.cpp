#include <doctest/doctest.h>

#include "../kernels/kernel_checks.hpp"
#include "stac3dl/nn/linear.hpp"

using namespace stac3dl;

static_assert(Layer<Linear<float>, 2>);
static_assert(Layer<Linear<double>, 2>);

TEST_CASE("Linear: parameters and start values") {
  Linear<float> fc6(512, 4096, Random(1));
  CHECK(parameter_count(fc6) == 2101248);
  CHECK(fc6.bias().decay == false);
  CHECK(fc6.weight().decay);
  CHECK(fc6.bias().value.array().abs().maxCoeff() == 0);
  CHECK(fc6.weight().value.array().square().mean() == doctest::Approx(2.0 / 512).epsilon(0.02));
  Linear<float> glorot(100, 200, Random(1), Init::glorot);
  CHECK(glorot.weight().value.array().abs().maxCoeff() <= std::sqrt(6.0 / 300));
}

TEST_CASE("Linear: gradients agree with differences and are added to") {
  for (Shape<3> s : {Shape<3>{1, 1, 1}, {3, 5, 4}, {7, 1, 9}}) {
    const auto [R, I, O] = s;
    Linear<double> layer(I, O, Random(3), Init::glorot);
    fill_normal(layer.bias().value, 1, Random(4));
    auto x = random_tensor<double>(Shape<2>{R, I}, 5);
    const auto weights = random_tensor<double>(Shape<2>{R, O}, 6);
    Tensor<double, 2> y({R, O}), dx({R, I});
    Linear<double>::Cache cache;
    Workspace ws;
    CHECK(layer.plan(x.shape(), cache) == y.shape());
    const auto loss = [&] {
      layer.forward(x, y, cache, ws);
      return weighted_sum(y, weights);
    };
    loss();
    dx.fill(std::numeric_limits<double>::quiet_NaN());
    layer.backward(x, y, weights, dx, cache, ws);
    const auto report = check_gradient("dx", x.view().flat(), dx.view().flat(), loss);
    CHECK(report.worst <= 1e-7);
    CHECK(report.largest > 0);
    layer.visit_params([&](const std::string& name, auto& p) {
      const auto r = check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss);
      CAPTURE(name);
      CHECK(r.worst <= 1e-7);
      CHECK(r.largest > 0);
    });
    const auto once = layer.weight().grad;
    layer.backward(x, y, weights, {}, cache, ws);
    CHECK(((layer.weight().grad.array() - 2 * once.array()).abs() <= 1e-12).all());
  }
}

TEST_CASE("Linear: wrong shapes are named") {
  Workspace ws;
  Linear<float> layer(3, 2, Random(1));
  Linear<float>::Cache cache;
  Tensor<float, 2> x({4, 5}), y({4, 2});
  CHECK_THROWS_WITH_AS(layer.forward(x, y, cache, ws), "Linear::forward x: want (any, 3), got (4, 5)", Error);
  CHECK_THROWS_AS(Linear<float>(0, 2, Random(1)), Error);
}
