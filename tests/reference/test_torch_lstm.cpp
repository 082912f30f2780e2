// LSTM layers against torch.nn.LSTM, and with masks against the equations written out in torch.
#include "reference.hpp"
#include "stac3dl/nn/lstm.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("Lstm agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("lstm", "", [&](const reference::Case<Real>& c) {
    Lstm<Real> lstm(c.number("config", 2), c.number("config", 3), static_cast<int>(c.number("config", 4)),
                    c.number("config", 5) != 0, Random(1));
    lstm.visit_params([&](const std::string& name, auto& p) {
      p.value = c.template read<std::decay_t<decltype(p.value)>::rank>(name);
    });
    const auto x = c.template read<3>("x"), dy = c.template read<3>("dy");
    const auto mask = c.template mask<2>();
    LstmState<Real> start = lstm.zero_state(x.size(1)), last = start, dstart = start, dlast = start;
    const bool given = c.has("start_h");
    if (given) start.h = c.template read<3>("start_h"), start.c = c.template read<3>("start_c");
    dlast.h = c.template read<3>("dlast_h"), dlast.c = c.template read<3>("dlast_c");
    const LstmContext<Real> context{mask.empty() ? CView<std::uint8_t, 2>{} : mask.view(), given ? &start : nullptr,
                                    &last};

    typename Lstm<Real>::Cache cache;
    Tensor<Real, 3> y(lstm.plan(x.shape(), cache)), dx(x.shape());
    lstm.forward(x, y, cache, ws, context);
    c.agrees("y", y);
    c.agrees("last_h", last.h);
    c.agrees("last_c", last.c);

    lstm.backward(x, y, dy, dx, cache, ws, context, {&dlast, &dstart});
    c.agrees("dx", dx);
    lstm.visit_params([&](const std::string& name, auto& p) { c.agrees("d" + name, p.grad); });
    if (!given) return;
    c.agrees("dstart_h", dstart.h);
    c.agrees("dstart_c", dstart.c);

    Tensor<Real, 3> inferred(y.shape());
    lstm.infer(x, inferred, context.mask, &start, ws);  // start becomes the last state
    c.agrees("y", inferred);
    c.agrees("last_h", start.h);
    c.agrees("last_c", start.c);
  });
}
