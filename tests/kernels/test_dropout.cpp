#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/dropout.hpp"
#include "stac3dl/kernels/dropout_ref.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("dropout equals its twin, keeps the mean and depends on the stream alone", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (Real p : {Real(0), Real(0.3), Real(0.5), Real(0.9)}) {
      const auto x = random_tensor<Real>(Shape<1>{10007}, 1);
      Tensor<Real, 1> y(x.shape()), y_ref(x.shape()), other(x.shape());
      kernels::dropout<Real>(x, p, Random({5, 1}), y);
      kernels::dropout_ref<Real>(x, p, Random({5, 1}), y_ref);
      CHECK(difference(y, y_ref) <= tolerance<Real>());
      const double kept = static_cast<double>((y.array() != 0).count()) / 10007;
      CHECK(std::abs(kept - (1 - static_cast<double>(p))) < 0.02);
      for (Index i = 0; i < x.size(); ++i)
        if (y[i] != 0) REQUIRE(std::abs(y[i] * (1 - p) - x[i]) <= Real(1e-6) * std::abs(x[i]));
      kernels::dropout<Real>(x, p, Random({5, 2}), other);
      CHECK((p == 0 || (other.array() != y.array()).any()));
      auto z = x;
      kernels::dropout<Real>(z, p, Random({5, 1}), z);
      CHECK((z.array() == y.array()).all());
    }
    Tensor<Real, 1> x({3});
    CHECK_THROWS_AS(kernels::dropout<Real>(x, Real(1), Random(1), x), Error);
  }
}

TEST_CASE("dropout gives the same bits on any number of threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const auto x = random_tensor<float>(Shape<1>{200003}, 1);
    CHECK(same_on_all_threads([&] {
      Tensor<float, 1> y(x.shape());
      kernels::dropout<float>(x, 0.5f, Random(9), y);
      return y;
    }));
  }
}

TEST_CASE_TEMPLATE("numbers of a stream drawn together are those drawn one by one", Real, float, double) {
  const Random random({5, 7, 9});
  for (Isa isa : supported_isas())
    for (std::uint64_t first : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{0xFFFFFFF0}, std::uint64_t{1} << 60})
      for (Index n : {0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 100}) {
        const ScopedIsa scoped(isa);
        CAPTURE(isa_name(isa));
        CAPTURE(n);
        Tensor<Real, 1> u({n + 1}, Real(7));
        kernels::fill_uniform_at<Real>(random, first, u.view().range(0, n));
        for (Index i = 0; i < n; ++i)
          CHECK(static_cast<double>(u[i]) == random.uniform_at(first + static_cast<std::uint64_t>(i)));
        CHECK(u[n] == 7);
      }
}

TEST_CASE("dropout: what falls is 0 whatever it was, what stays keeps its NaN") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    const Tensor<float, 1> x({67}, std::numeric_limits<float>::quiet_NaN());
    Tensor<float, 1> y({67});
    const Random random({4, 2});
    kernels::dropout<float>(x, 0.5f, random, y);
    for (Index i = 0; i < 67; ++i)
      if (random.uniform_at(static_cast<std::uint64_t>(i)) < 0.5)
        CHECK(y[i] == 0);
      else
        CHECK(std::isnan(y[i]));
  }
}
