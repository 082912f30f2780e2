#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "poison.hpp"
#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/kernels/linear_ref.hpp"

using namespace stac3dl;

TEST_CASE("linear: worked out by hand") {
  Workspace ws;
  const Tensor<double, 2> x({2, 3}, {1, 2, 3, 4, 5, 6}), w({2, 3}, {1, 0, -1, 2, 1, 0}), dy({2, 2}, {1, 2, 3, 4});
  const Tensor<double, 1> b({2}, {10, 20});
  Tensor<double, 2> y({2, 2}), dx({2, 3}), dw({2, 3}, 1.0);
  Tensor<double, 1> db({2}, 1.0);
  kernels::linear_forward<double>(x, w, b, y, ws);
  CHECK((y.array() == Tensor<double, 1>({4}, {8, 24, 8, 33}).array()).all());
  kernels::linear_backward_data<double>(dy, w, dx, ws);
  CHECK((dx.array() == Tensor<double, 1>({6}, {5, 2, -1, 11, 4, -3}).array()).all());
  kernels::linear_backward_weights<double>(x, dy, dw, db, ws);
  CHECK((dw.array() == Tensor<double, 1>({6}, {14, 18, 22, 19, 25, 31}).array()).all());
  CHECK((db.array() == Tensor<double, 1>({2}, {5, 7}).array()).all());
}

TEST_CASE_TEMPLATE("linear equals its twin", Real, float, double) {
  Workspace ws;
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (Shape<3> s : {Shape<3>{1, 1, 1}, {1, 300, 61}, {3, 5, 7}, {33, 64, 48}, {50, 17, 2}, {0, 4, 3},
                     {2600, 9, 130}}) {
    const auto [R, I, O] = s;
    CAPTURE(to_string(s));
    const auto x = random_tensor<Real>(Shape<2>{R, I}, 1), w = random_tensor<Real>(Shape<2>{O, I}, 2);
    const auto dy = random_tensor<Real>(Shape<2>{R, O}, 3);
    const auto b = random_tensor<Real>(Shape<1>{O}, 4);
    for (CView<Real, 1> bias : {b.view(), CView<Real, 1>()}) {
      Tensor<Real, 2> y({R, O}, nan), y_ref({R, O});
      testing::poison(ws);
      kernels::linear_forward<Real>(x, w, bias, y, ws);
      kernels::linear_forward_ref<Real>(x, w, bias, y_ref, ws);
      CHECK(difference(y, y_ref) <= tolerance<Real>());
    }
    Tensor<Real, 2> dx({R, I}, nan), dx_ref({R, I});
    testing::poison(ws);
    kernels::linear_backward_data<Real>(dy, w, dx, ws);
    kernels::linear_backward_data_ref<Real>(dy, w, dx_ref, ws);
    CHECK(difference(dx, dx_ref) <= tolerance<Real>());
    auto dw = random_tensor<Real>(Shape<2>{O, I}, 5), dw_ref = dw;
    auto db = random_tensor<Real>(Shape<1>{O}, 6), db_ref = db;
    testing::poison(ws);
    kernels::linear_backward_weights<Real>(x, dy, dw, db, ws);
    kernels::linear_backward_weights_ref<Real>(x, dy, dw_ref, db_ref, ws);
    CHECK(difference(dw, dw_ref) <= tolerance<Real>());
    CHECK(difference(db, db_ref) <= tolerance<Real>());
  }
}

TEST_CASE("linear gives the same bits on any number of threads") {
  const Index R = 700, I = 96, O = 200;
  const auto x = random_tensor<float>(Shape<2>{R, I}, 1), w = random_tensor<float>(Shape<2>{O, I}, 2);
  const auto dy = random_tensor<float>(Shape<2>{R, O}, 3);
  const auto b = random_tensor<float>(Shape<1>{O}, 4);
  CHECK(same_on_all_threads([&] {
    Workspace ws;
    Tensor<float, 2> y({R, O});
    kernels::linear_forward<float>(x, w, b, y, ws);
    return y;
  }));
  CHECK(same_on_all_threads([&] {
    Workspace ws;
    Tensor<float, 2> dw({O + 1, I});  // the last row holds db's start
    Tensor<float, 1> db({O});
    kernels::linear_backward_weights<float>(x, dy, dw.view().range(0, O), db, ws);
    std::copy(db.begin(), db.begin() + I, dw.slice(O).begin());
    return dw;
  }));
}

TEST_CASE_TEMPLATE("sums of rows are those of double, on any number of threads", Real, float, double) {
  for (Shape<2> s : {Shape<2>{0, 5}, {1, 1}, {7, 3}, {500, 200}, {900, 64}, {4001, 20}, {3000, 64}, {5000, 33},
                     {40, 1500}}) {
    CAPTURE(to_string(s));
    const auto x = random_tensor<Real>(s, 1);
    const auto begin = random_tensor<Real>(Shape<1>{s[1]}, 2);
    const auto sums = [&] {
      Tensor<Real, 1> to = begin;
      kernels::add_row_sums<Real>(x, to);
      return to;
    };
    Tensor<Real, 1> exact = begin;
    for (Index o = 0; o < s[1]; ++o) {
      double sum = static_cast<double>(begin(o));
      for (Index r = 0; r < s[0]; ++r) sum += static_cast<double>(x(r, o));
      exact(o) = static_cast<Real>(sum);
    }
    CHECK(difference(sums(), exact) <= tolerance<Real>());
    CHECK(same_on_all_threads(sums));
  }
}
