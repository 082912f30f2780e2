// 3-D convolution against PyTorch: every variant, forward and all gradients.
#include "reference.hpp"
#include "stac3dl/kernels/conv3d.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("conv3d agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("conv3d", "", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<5>("x"), w = c.template read<5>("w"), dy = c.template read<5>("dy");
    const auto b = c.template read<1>("b");
    const Conv3dSpec spec{{w.size(2), w.size(3), w.size(4)}, c.axes("stride"), c.axes("padding")};
    for (const auto& one : kernels::conv3d_list<Real>) {
      INFO("variant ", one.name);
      Tensor<Real, 5> y(kernels::conv3d_output_shape(x.shape(), w.size(0), spec)), dx(x.shape()), dw(w.shape());
      Tensor<Real, 1> db(b.shape());
      if (!one.applies(x.shape(), y.shape(), spec)) continue;
      kernels::conv3d_forward<Real>(x, w, b, y, spec, ws, one.variant);
      kernels::conv3d_backward_data<Real>(dy, w, dx, spec, ws, one.variant);
      kernels::conv3d_backward_weights<Real>(x, dy, dw, db, spec, ws, one.variant);
      c.agrees("y", y);
      c.agrees("dx", dx);
      c.agrees("dw", dw);
      c.agrees("db", db);
    }
  });
}
