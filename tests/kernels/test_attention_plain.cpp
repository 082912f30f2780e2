#include "lstm_cases.hpp"
#include "stac3dl/kernels/attention_plain_ref.hpp"

using namespace stac3dl;

namespace {
template <class Real>
struct Case {
  Index L, N, P, U;
  Tensor<Real, 4> h;
  Tensor<std::uint8_t, 3> mask;
  Tensor<Real, 2> weight, df;
  Tensor<Real, 1> bias, v;
  Tensor<Real, 3> dw;
  bool masked = false, extra = false;
  Case(Index steps, Index samples, Index places, Index units)
      : L(steps),
        N(samples),
        P(places),
        U(units),
        h(cases::normal<Real>(Shape<4>{L, N, P, U}, 1)),
        mask(cases::mask(Shape<3>{L, N, P}, 0.6, 2)),
        weight(cases::normal<Real>(Shape<2>{U, U}, 3)),
        df(cases::normal<Real>(Shape<2>{N, U}, 4)),
        bias(cases::normal<Real>(Shape<1>{U}, 5)),
        v(cases::normal<Real>(Shape<1>{U}, 6)),
        dw(cases::normal<Real>(Shape<3>{N, L, P}, 7)) {
    weight.array() *= Real(0.5);
    for (Index n = 0; n < N; ++n) mask(L - 1, n, P - 1) = 1;
  }
  kernels::TokenMask tokens() const { return masked ? mask.view() : kernels::TokenMask{}; }
  CView<Real, 3> from_elsewhere() const { return extra ? dw.view() : CView<Real, 3>{}; }
  kernels::PlainAttentionWeights<Real> weights() const { return {weight, bias, v}; }
};
template <class Real>
struct Result {
  Tensor<Real, 4> t, dh;
  Tensor<Real, 3> w;
  Tensor<Real, 2> f, dweight;
  Tensor<Real, 1> dbias, dv;
  explicit Result(const Case<Real>& k)
      : t(k.h.shape(), Real(9)),
        dh(k.h.shape(), Real(9)),
        w({k.N, k.L, k.P}, Real(9)),
        f({k.N, k.U}, Real(9)),
        dweight({k.U, k.U}),
        dbias({k.U}),
        dv({k.U}) {}
};
template <class Real>
Result<Real> fast(const Case<Real>& k, Workspace& ws) {
  Result<Real> r(k);
  testing::poison(ws);
  kernels::plain_attention_forward<Real>(k.h, k.tokens(), k.weights(), r.t, r.w, r.f, ws);
  testing::poison(ws);
  kernels::plain_attention_backward<Real>(k.h, k.tokens(), k.weights(), r.t, r.w, k.df, k.from_elsewhere(), r.dh,
                                          {r.dweight, r.dbias, r.dv}, ws);
  return r;
}
template <class Real>
Result<Real> plain(const Case<Real>& k, Workspace& ws) {
  Result<Real> r(k);
  kernels::plain_attention_forward_ref<Real>(k.h, k.tokens(), k.weights(), r.t, r.w, r.f, ws);
  kernels::plain_attention_backward_ref<Real>(k.h, k.tokens(), k.weights(), r.t, r.w, k.df, k.from_elsewhere(), r.dh,
                                              {r.dweight, r.dbias, r.dv}, ws);
  return r;
}
}  // namespace

TEST_CASE("plain attention by hand: one unit, three tokens") {
  Workspace ws;
  const Tensor<double, 4> h({3, 1, 1, 1}, {0.0, 1.0, -1.0});
  const Tensor<double, 2> weight({1, 1}, {std::atanh(0.5)});  // t = 0, 1/2, -1/2
  const Tensor<double, 1> bias({1}), v({1}, {2 * std::log(2.0)});
  Tensor<double, 4> t(h.shape());
  Tensor<double, 3> w({1, 3, 1});
  Tensor<double, 2> f({1, 1}), alpha({1, 3});
  kernels::plain_attention_forward<double>(h, {}, {weight, bias, v}, t, w, f, ws);  // w = 1 : 2 : 1/2
  CHECK(w(0, 0, 0) == doctest::Approx(2.0 / 7).epsilon(1e-14));
  CHECK(w(0, 1, 0) == doctest::Approx(4.0 / 7).epsilon(1e-14));
  CHECK(w(0, 2, 0) == doctest::Approx(1.0 / 7).epsilon(1e-14));
  CHECK(f(0, 0) == doctest::Approx(3.0 / 7).epsilon(1e-14));
  kernels::attention_marginal<double>(w, alpha);
  for (Index l = 0; l < 3; ++l) CHECK(alpha(0, l) == w(0, l, 0));

  const Tensor<std::uint8_t, 3> mask({3, 1, 1}, {1, 0, 1});
  kernels::plain_attention_forward<double>(h, mask, {weight, bias, v}, t, w, f, ws);
  CHECK(w(0, 1, 0) == 0);
  CHECK(f(0, 0) == doctest::Approx(-1.0 / 3).epsilon(1e-14));

  const Tensor<std::uint8_t, 3> none({3, 1, 1});
  CHECK_THROWS_WITH_AS(kernels::plain_attention_forward<double>(h, none, {weight, bias, v}, t, w, f, ws),
                       "plain_attention_forward mask: sample 0 of 1 has no valid token", Error);
}

TEST_CASE("plain attention: the marginal over places is the weight of a step") {
  const Tensor<double, 3> w({1, 2, 3}, {0.1, 0.2, 0.3, 0.0, 0.15, 0.25});
  Tensor<double, 2> alpha({1, 2});
  kernels::attention_marginal<double>(w, alpha);
  CHECK(alpha(0, 0) == doctest::Approx(0.6).epsilon(1e-14));
  CHECK(alpha(0, 1) == doctest::Approx(0.4).epsilon(1e-14));
}

TEST_CASE("plain attention agrees with its plain twin") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    for (const Shape<4>& s : {Shape<4>{1, 1, 1, 1}, Shape<4>{1, 2, 4, 5}, Shape<4>{4, 2, 1, 3}, Shape<4>{3, 3, 5, 9},
                              Shape<4>{5, 2, 8, 37}}) {
      CAPTURE(to_string(s));
      Case<double> k(s[0], s[1], s[2], s[3]);
      for (bool masked : {false, true})
        for (bool extra : {false, true}) {
          CAPTURE(masked);
          CAPTURE(extra);
          k.masked = masked, k.extra = extra;
          const auto a = fast(k, ws), b = plain(k, ws);
          CHECK(cases::difference(a.t, b.t) < 1e-12);
          CHECK(cases::difference(a.w, b.w) < 1e-12);
          CHECK(cases::difference(a.f, b.f) < 1e-12);
          CHECK(cases::difference(a.dh, b.dh) < 1e-12);
          CHECK(cases::difference(a.dweight, b.dweight) < 1e-12);
          CHECK(cases::difference(a.dbias, b.dbias) < 1e-12);
          CHECK(cases::difference(a.dv, b.dv) < 1e-12);
        }
    }
  }
}

TEST_CASE("plain attention: gradients") {
  Workspace ws;
  Case<double> k(3, 2, 4, 5);
  for (bool masked : {false, true})
    for (bool extra : {false, true}) {
      k.masked = masked, k.extra = extra;
      CAPTURE(masked);
      CAPTURE(extra);
      const auto r = fast(k, ws);
      const auto loss = [&] {
        Result<double> f(k);
        kernels::plain_attention_forward<double>(k.h, k.tokens(), k.weights(), f.t, f.w, f.f, ws);
        return cases::weighted(f.f, k.df) + (extra ? cases::weighted(f.w, k.dw) : 0);
      };
      cases::check_tensor("h", k.h, r.dh, loss);
      cases::check_tensor("weight", k.weight, r.dweight, loss);
      cases::check_tensor("bias", k.bias, r.dbias, loss);
      cases::check_tensor("v", k.v, r.dv, loss);
    }
}

TEST_CASE("plain attention: masked tokens get weight 0 and no gradient; dh may be left out") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    Case<double> k(3, 2, 4, 5);
    k.masked = true;
    const auto r = fast(k, ws);
    for (Index l = 0; l < k.L; ++l)
      for (Index n = 0; n < k.N; ++n)
        for (Index p = 0; p < k.P; ++p) {
          if (k.mask(l, n, p)) continue;
          CHECK(r.w(n, l, p) == 0);
          for (Index u = 0; u < k.U; ++u) CHECK(r.dh(l, n, p, u) == 0);
        }
    Result<double> again(k);
    kernels::plain_attention_backward<double>(k.h, k.tokens(), k.weights(), r.t, r.w, k.df, {}, {},
                                              {again.dweight, again.dbias, again.dv}, ws);
    CHECK(cases::same_bits(again.dweight, r.dweight));
    CHECK(cases::same_bits(again.dbias, r.dbias));
    CHECK(cases::same_bits(again.dv, r.dv));
  }
}

TEST_CASE_TEMPLATE("plain attention: same bits on any number of threads", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    Workspace ws;
    Case<Real> k(9, 5, 7, 67);
    k.masked = k.extra = true;
    cases::check_threads([&] {
      const auto r = fast(k, ws);
      return cases::joined(r.t, r.w, r.f, r.dh, r.dweight, r.dbias, r.dv);
    });
  }
}
