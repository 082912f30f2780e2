#include <doctest/doctest.h>

#include <vector>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/kernels/cross_entropy_ref.hpp"

using namespace stac3dl;

TEST_CASE("cross_entropy: values by hand") {
  const Tensor<double, 2> logits({2, 3}, {0, std::log(2.0), std::log(5.0), 7, 7, 7});
  const std::vector<Index> labels{2, 0};
  Tensor<double, 2> p(logits.shape()), d(logits.shape());
  const double plain = kernels::cross_entropy_forward<double>(logits, labels, 0, p);
  CHECK(plain == doctest::Approx((-std::log(5.0 / 8) + std::log(3.0)) / 2).epsilon(1e-14));
  CHECK(p(0, 2) == doctest::Approx(0.625).epsilon(1e-14));
  CHECK(kernels::cross_entropy<double>(logits, labels, 0, d) == plain);
  CHECK(d(0, 0) == doctest::Approx(0.125 / 2).epsilon(1e-14));
  CHECK(d(0, 2) == doctest::Approx(-0.375 / 2).epsilon(1e-14));
  CHECK(d(1, 0) == doctest::Approx(-1.0 / 3).epsilon(1e-14));
  const double s = 0.3;
  const double logs = std::log(1.0 / 8) + std::log(2.0 / 8) + std::log(5.0 / 8);
  const double smooth = (-(1 - s) * std::log(5.0 / 8) - s / 3 * logs + std::log(3.0)) / 2;
  CHECK(kernels::cross_entropy<double>(logits, labels, s, d) == doctest::Approx(smooth).epsilon(1e-14));
  CHECK(d(0, 1) == doctest::Approx((0.25 - 0.1) / 2).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("cross_entropy equals its twin, also in place", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (Shape<2> s :
       {Shape<2>{1, 1}, {2, 3}, {3, 7}, {2, 8}, {1, 9}, {3, 15}, {2, 16}, {17, 5}, {3, 17}, {1, 33}, {64, 101}})
    for (Real smoothing : {Real(0), Real(0.1)}) {
      CAPTURE(to_string(s));
      const auto logits = random_tensor<Real>(s, 1);
      std::vector<Index> labels;
      for (Index n = 0; n < s[0]; ++n) labels.push_back(n * 7 % s[1]);
      Tensor<Real, 2> p_ref(s), d_ref(s);
      const Real want = kernels::cross_entropy_forward_ref<Real>(logits, labels, smoothing, p_ref);
      kernels::cross_entropy_backward_ref<Real>(p_ref, labels, smoothing, d_ref);
      for (Isa isa : supported_isas()) {
        const ScopedIsa scoped(isa);
        CAPTURE(std::string(isa_name(isa)));
        Tensor<Real, 2> p(s, nan), d(s, nan), over = logits;
        const Real loss = kernels::cross_entropy_forward<Real>(logits, labels, smoothing, p);
        CHECK(std::abs(loss - want) <= static_cast<Real>(tolerance<Real>()) * (1 + std::abs(want)));
        CHECK(difference(p, p_ref) <= tolerance<Real>());
        kernels::cross_entropy_backward<Real>(p, labels, smoothing, d);
        CHECK((d.array() - d_ref.array()).abs().maxCoeff() <= static_cast<Real>(tolerance<Real>()));
        for (Index n = 0; n < s[0]; ++n) CHECK(std::abs(d.slice(n).array().sum()) <= Real(1e-6));
        CHECK(kernels::cross_entropy<Real>(over, labels, smoothing, over) == loss);
        CHECK((over.array() == d.array()).all());
        CHECK(same_on_all_threads([&] {
          kernels::cross_entropy<Real>(logits, labels, smoothing, d);
          return d;
        }));
      }
    }
}

TEST_CASE_TEMPLATE("cross_entropy: large logits are exact, what is not finite comes through", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    const Tensor<Real, 2> logits({2, 2}, {30000, -30000, -30000, 30000});
    const std::vector<Index> right{0, 1}, wrong{1, 0};
    Tensor<Real, 2> d({2, 2});
    CHECK(kernels::cross_entropy<Real>(logits, right, 0, d) == 0);
    CHECK(d.array().abs().maxCoeff() == 0);
    CHECK(kernels::cross_entropy<Real>(logits, wrong, 0, d) == 60000);
    CHECK(d(0, 0) == Real(0.5));
    const Real nan = std::numeric_limits<Real>::quiet_NaN(), inf = std::numeric_limits<Real>::infinity();
    CHECK(std::isnan(kernels::cross_entropy<Real>(Tensor<Real, 2>({2, 2}, {nan, 0, 1, 2}), right, 0, d)));
    CHECK(!std::isfinite(kernels::cross_entropy<Real>(Tensor<Real, 2>({2, 2}, {inf, 0, 1, 2}), wrong, 0, d)));
  }
}

TEST_CASE("cross_entropy: gradients agree with differences") {
  auto logits = random_tensor<double>(Shape<2>{5, 7}, 2);
  const std::vector<Index> labels{0, 6, 3, 3, 1};
  for (double smoothing : {0.0, 0.2}) {
    Tensor<double, 2> d(logits.shape()), other(logits.shape());
    kernels::cross_entropy<double>(logits, labels, smoothing, d);
    const auto report = check_gradient("dlogits", logits.view().flat(), d.view().flat(), [&] {
      return kernels::cross_entropy<double>(logits, labels, smoothing, other);
    });
    CHECK(report.worst <= 1e-7);
    CHECK(report.largest > 0);
  }
}

TEST_CASE("cross_entropy: bad labels are named") {
  Tensor<float, 2> logits({3, 4}), d({3, 4});
  const auto call = [&](std::vector<Index> labels, float smoothing = 0) {
    kernels::cross_entropy<float>(logits, labels, smoothing, d);
  };
  CHECK_THROWS_WITH_AS(call({0, 1, 4}),
                       "cross_entropy labels: sample 2 has label 4, want 0 to 3 (K = 4 classes)", Error);
  CHECK_THROWS_WITH_AS(call({-1, 1, 0}),
                       "cross_entropy labels: sample 0 has label -1, want 0 to 3 (K = 4 classes)", Error);
  CHECK_THROWS_WITH_AS(call({0, 1}), "cross_entropy labels: want 3 of them, got 2", Error);
  CHECK_THROWS_AS(call({0, 1, 2}, 1), Error);
  Tensor<float, 2> none({0, 4});
  CHECK_THROWS_AS(kernels::cross_entropy<float>(none, {}, 0, none), Error);
}
