#include <doctest/doctest.h>

#include "../kernels/kernel_checks.hpp"
#include "stac3dl/nn/batch_norm.hpp"

using namespace stac3dl;

static_assert(Layer<BatchNorm<float>, 5>);
static_assert(Layer<BatchNorm<double>, 5>);

namespace {
template <class Layer>
std::vector<std::string> buffer_names(Layer& layer) {
  std::vector<std::string> names;
  layer.visit_buffers([&](const std::string& name, auto&) { names.push_back(name); });
  return names;
}
}  // namespace

TEST_CASE("BatchNorm: what it holds") {
  BatchNorm<float> layer(5);
  CHECK(parameter_count(layer) == 10);
  layer.visit_params([](const std::string&, auto& p) { CHECK(!p.decay); });
  CHECK(buffer_names(layer) == std::vector<std::string>{"running_mean", "running_var"});
  CHECK(layer.running_mean().array().abs().maxCoeff() == 0);
  CHECK((layer.running_var().array() == 1).all());
}

TEST_CASE("BatchNorm: gradients agree with differences, for every kind of statistics and mask") {
  struct Case {
    Shape<5> shape;
    bool training;
    double share;
  };
  for (const Case& c : {Case{{2, 3, 4, 2, 3}, true, 1}, Case{{3, 2, 5, 2, 2}, true, 0.6},
                        Case{{5, 2, 7, 1, 1}, true, 0.5}, Case{{2, 2, 3, 2, 1}, false, 0.5},
                        Case{{1, 2, 1, 1, 1}, true, 1}, Case{{2, 2, 2, 2, 2}, true, 0}}) {
    CAPTURE(to_string(c.shape));
    CAPTURE(c.share);
    CAPTURE(c.training);
    BatchNorm<double> layer(c.shape[1]);
    fill_normal(layer.gamma().value, 1, Random(2)), fill_normal(layer.beta().value, 1, Random(3));
    auto x = random_tensor<double>(c.shape, 4);
    const auto weights = random_tensor<double>(c.shape, 5);
    const auto mask = random_mask(Shape<2>{c.shape[0], c.shape[2]}, c.share, 6);
    Tensor<double, 5> y(c.shape), dx(c.shape, std::numeric_limits<double>::quiet_NaN());
    BatchNorm<double>::Cache cache;
    Workspace ws;
    CHECK(layer.plan(x.shape(), cache) == x.shape());
    cache.training = c.training;
    if (c.share < 1) cache.mask = mask;
    const auto loss = [&] {
      layer.forward(x, y, cache, ws);
      return weighted_sum(y, weights);
    };
    loss();
    layer.backward(x, y, weights, dx, cache, ws);
    const auto report = check_gradient("dx", x.view().flat(), dx.view().flat(), loss);
    CHECK(report.worst <= 1e-7);
    CHECK(report.largest > 0);
    layer.visit_params([&](const std::string& name, auto& p) {
      CAPTURE(name);
      const auto r = check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss);
      CHECK(r.worst <= 1e-7);
      CHECK(r.largest > 0);
    });
    const auto once = layer.gamma().grad;
    layer.backward(x, y, weights, {}, cache, ws);
    CHECK(((layer.gamma().grad.array() - 2 * once.array()).abs() <= 1e-12).all());
  }
}

TEST_CASE("BatchNorm: running statistics") {
  BatchNorm<double> layer(1);
  BatchNorm<double>::Cache cache;
  Workspace ws;
  const Tensor<double, 5> x({2, 1, 2, 1, 1}, {1, 2, 3, 6});
  Tensor<double, 5> y(x.shape()), again(x.shape());
  layer.plan(x.shape(), cache);
  layer.forward(x, y, cache, ws);
  layer.infer(x, again);
  CHECK((y.array() == again.array()).all());  // not training: the running ones
  layer.update_running(cache);
  CHECK(layer.running_mean()[0] == 0);  // nothing was measured
  cache.training = true;
  layer.forward(x, y, cache, ws);
  CHECK(std::abs(y.array().sum()) <= 1e-12);
  layer.update_running(cache);
  CHECK(layer.running_mean()[0] == doctest::Approx(0.1 * 3).epsilon(1e-14));
  CHECK(layer.running_var()[0] == doctest::Approx(0.9 + 0.1 * 14 / 3).epsilon(1e-14));  // sum of squares 14, over 3
  // A single valid value: the running statistics are used and kept.
  const Tensor<std::uint8_t, 2> mask({2, 2}, {0, 1, 0, 0});
  cache.mask = mask;
  const double mean = layer.running_mean()[0];
  layer.forward(x, y, cache, ws);
  layer.infer(x, again);
  CHECK((y.array() == again.array()).all());
  layer.update_running(cache);
  CHECK(layer.running_mean()[0] == mean);
}

TEST_CASE("BatchNorm: folded into a convolution, the result stays") {
  Workspace ws;
  Conv3d<double> conv(2, 3, {}, false, Random(1));
  BatchNorm<double> norm(3);
  fill_normal(norm.gamma().value, 1, Random(2)), fill_normal(norm.beta().value, 1, Random(3));
  const Tensor<double, 1> more({3}, {.5, 1, 2});
  norm.visit_buffers([&](const std::string&, Tensor<double, 1>& b) { b.array() += more.array(); });
  const auto x = random_tensor<double>(Shape<5>{2, 2, 3, 4, 4}, 4);
  Tensor<double, 5> want({2, 3, 3, 4, 4}), got(want.shape());
  conv.infer(x, want, ws);
  norm.infer(want, want);
  norm.fold_into(conv);
  conv.infer(x, got, ws);
  CHECK(difference(got, want) <= 1e-13);
  Conv3d<double> other(2, 4, {}, false, Random(1));
  CHECK_THROWS_WITH_AS(norm.fold_into(other),
                       "BatchNorm::fold_into: want a convolution with 3 output channels, got 4", Error);
}

TEST_CASE("BatchNorm: wrong shapes are named") {
  BatchNorm<float> layer(3);
  BatchNorm<float>::Cache cache;
  CHECK_THROWS_WITH_AS(layer.plan({1, 2, 3, 4, 5}, cache),
                       "BatchNorm x: want (any, 3, any, any, any), got (1, 2, 3, 4, 5)", Error);
  Workspace ws;
  Tensor<float, 5> x({2, 3, 4, 1, 1}), y(x.shape());
  const Tensor<std::uint8_t, 2> mask({2, 3}, std::uint8_t{1});
  layer.plan(x.shape(), cache);
  cache.training = true, cache.mask = mask;
  CHECK_THROWS_WITH_AS(layer.forward(x, y, cache, ws), "batch_norm mask: want (2, 4), got (2, 3)", Error);
}
