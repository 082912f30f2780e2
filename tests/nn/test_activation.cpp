#include <doctest/doctest.h>

#include "../kernels/kernel_checks.hpp"
#include "stac3dl/nn/activation.hpp"

using namespace stac3dl;

static_assert(Layer<Relu<float>, 2>);
static_assert(Layer<Sigmoid<double, 5>, 5>);
static_assert(Layer<Tanh<double, 3>, 3>);

TEST_CASE("activation layers") {
  Workspace ws;
  Relu<double> relu;
  Relu<double>::Cache cache;
  const Tensor<double, 2> x({2, 2}, {-1, 2, 3, -4}), dy({2, 2}, {5, 6, 7, 8});
  Tensor<double, 2> y({2, 2}), dx({2, 2});
  CHECK(relu.plan(x.shape(), cache) == x.shape());
  relu.forward(x, y, cache, ws);
  CHECK((y.array() == Tensor<double, 1>({4}, {0, 2, 3, 0}).array()).all());
  relu.backward(x, y, dy, dx, cache, ws);
  CHECK((dx.array() == Tensor<double, 1>({4}, {0, 6, 7, 0}).array()).all());
  relu.backward(x, y, dy, {}, cache, ws);
  CHECK(parameter_count(relu) == 0);
  Tensor<double, 2> wrong({2, 3});
  CHECK_THROWS_AS(relu.forward(x, wrong, cache, ws), Error);
  Sigmoid<double> sigmoid;
  Sigmoid<double>::Cache none;
  sigmoid.forward(x, y, none, ws);
  CHECK(y[1] == doctest::Approx(1 / (1 + std::exp(-2.0))).epsilon(1e-14));
}
