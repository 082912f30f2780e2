// Worked examples of the two streams and of what joins them: equations (2) and (3), ReLU, sigmoid and tanh.
#include <cstdio>

#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/activation_ref.hpp"
#include "stac3dl/kernels/bilinear_ref.hpp"
#include "worked.hpp"

namespace worked {
namespace kn = stac3dl::kernels;
using Flat = Tensor<double, 1>;

/// Equation (2): the last convolution's sums of both streams, four places each.
void streams(Worked& w) {
  Flat zv({4}, {1, -2, 0.5, 3}), za({4}, {0, 1, -1, 2});
  const Flat dv({4}, {1, 1, -1, 2}), da({4}, {1, 2, -1, 4});
  Flat v({4}), v_fast({4}), a({4}), a_fast({4}), dzv({4}), dzv_fast({4}), dza({4}), dza_fast({4});
  const auto forward = [&] {
    kn::relu_forward_ref<double>(zv, v), kn::sigmoid_forward_ref<double>(za, a);
    return against(dv, v) + against(da, a);
  };
  forward();
  kn::relu_forward<double>(zv, v_fast), kn::sigmoid_forward<double>(za, a_fast);
  kn::relu_backward_ref<double>(v, dv, dzv), kn::relu_backward<double>(v, dv, dzv_fast);
  kn::sigmoid_backward_ref<double>(a, da, dza), kn::sigmoid_backward<double>(a, da, dza_fast);
  w.show("z_V", zv), w.both("V", v, v_fast), w.show("dV", dv), w.both("dz_V", dzv, dzv_fast);
  w.say("");
  w.show("z_A", za), w.both("A", a, a_fast), w.show("dA", da), w.both("dz_A", dza, dza_fast);
  w.slope("streams dz_V", zv, dzv, forward), w.slope("streams dz_A", za, dza, forward);
}

/// Equation (3), gate.
void gate(Worked& w) {
  Flat a({4}, {0.5, 0.25, 1, 0.1}), v({4}, {2, 4, 3, 0});
  const Flat dg({4}, {1, 2, -1, 5});
  Flat g({4}), g_fast({4}), da({4}), da_fast({4}), dv({4}), dv_fast({4});
  const auto forward = [&] {
    kn::gate_forward_ref<double>(a, v, g);
    return against(dg, g);
  };
  forward(), kn::gate_forward<double>(a, v, g_fast);
  kn::gate_backward_ref<double>(a, v, dg, da, dv), kn::gate_backward<double>(a, v, dg, da_fast, dv_fast);
  w.show("A", a), w.show("V", v), w.both("G", g, g_fast);
  w.show("dG", dg), w.both("dA", da, da_fast), w.both("dV", dv, dv_fast);
  w.slope("gate dA", a, da, forward), w.slope("gate dV", v, dv, forward);
}

/// Equation (3), outer: two attention channels, two feature channels, two places.
void outer(Worked& w) {
  Tensor<double, 4> a({1, 2, 1, 2}, {0.5, 1, 0.2, 0.8}), v({1, 2, 1, 2}, {2, 1, 0.5, 3});
  const Tensor<double, 3> dy({1, 1, 4}, {1, 0, -1, 2});
  Tensor<double, 3> y(dy.shape()), y_fast(dy.shape()), b(dy.shape()), b_fast(dy.shape());
  Tensor<double, 2> q({1, 1}), q_fast({1, 1});
  Tensor<double, 4> da(a.shape()), da_fast(a.shape()), dv(v.shape()), dv_fast(v.shape());
  const auto forward = [&] {
    kn::outer_forward_ref<double>(a, v, {}, y, b, q, w.ws);
    return against(dy, y);
  };
  forward(), kn::outer_forward<double>(a, v, {}, y_fast, b_fast, q_fast, w.ws);
  kn::outer_backward_ref<double>(a, v, {}, b, q, dy, da, dv, w.ws);
  kn::outer_backward<double>(a, v, {}, b, q, dy, da_fast, dv_fast, w.ws);
  w.show("a[m,p]", a), w.show("v[c,p]", v), w.both("B", b, b_fast), w.both("q", q, q_fast), w.both("y", y, y_fast);
  w.show("dy", dy), w.both("da", da, da_fast), w.both("dv", dv, dv_fast);
  w.slope("outer da", a, da, forward), w.slope("outer dv", v, dv, forward);
}

void relu(Worked& w) {
  Flat x({6}, {-2, -0.5, 0, 0.5, 1, 4});
  const Flat dy({6}, {1, 2, 3, 4, 5, 6});
  Flat y({6}), y_fast({6}), dx({6}), dx_fast({6});
  kn::relu_forward_ref<double>(x, y), kn::relu_forward<double>(x, y_fast);
  kn::relu_backward_ref<double>(y, dy, dx), kn::relu_backward<double>(y, dy, dx_fast);
  w.show("x", x), w.both("y", y, y_fast), w.show("dy", dy), w.both("dx", dx, dx_fast);
}

/// The library's exp, sigmoid and tanh step by step, in double; float with its own rounding.
void sigmoid_tanh(Worked& w) {
  Flat x({5}, {-3, -0.25, 0.25, 1, 3});
  const Flat dy({5}, 1.0);
  Flat s({5}), s_fast({5}), t({5}), t_fast({5}), ds({5}), ds_fast({5}), dt({5}), dt_fast({5});
  Tensor<float, 1> x4({5}), s4({5}), t4({5});
  for (Index i = 0; i < 5; ++i) x4[i] = static_cast<float>(x[i]);
  const auto forward = [&] {
    kn::sigmoid_forward_ref<double>(x, s), kn::tanh_forward_ref<double>(x, t);
    return against(dy, s) + against(dy, t);
  };
  forward(), kn::sigmoid_forward<double>(x, s_fast), kn::tanh_forward<double>(x, t_fast);
  kn::sigmoid_forward<float>(x4, s4), kn::tanh_forward<float>(x4, t4);
  kn::sigmoid_backward_ref<double>(s, dy, ds), kn::sigmoid_backward<double>(s, dy, ds_fast);
  kn::tanh_backward_ref<double>(t, dy, dt), kn::tanh_backward<double>(t, dy, dt_fast);
  w.show("x", x), w.both("sigmoid", s, s_fast), w.both("slope", ds, ds_fast);
  w.both("tanh", t, t_fast), w.both("slope", dt, dt_fast);
  w.same("sigmoid, float", s, s4, 1e-6), w.same("tanh, float", t, t4, 1e-6);
  Flat both = ds;
  for (Index i = 0; i < 5; ++i) both[i] += dt[i];
  w.slope("sigmoid and tanh", x, both, forward);
}

/// exp(1) as the kernels make it, and tanh(1/4) from Lambert's fraction.
void exp_steps(Worked& w) {
  const auto line = [&](const char* format, auto... numbers) {
    char text[160];
    std::snprintf(text, sizeof(text), format, numbers...);
    w.say(text);
  };
  const double n = std::nearbyint(1 / std::log(2.0)), r = 1 - n * std::log(2.0);
  double sum = 0, term = 1;
  line("exp(1): n = %.0f, r = 1 - n ln 2 = %.6f", n, r);
  for (int k = 0; k <= 7; ++k) {
    sum += term;
    if (k % 2 == 1)
      line("  through r^%d / %d!: %.8f, times 2^n: %.8f", k, k, sum, std::ldexp(sum, static_cast<int>(n)));
    term *= r / (k + 1);
  }
  check(std::abs(std::ldexp(sum, static_cast<int>(n)) / std::exp(1.0) - 1) < 2e-7, "exp: the series is off");
  const double x = 0.25, x2 = x * x;
  const double p = x * (135135 + x2 * (17325 + x2 * (378 + x2))), q = 135135 + x2 * (62370 + x2 * (3150 + x2 * 28));
  check(std::abs(p / q - std::tanh(x)) < 1e-15, "tanh: the fraction is off");
  line("tanh(0.25): p = %.4f, q = %.4f, p / q = %.8f", p, q, p / q);
}

}  // namespace worked
