#include <doctest/doctest.h>

#include "../kernels/kernel_checks.hpp"
#include "stac3dl/nn/dropout.hpp"

using namespace stac3dl;

static_assert(Layer<Dropout<float>, 2>);
static_assert(Layer<Dropout<double>, 2>);

TEST_CASE("Dropout: the identity in inference, the same mask forwards and backwards in training") {
  Dropout<double> layer(0.4);
  Dropout<double>::Cache cache;
  Workspace ws;
  auto x = random_tensor<double>(Shape<2>{6, 9}, 1);
  const auto weights = random_tensor<double>(x.shape(), 2);
  Tensor<double, 2> y(x.shape()), dx(x.shape());
  CHECK(layer.plan(x.shape(), cache) == x.shape());
  layer.forward(x, y, cache, ws);
  CHECK((y.array() == x.array()).all());
  layer.backward(x, y, weights, dx, cache, ws);
  CHECK((dx.array() == weights.array()).all());

  cache.training = true, cache.random = Random({3, 1, 4});
  const auto loss = [&] {
    layer.forward(x, y, cache, ws);
    return weighted_sum(y, weights);
  };
  loss();
  layer.backward(x, y, weights, dx, cache, ws);
  CHECK((dx.array() == 0).any());
  CHECK(((dx.array() == 0) == (y.array() == 0)).all());
  const auto report = check_gradient("dx", x.view().flat(), dx.view().flat(), loss);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
  layer.backward(x, y, weights, {}, cache, ws);
  CHECK(parameter_count(layer) == 0);
  CHECK_THROWS_AS(Dropout<float>(1.0f), Error);
  CHECK_THROWS_AS(Dropout<float>(-0.1f), Error);
}
