#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/activation_ref.hpp"

using namespace stac3dl;

namespace {

template <class Real>
struct Kind {
  const char* name;
  void (*forward)(CView<Real, 1>, View<Real, 1>);
  void (*backward)(CView<Real, 1>, CView<Real, 1>, View<Real, 1>);
  void (*forward_ref)(CView<Real, 1>, View<Real, 1>);
  void (*backward_ref)(CView<Real, 1>, CView<Real, 1>, View<Real, 1>);
};
template <class Real>
const Kind<Real> kinds[] = {{"relu", kernels::relu_forward<Real>, kernels::relu_backward<Real>,
                             kernels::relu_forward_ref<Real>, kernels::relu_backward_ref<Real>},
                            {"sigmoid", kernels::sigmoid_forward<Real>, kernels::sigmoid_backward<Real>,
                             kernels::sigmoid_forward_ref<Real>, kernels::sigmoid_backward_ref<Real>},
                            {"tanh", kernels::tanh_forward<Real>, kernels::tanh_backward<Real>,
                             kernels::tanh_forward_ref<Real>, kernels::tanh_backward_ref<Real>}};

}  // namespace

TEST_CASE_TEMPLATE("activations equal their twins, also in place", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (const auto& kind : kinds<Real>)
      for (Index n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 1000, 16384, 40001}) {
        CAPTURE(kind.name);
        CAPTURE(n);
        auto x = random_tensor<Real>(Shape<1>{n}, 1);
        const auto dy = random_tensor<Real>(Shape<1>{n}, 2);
        x.array() *= 3;
        if (n > 10) x[3] = 0, x[4] = -100, x[5] = 100, x[6] = Real(1e-6);
        Tensor<Real, 1> y({n}), y_ref({n}), dx({n}), dx_ref({n});
        kind.forward(x, y), kind.forward_ref(x, y_ref);
        CHECK(difference(y, y_ref) <= tolerance<Real>());
        kind.backward(y, dy, dx), kind.backward_ref(y, dy, dx_ref);
        CHECK(difference(dx, dx_ref) <= tolerance<Real>());
        auto z = x, dz = dy;
        kind.forward(z, z);
        CHECK((z.array() == y.array()).all());
        kind.backward(z, dz, dz);
        CHECK((dz.array() == dx.array()).all());
      }
  }
}

TEST_CASE_TEMPLATE("activations at the ends of the line", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const Real inf = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
    const Tensor<Real, 1> x({7}, {-1000, -1, 0, 1, 1000, inf, nan});
    Tensor<Real, 1> y({7});
    kernels::relu_forward<Real>(x, y);
    CHECK((y.array().head(6) == Tensor<Real, 1>({6}, {0, 0, 0, 1, 1000, inf}).array()).all());
    CHECK(std::isnan(y[6]));
    const Tensor<Real, 1> dy({7}, {1, 2, 3, 4, 5, 6, 7});
    Tensor<Real, 1> dx({7}, nan), dx_ref({7}, nan);
    kernels::relu_backward<Real>(y, dy, dx);
    kernels::relu_backward_ref<Real>(y, dy, dx_ref);
    CHECK((dx.array() == Tensor<Real, 1>({7}, {0, 0, 0, 4, 5, 6, 7}).array()).all());  // NaN in y hands dy on
    CHECK((dx_ref.array() == dx.array()).all());
    kernels::sigmoid_forward<Real>(x, y);
    CHECK(y[0] >= 0);
    CHECK(y[0] < Real(1e-30));
    CHECK(y[2] == Real(0.5));
    CHECK(y[4] == 1);
    CHECK(std::isnan(y[6]));
    kernels::tanh_forward<Real>(x, y);
    CHECK(y[0] == -1);
    CHECK(y[2] == 0);
    CHECK(y[4] == 1);
    CHECK(std::isnan(y[6]));
  }
}

TEST_CASE("activations: gradients agree with differences") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (const auto& kind : kinds<double>) {
      CAPTURE(kind.name);
      auto x = random_tensor<double>(Shape<1>{37}, 3);
      const auto weights = random_tensor<double>(Shape<1>{37}, 4);
      Tensor<double, 1> y({37}), dx({37});
      const auto loss = [&] {
        kind.forward(x, y);
        return weighted_sum(y, weights);
      };
      loss();
      kind.backward(y, weights, dx);
      const auto report = check_gradient(kind.name, x, dx, loss, [&] {
        return kind.forward == kernels::relu_forward<double> ? fold_signs(1, y.view()) : 0;
      });
      CHECK(report.worst <= 1e-7);
      CHECK(report.largest > 0);
      CHECK(report.probed >= 35);
    }
  }
}

TEST_CASE("activations give the same bits on any number of threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const auto x = random_tensor<float>(Shape<1>{500001}, 5);
    for (const auto& kind : kinds<float>)
      CHECK(same_on_all_threads([&] {
        Tensor<float, 1> y(x.shape());
        kind.forward(x, y);
        kind.backward(y, x, y);
        return y;
      }));
  }
}
