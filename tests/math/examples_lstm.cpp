// Worked examples of the LSTM: one step for equations (5) to (10), and three steps for the way back through time.
#include "stac3dl/kernels/lstm_sequence_ref.hpp"
#include "worked.hpp"

namespace worked {
namespace {
namespace kn = stac3dl::kernels;

/// Two inputs, two units, one row; all six equations' pages follow these numbers.
struct Step {
  Tensor<double, 2> x{{1, 2}, {1, -1}}, h{{1, 2}, {0.5, -0.5}}, c{{1, 2}, {1, -2}};
  Tensor<double, 2> wx{{8, 2}, {1, 0, 0.5, 0.5, 0, 1, 1, 1, 1, -1, 0, 0.5, 0.5, 0, 0, -1}};
  Tensor<double, 2> wh{{8, 2}, {0, 1, 1, 0, 1, 1, 0, -1, 0.5, 0, 1, 0, 0, 0.5, -1, 1}};
  Tensor<double, 1> b{{8}, {0, 0.5, 1, 1, 0, 0.5, 0.5, 0}};
  Tensor<double, 2> dh2{{1, 2}, {1, -1}}, dc2{{1, 2}, {0.5, 0}};
  Tensor<double, 2> h2{{1, 2}}, c2{{1, 2}}, gates{{1, 8}}, dx{{1, 2}}, dh{{1, 2}}, dc{{1, 2}};
  Tensor<double, 2> dwx{{8, 2}}, dwh{{8, 2}};
  Tensor<double, 1> db{{8}};

  /// Plain and fast, forward and backward; checks everything.
  explicit Step(Worked& w) {
    const kn::LstmWeights<double> weights{wx, wh, b};
    Tensor<double, 2> h2f({1, 2}), c2f({1, 2}), gf({1, 8}), dxf({1, 2}), dhf({1, 2}), dcf({1, 2}), dwxf({8, 2});
    Tensor<double, 2> dwhf({8, 2});
    Tensor<double, 1> dbf({8});
    const auto forward = [&] {
      kn::lstm_cell_forward_ref<double>(x, h, c, weights, h2, c2, gates, w.ws);
      return against(dh2, h2) + against(dc2, c2);
    };
    forward();
    kn::lstm_cell_forward<double>(x, h, c, weights, h2f, c2f, gf, w.ws);
    kn::lstm_cell_backward_ref<double>(x, h, c, weights, c2, gates, dh2, dc2, dx, dh, dc, {dwx, dwh, db}, w.ws);
    kn::lstm_cell_backward<double>(x, h, c, weights, c2, gates, dh2, dc2, dxf, dhf, dcf, {dwxf, dwhf, dbf}, w.ws);
    w.same("lstm h", h2, h2f), w.same("lstm c", c2, c2f), w.same("lstm gates", gates, gf), w.same("lstm dx", dx, dxf);
    w.same("lstm dh", dh, dhf), w.same("lstm dc", dc, dcf), w.same("lstm dWx", dwx, dwxf);
    w.same("lstm dWh", dwh, dwhf), w.same("lstm db", db, dbf);
    w.slope("lstm x", x, dx, forward), w.slope("lstm h", h, dh, forward), w.slope("lstm c", c, dc, forward);
    w.slope("lstm Wx", wx, dwx, forward), w.slope("lstm Wh", wh, dwh, forward), w.slope("lstm b", b, db, forward);
  }

  static Tensor<double, 2> rows(const Tensor<double, 2>& t, Index gate) {
    return Tensor<double, 2>(t.view().range(2 * gate, 2));
  }
  static Tensor<double, 1> part(const Tensor<double, 1>& t, Index gate) {
    return Tensor<double, 1>(t.view().range(2 * gate, 2));
  }
};

/// The page of one gate: its weights, sum, value and gradients.  `gate` counts i, f, g, o.
void show_gate(Worked& w, Index gate, const std::string& letter, const std::string& name) {
  Step s(w);
  Tensor<double, 1> z({2}), value({2});
  for (Index u = 0; u < 2; ++u) {
    const Index k = 2 * gate + u;
    z[u] = s.b[k];
    for (Index j = 0; j < 2; ++j) z[u] += s.wx(k, j) * s.x[j] + s.wh(k, j) * s.h[j];
    value[u] = s.gates[k];
  }
  w.show("x", s.x), w.show("h", s.h);
  w.show("W_" + letter + " of x", Step::rows(s.wx, gate)), w.show("W_" + letter + " of h", Step::rows(s.wh, gate));
  w.show("b_" + letter, Step::part(s.b, gate)), w.show("z_" + letter, z), w.show(name, value);
  w.say("");
  const Tensor<double, 1> dz = Step::part(s.db, gate);
  w.show("dz_" + letter, dz);
  w.show("dW of x", Step::rows(s.dwx, gate)), w.show("dW of h", Step::rows(s.dwh, gate)), w.show("db", dz);
}
}  // namespace

void forget_gate(Worked& w) { show_gate(w, 1, "f", "f"); }
void input_gate(Worked& w) { show_gate(w, 0, "i", "i"); }
void candidate(Worked& w) { show_gate(w, 2, "c", "candidate"); }
void output_gate(Worked& w) { show_gate(w, 3, "o", "o"); }

/// Equation (9): c after the step, and what comes back to its four factors.
void cell_state(Worked& w) {
  const Step s(w);
  const auto pick = [&](Index gate) { return Step::part(Tensor<double, 1>(s.gates.view().flat()), gate); };
  w.show("f", pick(1)), w.show("c before", s.c), w.show("i", pick(0)), w.show("candidate", pick(2));
  w.show("c after", s.c2);
  Tensor<double, 1> d({2});
  for (Index u = 0; u < 2; ++u) {
    const double t = std::tanh(s.c2[u]);
    d[u] = s.dc2[u] + s.dh2[u] * pick(3)[u] * (1 - t * t);
  }
  w.say(""), w.show("dc from later", s.dc2), w.show("d", d), w.show("dc before", s.dc);
}

/// Equation (10): h after the step.
void hidden_state(Worked& w) {
  const Step s(w);
  const Tensor<double, 1> o = Step::part(Tensor<double, 1>(s.gates.view().flat()), 3);
  Tensor<double, 1> t({2}), dt({2}), d_o({2});
  for (Index u = 0; u < 2; ++u)
    t[u] = std::tanh(s.c2[u]), d_o[u] = s.dh2[u] * t[u], dt[u] = s.dh2[u] * o[u] * (1 - t[u] * t[u]);
  w.show("c after", s.c2), w.show("tanh c", t), w.show("o", o), w.show("h after", s.h2);
  w.say(""), w.show("dh after", s.dh2), w.show("do", d_o), w.show("dc, by h", dt);
  w.show("dx", s.dx), w.show("dh before", s.dh);
}

/// Three steps of one unit; the second one is masked.
void lstm_sequence(Worked& w) {
  Tensor<double, 3> x({3, 1, 1}, {1, 9, -1});
  Tensor<double, 2> wx({4, 1}, {1, 0.5, 2, 1}), wh({4, 1}, {0.5, 1, -1, 0});
  Tensor<double, 1> b({4}, {0, 1, 0, 0.5});
  const Tensor<std::uint8_t, 2> mask({3, 1}, {1, 0, 1});
  const Tensor<double, 3> dy({3, 1, 1}, {0.5, 0, 1});
  Tensor<double, 3> y({3, 1, 1}), yf({3, 1, 1}), g({3, 1, 4}), gf({3, 1, 4}), c({3, 1, 1}), cf({3, 1, 1});
  const kn::LstmRun<double> run{x, {wx, wh, b}, mask, kn::LstmOrder::forward, {}};
  const auto forward = [&] {
    kn::lstm_forward_ref<double>(run, y, g, c, {}, w.ws);
    return against(dy, y);
  };
  forward(), kn::lstm_forward<double>(run, yf, gf, cf, {}, w.ws);
  Tensor<double, 3> dx({3, 1, 1}), dxf({3, 1, 1});
  Tensor<double, 2> dwx({4, 1}), dwxf({4, 1}), dwh({4, 1}), dwhf({4, 1});
  Tensor<double, 1> db({4}), dbf({4});
  kn::lstm_backward_ref<double>(run, y, g, c, dy, {}, dx, Store::overwrite, {dwx, dwh, db}, {}, w.ws);
  kn::lstm_backward<double>(run, y, g, c, dy, {}, dxf, Store::overwrite, {dwxf, dwhf, dbf}, {}, w.ws);
  w.show("x[l]", x), w.say("valid         1   0   1"), w.both("i f g o", g, gf), w.both("c[l]", c, cf),
      w.both("h[l]", y, yf);
  w.say(""), w.show("dh[l] given", dy), w.both("dx[l]", dx, dxf);
  w.both("dWx", Tensor<double, 2>(dwx), dwxf), w.both("dWh", dwh, dwhf), w.both("db", db, dbf);
  w.slope("sequence x", x, dx, forward), w.slope("sequence Wx", wx, dwx, forward);
  w.slope("sequence Wh", wh, dwh, forward), w.slope("sequence b", b, db, forward);
}

}  // namespace worked
