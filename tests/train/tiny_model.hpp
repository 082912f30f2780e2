/// tests/train/tiny_model.hpp - a two-layer perceptron with all that the trainer asks of a model (dropout, a running
/// mean, buffers), and a source of noisy patterns.  Inference subtracts the running mean of the input, training the
/// batch's:
///   h = dropout(relu((x - mean) W1 + b1))      logits = h W2 + b2
#pragma once

#include <cmath>

#include "stac3dl/kernels/gemm.hpp"
#include "stac3dl/model/mode.hpp"
#include "stac3dl/nn/parameter.hpp"
#include "stac3dl/train/batches.hpp"

namespace tiny {

using namespace stac3dl;

template <class Real>
class Model {
 public:
  using Scalar = Real;
  struct Pass {
    Tensor<Real, 2> x, h, logits, probabilities, d_logits, dh;
    Tensor<Real, 1> mean;
    Workspace workspace;
  };

  Model(Index inputs, Index hidden, Index classes, std::uint64_t seed)
      : w1_({inputs, hidden}), w2_({hidden, classes}), b1_({hidden}, false), b2_({classes}, false),
        running_mean_({inputs}) {
    fill_normal(w1_.value, std::sqrt(2.0 / static_cast<double>(inputs)), Random({seed, 1}));
    fill_normal(w2_.value, std::sqrt(2.0 / static_cast<double>(hidden)), Random({seed, 2}));
  }

  void forward(const Batch<Real>& batch, Pass& pass, Mode mode, const Random& random) const {
    const auto& input = batch.inputs.front().x;
    const Index N = batch.size(), F = w1_.value.size(0), H = w1_.value.size(1), K = w2_.value.size(1);
    pass.x.resize({N, F}), pass.h.resize({N, H}), pass.logits.resize({N, K}), pass.probabilities.resize({N, K});
    pass.mean = running_mean_;
    if (mode == Mode::training) {
      pass.mean.fill(0);
      for (Index n = 0; n < N; ++n) pass.mean.array() += input.slice(n).flat().array() / static_cast<Real>(N);
    }
    for (Index n = 0; n < N; ++n) pass.x.slice(n).array() = input.slice(n).flat().array() - pass.mean.array();
    kernels::gemm<Real>(pass.x, Transpose::no, w1_.value, Transpose::no, pass.h, Store::overwrite, pass.workspace);
    for (Index n = 0; n < N; ++n) {
      auto h = pass.h.slice(n);
      h.array() = (h.array() + b1_.value.array()).max(Real(0));
      if (mode == Mode::training)
        for (Index k = 0; k < H; ++k)
          h[k] *= random.uniform_at(static_cast<std::uint64_t>(n * H + k)) < 0.75 ? Real(4) / 3 : 0;
    }
    kernels::gemm<Real>(pass.h, Transpose::no, w2_.value, Transpose::no, pass.logits, Store::overwrite, pass.workspace);
    for (Index n = 0; n < N; ++n) {
      pass.logits.slice(n).array() += b2_.value.array();
      const auto z = pass.logits.slice(n).array();
      pass.probabilities.slice(n).array() = (z - z.maxCoeff()).exp();
      pass.probabilities.slice(n).array() /= pass.probabilities.slice(n).array().sum();
    }
  }

  void backward(const Batch<Real>&, Pass& pass) {
    const Index N = pass.h.size(0);
    pass.dh.resize(pass.h.shape());
    kernels::gemm<Real>(pass.h, Transpose::yes, pass.d_logits, Transpose::no, w2_.grad, Store::add, pass.workspace);
    kernels::gemm<Real>(pass.d_logits, Transpose::no, w2_.value, Transpose::yes, pass.dh, Store::overwrite,
                        pass.workspace);
    for (Index i = 0; i < pass.dh.size(); ++i) pass.dh[i] = pass.h[i] > 0 ? pass.dh[i] * Real(4) / 3 : 0;
    kernels::gemm<Real>(pass.x, Transpose::yes, pass.dh, Transpose::no, w1_.grad, Store::add, pass.workspace);
    for (Index n = 0; n < N; ++n)
      b2_.grad.array() += pass.d_logits.slice(n).array(), b1_.grad.array() += pass.dh.slice(n).array();
    if (poison_at >= 0 && poison_at-- == 0) b2_.grad[1] = std::numeric_limits<Real>::quiet_NaN();
  }

  void update_running(const Pass& pass) {
    running_mean_.array() = Real(0.9) * running_mean_.array() + Real(0.1) * pass.mean.array();
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("fc1.weight", w1_), visit("fc1.bias", b1_), visit("fc2.weight", w2_), visit("fc2.bias", b2_);
  }
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    visit("running_mean", running_mean_);
  }

  int poison_at = -1;  ///< backward passes until one makes a gradient NaN; -1: never

 private:
  Parameter<Real, 2> w1_, w2_;
  Parameter<Real, 1> b1_, b2_;
  Tensor<Real, 1> running_mean_;
};

/// All numbers of a model, to compare bits.
template <class Real>
std::vector<Real> weights(Model<Real>& model) {
  std::vector<Real> all;
  const auto add = [&](const auto& tensor) { all.insert(all.end(), tensor.begin(), tensor.end()); };
  model.visit_params([&](const std::string&, auto& p) { add(p.value); });
  model.visit_buffers([&](const std::string&, auto& buffer) { add(buffer); });
  return all;
}

/// `size` samples of `classes` random patterns of 2 x 3 x 1 x 2 numbers, plus noise that changes from epoch to epoch.
struct Patterns {
  Index count = 45, classes = 3;
  std::uint64_t seed = 1;
  double noise = 0.5;
  bool shuffled_labels = false;

  Index size() const { return count; }
  Sample sample(Index i) const { return make(i, Random({seed, 1, static_cast<std::uint64_t>(i)})); }
  Sample sample(Index i, std::uint64_t epoch) const {
    return make(i, Random({seed, 2, static_cast<std::uint64_t>(i), epoch}));
  }

 private:
  Sample make(Index i, Random random) const {
    Sample s;
    s.label = i % classes;
    const Random pattern({99, static_cast<std::uint64_t>(s.label)});
    if (shuffled_labels) s.label = static_cast<Index>(Random({seed, 3, static_cast<std::uint64_t>(i)}).below(3));
    s.inputs.resize(1);
    auto& x = s.inputs.front().x;
    x = Tensor<float, 4>({2, 3, 1, 2});
    for (Index k = 0; k < x.size(); ++k)
      x[k] = static_cast<float>(0.5 + pattern.normal_at(static_cast<std::uint64_t>(k)) + noise * random.normal());
    return s;
  }
};

}  // namespace tiny
