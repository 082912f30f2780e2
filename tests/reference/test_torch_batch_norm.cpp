// Batch normalisation against PyTorch: batch statistics, running ones, and statistics over valid steps only.
#include "reference.hpp"
#include "stac3dl/nn/batch_norm.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("BatchNorm agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("batch_norm", "", [&](const reference::Case<Real>& c) {
    const auto x = c.template read<5>("x"), dy = c.template read<5>("dy");
    const auto mask = c.template mask<2>();
    BatchNorm<Real> norm(x.size(1));
    norm.visit_params([&](const std::string& name, auto& p) { p.value = c.template read<1>(name); });
    norm.visit_buffers([&](const std::string& name, auto& value) {
      value = c.template read<1>(name == "running_mean" ? "old_mean" : "old_variance");
    });

    typename BatchNorm<Real>::Cache cache;
    Tensor<Real, 5> y(norm.plan(x.shape(), cache)), dx(x.shape());
    cache.training = c.number("training") != 0;
    if (!mask.empty()) cache.mask = mask;
    norm.forward(x, y, cache, ws);
    c.agrees("y", y);
    norm.backward(x, y, dy, dx, cache, ws);
    c.agrees("dx", dx);
    norm.visit_params([&](const std::string& name, auto& p) { c.agrees("d" + name, p.grad); });

    if (cache.training) norm.update_running(cache);
    norm.visit_buffers([&](const std::string& name, auto& value) {
      c.agrees(name == "running_mean" ? "new_mean" : "new_variance", value);
    });
    if (cache.training) return;
    Tensor<Real, 5> inferred(y.shape());
    norm.infer(x, inferred);
    c.agrees("y", inferred);
  });
}
