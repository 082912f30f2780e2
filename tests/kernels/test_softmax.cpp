#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/softmax.hpp"
#include "stac3dl/kernels/softmax_ref.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("softmax equals its twin, also in place", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (Shape<2> s :
         {Shape<2>{1, 1}, {3, 7}, {5, 1}, {0, 4}, {4, 8}, {4, 9}, {3, 15}, {3, 16}, {3, 17}, {2, 70}, {2000, 13}})
      for (double share : {1.0, 0.5, 0.0}) {
        CAPTURE(to_string(s));
        CAPTURE(share);
        const auto x = random_tensor<Real>(s, 1), dy = random_tensor<Real>(s, 2);
        const auto mask = random_mask(s, share, 3);
        const CView<std::uint8_t, 2> given = share == 1 ? CView<std::uint8_t, 2>() : mask.view();
        Tensor<Real, 2> y(s), y_ref(s), dx(s), dx_ref(s);
        kernels::softmax_forward<Real>(x, given, y);
        kernels::softmax_forward_ref<Real>(x, given, y_ref);
        CHECK(difference(y, y_ref) <= tolerance<Real>());
        kernels::softmax_backward<Real>(y, dy, dx);
        kernels::softmax_backward_ref<Real>(y, dy, dx_ref);
        CHECK(difference(dx, dx_ref) <= tolerance<Real>());
        auto z = x, dz = dy;
        kernels::softmax_forward<Real>(z, given, z);
        CHECK((z.array() == y.array()).all());
        kernels::softmax_backward<Real>(z, dz, dz);
        CHECK((dz.array() == dx.array()).all());
        for (Index i = 0; i < y.size(); ++i)
          if (share < 1 && !mask[i]) REQUIRE((y[i] == 0 && dx[i] == 0));
      }
  }
}

TEST_CASE("softmax: values by hand, large numbers, rows with nothing valid") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const Tensor<double, 2> x({4, 3}, {0, std::log(2.0), std::log(5.0), 1e4, 1e4, -1e4, 3, -2, 1, -1e300, 4, 5});
    const Tensor<std::uint8_t, 2> mask({4, 3}, {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0});
    Tensor<double, 2> y({4, 3});
    kernels::softmax_forward<double>(x, mask, y);
    const double want[] = {0.125, 0.25, 0.625, 0.5, 0.5, 0, 0, 0, 0, 0, 1, 0};
    for (Index i = 0; i < 12; ++i) CHECK(y[i] == doctest::Approx(want[i]).epsilon(1e-14));
    Tensor<double, 2> infinite({1, 2}, {std::numeric_limits<double>::quiet_NaN(), 1});
    kernels::softmax_forward<double>(infinite, {}, infinite);
    CHECK(std::isnan(infinite[1]));
  }
}

TEST_CASE("softmax: gradients agree with differences") {
  const Shape<2> s{5, 6};
  for (double share : {1.0, 0.6}) {
    auto x = random_tensor<double>(s, 4);
    const auto weights = random_tensor<double>(s, 5);
    const auto mask = random_mask(s, share, 6);
    Tensor<double, 2> y(s), dx(s);
    const auto loss = [&] {
      kernels::softmax_forward<double>(x, mask, y);
      return weighted_sum(y, weights);
    };
    loss();
    kernels::softmax_backward<double>(y, weights, dx);
    const auto report = check_gradient("dx", x.view().flat(), dx.view().flat(), loss);
    CHECK(report.worst <= 1e-7);
    CHECK(report.largest > 0);
  }
}

TEST_CASE("softmax gives the same bits on any number of threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const auto x = random_tensor<float>(Shape<2>{5000, 9}, 7);
    const auto mask = random_mask(x.shape(), 0.7, 8);
    CHECK(same_on_all_threads([&] {
      Tensor<float, 2> y(x.shape());
      kernels::softmax_forward<float>(x, mask, y);
      kernels::softmax_backward<float>(y, x, y);
      return y;
    }));
  }
}
