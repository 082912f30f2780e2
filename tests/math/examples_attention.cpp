// Worked examples of the attention: equations (11) to (13), plain attention and the mean over tokens.
#include "stac3dl/kernels/attention_mean_ref.hpp"
#include "stac3dl/kernels/attention_plain_ref.hpp"
#include "stac3dl/kernels/stam_ref.hpp"
#include "worked.hpp"

namespace worked {
namespace {
namespace kn = stac3dl::kernels;

/// Two steps, one sample, two places, two units: what all three equations' pages follow.
struct Tokens {
  Tensor<double, 4> h{{2, 1, 2, 2}, {1, 0, 0.5, 1, -1, 2, 0, 1}}, dh{{2, 1, 2, 2}}, dh_fast{{2, 1, 2, 2}};
  Tensor<double, 1> wa{{2}, {1, 0.5}}, ba{{1}, {0.1}}, wb{{2}, {-1, 1}}, bb{{1}, {0}};
  Tensor<double, 2> alpha{{1, 2}}, alpha_fast{{1, 2}}, f{{1, 2}}, f_fast{{1, 2}};
  Tensor<double, 3> beta{{1, 2, 2}}, beta_fast{{1, 2, 2}};
  Tensor<double, 1> dwa{{2}}, dba{{1}}, dwb{{2}}, dbb{{1}}, dwa_fast{{2}}, dba_fast{{1}}, dwb_fast{{2}}, dbb_fast{{1}};

  kn::StamWeights<double> weights() { return {wa, ba, wb, bb}; }
  void forward(Worked& w) { kn::stam_forward_ref<double>(h, {}, weights(), alpha, beta, f, w.ws); }
  /// The fast way, forward and backward.
  void fast(Worked& w, CView<double, 2> df, CView<double, 2> dalpha, CView<double, 3> dbeta) {
    kn::stam_forward<double>(h, {}, weights(), alpha_fast, beta_fast, f_fast, w.ws);
    kn::stam_backward<double>(h, {}, weights(), alpha_fast, beta_fast, df, dalpha, dbeta, dh_fast,
                              {dwa_fast, dba_fast, dwb_fast, dbb_fast}, w.ws);
    w.same("alpha", alpha, alpha_fast), w.same("beta", beta, beta_fast), w.same("F", f, f_fast);
  }
};
}  // namespace

/// Equation (11), with a gradient that reaches alpha alone.
void temporal_attention(Worked& w) {
  Tokens t;
  const Tensor<double, 2> dalpha({1, 2}, {1, -1}), none({1, 2});
  const auto forward = [&] {
    t.forward(w);
    return against(dalpha, t.alpha);
  };
  forward(), t.fast(w, none, dalpha, {});
  kn::temporal_attention_backward_ref<double>(t.h, {}, t.wa, t.alpha, dalpha, t.dh, t.dwa, t.dba);
  Tensor<double, 2> mean({2, 2}), e({1, 2});
  for (Index l = 0; l < 2; ++l)
    for (Index u = 0; u < 2; ++u) {
      mean(l, u) = (t.h(l, 0, 0, u) + t.h(l, 0, 1, u)) / 2;
      e(0, l) += t.wa[u] * mean(l, u) + (u == 0 ? t.ba[0] : 0);
    }
  w.show("h[l]", t.h), w.show("mean h[l]", mean), w.show("w_alpha", t.wa), w.show("b_alpha", t.ba), w.show("e", e);
  w.show("alpha", t.alpha);
  w.say(""), w.show("dalpha", dalpha), w.both("dh[l]", t.dh, t.dh_fast), w.both("dw_alpha", t.dwa, t.dwa_fast);
  w.both("db_alpha", t.dba, t.dba_fast);
  w.slope("alpha h", t.h, t.dh, forward), w.slope("alpha w", t.wa, t.dwa, forward);
}

/// Equation (12), with a gradient that reaches beta alone.
void spatial_attention(Worked& w) {
  Tokens t;
  const Tensor<double, 3> dbeta({1, 2, 2}, {1, 0, 0, 2});
  const Tensor<double, 2> none({1, 2});
  const auto forward = [&] {
    t.forward(w);
    return against(dbeta, t.beta);
  };
  forward(), t.fast(w, none, {}, dbeta);
  kn::spatial_attention_backward_ref<double>(t.h, {}, t.wb, t.beta, dbeta, t.dh, t.dwb, t.dbb);
  Tensor<double, 2> s({2, 2});
  for (Index l = 0; l < 2; ++l)
    for (Index p = 0; p < 2; ++p) s(l, p) = t.wb[0] * t.h(l, 0, p, 0) + t.wb[1] * t.h(l, 0, p, 1) + t.bb[0];
  w.show("h[l]", t.h), w.show("w_beta", t.wb), w.show("s[l,p]", s), w.show("beta[l,p]", t.beta);
  w.say(""), w.show("dbeta", dbeta), w.both("dh[l]", t.dh, t.dh_fast), w.both("dw_beta", t.dwb, t.dwb_fast);
  w.both("db_beta", t.dbb, t.dbb_fast);
  w.slope("beta h", t.h, t.dh, forward), w.slope("beta w", t.wb, t.dwb, forward);
}

/// Equation (13), and the way back through all three.
void attended_sum(Worked& w) {
  Tokens t;
  const Tensor<double, 2> df({1, 2}, {1, 2});
  const auto forward = [&] {
    t.forward(w);
    return against(df, t.f);
  };
  forward(), t.fast(w, df, {}, {});
  Tensor<double, 2> dalpha({1, 2});
  Tensor<double, 3> dbeta({1, 2, 2});
  Tensor<double, 4> direct(t.h.shape());
  kn::attend_backward_ref<double>(t.h, t.alpha, t.beta, df, dalpha, dbeta, direct);
  kn::stam_backward_ref<double>(t.h, {}, t.weights(), t.alpha, t.beta, df, {}, {}, t.dh, {t.dwa, t.dba, t.dwb, t.dbb},
                                w.ws);
  w.show("h[l]", t.h), w.show("alpha", t.alpha), w.show("beta[l,p]", t.beta), w.show("F", t.f);
  w.say(""), w.show("dF", df), w.show("dalpha", dalpha), w.show("dbeta", dbeta), w.show("dh direct", direct);
  w.both("dh in all", t.dh, t.dh_fast), w.both("dw_alpha", t.dwa, t.dwa_fast), w.both("dw_beta", t.dwb, t.dwb_fast);
  w.slope("F h", t.h, t.dh, forward), w.slope("F w_alpha", t.wa, t.dwa, forward),
      w.slope("F w_beta", t.wb, t.dwb, forward);
}

void plain_attention(Worked& w) {
  Tensor<double, 4> h({1, 1, 2, 2}, {1, 0, -1, 2}), t(h.shape()), tf(h.shape()), dh(h.shape()), dhf(h.shape());
  Tensor<double, 2> weight({2, 2}, {1, 0.5, 0, 1}), f({1, 2}), ff({1, 2}), dw({2, 2}), dwf({2, 2});
  Tensor<double, 1> b({2}, {0, -0.5}), v({2}, {1, 2}), db({2}), dbf({2}), dv({2}), dvf({2});
  const Tensor<double, 2> df({1, 2}, {1, 2});
  Tensor<double, 3> a({1, 1, 2}), af({1, 1, 2});
  const kn::PlainAttentionWeights<double> weights{weight, b, v};
  const auto forward = [&] {
    kn::plain_attention_forward_ref<double>(h, {}, weights, t, a, f, w.ws);
    return against(df, f);
  };
  forward(), kn::plain_attention_forward<double>(h, {}, weights, tf, af, ff, w.ws);
  kn::plain_attention_backward_ref<double>(h, {}, weights, t, a, df, {}, dh, {dw, db, dv}, w.ws);
  kn::plain_attention_backward<double>(h, {}, weights, t, a, df, {}, dhf, {dwf, dbf, dvf}, w.ws);
  w.show("h[p]", h), w.show("W", weight), w.show("b", b), w.show("v", v);
  w.both("t[p]", t, tf), w.both("w[p]", a, af), w.both("F", f, ff);
  w.say(""), w.show("dF", df), w.both("dh[p]", dh, dhf), w.both("dW", dw, dwf), w.both("db", db, dbf),
      w.both("dv", dv, dvf);
  w.slope("am h", h, dh, forward), w.slope("am W", weight, dw, forward), w.slope("am v", v, dv, forward);
}

void token_mean(Worked& w) {
  Tensor<double, 4> h({2, 1, 2, 2}, {1, 0, 0.5, 1, -1, 2, 9, 9}), dh(h.shape()), dhf(h.shape());
  const Tensor<std::uint8_t, 3> mask({2, 1, 2}, {1, 1, 1, 0});
  const Tensor<double, 2> df({1, 2}, {1, 2});
  Tensor<double, 2> f({1, 2}), ff({1, 2});
  const auto forward = [&] {
    kn::mean_tokens_forward_ref<double>(h, mask, f);
    return against(df, f);
  };
  forward(), kn::mean_tokens_forward<double>(h, mask, ff);
  kn::mean_tokens_backward_ref<double>(mask, df, dh), kn::mean_tokens_backward<double>(mask, df, dhf);
  w.show("h[l]", h), w.show("valid", mask), w.both("F", f, ff), w.show("dF", df), w.both("dh[l]", dh, dhf);
  w.slope("mean h", h, dh, forward);
}

}  // namespace worked
