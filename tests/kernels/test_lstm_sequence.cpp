#include "stac3dl/kernels/lstm_sequence_ref.hpp"

#include "error_over_rms.hpp"
#include "lstm_cases.hpp"

using namespace stac3dl;
using kernels::LstmOrder;

namespace {
template <class Real>
struct Case {
  Index L, B, I, U;
  Tensor<Real, 3> x, dy;
  Tensor<Real, 2> wx, wh, h0, c0, dlast_h, dlast_c;
  Tensor<Real, 1> bias;
  Tensor<std::uint8_t, 2> mask;
  LstmOrder order = LstmOrder::forward;
  bool masked = false, started = false;
  Accuracy accuracy = Accuracy::exact;
  Case(Index steps, Index batch, Index inputs, Index units)
      : L(steps), B(batch), I(inputs), U(units), x(cases::normal<Real>(Shape<3>{L, B, I}, 1)),
        dy(cases::normal<Real>(Shape<3>{L, B, U}, 2)), wx(cases::normal<Real>(Shape<2>{4 * U, I}, 3)),
        wh(cases::normal<Real>(Shape<2>{4 * U, U}, 4)), h0(cases::normal<Real>(Shape<2>{B, U}, 5)),
        c0(cases::normal<Real>(Shape<2>{B, U}, 6)), dlast_h(cases::normal<Real>(Shape<2>{B, U}, 7)),
        dlast_c(cases::normal<Real>(Shape<2>{B, U}, 8)), bias(cases::normal<Real>(Shape<1>{4 * U}, 9)),
        mask(cases::mask(Shape<2>{L, B}, 0.6, 10)) {}
  kernels::LstmRun<Real> run() const {
    kernels::LstmRun<Real> r{x, {wx, wh, bias}, {}, order, {}, accuracy};
    if (masked) r.mask = mask;
    if (started) r.start = {h0, c0};
    return r;
  }
};
template <class Real>
struct Result {
  Tensor<Real, 3> y, gates, cells, dx;
  Tensor<Real, 2> h, c, dwx, dwh, dh0, dc0;
  Tensor<Real, 1> dbias;
  explicit Result(const Case<Real>& k)
      : y({k.L, k.B, k.U}, Real(9)), gates({k.L, k.B, 4 * k.U}, Real(9)), cells({k.L, k.B, k.U}, Real(9)),
        dx({k.L, k.B, k.I}, Real(3)), h({k.B, k.U}, Real(9)), c({k.B, k.U}, Real(9)), dwx({4 * k.U, k.I}),
        dwh({4 * k.U, k.U}), dh0({k.B, k.U}, Real(9)), dc0({k.B, k.U}, Real(9)),
        dbias({4 * k.U}) {}
};
template <class Real>
Result<Real> fast(const Case<Real>& k, Workspace& ws, Store store = Store::overwrite) {
  Result<Real> r(k);
  testing::poison(ws);
  kernels::lstm_forward<Real>(k.run(), r.y, r.gates, r.cells, {r.h, r.c}, ws);
  testing::poison(ws);
  kernels::lstm_backward<Real>(k.run(), r.y, r.gates, r.cells, k.dy, {k.dlast_h, k.dlast_c}, r.dx, store,
                               {r.dwx, r.dwh, r.dbias}, {r.dh0, r.dc0}, ws);
  return r;
}
template <class Real>
Result<Real> plain(const Case<Real>& k, Workspace& ws, Store store = Store::overwrite) {
  Result<Real> r(k);
  kernels::lstm_forward_ref<Real>(k.run(), r.y, r.gates, r.cells, {r.h, r.c}, ws);
  kernels::lstm_backward_ref<Real>(k.run(), r.y, r.gates, r.cells, k.dy, {k.dlast_h, k.dlast_c}, r.dx, store,
                                   {r.dwx, r.dwh, r.dbias}, {r.dh0, r.dc0}, ws);
  return r;
}
template <class Real>
Tensor<Real, 1> joined(const Result<Real>& r) {
  return cases::joined(r.y, r.gates, r.cells, r.dx, r.h, r.c, r.dwx, r.dwh, r.dh0, r.dc0, r.dbias);
}
/// body(case) for both orders, with and without mask and start state.
template <class Real, class Body>
void for_each_form(Case<Real>& k, const Body& body) {
  for (LstmOrder order : {LstmOrder::forward, LstmOrder::reversed})
    for (bool masked : {false, true})
      for (bool started : {false, true}) {
        CAPTURE(masked);
        CAPTURE(started);
        CAPTURE((order == LstmOrder::reversed));
        k.order = order, k.masked = masked, k.started = started;
        body(k);
      }
}
}  // namespace

TEST_CASE("lstm sequence agrees with its plain twin") {
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    Workspace ws;
    // From 17 rows on weights are packed.
    for (const Shape<4>& s : {Shape<4>{1, 1, 1, 1}, Shape<4>{1, 4, 3, 2}, Shape<4>{5, 3, 4, 6}, Shape<4>{4, 2, 17, 19},
                              Shape<4>{3, 17, 2, 1}, Shape<4>{3, 31, 5, 37}, Shape<4>{2, 130, 3, 70}}) {
      CAPTURE(to_string(s));
      Case<double> k(s[0], s[1], s[2], s[3]);
      for_each_form(k, [&](const auto&) {
        for (Store store : {Store::overwrite, Store::add}) {
          const auto a = fast(k, ws, store), b = plain(k, ws, store);
          CHECK(cases::difference(a.y, b.y) < 1e-12);
          CHECK(cases::difference(a.gates, b.gates) < 1e-12);
          CHECK(cases::difference(a.cells, b.cells) < 1e-12);
          CHECK(cases::difference(a.h, b.h) < 1e-12);
          CHECK(cases::difference(a.c, b.c) < 1e-12);
          CHECK(cases::difference(a.dx, b.dx) < 1e-12);
          CHECK(cases::difference(a.dwx, b.dwx) < 1e-12);
          CHECK(cases::difference(a.dwh, b.dwh) < 1e-12);
          CHECK(cases::difference(a.dbias, b.dbias) < 1e-12);
          CHECK(cases::difference(a.dh0, b.dh0) < 1e-12);
          CHECK(cases::difference(a.dc0, b.dc0) < 1e-12);
        }
      });
    }
  }
}

TEST_CASE("lstm sequence: gradients through time") {
  Workspace ws;
  Case<double> k(5, 2, 3, 4);
  for_each_form(k, [&](const auto&) {
    const auto r = fast(k, ws);
    const auto loss = [&] {
      Result<double> f(k);
      kernels::lstm_forward<double>(k.run(), f.y, f.gates, f.cells, {f.h, f.c}, ws);
      return cases::weighted(f.y, k.dy) + cases::weighted(f.h, k.dlast_h) + cases::weighted(f.c, k.dlast_c);
    };
    cases::check_tensor("x", k.x, r.dx, loss);
    cases::check_tensor("weight_x", k.wx, r.dwx, loss);
    cases::check_tensor("weight_h", k.wh, r.dwh, loss);
    cases::check_tensor("bias", k.bias, r.dbias, loss);
    if (!k.started) return;
    cases::check_tensor("h0", k.h0, r.dh0, loss);
    cases::check_tensor("c0", k.c0, r.dc0, loss);
  });
}

TEST_CASE("lstm sequence: inference gives what training gives, and its plain twin") {
  Workspace ws;
  Case<double> k(5, 700, 2, 3);  // 700 rows: the projections are made in blocks of 2 steps
  for_each_form(k, [&](const auto&) {
    const auto want = fast(k, ws);
    Tensor<double, 2> h({k.B, k.U}), c({k.B, k.U});
    if (k.started) h = k.h0, c = k.c0;
    auto h_ref = h, c_ref = c;
    Tensor<double, 3> y(k.dy.shape()), y_ref(k.dy.shape());
    kernels::lstm_infer<double>(k.run(), {h, c}, y, ws);
    kernels::lstm_infer_ref<double>(k.run(), {h_ref, c_ref}, y_ref, ws);
    CHECK(cases::difference(y, want.y) < 1e-12);
    CHECK(cases::difference(h, want.h) < 1e-12);
    CHECK(cases::difference(c, want.c) < 1e-12);
    CHECK(cases::difference(y, y_ref) < 1e-12);
    CHECK(cases::difference(h, h_ref) < 1e-12);
    CHECK(cases::difference(c, c_ref) < 1e-12);
  });
}

TEST_CASE("lstm sequence: masked steps are as if they were not there") {
  Workspace ws;
  Case<double> k(6, 1, 3, 4);
  k.mask = Tensor<std::uint8_t, 2>({6, 1}, {0, 1, 0, 0, 1, 1});
  Case<double> compact(3, 1, 3, 4);
  const std::array<Index, 3> kept{1, 4, 5};
  for (Index s = 0; s < 3; ++s)
    std::copy_n(k.x.slice(kept[static_cast<std::size_t>(s)]).data(), 3, compact.x.slice(s).data());
  k.masked = true;
  for (LstmOrder order : {LstmOrder::forward, LstmOrder::reversed}) {
    k.order = compact.order = order;
    const auto a = fast(k, ws), b = fast(compact, ws);
    CHECK(cases::same_bits(a.h, b.h));
    CHECK(cases::same_bits(a.c, b.c));
    for (Index u = 0; u < 4; ++u) {
      for (Index s = 0; s < 3; ++s) CHECK(a.y(kept[static_cast<std::size_t>(s)], 0, u) == b.y(s, 0, u));
      const bool forward = order == LstmOrder::forward;
      CHECK(a.y(0, 0, u) == (forward ? 0 : a.y(1, 0, u)));  // ahead of all valid steps: the start
      CHECK(a.y(2, 0, u) == a.y(forward ? 1 : 4, 0, u));
      CHECK(a.y(3, 0, u) == a.y(forward ? 1 : 4, 0, u));
    }
    for (Index l : {0, 2, 3})
      for (Index i = 0; i < 3; ++i) CHECK(a.dx(l, 0, i) == 0);
  }
}

TEST_CASE("lstm sequence: two halves with the state handed over are the whole") {
  Workspace ws;
  Case<double> k(6, 3, 4, 5);
  k.masked = true;
  const auto whole = fast(k, ws);
  Tensor<double, 2> h({3, 5}), c({3, 5});
  Tensor<double, 3> y({6, 3, 5});
  for (Index half : {0, 3}) {
    auto part = k.run();
    part.x = part.x.range(half, 3), part.mask = part.mask.range(half, 3);
    kernels::lstm_infer<double>(part, {h, c}, y.view().range(half, 3), ws);
  }
  CHECK(cases::difference(y, whole.y) < 1e-14);
  CHECK(cases::difference(h, whole.h) < 1e-14);
  CHECK(cases::difference(c, whole.c) < 1e-14);
}

TEST_CASE_TEMPLATE("lstm sequence: same bits on any number of threads", Real, float, double) {
  Workspace ws;
  Case<Real> k(4, 150, 33, 70);
  k.masked = k.started = true;
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    cases::check_threads([&] { return joined(fast(k, ws)); });
    cases::check_threads([&] {
      Tensor<Real, 2> h = k.h0, c = k.c0;
      Tensor<Real, 3> y(k.dy.shape());
      kernels::lstm_infer<Real>(k.run(), {h, c}, y, ws);
      return cases::joined(y, h, c);
    });
  }
}

TEST_CASE("lstm sequence: what is not wanted is skipped, and scratch does not grow") {
  Workspace ws;
  Case<double> k(3, 2, 3, 4);
  k.started = true;
  const auto want = fast(k, ws);
  Result<double> r(k);
  kernels::lstm_forward<double>(k.run(), r.y, r.gates, r.cells, {}, ws);
  kernels::lstm_backward<double>(k.run(), r.y, r.gates, r.cells, k.dy, {k.dlast_h, k.dlast_c}, {}, Store::overwrite,
                                 {r.dwx, r.dwh, r.dbias}, {}, ws);
  CHECK(cases::same_bits(r.dwx, want.dwx));
  CHECK(cases::same_bits(r.dwh, want.dwh));
  CHECK(cases::same_bits(r.dbias, want.dbias));
  const std::size_t held = ws.capacity();
  fast(k, ws);
  CHECK(ws.capacity() == held);
}

TEST_CASE("lstm sequence names what does not fit") {
  Workspace ws;
  Case<double> k(3, 2, 3, 4);
  k.masked = true;
  k.mask = Tensor<std::uint8_t, 2>({2, 3});
  Result<double> r(k);
  CHECK_THROWS_WITH_AS(kernels::lstm_forward<double>(k.run(), r.y, r.gates, r.cells, {}, ws),
                       "lstm mask: want (3, 2), got (2, 3)", Error);
  k.masked = false;
  auto run = k.run();
  run.start.h = k.h0;
  CHECK_THROWS_WITH_AS(kernels::lstm_forward<double>(run, r.y, r.gates, r.cells, {}, ws),
                       "lstm start: want both h and c or neither", Error);
  CHECK_THROWS_WITH_AS(kernels::lstm_infer<double>(k.run(), {}, r.y, ws), "lstm_infer: want a state", Error);
  Case<double> none(0, 2, 3, 4);
  Result<double> empty(none);
  CHECK_THROWS_WITH_AS(kernels::lstm_forward<double>(none.run(), empty.y, empty.gates, empty.cells, {}, ws),
                       "lstm x: want 1 or more steps, got 0", Error);
}

TEST_CASE("lstm sequence: what an accuracy gives up, on every instruction set") {
  Workspace ws;
  Case<float> k(5, 64, 256, 160);
  const auto glorot = [](Tensor<float, 2>& w) {
    w.array() *= std::sqrt(2 / static_cast<float>(w.size(1) + w.size(0) / 4));
  };
  glorot(k.wx), glorot(k.wh);
  const Result<float> want = plain(k, ws);
  const auto error = [](const auto& got, const auto& exact) {
    REQUIRE(exact.array().square().mean() > 1e-6f);
    return testing::error_over_rms(got, exact);
  };
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    k.accuracy = Accuracy::exact;
    const Result<float> exact = fast(k, ws);
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::fast}) {
      k.accuracy = accuracy;
      const Result<float> got = fast(k, ws);
      const bool same = (joined(got).array() == joined(exact).array()).all();
      CHECK(same == (used != Isa::amx));  // only tile registers have something to give up
      for (const auto& [most, r] : {std::pair{1e-4, &got}, std::pair{1e-5, &exact}}) {
        CHECK(error(r->y, want.y) <= most);
        CHECK(error(r->dx, want.dx) <= 2 * most);  // rounding of all steps comes together in gradients
        CHECK(error(r->dwx, want.dwx) <= 2 * most);
        CHECK(error(r->dwh, want.dwh) <= 2 * most);
        CHECK(error(r->dbias, want.dbias) <= 2 * most);
      }
    }
  }
}
