#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "stac3dl/core/tensor.hpp"

using namespace stac3dl;

TEST_CASE("shape: text, count and overflow") {
  CHECK(to_string(Shape<3>{2, 3, 16}) == "(2, 3, 16)");
  CHECK(element_count(Shape<3>{2, 3, 16}) == 96);
  CHECK(element_count(Shape<2>{0, 5}) == 0);
  CHECK_THROWS_WITH_AS(element_count(Shape<2>{2, -1}), "shape (2, -1): sizes must not be negative", Error);
  const Index big = Index{1} << 32;
  CHECK_THROWS_AS(element_count(Shape<2>{big, big}), Error);  // the product wraps to 0
}

TEST_CASE("shape: a mismatch names the call and both shapes") {
  CHECK_NOTHROW(check_shape("x", Shape<2>{4, 3}, {any_size, 3}));
  CHECK_THROWS_WITH_AS(
      check_shape("Conv3d::forward x", Shape<5>{2, 3, 16, 112, 112}, {any_size, 64, any_size, 112, 112}),
      "Conv3d::forward x: want (any, 64, any, 112, 112), got (2, 3, 16, 112, 112)", Error);
}

TEST_CASE("tensor: row-major, zero by default, values in memory order") {
  Tensor<float, 3> t({2, 3, 4});
  CHECK(t.size() == 24);
  CHECK(t.array().abs().sum() == 0);
  t(1, 2, 3) = 5;
  CHECK(t[23] == 5);
  const Tensor<double, 2> m({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(m(1, 0) == 4);
  CHECK(m.view().matrix()(0, 2) == 3);
  CHECK_THROWS_WITH_AS((Tensor<double, 2>({2, 2}, {1, 2, 3})), "Tensor: shape (2, 2) wants 4 values, got 3", Error);
  CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % EIGEN_MAX_ALIGN_BYTES == 0);
}

TEST_CASE("tensor: copies are deep, moves keep memory, resize to the same count keeps it too") {
  Tensor<int, 1> a({3}, {1, 2, 3});
  Tensor<int, 1> b = a;
  b[0] = 9;
  CHECK(a[0] == 1);
  const int* memory = a.data();
  Tensor<int, 1> c = std::move(a);
  CHECK(c.data() == memory);
  Tensor<float, 2> d({4, 6}, 1.0f);
  const float* kept = d.data();
  d.resize({8, 3});
  CHECK(d.data() == kept);
  CHECK(d.shape() == Shape<2>{8, 3});
}

TEST_CASE("view: slices, ranges and reshapes look at the same numbers") {
  Tensor<double, 3> t({2, 2, 3});
  for (Index i = 0; i < t.size(); ++i) t[i] = static_cast<double>(i);
  CHECK(t.slice(1)(0, 2) == 8);
  CHECK(t.slice(1).slice(1)(0) == 9);
  const View<double, 2> flat = t.view().reshape(Shape<2>{4, 3});
  flat(3, 2) = -1;
  CHECK(t(1, 1, 2) == -1);
  CHECK(t.view().range(1, 1).shape() == Shape<3>{1, 2, 3});
  CHECK(t.view().range(1, 1)(0, 0, 0) == 6);
  const CView<double, 3> fixed = t;
  CHECK(fixed(1, 0, 0) == 6);
  CHECK_FALSE(CView<double, 3>{});
  CHECK(fixed);
  CHECK_THROWS_WITH_AS(t.view().reshape(Shape<1>{11}), "view: cannot reshape (2, 2, 3) to (11)", Error);
  CHECK_THROWS_WITH_AS(t.view().range(1, 2), "view: range [1, 3) of shape (2, 2, 3)", Error);
}

TEST_CASE("view: indices are checked in checked builds") {
  Tensor<float, 2> t({2, 3});
  if (STAC3DL_CHECKS == 0) return;
  CHECK_THROWS_WITH_AS(t(2, 0), "view: index (2, 0) of shape (2, 3)", Error);
  CHECK_THROWS_AS(t(0, -1), Error);
  CHECK_THROWS_AS(t[6], Error);
  CHECK_THROWS_AS(t.slice(2), Error);
}

TEST_CASE("check_finite names the tensor and the index") {
  Tensor<float, 3> t({2, 2, 2});
  CHECK_NOTHROW(check_finite("x", t.view()));
  t(1, 0, 1) = std::nanf("");
  CHECK_THROWS_WITH_AS(check_finite("input \"rgb\"", t.view()), "input \"rgb\": nan at (1, 0, 1), want finite numbers",
                       Error);
  t(1, 0, 1) = INFINITY;
  CHECK_THROWS_WITH_AS(check_finite("x", t.view()), "x: inf at (1, 0, 1), want finite numbers", Error);
}
