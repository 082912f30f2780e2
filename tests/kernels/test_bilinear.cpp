#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "poison.hpp"
#include "stac3dl/kernels/bilinear.hpp"
#include "stac3dl/kernels/bilinear_ref.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("gate equals its twin", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (Index n : {0, 1, 3, 8, 15, 17, 40000}) {
      const auto a = random_tensor<Real>(Shape<1>{n}, 1), v = random_tensor<Real>(Shape<1>{n}, 2);
      const auto dg = random_tensor<Real>(Shape<1>{n}, 3);
      Tensor<Real, 1> g({n}), g_ref({n}), da({n}), dv({n}), da_ref({n}), dv_ref({n});
      kernels::gate_forward<Real>(a, v, g), kernels::gate_forward_ref<Real>(a, v, g_ref);
      kernels::gate_backward<Real>(a, v, dg, da, dv), kernels::gate_backward_ref<Real>(a, v, dg, da_ref, dv_ref);
      CHECK((g.array() == g_ref.array()).all());
      CHECK((da.array() == da_ref.array()).all());
      CHECK((dv.array() == dv_ref.array()).all());
    }
  }
}

TEST_CASE("outer: values by hand") {
  // One step, two positions of which the second is masked in sample 1; M = 1, C = 2.
  const Tensor<double, 4> a({2, 1, 1, 2}, {0.5, 1, 0.5, 9}), v({2, 2, 1, 2}, {2, 4, 0, -2, 2, 9, 0, 9});
  const Tensor<std::uint8_t, 3> mask({1, 2, 2}, {1, 1, 1, 0});
  Tensor<double, 3> y({1, 2, 2}), B({1, 2, 2});
  Tensor<double, 2> length({1, 2});
  Workspace ws;
  kernels::outer_forward<double>(a, v, mask, y, B, length, ws);
  CHECK(B(0, 0, 0) == 2.5);
  CHECK(B(0, 0, 1) == -1);
  CHECK(B(0, 1, 0) == 1);
  CHECK(B(0, 1, 1) == 0);
  const double s = 2.5 / std::sqrt(2.5001), t = -1 / std::sqrt(1.0001), q = std::sqrt(s * s + t * t);
  CHECK(y(0, 0, 0) == doctest::Approx(s / q).epsilon(1e-14));
  CHECK(y(0, 0, 1) == doctest::Approx(t / q).epsilon(1e-14));
  CHECK(length(0, 0) == doctest::Approx(q).epsilon(1e-14));
  CHECK(y(0, 1, 0) == doctest::Approx(1).epsilon(1e-14));
  CHECK(y(0, 1, 1) == 0);
}

TEST_CASE_TEMPLATE("outer equals its twin; empty steps give 0 and no gradient", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    struct Case {
      Index N, M, C, L, P;
      double share;
    };
    for (const Case& c :
         {Case{1, 1, 1, 1, 1, 1}, Case{2, 3, 5, 4, 6, 0.6}, Case{3, 16, 33, 2, 49, 1}, Case{1, 7, 17, 2, 16, 0.7},
          Case{2, 13, 80, 1, 15, 0.5}, Case{2, 4, 20, 3, 5, 0.2}, Case{2, 2, 3, 2, 4, 0}}) {
      CAPTURE(c.C);
      CAPTURE(c.share);
      auto a = random_tensor<Real>(Shape<4>{c.N, c.M, c.L, c.P}, 1);
      a.array() = 1 / (1 + (-a.array()).exp());
      const auto v = random_tensor<Real>(Shape<4>{c.N, c.C, c.L, c.P}, 2);
      const auto drawn = random_mask(Shape<3>{c.L, c.N, c.P}, c.share, 3);
      const CView<std::uint8_t, 3> mask = c.share == 1 ? CView<std::uint8_t, 3>() : drawn.view();
      const Shape<3> s{c.L, c.N, c.M * c.C};
      const auto dy = random_tensor<Real>(s, 4);
      const Real nan = std::numeric_limits<Real>::quiet_NaN();
      Tensor<Real, 3> y(s, nan), B(s, nan), y_ref(s), B_ref(s);
      Tensor<Real, 2> length({c.L, c.N}, nan), length_ref({c.L, c.N});
      testing::poison(ws);
      kernels::outer_forward<Real>(a, v, mask, y, B, length, ws);
      kernels::outer_forward_ref<Real>(a, v, mask, y_ref, B_ref, length_ref, ws);
      CHECK(difference(y, y_ref) <= tolerance<Real>());
      CHECK(difference(B, B_ref) <= tolerance<Real>());
      CHECK(difference(length, length_ref) <= tolerance<Real>());
      Tensor<Real, 4> da(a.shape(), nan), dv(v.shape(), nan), da_ref(a.shape()), dv_ref(v.shape());
      testing::poison(ws);
      kernels::outer_backward<Real>(a, v, mask, B, length, dy, da, dv, ws);
      kernels::outer_backward_ref<Real>(a, v, mask, B_ref, length_ref, dy, da_ref, dv_ref, ws);
      CHECK(difference(da, da_ref) <= 10 * tolerance<Real>());
      CHECK(difference(dv, dv_ref) <= 10 * tolerance<Real>());
      if (c.share == 0) {
        CHECK(y.array().abs().maxCoeff() == 0);
        CHECK(dv.array().abs().maxCoeff() == 0);
      }
      auto only = da;
      only.fill(nan);
      kernels::outer_backward<Real>(a, v, mask, B, length, dy, only, {}, ws);
      CHECK((only.array() == da.array()).all());
    }
  }
}

TEST_CASE("outer: a step in which no feature is alive gives 0 and no gradient") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    const Tensor<double, 4> a({1, 2, 1, 3}, 0.5), v({1, 2, 1, 3}, 0.0);
    const Tensor<double, 3> dy({1, 1, 4}, 1.0);
    Tensor<double, 3> y({1, 1, 4}, 7.0), B({1, 1, 4});
    Tensor<double, 2> length({1, 1});
    Tensor<double, 4> da(a.shape(), 7.0), dv(v.shape(), 7.0);
    kernels::outer_forward<double>(a, v, {}, y, B, length, ws);
    kernels::outer_backward<double>(a, v, {}, B, length, dy, da, dv, ws);
    CHECK(y.array().abs().maxCoeff() == 0);
    CHECK(da.array().abs().maxCoeff() == 0);
    CHECK(dv.array().abs().maxCoeff() == 0);
  }
}

TEST_CASE("outer: gradients agree with differences") {
  Workspace ws;
  auto a = random_tensor<double>(Shape<4>{2, 3, 3, 4}, 1), v = random_tensor<double>(Shape<4>{2, 5, 3, 4}, 2);
  a.array() = 1 / (1 + (-a.array()).exp());
  auto mask = random_mask(Shape<3>{3, 2, 4}, 0.7, 3);
  for (Index p = 0; p < 4; ++p) mask(1, 0, p) = 0;
  const Shape<3> s{3, 2, 15};
  const auto weights = random_tensor<double>(s, 4);
  Tensor<double, 3> y(s), B(s);
  Tensor<double, 2> length({3, 2});
  Tensor<double, 4> da(a.shape()), dv(v.shape());
  const auto loss = [&] {
    kernels::outer_forward<double>(a, v, mask, y, B, length, ws);
    return weighted_sum(y, weights);
  };
  loss();
  kernels::outer_backward<double>(a, v, mask, B, length, weights, da, dv, ws);
  // The curvature of the root jumps where B changes its sign and is large near it: short steps, and no crossing.
  GradientOptions options;
  options.step = 1e-5;
  const auto signs = [&] { return fold_signs(1, B.view()); };
  const auto of_a = check_gradient("da", a.view().flat(), da.view().flat(), loss, signs, options);
  const auto of_v = check_gradient("dv", v.view().flat(), dv.view().flat(), loss, signs, options);
  CHECK(of_a.worst <= 1e-7);
  CHECK(of_v.worst <= 1e-7);
  CHECK(of_a.largest > 0);
  CHECK(of_v.largest > 0);
}

TEST_CASE("bilinear pooling gives the same bits on any number of threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const auto a = random_tensor<float>(Shape<4>{3, 5, 4, 9}, 1), v = random_tensor<float>(Shape<4>{3, 21, 4, 9}, 2);
    const auto mask = random_mask(Shape<3>{4, 3, 9}, 0.6, 3);
    const Shape<3> s{4, 3, 105};
    const auto dy = random_tensor<float>(s, 4);
    CHECK(same_on_all_threads([&] {
      Workspace ws;
      Tensor<float, 3> y(s), B(s);
      Tensor<float, 2> length({4, 3});
      Tensor<float, 4> da(a.shape()), dv(v.shape());
      kernels::outer_forward<float>(a, v, mask, y, B, length, ws);
      kernels::outer_backward<float>(a, v, mask, B, length, dy, da, dv, ws);
      Tensor<float, 1> all({y.size() + da.size() + dv.size()});
      all.array() << y.array(), da.array(), dv.array();
      return all;
    }));
    CHECK(same_on_all_threads([&] {
      Tensor<float, 1> g({600000});
      const auto x = random_tensor<float>(Shape<1>{600000}, 5), z = random_tensor<float>(Shape<1>{600000}, 6);
      kernels::gate_forward<float>(x, z, g);
      return g;
    }));
  }
}
