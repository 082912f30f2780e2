#include "stac3dl/kernels/lstm_cell_ref.hpp"

#include "lstm_cases.hpp"

using namespace stac3dl;

namespace {
struct Case {
  Index B, I, U;
  Tensor<double, 2> x, h, c, wx, wh, dh2, dc2;
  Tensor<double, 1> bias;
  Case(Index batch, Index inputs, Index units)
      : B(batch), I(inputs), U(units), x(cases::normal<double>(Shape<2>{B, I}, 1)),
        h(cases::normal<double>(Shape<2>{B, U}, 2)), c(cases::normal<double>(Shape<2>{B, U}, 3)),
        wx(cases::normal<double>(Shape<2>{4 * U, I}, 4)), wh(cases::normal<double>(Shape<2>{4 * U, U}, 5)),
        dh2(cases::normal<double>(Shape<2>{B, U}, 6)), dc2(cases::normal<double>(Shape<2>{B, U}, 7)),
        bias(cases::normal<double>(Shape<1>{4 * U}, 8)) {}
  kernels::LstmWeights<double> weights() const { return {wx, wh, bias}; }
};
struct Result {
  Tensor<double, 2> h2, c2, gates, dx, dh, dc, dwx, dwh;
  Tensor<double, 1> dbias;
  explicit Result(const Case& k)
      : h2({k.B, k.U}), c2({k.B, k.U}), gates({k.B, 4 * k.U}), dx({k.B, k.I}, 5.0), dh({k.B, k.U}, 5.0),
        dc({k.B, k.U}, 5.0), dwx({4 * k.U, k.I}, 0.5), dwh({4 * k.U, k.U}, 0.5), dbias({4 * k.U}, 0.5) {}
};
Result fast(const Case& k, Workspace& ws) {
  Result r(k);
  testing::poison(ws);
  kernels::lstm_cell_forward<double>(k.x, k.h, k.c, k.weights(), r.h2, r.c2, r.gates, ws);
  testing::poison(ws);
  kernels::lstm_cell_backward<double>(k.x, k.h, k.c, k.weights(), r.c2, r.gates, k.dh2, k.dc2, r.dx, r.dh, r.dc,
                                      {r.dwx, r.dwh, r.dbias}, ws);
  return r;
}
Result plain(const Case& k, Workspace& ws) {
  Result r(k);
  kernels::lstm_cell_forward_ref<double>(k.x, k.h, k.c, k.weights(), r.h2, r.c2, r.gates, ws);
  kernels::lstm_cell_backward_ref<double>(k.x, k.h, k.c, k.weights(), r.c2, r.gates, k.dh2, k.dc2, r.dx, r.dh, r.dc,
                                          {r.dwx, r.dwh, r.dbias}, ws);
  return r;
}
}  // namespace

TEST_CASE("lstm cell by hand: i = f = o = 1/2, g = tanh(1), c = 2") {
  Workspace ws;
  const Tensor<double, 2> x({1, 1}, {3.0}), h({1, 1}, {-1.0}), c({1, 1}, {2.0});
  // Only the candidate's row is not 0: 0.5 * 3 - 0.25 * (-1) - 0.75 = 1.
  const Tensor<double, 2> wx({4, 1}, {0.0, 0.0, 0.5, 0.0}), wh({4, 1}, {0.0, 0.0, -0.25, 0.0});
  const Tensor<double, 1> bias({4}, {0.0, 0.0, -0.75, 0.0});
  Tensor<double, 2> h2({1, 1}), c2({1, 1}), gates({1, 4});
  kernels::lstm_cell_forward<double>(x, h, c, {wx, wh, bias}, h2, c2, gates, ws);
  CHECK(gates(0, 0) == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(gates(0, 1) == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(gates(0, 2) == doctest::Approx(0.7615941559557649).epsilon(1e-14));
  CHECK(gates(0, 3) == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(c2(0, 0) == doctest::Approx(1.3807970779778824).epsilon(1e-14));
  CHECK(h2(0, 0) == doctest::Approx(0.5 * std::tanh(1.3807970779778824)).epsilon(1e-14));
}

TEST_CASE("lstm cell agrees with its plain twin") {
  Workspace ws;
  for (const Shape<3>& size : {Shape<3>{1, 1, 1}, Shape<3>{5, 3, 7}, Shape<3>{2, 17, 9}}) {
    CAPTURE(to_string(size));
    const Case k(size[0], size[1], size[2]);
    const Result a = fast(k, ws), b = plain(k, ws);
    CHECK(cases::difference(a.h2, b.h2) < 1e-12);
    CHECK(cases::difference(a.c2, b.c2) < 1e-12);
    CHECK(cases::difference(a.gates, b.gates) < 1e-12);
    CHECK(cases::difference(a.dx, b.dx) < 1e-12);
    CHECK(cases::difference(a.dh, b.dh) < 1e-12);
    CHECK(cases::difference(a.dc, b.dc) < 1e-12);
    CHECK(cases::difference(a.dwx, b.dwx) < 1e-12);
    CHECK(cases::difference(a.dwh, b.dwh) < 1e-12);
    CHECK(cases::difference(a.dbias, b.dbias) < 1e-12);
  }
}

TEST_CASE("lstm cell: gradients") {
  Workspace ws;
  Case k(3, 4, 5);
  const auto loss = [&] {
    Tensor<double, 2> h2({k.B, k.U}), c2({k.B, k.U}), gates({k.B, 4 * k.U});
    kernels::lstm_cell_forward<double>(k.x, k.h, k.c, k.weights(), h2, c2, gates, ws);
    return cases::weighted(h2, k.dh2) + cases::weighted(c2, k.dc2);
  };
  Result r = fast(k, ws);
  r.dwx.array() -= 0.5, r.dwh.array() -= 0.5, r.dbias.array() -= 0.5;  // backward adds to what is there
  cases::check_tensor("x", k.x, r.dx, loss);
  cases::check_tensor("h", k.h, r.dh, loss);
  cases::check_tensor("c", k.c, r.dc, loss);
  cases::check_tensor("weight_x", k.wx, r.dwx, loss);
  cases::check_tensor("weight_h", k.wh, r.dwh, loss);
  cases::check_tensor("bias", k.bias, r.dbias, loss);
}

TEST_CASE("lstm cell: the new state may overwrite the old one") {
  Workspace ws;
  Case k(2, 3, 4);
  const Result want = fast(k, ws);
  Tensor<double, 2> gates({k.B, 4 * k.U});
  kernels::lstm_cell_forward<double>(k.x, k.h, k.c, k.weights(), k.h, k.c, gates, ws);
  CHECK(cases::same_bits(k.h, want.h2));
  CHECK(cases::same_bits(k.c, want.c2));
}

TEST_CASE("lstm cell names what does not fit") {
  Workspace ws;
  const Case k(2, 3, 4);
  Tensor<double, 2> h2({2, 4}), c2({2, 4}), gates({2, 12});
  CHECK_THROWS_WITH_AS(kernels::lstm_cell_forward<double>(k.x, k.h, k.c, k.weights(), h2, c2, gates, ws),
                       "lstm_cell_forward gates: want (2, 16), got (2, 12)", Error);
  const Tensor<double, 1> bias({5});
  CHECK_THROWS_AS(kernels::lstm_cell_forward<double>(k.x, k.h, k.c, {k.wx, k.wh, bias}, h2, c2, gates, ws), Error);
}
