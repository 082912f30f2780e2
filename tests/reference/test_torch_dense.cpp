// Linear, activations, softmax and cross-entropy against PyTorch.
#include "reference.hpp"
#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/kernels/softmax.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("linear agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("dense", "linear", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<2>("x"), w = c.template read<2>("w"), dy = c.template read<2>("dy");
    const auto b = c.template read<1>("b");
    Tensor<Real, 2> y(dy.shape()), dx(x.shape()), dw(w.shape());
    Tensor<Real, 1> db(b.shape());
    kernels::linear_forward<Real>(x, w, b, y, ws);
    c.agrees("y", y);
    kernels::linear_backward_data<Real>(dy, w, dx, ws);
    kernels::linear_backward_weights<Real>(x, dy, dw, db, ws);
    c.agrees("dx", dx);
    c.agrees("dw", dw);
    c.agrees("db", db);
  });
}

TEST_CASE_TEMPLATE("activations agree with PyTorch", Real, float, double) {
  const auto compare = [](const std::string& name, auto&& forward, auto&& backward) {
    reference::for_each_case<Real>("dense", name + "/", [&](const reference::Case<Real>& c) {
      const auto x = c.template read<2>("x"), dy = c.template read<2>("dy");
      Tensor<Real, 2> y(x.shape()), dx(x.shape());
      forward(x.view().flat(), y.view().flat());
      c.agrees("y", y);
      backward(y.view().flat(), dy.view().flat(), dx.view().flat());
      c.agrees("dx", dx);
    });
  };
  compare("relu", kernels::relu_forward<Real>, kernels::relu_backward<Real>);
  compare("sigmoid", kernels::sigmoid_forward<Real>, kernels::sigmoid_backward<Real>);
  compare("tanh", kernels::tanh_forward<Real>, kernels::tanh_backward<Real>);
}

TEST_CASE_TEMPLATE("softmax agrees with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("dense", "softmax", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<2>("x"), dy = c.template read<2>("dy");
    const auto mask = c.template mask<2>();
    Tensor<Real, 2> y(x.shape()), dx(x.shape());
    kernels::softmax_forward<Real>(x, mask.empty() ? CView<std::uint8_t, 2>{} : mask.view(), y);
    c.agrees("y", y);
    kernels::softmax_backward<Real>(y, dy, dx);
    c.agrees("dx", dx);
  });
}

TEST_CASE_TEMPLATE("cross-entropy agrees with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("dense", "cross_entropy", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<2>("x");
    std::vector<Index> labels;
    for (Index n = 0; n < x.size(0); ++n) labels.push_back(c.number("labels", n));
    Tensor<Real, 2> dx(x.shape());
    const Real smoothing = c.template read<1>("smoothing")[0];
    const Real loss = kernels::cross_entropy<Real>(x, labels, smoothing, dx);
    c.agrees("loss", Tensor<Real, 1>({1}, loss));
    c.agrees("dx", dx);
  });
}
