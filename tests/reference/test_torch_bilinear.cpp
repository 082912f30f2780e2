// Both forms of bilinear pooling, equation (3), against the equations written out in torch (attention.py).
#include "reference.hpp"
#include "stac3dl/kernels/bilinear.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("gate agrees with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("bilinear", "gate", [&](const reference::Case<Real>& c) {
    const auto a = c.template read<1>("a"), v = c.template read<1>("v"), dy = c.template read<1>("dy");
    Tensor<Real, 1> y(a.shape()), da(a.shape()), dv(v.shape());
    kernels::gate_forward<Real>(a, v, y);
    c.agrees("y", y);
    kernels::gate_backward<Real>(a, v, dy, da, dv);
    c.agrees("da", da);
    c.agrees("dv", dv);
  });
}

TEST_CASE_TEMPLATE("the outer form agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("bilinear", "outer", [&](const reference::Case<Real>& c) {
    const auto a = c.template read<4>("a"), v = c.template read<4>("v");
    const auto dy = c.template read<3>("dy");
    const auto mask = c.template mask<3>();
    const CView<std::uint8_t, 3> valid = mask.empty() ? CView<std::uint8_t, 3>{} : mask.view();
    Tensor<Real, 3> y(dy.shape()), b(dy.shape());
    Tensor<Real, 2> length({dy.size(0), dy.size(1)});
    Tensor<Real, 4> da(a.shape()), dv(v.shape());
    kernels::outer_forward<Real>(a, v, valid, y, b, length, ws);
    c.agrees("y", y);
    kernels::outer_backward<Real>(a, v, valid, b, length, dy, da, dv, ws);
    c.agrees("da", da);
    c.agrees("dv", dv);
  });
}
