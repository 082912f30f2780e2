#include "stac3dl/nn/lstm.hpp"

#include "../kernels/lstm_cases.hpp"
#include "stac3dl/nn/layer.hpp"

using namespace stac3dl;

static_assert(Layer<Lstm<float>, 3> && Layer<Lstm<double>, 3>);

namespace {
/// A layer with its input, mask and states; the loss weighs the output and the last state with fixed numbers.
template <class Real>
struct Case {
  Lstm<Real> lstm;
  typename Lstm<Real>::Cache cache;
  Tensor<Real, 3> x, y, dy, dx;
  Tensor<std::uint8_t, 2> mask;
  LstmState<Real> start, last, dlast, dstart;
  bool masked = false;
  Workspace ws;
  Case(const Shape<3>& size, Index units, int layers, bool bidirectional)
      : lstm(size[2], units, layers, bidirectional, Random(1)), x(cases::normal<Real>(size, 2)),
        y(lstm.plan(size, cache)), dy(cases::normal<Real>(y.shape(), 3)), dx(size, Real(5)),
        mask(cases::mask(Shape<2>{size[0], size[1]}, 0.6, 4)), start(lstm.zero_state(size[1])), last(start),
        dlast(start), dstart(start) {
    fill_normal(start.h, 1, Random(5)), fill_normal(start.c, 1, Random(6));
    fill_normal(dlast.h, 1, Random(7)), fill_normal(dlast.c, 1, Random(8));
  }
  LstmContext<Real> context() {
    return {masked ? std::as_const(mask).view() : CView<std::uint8_t, 2>{}, &start, &last};
  }
  double loss() {
    lstm.forward(x, y, cache, ws, context());
    return static_cast<double>((y.array() * dy.array()).sum() + (last.h.array() * dlast.h.array()).sum() +
                               (last.c.array() * dlast.c.array()).sum());
  }
  void backward() {
    loss();
    zero_grad(lstm);
    lstm.backward(x, y, dy, dx, cache, ws, context(), {&dlast, &dstart});
  }
};
}  // namespace

TEST_CASE("Lstm: gradients of input, start state and every parameter") {
  for (bool masked : {false, true})
    for (bool bidirectional : {false, true})
      for (int layers : {1, 2, 3}) {
        CAPTURE(masked);
        CAPTURE(bidirectional);
        CAPTURE(layers);
        Case<double> k({5, 2, 3}, 4, layers, bidirectional);
        k.masked = masked;
        k.backward();
        const auto loss = [&] { return k.loss(); };
        cases::check_tensor("x", k.x, k.dx, loss);
        cases::check_tensor("h0", k.start.h, k.dstart.h, loss);
        cases::check_tensor("c0", k.start.c, k.dstart.c, loss);
        int seen = 0;
        k.lstm.visit_params([&](const std::string& name, auto& p) {
          cases::check_tensor(name, p.value, p.grad, loss);
          ++seen;
        });
        CHECK(seen == 3 * layers * (bidirectional ? 2 : 1));
      }
}

TEST_CASE("Lstm: names, sizes and start values") {
  Lstm<double> lstm(3, 4, 2, true, Random(1));
  std::vector<std::string> names;
  lstm.visit_params([&](const std::string& name, auto& p) {
    names.push_back(name);
    CHECK(p.decay == (name.find("bias") == std::string::npos));
  });
  CHECK(names == std::vector<std::string>{"l0.weight_x", "l0.weight_h", "l0.bias", "l0r.weight_x", "l0r.weight_h",
                                          "l0r.bias", "l1.weight_x", "l1.weight_h", "l1.bias", "l1r.weight_x",
                                          "l1r.weight_h", "l1r.bias"});
  CHECK(lstm.weights(0).weight_x.shape() == Shape<2>{16, 3});
  CHECK(lstm.weights(1, true).weight_x.shape() == Shape<2>{16, 8});
  CHECK(lstm.outputs() == 8);
  for (Index u = 0; u < 16; ++u) CHECK(lstm.weights(1).bias.value[u] == (u >= 4 && u < 8 ? 1 : 0));
  const double limit = std::sqrt(6.0 / (3 + 4));
  const auto& w = lstm.weights(0).weight_x.value;
  CHECK(w.array().abs().maxCoeff() <= limit);
  CHECK(w.array().abs().maxCoeff() > 0.8 * limit);
  CHECK_FALSE(cases::same_bits(w, lstm.weights(0, true).weight_x.value));
  CHECK_FALSE(cases::same_bits(lstm.weights(0).weight_h.value, lstm.weights(1).weight_h.value));

  Lstm<float> paper(512, 512, 1, false, Random(1));
  CHECK(parameter_count(paper) == 2'099'200);
}

TEST_CASE("Lstm: inference gives what forward gives, in one piece and in two, and asks for no memory twice") {
  for (int layers : {1, 2, 3})
    for (bool bidirectional : {false, true}) {
      CAPTURE(layers);
      CAPTURE(bidirectional);
      Case<double> k({6, 3, 3}, 5, layers, bidirectional);
      k.masked = true;
      k.loss();
      auto state = k.start;
      Tensor<double, 3> y(k.y.shape());
      k.lstm.infer(k.x, y, k.mask, &state, k.ws);
      CHECK(cases::difference(y, k.y) < 1e-14);
      CHECK(cases::difference(state.h, k.last.h) < 1e-14);
      CHECK(cases::difference(state.c, k.last.c) < 1e-14);
      const std::size_t held = k.ws.capacity();
      state = k.start;
      k.lstm.infer(k.x, y, k.mask, &state, k.ws);
      CHECK(k.ws.capacity() == held);

      if (bidirectional) continue;  // the reverse direction begins at the end: no two halves
      state = k.start;
      for (Index first : {0, 3})
        k.lstm.infer(k.x.view().range(first, 3), y.view().range(first, 3), k.mask.view().range(first, 3), &state, k.ws);
      CHECK(cases::difference(y, k.y) < 1e-14);
      CHECK(cases::difference(state.h, k.last.h) < 1e-14);
    }
}

TEST_CASE("Lstm: training forward in two halves, the state handed over, is one run") {
  Case<double> k({6, 3, 3}, 5, 2, false);
  k.masked = true;
  k.loss();
  Lstm<double>::Cache cache;
  Tensor<double, 3> y(k.y.shape());
  LstmState<double> state = k.start, next;
  for (Index first : {0, 3}) {
    k.lstm.plan({3, 3, 3}, cache);
    k.lstm.forward(k.x.view().range(first, 3), y.view().range(first, 3), cache, k.ws,
                   {k.mask.view().range(first, 3), &state, &next});
    state = next;
  }
  CHECK(cases::difference(y, k.y) < 1e-14);
  CHECK(cases::difference(next.h, k.last.h) < 1e-14);
  CHECK(cases::difference(next.c, k.last.c) < 1e-14);
}

TEST_CASE("Lstm: no state is a zero state; both directions are two LSTMs side by side") {
  Case<double> k({4, 2, 3}, 5, 1, true);
  k.start.reset();
  k.loss();
  Tensor<double, 3> y(k.y.shape()), dx(k.x.shape());
  k.lstm.forward(k.x, y, k.cache, k.ws);
  CHECK(cases::difference(y, k.y) < 1e-15);
  k.lstm.infer(k.x, y, {}, nullptr, k.ws);
  CHECK(cases::difference(y, k.y) < 1e-15);

  Lstm<double> ahead(3, 5, 1, false, Random(1)), back(3, 5, 1, false, Random(1));
  const auto copy = [&](bool reverse, Lstm<double>& to) {
    to.weights(0).weight_x.value = k.lstm.weights(0, reverse).weight_x.value;
    to.weights(0).weight_h.value = k.lstm.weights(0, reverse).weight_h.value;
    to.weights(0).bias.value = k.lstm.weights(0, reverse).bias.value;
  };
  copy(false, ahead), copy(true, back);
  Tensor<double, 3> flipped(k.x.shape()), a({4, 2, 5}), b({4, 2, 5});
  for (Index l = 0; l < 4; ++l) flipped.slice(l).array() = std::as_const(k.x).slice(3 - l).array();
  ahead.infer(k.x, a, {}, nullptr, k.ws);
  back.infer(flipped, b, {}, nullptr, k.ws);
  for (Index l = 0; l < 4; ++l)
    for (Index row = 0; row < 2; ++row)
      for (Index u = 0; u < 5; ++u) {
        CHECK(k.y(l, row, u) == doctest::Approx(a(l, row, u)).epsilon(1e-14));
        CHECK(k.y(l, row, 5 + u) == doctest::Approx(b(3 - l, row, u)).epsilon(1e-14));
      }
}

TEST_CASE("Lstm: backward adds to gradients, overwrites dx, and does without dx and states") {
  Case<double> k({4, 2, 3}, 5, 2, true);
  k.backward();
  const auto once = k.lstm.weights(1, true).weight_h.grad;
  const auto dx = k.dx;
  k.lstm.backward(k.x, k.y, k.dy, k.dx, k.cache, k.ws, k.context(), {&k.dlast, &k.dstart});
  CHECK(cases::same_bits(k.dx, dx));
  CHECK((k.lstm.weights(1, true).weight_h.grad.array() - 2 * once.array()).abs().maxCoeff() < 1e-14);
  zero_grad(k.lstm);
  k.lstm.backward(k.x, k.y, k.dy, {}, k.cache, k.ws, k.context(), {&k.dlast, nullptr});
  CHECK(cases::same_bits(k.lstm.weights(1, true).weight_h.grad, once));
}

TEST_CASE_TEMPLATE("Lstm: same bits on any number of threads", Real, float, double) {
  Case<Real> k({3, 130, 9}, 35, 2, true);
  k.masked = true;
  cases::check_threads([&] {
    k.backward();
    Tensor<Real, 1> all = cases::joined(k.y, k.dx, k.last.h, k.last.c, k.dstart.h, k.dstart.c);
    k.lstm.visit_params([&](const std::string&, auto& p) { all = cases::joined(all, p.grad); });
    return all;
  });
}

TEST_CASE("Lstm names what does not fit") {
  Case<double> k({4, 2, 3}, 5, 1, false);
  CHECK_THROWS_WITH_AS(k.lstm.plan({4, 2, 7}, k.cache), "Lstm::plan x: want (any, any, 3), got (4, 2, 7)", Error);
  Tensor<double, 3> narrow({4, 2, 4});
  CHECK_THROWS_WITH_AS(k.lstm.forward(k.x, narrow, k.cache, k.ws), "Lstm::forward y: want (4, 2, 5), got (4, 2, 4)",
                       Error);
  LstmState<double> other({1, 3, 5});
  CHECK_THROWS_WITH_AS(k.lstm.infer(k.x, k.y, {}, &other, k.ws), "Lstm::infer state: want (1, 2, 5), got (1, 3, 5)",
                       Error);
  Lstm<double>::Cache unplanned;
  CHECK_THROWS_WITH_AS(k.lstm.forward(k.x, k.y, unplanned, k.ws), "Lstm::forward: the cache was not planned", Error);
  CHECK_THROWS_AS(k.lstm.weights(1), Error);
  CHECK_THROWS_AS(k.lstm.weights(0, true), Error);
  CHECK_THROWS_WITH_AS(Lstm<double>(3, 0, 1, false, Random(1)),
                       "Lstm: want 1 or more inputs, units and layers, got 3, 0 and 1", Error);
}
