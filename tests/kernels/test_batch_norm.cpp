#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/batch_norm.hpp"
#include "stac3dl/kernels/batch_norm_ref.hpp"

using namespace stac3dl;

TEST_CASE("batch_norm: values by hand") {
  // One channel, two samples of three steps; the third step of the second sample is masked.
  const Tensor<double, 5> x({2, 1, 3, 1, 1}, {1, 2, 3, 4, 5, 99});
  const Tensor<std::uint8_t, 2> mask({2, 3}, {1, 1, 1, 1, 1, 0});
  Tensor<double, 1> mean({1}), variance({1});
  const Tensor<double, 1> gamma({1}, {2}), beta({1}, {10});
  Tensor<double, 5> y(x.shape());
  CHECK(kernels::batch_norm_count(x.shape(), mask) == 5);
  CHECK(kernels::batch_norm_count(x.shape(), {}) == 6);
  kernels::batch_norm_statistics<double>(x, mask, mean, variance);
  CHECK(mean[0] == 3);
  CHECK(variance[0] == 2);
  kernels::batch_norm_forward<double>(x, mean, variance, gamma, beta, y);
  const double r = 1 / std::sqrt(2 + 1e-5);
  for (Index i = 0; i < 6; ++i) CHECK(y[i] == doctest::Approx(2 * (x[i] - 3) * r + 10).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("batch_norm equals its twin", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (Shape<5> s : {Shape<5>{1, 1, 1, 1, 1}, {2, 3, 4, 5, 3}, {5, 2, 7, 1, 1}, {1, 9, 3, 6, 7}, {3, 2, 1, 4, 1}})
      for (double share : {1.0, 0.5, 0.0}) {
        CAPTURE(to_string(s));
        CAPTURE(share);
        const Index C = s[1];
        auto x = random_tensor<Real>(s, 1);
        x.array() += 2;
        const auto dy = random_tensor<Real>(s, 2);
        const auto gamma = random_tensor<Real>(Shape<1>{C}, 3), beta = random_tensor<Real>(Shape<1>{C}, 4);
        const auto drawn = random_mask(Shape<2>{s[0], s[2]}, share, 5);
        const CView<std::uint8_t, 2> mask = share == 1 ? CView<std::uint8_t, 2>() : drawn.view();
        Tensor<Real, 1> mean({C}), variance({C}), mean_ref({C}), variance_ref({C});
        kernels::batch_norm_statistics<Real>(x, mask, mean, variance);
        kernels::batch_norm_statistics_ref<Real>(x, mask, mean_ref, variance_ref);
        CHECK(difference(mean, mean_ref) <= tolerance<Real>());
        CHECK(difference(variance, variance_ref) <= tolerance<Real>());
        variance.array() += Real(0.1);  // keeps the scale of one-value cases ordinary
        Tensor<Real, 5> y(s), y_ref(s), dx(s), dx_ref(s);
        kernels::batch_norm_forward<Real>(x, mean, variance, gamma, beta, y);
        kernels::batch_norm_forward_ref<Real>(x, mean, variance, gamma, beta, y_ref);
        CHECK(difference(y, y_ref) <= tolerance<Real>());
        for (Index count : {kernels::batch_norm_count(s, mask), Index{0}}) {
          auto dgamma = random_tensor<Real>(Shape<1>{C}, 6), dgamma_ref = dgamma;
          auto dbeta = random_tensor<Real>(Shape<1>{C}, 7), dbeta_ref = dbeta;
          kernels::batch_norm_backward<Real>(x, mask, mean, variance, count, gamma, dy, dx, dgamma, dbeta);
          kernels::batch_norm_backward_ref<Real>(x, mask, mean, variance, count, gamma, dy, dx_ref, dgamma_ref,
                                                 dbeta_ref);
          CHECK(difference(dx, dx_ref) <= tolerance<Real>());
          CHECK(difference(dgamma, dgamma_ref) <= tolerance<Real>());
          CHECK(difference(dbeta, dbeta_ref) <= tolerance<Real>());
        }
        auto in_place = x, d_in_place = dy;
        kernels::batch_norm_forward<Real>(in_place, mean, variance, gamma, beta, in_place);
        CHECK((in_place.array() == y.array()).all());
        Tensor<Real, 1> dgamma({C}), dbeta({C});
        kernels::batch_norm_backward<Real>(x, mask, mean, variance, 0, gamma, d_in_place, d_in_place, dgamma, dbeta);
        CHECK((d_in_place.array() == dx.array()).all());
      }
  }
}

TEST_CASE("batch_norm statistics survive a mean far from zero") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    auto x = random_tensor<float>(Shape<5>{4, 1, 16, 12, 12}, 1);
    const double spread = static_cast<double>((x.array() - x.array().mean()).square().mean());
    x.array() += 3000;
    Tensor<float, 1> mean({1}), variance({1});
    kernels::batch_norm_statistics<float>(x, {}, mean, variance);
    CHECK(mean[0] == doctest::Approx(3000).epsilon(1e-5));
    CHECK(variance[0] == doctest::Approx(spread).epsilon(1e-4));
  }
}

TEST_CASE("batch_norm folds into a convolution's weight and bias") {
  const auto mean = random_tensor<double>(Shape<1>{3}, 1), gamma = random_tensor<double>(Shape<1>{3}, 2);
  const auto beta = random_tensor<double>(Shape<1>{3}, 3), x = random_tensor<double>(Shape<1>{4}, 4);
  const Tensor<double, 1> variance({3}, {0.5, 1, 4});
  const auto weight = random_tensor<double>(Shape<2>{3, 4}, 5);
  const auto bias = random_tensor<double>(Shape<1>{3}, 6);
  auto folded = weight, folded_ref = weight;
  auto shift = bias, shift_ref = bias;
  kernels::batch_norm_fold<double>(mean, variance, gamma, beta, folded, shift);
  kernels::batch_norm_fold_ref<double>(mean, variance, gamma, beta, folded_ref, shift_ref);
  CHECK(difference(folded, folded_ref) <= 1e-14);
  CHECK(difference(shift, shift_ref) <= 1e-14);
  for (Index c = 0; c < 3; ++c) {
    double z = bias[c], want = shift[c];
    for (Index i = 0; i < 4; ++i) z += weight(c, i) * x[i], want += folded(c, i) * x[i];
    CHECK(gamma[c] * (z - mean[c]) / std::sqrt(variance[c] + 1e-5) + beta[c] == doctest::Approx(want).epsilon(1e-13));
  }
}

TEST_CASE("batch_norm gives the same bits on any number of threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const Shape<5> s{3, 11, 8, 6, 5};
    const auto x = random_tensor<float>(s, 1), dy = random_tensor<float>(s, 2);
    const auto mask = random_mask(Shape<2>{s[0], s[2]}, 0.7, 3);
    const auto gamma = random_tensor<float>(Shape<1>{s[1]}, 4), beta = random_tensor<float>(Shape<1>{s[1]}, 5);
    CHECK(same_on_all_threads([&] {
      Tensor<float, 1> mean({s[1]}), variance({s[1]}), dgamma({s[1]}), dbeta({s[1]});
      Tensor<float, 5> y(s), dx(s);
      kernels::batch_norm_statistics<float>(x, mask, mean, variance);
      kernels::batch_norm_forward<float>(x, mean, variance, gamma, beta, y);
      kernels::batch_norm_backward<float>(x, mask, mean, variance, kernels::batch_norm_count(s, mask), gamma, dy, dx,
                                          dgamma, dbeta);
      Tensor<float, 1> all({y.size() + dx.size() + 2 * s[1]});
      all.array() << y.array(), dx.array(), dgamma.array(), dbeta.array();
      return all;
    }));
  }
}
