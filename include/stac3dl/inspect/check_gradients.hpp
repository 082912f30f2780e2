/// inspect/check_gradients.hpp - is the backward pass of a layer or a model right?  In one line.
///
///   std::cout << check_gradients(layer, Shape<2>{3, 4});        // a layer of yours: its input and every parameter
///   std::cout << check_gradients(model, batch);                 // a model: every parameter, and its inputs
///   check(check_gradients(layer, Shape<2>{3, 4}).right(), "my layer's gradient is wrong");
/// loss = <y, R> for a fixed random R, which sends a gradient down every path; differences as in gradient_check.hpp.
#pragma once

#include <iterator>
#include <ostream>

#include "stac3dl/core/text_table.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/model/mode.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What check_gradients found out, a row a tensor.
struct GradientTable {
  std::vector<GradientReport> tensors;  ///< the input's, then the parameters'

  /// The largest difference of any tensor, over that tensor's largest gradient.
  double worst() const {
    double worst = 0;
    for (const GradientReport& r : tensors)
      if (!zero(r) && !(r.worst <= worst)) worst = r.worst;
    return worst;
  }
  /// True if all agree to `tolerance`.  A gradient that is 0 everywhere is wrong unless `may_be_zero` names it: a path
  /// that nothing flows through is the usual mistake.  So is a tensor of which no probe counts.
  bool right(double tolerance = 1e-7, const std::vector<std::string>& may_be_zero = {}) const {
    for (const GradientReport& r : tensors) {
      const bool known = std::find(may_be_zero.begin(), may_be_zero.end(), r.name) != may_be_zero.end();
      if (zero(r) ? !known : !(r.worst <= tolerance) || r.probed == 0) return false;
    }
    return !tensors.empty();
  }
  /// A table of all tensors, for people.
  std::string text() const {
    TextTable table({"tensor", "probes", "at kinks", "largest gradient", "worst difference", "at"});
    const auto number = [](double v) {
      char text[32];
      std::snprintf(text, sizeof text, "%.2g", v);
      return std::string(text);
    };
    for (const GradientReport& r : tensors)
      table.add({r.name, std::to_string(r.probed), std::to_string(r.redrawn), zero(r) ? "0" : number(r.largest),
                 zero(r) ? "" : number(r.worst), zero(r) ? "" : std::to_string(r.at)});
    return table.text();
  }
  /// Writes text().
  friend std::ostream& operator<<(std::ostream& out, const GradientTable& t) { return out << t.text(); }

  /// Nothing but rounding beside the largest gradient of all.
  bool zero(const GradientReport& report) const {
    double largest = 0;
    for (const GradientReport& r : tensors) largest = std::max(largest, r.largest);
    return report.largest <= 1e-12 * largest;
  }
};

namespace detail {
/// Fingerprint of which elements are exactly 0, which is what a ReLU decides.
template <class T, int R>
std::uint64_t fold_zeros(std::uint64_t fingerprint, BasicView<T, R> x) {
  for (Index i = 0; i < x.size(); ++i) fingerprint = fold_choice(fingerprint, x.data()[i] == 0 ? 1 : 2);
  return fingerprint;
}
}  // namespace detail

/// A layer of doubles for inputs of shape x, drawn from N(0, 1).  Probes across a kink are told by outputs that become
/// 0 or cease to be; a layer that decides in another way (a max pool) needs check_gradient and `choices`.  Parameters'
/// gradients are those of the check afterwards.
template <class L, std::size_t R>
GradientTable check_gradients(L& layer, const std::array<Index, R>& x_shape, GradientOptions options = {}) {
  static_assert(std::is_same_v<typename L::Scalar, double>, "stac3dl: check_gradients wants a layer of doubles");
  constexpr int RX = static_cast<int>(R);
  typename L::Cache cache;
  Workspace workspace;
  const auto y_shape = layer.plan(x_shape, cache);
  constexpr int RY = static_cast<int>(std::tuple_size_v<std::remove_const_t<decltype(y_shape)>>);
  static_assert(Layer<L, RX, RY>, "stac3dl: check_gradients wants a layer, see nn/layer.hpp");
  Tensor<double, RX> x(x_shape), dx(x_shape);
  Tensor<double, RY> y(y_shape), r(y_shape);
  fill_normal(x, 1, Random({options.seed, 1})), fill_normal(r, 1, Random({options.seed, 2}));
  const auto loss = [&] {
    layer.forward(x, y, cache, workspace);
    return (y.array() * r.array()).sum();
  };
  const auto choices = [&] { return detail::fold_zeros(1, y.view()); };
  loss();
  zero_grad(layer);
  layer.backward(x, y, r, dx, cache, workspace);
  GradientTable table;
  table.tensors.push_back(check_gradient("x", x.view().flat(), dx.view().flat(), loss, choices, options));
  layer.visit_params([&](const std::string& name, auto& p) {
    table.tensors.push_back(check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss, choices, options));
  });
  return table;
}

/// A model of doubles as the trainer takes it: forward(batch, pass, mode, random), backward(batch, pass), visit_params;
/// its Pass has logits and d_logits and, if it wants inputs to be checked, d_inputs.  Key points take part where there
/// are any.  Training mode, with the same dropout each time.  model.choices(pass), where there is one, tells probes
/// across kinks.
template <class Model, class Batch>
GradientTable check_gradients(Model& model, const Batch& batch,
                              GradientOptions options = {.step = 2e-5, .probes = 12}) {
  static_assert(std::is_same_v<typename Model::Scalar, double>, "stac3dl: check_gradients wants a model of doubles");
  Batch moved = batch;
  typename Model::Pass pass;
  Tensor<double, 2> r;
  [[maybe_unused]] Tensor<double, 4> q;
  const auto loss = [&] {
    model.forward(moved, pass, Mode::training, Random({options.seed, 3}));
    if (r.empty()) r.resize(pass.logits.shape()), fill_normal(r, 1, Random({options.seed, 2}));
    double sum = (pass.logits.array() * r.array()).sum();
    if constexpr (requires { pass.d_keypoints; }) {
      if (q.empty() && !pass.keypoints.empty())
        q.resize(pass.keypoints.shape()), fill_normal(q, 1, Random({options.seed, 4}));
      if (!q.empty()) sum += (pass.keypoints.array() * q.array()).sum();
    }
    return sum;
  };
  const auto choices = [&]() -> std::uint64_t {
    if constexpr (requires { model.choices(pass); })
      return model.choices(pass);
    else
      return 0;
  };
  loss();
  if constexpr (requires { pass.want_input_gradients = true; }) pass.want_input_gradients = true;
  zero_grad(model);
  pass.d_logits = r;
  if constexpr (requires { pass.d_keypoints; })
    if (!q.empty()) pass.d_keypoints = q;
  model.backward(moved, pass);
  GradientTable table;
  model.visit_params([&](const std::string& name, auto& p) {
    table.tensors.push_back(check_gradient(name, p.value.view().flat(), p.grad.view().flat(), loss, choices, options));
  });
  if constexpr (requires { pass.d_inputs.front(); }) {
    for (std::size_t m = 0; m < moved.inputs.size(); ++m) {
      const Tensor<double, 5> dx = pass.d_inputs[m];  // a later pass would write over it
      table.tensors.push_back(check_gradient("input " + std::to_string(m), moved.inputs[m].x.view().flat(),
                                             dx.view().flat(), loss, choices, options));
    }
  }
  return table;
}

STAC3DL_NAMESPACE_END
