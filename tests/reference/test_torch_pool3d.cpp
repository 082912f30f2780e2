// 3-D max and average pooling against PyTorch: floor, ceil, padded, overlapping.
#include "reference.hpp"
#include "stac3dl/kernels/pool3d.hpp"

using namespace stac3dl;

namespace {
template <class Real>
Pool3dSpec spec_of(const reference::Case<Real>& c) {
  return {c.axes("window"), c.axes("stride"), c.axes("padding"), c.number("ceil") != 0,
          !c.has("include") || c.number("include") != 0};
}
}  // namespace

TEST_CASE_TEMPLATE("max_pool3d agrees with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("pool3d", "max_", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<5>("x"), dy = c.template read<5>("dy");
    const Pool3dSpec spec = spec_of(c);
    const Shape<5> out = kernels::pool3d_output_shape(x.shape(), spec);
    Tensor<Real, 5> y(out), dx(x.shape());
    Tensor<std::uint16_t, 5> choice(out);
    kernels::max_pool3d_forward<Real>(x, y, choice, spec);
    c.agrees("y", y);
    kernels::max_pool3d_backward<Real>(dy, choice, dx, spec);
    c.agrees("dx", dx);
  });
}

TEST_CASE_TEMPLATE("avg_pool3d agrees with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("pool3d", "average_", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<5>("x"), dy = c.template read<5>("dy");
    const Pool3dSpec spec = spec_of(c);
    Tensor<Real, 5> y(kernels::pool3d_output_shape(x.shape(), spec)), dx(x.shape());
    kernels::avg_pool3d_forward<Real>(x, y, spec);
    c.agrees("y", y);
    kernels::avg_pool3d_backward<Real>(dy, dx, spec);
    c.agrees("dx", dx);
  });
}
