/// nn/parameter.hpp - what is learned: a value, its gradient, and whether weight decay applies to it.
#pragma once

#include <string>

#include "stac3dl/core/random.hpp"
#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Layers list theirs once, in visit_params(visit), as visit("weight", weight_); optimisers, files, gradient checks and
/// summaries all walk that list.  backward() adds to `grad`; zero_grad() at the start of a step clears it.
template <class Real, int R>
struct Parameter {
  Tensor<Real, R> value, grad;  ///< of one shape
  bool decay = true;  ///< false for biases, batch norm and embeddings (model.md, section 8)

  Parameter() = default;
  /// Zeros of this shape.
  explicit Parameter(const Shape<R>& shape, bool decays = true) : value(shape), grad(shape), decay(decays) {}
  const Shape<R>& shape() const { return value.shape(); }  ///< Sizes of the axes.
  Index size() const { return value.size(); }              ///< Number of elements.
};

/// Passes names on with a prefix: layer.visit_params(scoped("lstm.", visit)) visits "lstm.weight_x" and so on.
template <class Visit>
auto scoped(std::string prefix, Visit& visit) {
  return [prefix = std::move(prefix), &visit](const std::string& name, auto& value) { visit(prefix + name, value); };
}

/// Fills with N(0, deviation²); element i gets the stream's i-th number.
template <class Real, int R>
void fill_normal(Tensor<Real, R>& x, double deviation, const Random& random) {
  for (Index i = 0; i < x.size(); ++i)
    x[i] = static_cast<Real>(deviation * random.normal_at(static_cast<std::uint64_t>(i)));
}
/// Fills with U(-limit, limit).
template <class Real, int R>
void fill_uniform(Tensor<Real, R>& x, double limit, const Random& random) {
  for (Index i = 0; i < x.size(); ++i)
    x[i] = static_cast<Real>(limit * (2 * random.uniform_at(static_cast<std::uint64_t>(i)) - 1));
}

template <class Layer>
void zero_grad(Layer& layer) {
  layer.visit_params([](const std::string&, auto& p) { p.grad.fill(0); });
}
template <class Layer>
Index parameter_count(Layer& layer) {
  Index count = 0;
  layer.visit_params([&](const std::string&, auto& p) { count += p.size(); });
  return count;
}

STAC3DL_NAMESPACE_END
