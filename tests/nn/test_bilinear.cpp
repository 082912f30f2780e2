#include <doctest/doctest.h>

#include "../kernels/kernel_checks.hpp"
#include "stac3dl/nn/bilinear.hpp"

using namespace stac3dl;

TEST_CASE("OuterPool: shapes, memory and gradients") {
  OuterPool<double> pool;
  OuterPool<double>::Cache cache;
  Workspace ws;
  auto a = random_tensor<double>(Shape<5>{2, 3, 4, 2, 2}, 1), v = random_tensor<double>(Shape<5>{2, 5, 4, 2, 2}, 2);
  a.array() = a.array().abs() + 0.1, v.array() = v.array().abs() + 0.1;
  CHECK(pool.plan(a.shape(), v.shape(), cache) == Shape<3>{4, 2, 15});
  const auto weights = random_tensor<double>(Shape<3>{4, 2, 15}, 3);
  Tensor<double, 3> y(weights.shape());
  Tensor<double, 5> da(a.shape()), dv(v.shape());
  const auto loss = [&] {
    pool.forward(a, v, {}, y, cache, ws);
    return weighted_sum(y, weights);
  };
  loss();
  const auto held = ws.capacity();
  for (Index l = 0; l < 4; ++l) CHECK(y.slice(l).slice(1).array().square().sum() == doctest::Approx(1).epsilon(1e-13));
  pool.backward(a, v, {}, weights, da, dv, cache, ws);
  loss();
  pool.backward(a, v, {}, weights, da, dv, cache, ws);
  CHECK(ws.capacity() == held);
  const auto of_a = check_gradient("da", a.view().flat(), da.view().flat(), loss);
  const auto of_v = check_gradient("dv", v.view().flat(), dv.view().flat(), loss);
  CHECK(of_a.worst <= 1e-7);
  CHECK(of_v.worst <= 1e-7);
  CHECK(of_a.largest > 0);
  CHECK(of_v.largest > 0);
}

TEST_CASE("OuterPool: streams that do not fit are named") {
  OuterPool<float> pool;
  OuterPool<float>::Cache cache;
  CHECK_THROWS_WITH_AS(pool.plan({2, 3, 4, 2, 2}, {2, 5, 4, 2, 3}, cache),
                       "OuterPool v: want (2, any, 4, 2, 2), got (2, 5, 4, 2, 3)", Error);
}
