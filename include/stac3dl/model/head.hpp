/// model/head.hpp - equation (14): F -> FC6 -> ReLU -> dropout -> FC7 -> ReLU -> dropout -> FC8 -> logits.
///
/// F (N, U), logits (N, K).  A hidden layer of size 0 is left out.
#pragma once

#include <vector>

#include "stac3dl/model/config.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/activation.hpp"
#include "stac3dl/nn/dropout.hpp"
#include "stac3dl/nn/linear.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class Head {
 public:
  using Scalar = Real;
  struct Cache {
    struct Hidden {
      Tensor<Real, 2> active;    ///< relu(FC x)
      Tensor<Real, 2> dropped;   ///< after dropout: what the next layer reads
      typename Dropout<Real>::Cache dropout;
    };
    std::vector<Hidden> hidden;
    typename Linear<Real>::Cache linear;
  };

  Head(const ModelConfig& config, Index features, const Random& init) : dropout_(static_cast<Real>(config.dropout)) {
    Index inputs = features;
    for (const auto& [name, outputs] : {std::pair{"fc6", config.fc6}, {"fc7", config.fc7}, {"fc8", config.classes}}) {
      if (outputs == 0) continue;
      layers_.push_back({name, Linear<Real>(inputs, outputs, init.split({layers_.size()}), Init::he_normal)});
      inputs = outputs;
    }
  }

  Shape<2> plan(const Shape<2>& x, Cache& k) const {
    k.hidden.resize(layers_.size() - 1);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      const Shape<2> y{x[0], layers_[i].fc.outputs()};
      k.hidden[i].active.resize(y), k.hidden[i].dropped.resize(y);
      dropout_.plan(y, k.hidden[i].dropout);
    }
    return {x[0], layers_.back().fc.outputs()};
  }

  void forward(CView<Real, 2> x, View<Real, 2> logits, Cache& k, bool training, const Random& random, Workspace& ws,
               const Record<Real>& record = {}) const {
    CView<Real, 2> current = x;
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      auto& h = k.hidden[i];
      const Record<Real> own = record.in(layers_[i].name);
      layers_[i].fc.forward(current, h.active, k.linear, ws);
      own("Y", h.active.view());
      kernels::relu_forward<Real>(h.active.view().flat(), h.active.view().flat());
      h.dropout.training = training, h.dropout.random = random.split({i});
      dropout_.forward(h.active, h.dropped, h.dropout, ws);
      own("active", h.active.view()), own("dropped", h.dropped.view());
      record.done(layers_[i].name, h.active.shape(), current.size() * h.active.size(1));
      current = h.dropped;
    }
    layers_.back().fc.forward(current, logits, k.linear, ws);
    record.done(layers_.back().name, logits.shape(), current.size() * logits.size(1));
  }

  void backward(CView<Real, 2> x, CView<Real, 2> d_logits, View<Real, 2> dx, const Cache& k, Workspace& ws,
                const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    CView<Real, 2> d = d_logits;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      const CView<Real, 2> input = i == 0 ? x : k.hidden[i - 1].dropped.view();
      const View<Real, 2> below = i == 0 ? dx : ws.take<Real>(input.shape());
      layers_[i].fc.backward(input, d, d, below, k.linear, ws);
      if (i == 0) return;
      const auto& h = k.hidden[i - 1];
      const Record<Real> own = record.in(layers_[i - 1].name);
      own.gradient("dropped", below);
      dropout_.backward(h.active, h.dropped, below, below, h.dropout, ws);
      own.gradient("active", below);
      kernels::relu_backward<Real>(h.active.view().flat(), below.flat(), below.flat());
      own.gradient("Y", below);
      d = below;
    }
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    for (Layer& l : layers_) l.fc.visit_params(scoped(std::string(l.name) + ".", visit));
  }
  std::uint64_t fold_choices(std::uint64_t fingerprint, const Cache& k) const {
    for (const auto& h : k.hidden) fingerprint = fold_signs(fingerprint, h.active.view());
    return fingerprint;
  }

 private:
  struct Layer {
    const char* name;
    Linear<Real> fc;
  };
  std::vector<Layer> layers_;
  Dropout<Real> dropout_;
};

STAC3DL_NAMESPACE_END
