// Worked examples of what training needs: batch normalisation, dropout, random numbers, optimisers.
#include <cstdio>

#include "stac3dl/kernels/batch_norm_ref.hpp"
#include "stac3dl/kernels/dropout.hpp"
#include "stac3dl/kernels/dropout_ref.hpp"
#include "stac3dl/kernels/optimiser_ref.hpp"
#include "worked.hpp"

namespace worked {
namespace kn = stac3dl::kernels;

/// One channel, three steps of two places; the last step is masked.
void batch_norm(Worked& w) {
  Tensor<double, 5> x({1, 1, 3, 1, 2}, {1, 3, 5, 7, 0, 0}), y(x.shape()), yf(x.shape()), dx(x.shape()), dxf(x.shape());
  const Tensor<std::uint8_t, 2> mask({1, 3}, {1, 1, 0});
  Tensor<double, 1> gamma({1}, {2}), beta({1}, {1}), mu({1}), var({1}), muf({1}), varf({1}), dg({1}), dgf({1}), db({1});
  Tensor<double, 1> dbf({1});
  const Tensor<double, 5> dy(x.shape(), {1, 0, 0, -1, 0.5, 0});
  const auto forward = [&] {
    kn::batch_norm_statistics_ref<double>(x, mask, mu, var);
    kn::batch_norm_forward_ref<double>(x, mu, var, gamma, beta, y);
    return against(dy, y);
  };
  forward();
  kn::batch_norm_statistics<double>(x, mask, muf, varf), kn::batch_norm_forward<double>(x, mu, var, gamma, beta, yf);
  kn::batch_norm_backward_ref<double>(x, mask, mu, var, 4, gamma, dy, dx, dg, db);
  kn::batch_norm_backward<double>(x, mask, mu, var, 4, gamma, dy, dxf, dgf, dbf);
  w.show("x", x), w.say("valid         1   1   0   (a row of x each)"), w.both("mu", mu, muf), w.both("var", var, varf);
  w.both("y", y, yf), w.say(""), w.show("dy", dy), w.both("dx", dx, dxf), w.both("dgamma", dg, dgf),
      w.both("dbeta", db, dbf);
  w.slope("batch norm x", x, dx, forward), w.slope("batch norm gamma", gamma, dg, forward);
  Tensor<double, 2> k({1, 2}, {3, -1}), kf = k;
  Tensor<double, 1> b({1}, {0.5}), bf = b;
  kn::batch_norm_fold_ref<double>(mu, var, gamma, beta, k, b),
      kn::batch_norm_fold<double>(mu, var, gamma, beta, kf, bf);
  w.say(""), w.say("folded into a convolution with weights 3, -1 and bias 0.5:"), w.both("weights", k, kf),
      w.both("bias", b, bf);
}

void dropout(Worked& w) {
  const Random random({3, 3});
  Tensor<double, 1> x({6}, {1, 2, 3, 4, 5, 6}), u({6}), uf({6}), y({6}), yf({6}), dx({6}), dxf({6});
  const Tensor<double, 1> dy({6}, 1.0);
  for (Index i = 0; i < 6; ++i) u[i] = random.uniform_at(static_cast<std::uint64_t>(i));
  kn::fill_uniform_at<double>(random, 0, uf);
  const auto forward = [&] {
    kn::dropout_ref<double>(x, 0.5, random, y);
    return against(dy, y);
  };
  forward(), kn::dropout<double>(x, 0.5, random, yf);
  kn::dropout_ref<double>(dy, 0.5, random, dx), kn::dropout<double>(dy, 0.5, random, dxf);
  w.show("x", x), w.both("u", u, uf), w.both("y", y, yf), w.show("dy", dy), w.both("dx", dx, dxf);
  w.slope("dropout", x, dx, forward);
}

/// The cipher's known answer, and numbers of a stream, one by one and many at once.
void random_numbers(Worked& w) {
  std::string line = "words       ";
  for (const std::uint32_t word : philox4x32({0, 0, 0, 0}, {0, 0})) {
    char text[16];
    std::snprintf(text, sizeof(text), "  %08x", word);
    line += text;
  }
  w.say(line + "   counter 0 0 0 0, key 0 0");
  const Random a({1, 2}), b({2, 1});
  Tensor<double, 1> ua({5}), ub({5}), late({5}), ua_fast({5}), ub_fast({5}), late_fast({5});
  for (Index i = 0; i < 5; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    ua[i] = a.uniform_at(at), ub[i] = b.uniform_at(at), late[i] = a.uniform_at(at + 2);
  }
  kn::fill_uniform_at<double>(a, 0, ua_fast), kn::fill_uniform_at<double>(b, 0, ub_fast);
  kn::fill_uniform_at<double>(a, 2, late_fast);
  w.both("stream (1, 2)", ua, ua_fast), w.both("  from i = 2", late, late_fast), w.both("stream (2, 1)", ub, ub_fast);
}

/// Two updates of two weights, by each rule.
void optimisers(Worked& w) {
  const auto run = [&](const char* name, auto&& plain, auto&& fast) {
    Tensor<double, 1> a({2}, {1, -2}), m({2}), v({2}), af = a, mf({2}), vf({2});
    const Tensor<double, 1> g({2}, {0.5, -1});
    w.say(name), w.show("  w", a), w.show("  g", g);
    for (Index t = 1; t <= 2; ++t) {
      plain(g, a, m, v, t), fast(g, af, mf, vf, t);
      w.both("  w at t = " + std::to_string(t), a, af), w.same("state", m, mf), w.same("state", v, vf);
    }
  };
  using T1 = Tensor<double, 1>;
  const SgdStep sgd{0.1, 0.9, 0.01, false};
  run(
      "SGD, rate 0.1, momentum 0.9, decay 0.01",
      [&](const T1& g, T1& a, T1& m, T1&, Index) { kn::sgd_step_ref<double>(g, a, m, sgd); },
      [&](const T1& g, T1& a, T1& m, T1&, Index) { kn::sgd_step<double>(g, a, m, sgd); });
  AdamStep adam{0.1, 0.9, 0.999, 1e-8, 0, false, 1};
  const auto adam_ref = [&](const T1& g, T1& a, T1& m, T1& v, Index t) {
    adam.update = t, kn::adam_step_ref<double>(g, a, m, v, adam);
  };
  const auto adam_fast = [&](const T1& g, T1& a, T1& m, T1& v, Index t) {
    adam.update = t, kn::adam_step<double>(g, a, m, v, adam);
  };
  run("Adam, rate 0.1, no decay", adam_ref, adam_fast);
  adam.decay = 0.1, adam.decoupled = true;
  run("AdamW, rate 0.1, decay 0.1", adam_ref, adam_fast);
}

}  // namespace worked
