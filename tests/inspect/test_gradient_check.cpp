#include "stac3dl/inspect/gradient_check.hpp"

#include <doctest/doctest.h>

#include "../train/tiny_model.hpp"
#include "stac3dl/core/tensor.hpp"
#include "stac3dl/inspect/check_gradients.hpp"
#include "stac3dl/nn/activation.hpp"
#include "stac3dl/nn/linear.hpp"

using namespace stac3dl;

TEST_CASE("gradient check: a right gradient passes, a wrong one is found where it is wrong") {
  Tensor<double, 1> x({4}, {0.5, -1.0, 2.0, 0.1});
  const auto loss = [&] {  // sum of sin(x) + x^5
    double sum = 0;
    for (double v : x) sum += std::sin(v) + std::pow(v, 5);
    return sum;
  };
  Tensor<double, 1> gradient({4});
  for (Index i = 0; i < 4; ++i) gradient[i] = std::cos(x[i]) + 5 * std::pow(x[i], 4);
  const auto right = check_gradient("x", x, gradient, loss);
  CHECK(right.worst < 1e-10);
  CHECK(right.probed == 4);
  CHECK(right.largest == doctest::Approx(std::cos(2.0) + 80));
  CHECK(x[2] == 2.0);
  gradient[1] += 0.5;
  const auto wrong = check_gradient("x", x, gradient, loss);
  CHECK(wrong.worst == doctest::Approx(0.5 / right.largest));
  CHECK(wrong.at == 1);
}

TEST_CASE("gradient check: probes across a kink are left out and counted") {
  Tensor<double, 1> x({2}, {1e-4, 1.0});
  const auto loss = [&] { return std::max(x[0], 0.0) + std::max(x[1], 0.0); };
  Tensor<double, 1> gradient({2}, {1.0, 1.0});
  const auto signs = [&] { return fold_signs(1, x.view()); };
  const auto report = check_gradient("x", x, gradient, loss, signs);
  CHECK(report.redrawn == 1);
  CHECK(report.probed == 1);
  CHECK(report.worst < 1e-10);
  CHECK(check_gradient("x", x, gradient, loss).worst > 0.1);  // without the fingerprint the kink looks like an error
}

TEST_CASE("gradient check: a zero gradient is reported as such") {
  Tensor<double, 1> x({1}, {3.0}), gradient({1});
  CHECK(check_gradient("x", x, gradient, [] { return 1.0; }).largest == 0);
  CHECK_THROWS_WITH_AS(check_gradient("w", x, Tensor<double, 1>({2}), [] { return 1.0; }),
                       "check_gradient w: want as many values as gradients, got 1 and 2", Error);
}

TEST_CASE("gradient check of a layer in one line") {
  Linear<double> linear(4, 3, Random(1));
  const GradientTable table = check_gradients(linear, Shape<2>{5, 4});
  REQUIRE(table.tensors.size() == 3);
  CHECK(table.tensors[0].name == "x");
  CHECK(table.tensors[1].name == "weight");
  CHECK(table.tensors[1].probed == 12);
  CHECK(table.right());
  CHECK(table.worst() < 1e-10);

  Relu<double, 2> relu;  // kinks are told by outputs that become 0
  CHECK(check_gradients(relu, Shape<2>{30, 20}, {.step = 0.05, .probes = 600}).tensors[0].redrawn > 10);
  CHECK(check_gradients(relu, Shape<2>{30, 20}, {.step = 0.05, .probes = 600}).right());
}

namespace {
/// y = a x + b, with a mistake in db, or without db.
struct Affine {
  using Scalar = double;
  struct Cache {};
  double b_factor = 1;
  Parameter<double, 1> a{{1}}, b{{1}};
  Affine() { a.value[0] = 3; }
  Shape<1> plan(const Shape<1>& x, Cache&) const { return x; }
  void forward(CView<double, 1> x, View<double, 1> y, Cache&, Workspace&) const {
    for (Index i = 0; i < x.size(); ++i) y[i] = a.value[0] * x[i] + b.value[0];
  }
  void backward(CView<double, 1> x, CView<double, 1>, CView<double, 1> dy, View<double, 1> dx, const Cache&, Workspace&) {
    for (Index i = 0; i < x.size(); ++i)
      a.grad[0] += dy[i] * x[i], b.grad[0] += b_factor * dy[i], dx[i] = dy[i] * a.value[0];
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("a", a), visit("b", b);
  }
};
}  // namespace

TEST_CASE("gradient check of a layer: mistakes and forgotten gradients are found") {
  Affine layer;
  CHECK(check_gradients(layer, Shape<1>{6}).right());
  layer.b_factor = 0.9;
  const GradientTable wrong = check_gradients(layer, Shape<1>{6});
  CHECK(!wrong.right());
  CHECK(wrong.worst() == doctest::Approx(0.1 / 0.9));
  CHECK(wrong.tensors[1].worst < 1e-10);
  layer.b_factor = 0;
  const GradientTable forgotten = check_gradients(layer, Shape<1>{6});
  CHECK(!forgotten.right());
  CHECK(forgotten.right(1e-7, {"b"}));  // where it is known to be 0
  CHECK(forgotten.text().find("b            1         0                 0") != std::string::npos);
}

TEST_CASE("gradient check of a model that is not the library's, in one line") {
  tiny::Model<double> model(12, 20, 3, 1);
  Batch<double> batch;
  const tiny::Patterns patterns;
  collate<double>({patterns.sample(0), patterns.sample(1), patterns.sample(2)}, batch);
  const GradientTable table = check_gradients(model, batch);
  CHECK(table.tensors.size() == 4);
  CHECK(table.right(1e-6));
}
