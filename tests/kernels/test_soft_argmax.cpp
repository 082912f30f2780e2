#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/kernels/soft_argmax_ref.hpp"

using namespace stac3dl;

namespace {

/// Maps of one cell, and rows around packs of 4, 8 and 16.
const Shape<5> map_shapes[] = {{1, 1, 1, 1, 1},  {2, 3, 2, 3, 1},   {1, 2, 3, 1, 3},  {1, 1, 1, 5, 7},
                               {2, 1, 2, 4, 8},  {1, 3, 1, 2, 9},   {1, 1, 2, 3, 15}, {1, 2, 1, 3, 16},
                               {1, 1, 1, 2, 17}, {1, 2, 2, 28, 28}, {1, 1, 1, 2, 33}, {0, 2, 2, 3, 3}};

}  // namespace

TEST_CASE_TEMPLATE("soft_argmax equals its twin, also in place", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (const Shape<5>& s : map_shapes) {
    CAPTURE(to_string(s));
    auto z = random_tensor<Real>(s, 1);
    z.array() *= 4;
    Tensor<Real, 4> points_ref({s[0], s[2], s[1], 2});
    const auto d = random_tensor<Real>(points_ref.shape(), 2);
    Tensor<Real, 5> p_ref(s), dz_ref(s);
    kernels::soft_argmax_forward_ref<Real>(z, p_ref, points_ref);
    kernels::soft_argmax_backward_ref<Real>(p_ref, points_ref, d, dz_ref);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      Tensor<Real, 5> p(s, nan), dz(s, nan), over = z;
      Tensor<Real, 4> points(points_ref.shape(), nan), points_over(points_ref.shape(), nan);
      kernels::soft_argmax_forward<Real>(z, p, points);
      CHECK(difference(p, p_ref) <= tolerance<Real>());
      CHECK(difference(points, points_ref) <= tolerance<Real>());
      kernels::soft_argmax_forward<Real>(over, over, points_over);
      CHECK((over.array() == p.array()).all());
      CHECK((points_over.array() == points.array()).all());
      kernels::soft_argmax_backward<Real>(p_ref, points_ref, d, dz);
      CHECK((dz.array() - dz_ref.array()).abs().sum() <=
            Real(tolerance<Real>()) * (1 + dz_ref.array().abs().sum()));  // at one cell dz is 0 but for rounding
    }
  }
}

TEST_CASE_TEMPLATE("upsample_add equals its twin, forward and backward", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  struct Sizes {
    Shape<5> coarse;
    std::array<Index, 3> times;
  };
  const Sizes sizes[] = {{{1, 1, 1, 1, 1}, {1, 1, 1}},  {{2, 3, 2, 3, 5}, {1, 1, 1}},  {{1, 2, 2, 3, 7}, {2, 2, 4}},
                         {{1, 1, 1, 2, 8}, {4, 1, 2}},  {{1, 2, 1, 1, 17}, {1, 3, 1}}, {{1, 1, 1, 2, 3}, {1, 1, 5}},
                         {{2, 1, 2, 1, 1}, {3, 2, 15}}, {{1, 1, 1, 1, 90}, {1, 2, 3}}, {{1, 1, 1, 1, 2}, {2, 1, 300}}};
  for (const auto& [coarse_shape, times] : sizes) {
    CAPTURE(to_string(coarse_shape));
    Shape<5> s = coarse_shape;
    for (std::size_t a = 0; a < 3; ++a) s[a + 2] *= times[a];
    const auto coarse = random_tensor<Real>(coarse_shape, 1), fine = random_tensor<Real>(s, 2);
    auto sum_ref = fine;
    Tensor<Real, 5> d_ref(coarse_shape);
    kernels::upsample_add_ref<Real>(coarse, sum_ref);
    kernels::upsample_add_backward_ref<Real>(fine, d_ref);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      auto sum = fine;
      Tensor<Real, 5> d(coarse_shape, nan);
      kernels::upsample_add<Real>(coarse, sum);
      CHECK((sum.array() == sum_ref.array()).all());
      kernels::upsample_add_backward<Real>(fine, d);
      CHECK(difference(d, d_ref) <= tolerance<Real>());
    }
  }
}

TEST_CASE("soft_argmax and upsample_add: the same bits on any number of threads, and shapes are checked") {
  const auto z = random_tensor<float>(Shape<5>{3, 5, 4, 28, 28}, 3),
             coarse = random_tensor<float>(Shape<5>{3, 5, 2, 14, 7}, 4);
  const auto g = random_tensor<float>(Shape<4>{3, 4, 5, 2}, 5);
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    Tensor<float, 5> p(z.shape()), d_coarse(coarse.shape());
    Tensor<float, 4> points({3, 4, 5, 2});
    CHECK(same_on_all_threads([&] {
      kernels::soft_argmax_forward<float>(z, p, points);
      return points;
    }));
    CHECK(same_on_all_threads([&] {
      kernels::soft_argmax_forward<float>(z, p, points);
      kernels::soft_argmax_backward<float>(p, points, g, p);
      kernels::upsample_add<float>(coarse, p);
      return p;
    }));
    CHECK(same_on_all_threads([&] {
      kernels::upsample_add_backward<float>(z, d_coarse);
      return d_coarse;
    }));
  }
  Tensor<float, 5> fine({3, 5, 4, 28, 30});
  CHECK_THROWS_WITH_AS(
      kernels::upsample_add<float>(coarse, fine),
      "upsample_add: want a fine shape that is a multiple of the coarse one, got (3, 5, 4, 28, 30) and "
      "(3, 5, 2, 14, 7)",
      Error);
  Tensor<float, 4> wrong({3, 4, 5, 3});
  CHECK_THROWS_AS(kernels::soft_argmax_forward<float>(z, fine.view(), wrong), Error);
  CHECK_THROWS_AS(kernels::soft_argmax_backward<float>(z, wrong, wrong, fine.view()), Error);
}

TEST_CASE("soft_argmax: NaN in a map is not hidden, and stays in its map") {
  for (Isa isa : supported_isas())
    for (Index at : {0, 5, 18, 19}) {
      const ScopedIsa scoped(isa);
      Tensor<float, 5> z({1, 2, 1, 4, 5}), p(z.shape());
      Tensor<float, 4> points({1, 1, 2, 2});
      z[at] = std::numeric_limits<float>::quiet_NaN();
      kernels::soft_argmax_forward<float>(z, p, points);
      CHECK((std::isnan(points[0]) && std::isnan(points[1])));
      CHECK(points[2] == doctest::Approx(0.5));
    }
}

TEST_CASE("soft_argmax: cells are at (i + 1/2) / size, and a flat map points to the middle") {
  Tensor<double, 5> z({1, 2, 1, 2, 4}), p(z.shape());
  Tensor<double, 4> points({1, 1, 2, 2});
  z(0, 1, 0, 1, 3) = 100;  // joint 1 is in the last cell, joint 0 anywhere
  kernels::soft_argmax_forward<double>(z, p, points);
  CHECK(points(0, 0, 0, 0) == doctest::Approx(0.5));
  CHECK(points(0, 0, 0, 1) == doctest::Approx(0.5));
  CHECK(points(0, 0, 1, 0) == doctest::Approx(3.5 / 4));
  CHECK(points(0, 0, 1, 1) == doctest::Approx(1.5 / 2));
  CHECK(p(0, 0, 0, 1, 2) == doctest::Approx(1.0 / 8));
}

TEST_CASE("soft_argmax: gradient") {
  Tensor<double, 5> z({2, 3, 2, 3, 5}), p(z.shape()), dz(z.shape());
  Tensor<double, 4> points({2, 2, 3, 2}), r(points.shape());
  fill_normal(z, 1, Random(1)), fill_normal(r, 1, Random(2));
  const auto loss = [&] {
    kernels::soft_argmax_forward<double>(z, p, points);
    return (points.array() * r.array()).sum();
  };
  loss();
  kernels::soft_argmax_backward<double>(p, points, r, dz);
  const auto report = check_gradient("z", z.view().flat(), dz.view().flat(), loss);
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
}

TEST_CASE("upsample_add: every coarse cell is repeated, and its gradient is the sum over its copies") {
  Tensor<double, 5> coarse({1, 1, 1, 1, 2}, {1, 10}), fine({1, 1, 2, 2, 4}, 0.5), d_coarse(coarse.shape());
  kernels::upsample_add<double>(coarse, fine);
  for (Index t = 0; t < 2; ++t)
    for (Index h = 0; h < 2; ++h)
      for (Index w = 0; w < 4; ++w) CHECK(fine(0, 0, t, h, w) == (w < 2 ? 1.5 : 10.5));
  Tensor<double, 5> d_fine(fine.shape());
  for (Index i = 0; i < d_fine.size(); ++i) d_fine[i] = static_cast<double>(i);
  kernels::upsample_add_backward<double>(d_fine, d_coarse);
  CHECK(d_coarse[0] == 0 + 1 + 4 + 5 + 8 + 9 + 12 + 13);
  CHECK(d_coarse[1] == 2 + 3 + 6 + 7 + 10 + 11 + 14 + 15);
}
