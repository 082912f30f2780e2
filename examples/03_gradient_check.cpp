// Check your own layer's gradient: write forward and backward, let differences tell whether they agree.
#include <cmath>
#include <cstdio>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

/// y = x sigmoid(s x) with a learned slope s.
///   dy/dx = g + x g (1 - g) s      dy/ds = x^2 g (1 - g)      g = sigmoid(s x)
class Swish {
 public:
  using Scalar = double;
  struct Cache {};

  Swish() : slope_({1}) { slope_.value[0] = 1.3; }
  Shape<2> plan(const Shape<2>& x, Cache&) const { return x; }
  void forward(CView<double, 2> x, View<double, 2> y, Cache&, Workspace&) const {
    for (Index i = 0; i < x.size(); ++i) y[i] = x[i] * gate(x[i]);
  }
  void backward(CView<double, 2> x, CView<double, 2>, CView<double, 2> dy, View<double, 2> dx, const Cache&,
                Workspace&) {
    for (Index i = 0; i < x.size(); ++i) {
      const double g = gate(x[i]);
      slope_.grad[0] += dy[i] * x[i] * x[i] * g * (1 - g);
      if (dx) dx[i] = dy[i] * (g + x[i] * g * (1 - g) * slope_.value[0]);
    }
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("slope", slope_);
  }

 private:
  double gate(double x) const { return 1 / (1 + std::exp(-slope_.value[0] * x)); }
  Parameter<double, 1> slope_;
};
static_assert(Layer<Swish, 2>, "the concept of nn/layer.hpp");

int main() {
  Swish layer;
  Swish::Cache cache;
  Workspace workspace;
  Tensor<double, 2> x({3, 4}), r({3, 4}), y({3, 4}), dx({3, 4});
  fill_normal(x, 1, Random(1)), fill_normal(r, 1, Random(2));

  // Any scalar will do as a loss; a fixed random combination of the outputs sends a gradient down every path.
  const auto loss = [&] {
    layer.forward(x, y, cache, workspace);
    return (y.array() * r.array()).sum();
  };
  loss();
  zero_grad(layer);
  layer.backward(x, y, r, dx, cache, workspace);

  const auto show = [](const GradientReport& report) {
    std::printf("%-6s %2ld probes, %s\n", report.name.c_str(), static_cast<long>(report.probed),
                report.largest > 0 && report.worst < 1e-7 ? "agrees with differences to 1e-7" : "WRONG");
  };
  show(check_gradient("x", x.view().flat(), dx.view().flat(), loss));
  layer.visit_params([&](const std::string& name, auto& p) {
    show(check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss));
  });
  dx[5] += 1e-3;  // a mistake in one element is found, and where it is
  const auto wrong = check_gradient("x", x.view().flat(), dx.view().flat(), loss);
  std::printf("with a mistake planted at element 5: worst difference at element %ld\n", static_cast<long>(wrong.at));

  // All of that in one line; std::cout << check_gradients(...) shows a table.
  std::printf("in one line: %s\n", check_gradients(layer, Shape<2>{3, 4}).right() ? "right" : "wrong");
}
