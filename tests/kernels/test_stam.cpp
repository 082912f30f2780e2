#include "lstm_cases.hpp"
#include "stac3dl/kernels/stam_ref.hpp"

using namespace stac3dl;

namespace {
template <class Real>
struct Case {
  Index L, N, P, U;
  Tensor<Real, 4> h;
  Tensor<std::uint8_t, 3> mask;
  Tensor<Real, 1> wa, ba, wb, bb;
  Tensor<Real, 2> df, dalpha;
  Tensor<Real, 3> dbeta;
  bool masked = false, extra = false;  ///< extra: gradients of alpha and beta from elsewhere
  Case(Index steps, Index samples, Index places, Index units)
      : L(steps),
        N(samples),
        P(places),
        U(units),
        h(cases::normal<Real>(Shape<4>{L, N, P, U}, 1)),
        mask(cases::mask(Shape<3>{L, N, P}, 0.6, 2)),
        wa(cases::normal<Real>(Shape<1>{U}, 3)),
        ba(cases::normal<Real>(Shape<1>{1}, 4)),
        wb(cases::normal<Real>(Shape<1>{U}, 5)),
        bb(cases::normal<Real>(Shape<1>{1}, 6)),
        df(cases::normal<Real>(Shape<2>{N, U}, 7)),
        dalpha(cases::normal<Real>(Shape<2>{N, L}, 8)),
        dbeta(cases::normal<Real>(Shape<3>{N, L, P}, 9)) {
    for (Index n = 0; n < N; ++n) {
      for (Index p = 0; p < P && L > 1; ++p) mask(0, n, p) = 0;  // a step with no valid token
      mask(L - 1, n, P - 1) = 1;
    }
  }
  kernels::TokenMask tokens() const { return masked ? mask.view() : kernels::TokenMask{}; }
  CView<Real, 2> to_alpha() const { return extra ? dalpha.view() : CView<Real, 2>{}; }
  CView<Real, 3> to_beta() const { return extra ? dbeta.view() : CView<Real, 3>{}; }
  kernels::StamWeights<Real> weights() const { return {wa, ba, wb, bb}; }
};
template <class Real>
struct Result {
  Tensor<Real, 2> alpha, f;
  Tensor<Real, 3> beta;
  Tensor<Real, 4> dh;
  Tensor<Real, 1> dwa, dba, dwb, dbb;
  explicit Result(const Case<Real>& k)
      : alpha({k.N, k.L}, Real(9)),
        f({k.N, k.U}, Real(9)),
        beta({k.N, k.L, k.P}, Real(9)),
        dh(k.h.shape(), Real(9)),
        dwa({k.U}),
        dba({1}),
        dwb({k.U}),
        dbb({1}) {}
};
template <class Real>
Result<Real> fast(const Case<Real>& k, Workspace& ws) {
  Result<Real> r(k);
  testing::poison(ws);
  kernels::stam_forward<Real>(k.h, k.tokens(), k.weights(), r.alpha, r.beta, r.f, ws);
  testing::poison(ws);
  kernels::stam_backward<Real>(k.h, k.tokens(), k.weights(), r.alpha, r.beta, k.df, k.to_alpha(), k.to_beta(), r.dh,
                               {r.dwa, r.dba, r.dwb, r.dbb}, ws);
  return r;
}
template <class Real>
Result<Real> plain(const Case<Real>& k, Workspace& ws) {
  Result<Real> r(k);
  kernels::stam_forward_ref<Real>(k.h, k.tokens(), k.weights(), r.alpha, r.beta, r.f, ws);
  kernels::stam_backward_ref<Real>(k.h, k.tokens(), k.weights(), r.alpha, r.beta, k.df, k.to_alpha(), k.to_beta(), r.dh,
                                   {r.dwa, r.dba, r.dwb, r.dbb}, ws);
  return r;
}
template <class Real>
double largest_gradient(const Result<Real>& r) {
  return static_cast<double>(cases::joined(r.dh, r.dwa, r.dwb).array().abs().maxCoeff());
}
}  // namespace

TEST_CASE("STAM by hand: two steps, two places, one unit") {
  Workspace ws;
  const double ln2 = std::log(2.0), ln3 = std::log(3.0);
  const Tensor<double, 4> h({2, 1, 2, 1}, {0.0, ln2, 0.0, 2 * ln3 - ln2});
  const Tensor<double, 1> one({1}, {1.0}), two({1}, {2.0}), bias({1}, {0.7});
  Tensor<double, 2> alpha({1, 2}), f({1, 1});
  Tensor<double, 3> beta({1, 2, 2});
  // e = 2 * mean_p h + 0.7 = ln 2 + 0.7 and ln 9/2 + 0.7: alpha = 2 : 4.5.  beta = 1 : 2 and 1 : 9/2.
  kernels::stam_forward<double>(h, {}, {two, bias, one, bias}, alpha, beta, f, ws);
  CHECK(alpha(0, 0) == doctest::Approx(4.0 / 13).epsilon(1e-14));
  CHECK(alpha(0, 1) == doctest::Approx(9.0 / 13).epsilon(1e-14));
  CHECK(beta(0, 0, 0) == doctest::Approx(1.0 / 3).epsilon(1e-14));
  CHECK(beta(0, 0, 1) == doctest::Approx(2.0 / 3).epsilon(1e-14));
  CHECK(beta(0, 1, 0) == doctest::Approx(2.0 / 11).epsilon(1e-14));
  CHECK(beta(0, 1, 1) == doctest::Approx(9.0 / 11).epsilon(1e-14));
  CHECK(f(0, 0) == doctest::Approx(4.0 / 13 * 2 / 3 * ln2 + 9.0 / 13 * 9 / 11 * (2 * ln3 - ln2)).epsilon(1e-14));

  SUBCASE("a masked place: the others share its weight, and the mean leaves it out") {
    const Tensor<std::uint8_t, 3> mask({2, 1, 2}, {1, 0, 1, 1});
    kernels::stam_forward<double>(h, mask, {two, bias, one, bias}, alpha, beta, f, ws);  // e = 0.7, ln 9/2 + 0.7
    CHECK(beta(0, 0, 0) == 1);
    CHECK(beta(0, 0, 1) == 0);
    CHECK(alpha(0, 0) == doctest::Approx(2.0 / 11).epsilon(1e-14));
    CHECK(f(0, 0) == doctest::Approx(9.0 / 11 * 9 / 11 * (2 * ln3 - ln2)).epsilon(1e-14));
  }
  SUBCASE("a masked step has no weight at all") {
    const Tensor<std::uint8_t, 3> mask({2, 1, 2}, {1, 1, 0, 0});
    kernels::stam_forward<double>(h, mask, {two, bias, one, bias}, alpha, beta, f, ws);
    CHECK((alpha(0, 0) == 1 && alpha(0, 1) == 0));
    CHECK((beta(0, 1, 0) == 0 && beta(0, 1, 1) == 0));
    CHECK(f(0, 0) == doctest::Approx(2 * ln2 / 3).epsilon(1e-14));
  }
  SUBCASE("a sample with no valid token is named") {
    const Tensor<std::uint8_t, 3> mask({2, 1, 2});
    CHECK_THROWS_WITH_AS(kernels::stam_forward<double>(h, mask, {two, bias, one, bias}, alpha, beta, f, ws),
                         "stam_forward mask: sample 0 of 1 has no valid token", Error);
  }
}

TEST_CASE("STAM agrees with its plain twin, on every instruction set") {
  Workspace ws;
  for (Isa isa : supported_isas())
    for (const Shape<4>& s : {Shape<4>{1, 1, 1, 1}, Shape<4>{1, 2, 4, 5}, Shape<4>{4, 2, 1, 3}, Shape<4>{3, 3, 5, 9},
                              Shape<4>{3, 5, 31, 15}, Shape<4>{2, 4, 17, 17}, Shape<4>{40, 2, 3, 37}}) {
      const ScopedIsa scoped(isa);
      CAPTURE(isa_name(isa));
      CAPTURE(to_string(s));
      Case<double> k(s[0], s[1], s[2], s[3]);
      for (bool masked : {false, true})
        for (bool extra : {false, true}) {
          CAPTURE(masked);
          CAPTURE(extra);
          k.masked = masked, k.extra = extra;
          const auto a = fast(k, ws), b = plain(k, ws);
          CHECK(cases::difference(a.alpha, b.alpha) < 1e-12);
          CHECK(cases::difference(a.beta, b.beta) < 1e-12);
          CHECK(cases::difference(a.f, b.f) < 1e-12);
          CHECK(cases::difference(a.dh, b.dh) < 1e-12);
          const double scale = 1e-12 * largest_gradient(b);  // some gradients of weights are 0 by mathematics
          CHECK((a.dwa.array() - b.dwa.array()).abs().maxCoeff() < scale);
          CHECK((a.dwb.array() - b.dwb.array()).abs().maxCoeff() < scale);
          CHECK(std::abs(a.dba[0]) < scale);
          CHECK(std::abs(a.dbb[0]) < scale);
        }
    }
}

TEST_CASE("STAM: weights are shares, masked ones exactly 0, whatever masked tokens hold") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    Workspace ws;
    Case<double> k(4, 3, 5, 6);
    k.masked = k.extra = true;
    const auto want = fast(k, ws);
    for (Index l = 0; l < k.L; ++l)
      for (Index n = 0; n < k.N; ++n)
        for (Index p = 0; p < k.P; ++p)
          if (!k.mask(l, n, p)) {
            CHECK(want.beta(n, l, p) == 0);
            for (Index u = 0; u < k.U; ++u) CHECK(want.dh(l, n, p, u) == 0);
            k.h(l, n, p, 0) = std::numeric_limits<double>::quiet_NaN();
            k.dbeta(n, l, p) = std::numeric_limits<double>::quiet_NaN();
          }
    for (Index n = 0; n < k.N; ++n) {
      double sum = 0;
      for (Index l = 0; l < k.L; ++l) {
        const bool valid = kernels::valid_tokens(k.mask, l, n, k.P) > 0;
        sum += want.alpha(n, l);
        double row = 0;
        for (Index p = 0; p < k.P; ++p) row += want.beta(n, l, p);
        CHECK(row == doctest::Approx(valid ? 1 : 0).epsilon(1e-14));
        CHECK((want.alpha(n, l) == 0) == !valid);
        if (!valid) k.dalpha(n, l) = std::numeric_limits<double>::quiet_NaN();
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-14));
    }
    const auto again = fast(k, ws);
    CHECK(cases::same_bits(again.f, want.f));
    CHECK(cases::same_bits(again.dh, want.dh));
    CHECK(cases::same_bits(again.dwa, want.dwa));
    CHECK(cases::same_bits(again.dwb, want.dwb));
  }
}

TEST_CASE("STAM: scores of any size, and a NaN that counts spoils its sample alone") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    Case<float> k(3, 5, 21, 18);
    for (auto& w : k.wb) w *= 100;  // scores in the thousands: the largest grows while the softmax is being made
    const auto large = fast(k, ws);
    for (Index i = 0; i < k.N * k.L; ++i) {
      double sum = 0;
      for (Index p = 0; p < k.P; ++p) sum += static_cast<double>(large.beta[i * k.P + p]);
      CHECK(sum == doctest::Approx(1).epsilon(1e-6));
    }
    const auto want = plain(Case<float>(3, 5, 21, 18), ws);
    k = Case<float>(3, 5, 21, 18);
    k.h(1, 2, 12, 3) = std::numeric_limits<float>::quiet_NaN();
    const auto got = fast(k, ws);
    for (Index n = 0; n < k.N; ++n)
      for (Index u = 0; u < k.U; ++u)
        if (n == 2)
          CHECK(std::isnan(got.f(n, u)));
        else
          CHECK(got.f(n, u) == doctest::Approx(want.f(n, u)).epsilon(1e-4));
  }
}

TEST_CASE("STAM: gradients") {
  Workspace ws;
  for (const Shape<4>& s : {Shape<4>{3, 2, 4, 5}, Shape<4>{4, 2, 3, 2}})
    for (bool masked : {false, true})
      for (bool extra : {false, true}) {
        Case<double> k(s[0], s[1], s[2], s[3]);
        k.masked = masked, k.extra = extra;
        CAPTURE(masked);
        CAPTURE(extra);
        const auto r = fast(k, ws);
        const auto loss = [&] {
          Result<double> f(k);
          kernels::stam_forward<double>(k.h, k.tokens(), k.weights(), f.alpha, f.beta, f.f, ws);
          const double own = cases::weighted(f.f, k.df);
          return extra ? own + cases::weighted(f.alpha, k.dalpha) + cases::weighted(f.beta, k.dbeta) : own;
        };
        cases::check_tensor("h", k.h, r.dh, loss);
        cases::check_tensor("w_alpha", k.wa, r.dwa, loss);
        cases::check_tensor("w_beta", k.wb, r.dwb, loss);
      }
}

TEST_CASE("STAM: gradients that are 0 by mathematics") {
  Workspace ws;
  for (const Shape<4>& s : {Shape<4>{3, 2, 4, 5}, Shape<4>{1, 2, 4, 5}, Shape<4>{3, 2, 1, 5}, Shape<4>{1, 1, 1, 5}}) {
    CAPTURE(to_string(s));
    Case<double> k(s[0], s[1], s[2], s[3]);
    k.extra = true;
    const auto r = fast(k, ws);
    const double none = 1e-12 * largest_gradient(r);
    CHECK(none > 0);
    CHECK(std::abs(r.dba[0]) < none);
    CHECK(std::abs(r.dbb[0]) < none);
    CHECK((r.dwa.array().abs().maxCoeff() < none) == (k.L == 1));
    CHECK((r.dwb.array().abs().maxCoeff() < none) == (k.P == 1));
  }
}

TEST_CASE("STAM: backward adds to the weights' gradients and does without dh") {
  Workspace ws;
  Case<double> k(3, 2, 4, 5);
  const auto want = fast(k, ws);
  Tensor<double, 1> dwa({5}, 1.0), dba({1}), dwb({5}, 2.0), dbb({1});
  kernels::stam_backward<double>(k.h, {}, k.weights(), want.alpha, want.beta, k.df, {}, {}, {}, {dwa, dba, dwb, dbb},
                                 ws);
  for (Index u = 0; u < 5; ++u) {
    CHECK(dwa[u] == doctest::Approx(1 + want.dwa[u]).epsilon(1e-14));
    CHECK(dwb[u] == doctest::Approx(2 + want.dwb[u]).epsilon(1e-14));
  }
}

TEST_CASE_TEMPLATE("STAM: same bits on any number of threads", Real, float, double) {
  for (Isa isa : supported_isas())
    for (const Shape<4>& s : {Shape<4>{9, 5, 7, 83}, Shape<4>{19, 9, 20, 61}, Shape<4>{30, 2, 40, 83}}) {
      const ScopedIsa scoped(isa);
      Workspace ws;
      Case<Real> k(s[0], s[1], s[2], s[3]);
      k.masked = k.extra = true;
      cases::check_threads([&] {
        const auto r = fast(k, ws);
        return cases::joined(r.alpha, r.beta, r.f, r.dh, r.dwa, r.dba, r.dwb, r.dbb);
      });
    }
}
