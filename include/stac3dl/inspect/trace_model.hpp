/// inspect/trace_model.hpp - trace(model, batch): every tensor of STA-C3DL and the gradient of a loss by each.
///
/// What the model's parts hand to the recorder is taken as it comes; what stays inside a kernel (gates, scores, the
/// outer product) is added where it was computed: trace_lstm.hpp, trace_attention.hpp, and below.
#pragma once

#include "stac3dl/inspect/trace.hpp"
#include "stac3dl/inspect/trace_attention.hpp"
#include "stac3dl/inspect/trace_lstm.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/model/sta_c3dl.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Fills pass.d_logits [and pass.d_keypoints]: what is differentiated.
template <class Real>
using TraceLoss = std::function<void(const Batch<Real>&, ModelPass<Real>&)>;

/// Mean cross-entropy of the batch's labels, the default.
template <class Real>
void label_loss(const Batch<Real>& batch, ModelPass<Real>& pass) {
  kernels::cross_entropy_backward<Real>(pass.probabilities, batch.labels, Real(0), pass.d_logits);
}
/// The logit of class k, summed over the samples: what Grad-CAM asks for.
template <class Real>
TraceLoss<Real> class_score(Index k) {
  return [k](const Batch<Real>&, ModelPass<Real>& pass) {
    const Index K = pass.logits.size(1);
    check(k >= 0 && k < K, "class_score: want a class from 0 to ", K - 1, ", got ", k);
    pass.d_logits.fill(0);
    for (Index n = 0; n < pass.d_logits.size(0); ++n) pass.d_logits(n, k) = 1;
  };
}

/// What is traced.
template <class Real>
struct TraceOptions {
  Mode mode = Mode::inference;  ///< training: dropout draws, batch normalisation uses the batch
  Random random{0};             ///< draws the dropout
  bool gradients = true;  ///< a backward pass is run as well
  TraceLoss<Real> loss = label_loss<Real>;  ///< whose gradients they are
  std::function<bool(const std::string&)> keep = {};  ///< of which tensors the numbers are kept; empty: of all
  const LstmState<Real>* start = nullptr;             ///< the LSTM's state to start from
};

namespace detail {

/// Listens to a pass and adds what kernels keep to themselves.
template <class Real>
class ModelTracer {
 public:
  ModelTracer(StaC3d<Real>& model, const ModelPass<Real>& pass, Trace<Real>& trace)
      : config_(model.config()), lstm_(model.lstm()), pass_(pass), trace_(trace) {
    model.visit_params([&](const std::string& name, auto& p) {
      trace_.take(name, p.value.view(), false, true);
      if (name.starts_with("stam.") || name == "am.v") weights_[name] = p.value.view().flat();
    });
  }

  void operator()(const RecordedTensor<Real>& seen) {
    if (!trace_.contains("valid")) take_valid();
    if (!seen.gradient) {
      if (seen.name == "h" && lstm_) lstm().values([&](const auto& part) { take_part(part, false); });
      if (seen.name == "F") attention_values();
      if (outer_of(seen.name)) take(prefix(seen.name) + "B", outer_of(seen.name)->encoder.outer.product.view());
      return trace_.take(seen);
    }
    if (seen.name == "keypoints.z") map_gradients(seen);
    trace_.take(seen);
    if (seen.name == "F") attention_gradients(CView<Real, 2>(seen.data, pass_.features.shape()));
    if (seen.name == "h" && lstm_)
      lstm().gradients(CView<Real, 4>(seen.data, pass_.h.shape()), [&](const auto& part) { take_part(part, true); });
    if (outer_of(seen.name)) outer_gradient(seen, *outer_of(seen.name));
  }

 private:
  using Modality = typename ModelPass<Real>::Modality;

  template <class T, int R>
  void take(const std::string& name, BasicView<T, R> x, bool gradient = false) {
    trace_.take(name, x, gradient);
  }
  /// Which tokens took part, as ones and zeros.
  void take_valid() {
    Tensor<Real, 3> valid(pass_.valid.shape());
    for (Index i = 0; i < valid.size(); ++i) valid[i] = pass_.valid[i] != 0;
    take("valid", valid.view());
  }
  LstmTracer<Real> lstm() const { return {*lstm_, pass_.lstm, pass_.h.view(), pass_.valid.view(), pass_.start}; }
  void take_part(const LstmTrace<Real>& part, bool gradient) {
    for (std::size_t k = 0; k < std::size(part.names); ++k)
      take(part.name + part.names[k], part.numbers[k].view(), gradient);
  }

  // Equations (11) and (12), or plain attention.
  bool stam() const { return weights_.count("stam.alpha.weight") > 0; }
  bool plain() const { return weights_.count("am.v") > 0; }
  void attention_values() {
    if (stam()) {
      const auto [e, s] =
          stam_scores<Real>(pass_.h, pass_.valid, weights_["stam.alpha.weight"], weights_["stam.alpha.bias"][0],
                            weights_["stam.beta.weight"], weights_["stam.beta.bias"][0]);
      take("stam.e", e.view()), take("alpha", pass_.alpha.view());
      take("stam.s", s.view()), take("beta", pass_.beta.view());
      return;
    }
    if (plain()) {
      Tensor<Real, 3> s = token_products<Real>(pass_.attention.plain.t, weights_["am.v"].data(), 0);
      const auto [N, L, P] = s.shape();
      for (Index n = 0; n < N; ++n)
        for (Index l = 0; l < L; ++l)
          for (Index p = 0; p < P; ++p)
            if (pass_.valid(l, n, p) == 0) s(n, l, p) = 0;
      take("am.t", pass_.attention.plain.t.view()), take("am.s", s.view()), take("am.w", pass_.attention.w.view());
    }
    take("alpha", pass_.alpha.view()), take("beta", pass_.beta.view());
  }
  void attention_gradients(CView<Real, 2> df) {
    if (stam()) {
      const auto d = stam_gradients<Real>(pass_.h, pass_.alpha, pass_.beta, df);
      take("beta", d.beta.view(), true), take("stam.s", d.s.view(), true);
      take("alpha", d.alpha.view(), true), take("stam.e", d.e.view(), true);
    } else if (plain()) {
      const auto dw = token_products<Real>(pass_.h, df.data(), df.size(1));
      const auto ds = softmax_gradient<Real, 3>(pass_.attention.w, dw, dw.size(1) * dw.size(2));
      const auto v = weights_["am.v"];
      Tensor<Real, 4> dt(pass_.h.shape());
      const auto [L, N, P, U] = dt.shape();
      for (Index l = 0; l < L; ++l)
        for (Index n = 0; n < N; ++n)
          for (Index p = 0; p < P; ++p)
            for (Index u = 0; u < U; ++u) dt(l, n, p, u) = ds(n, l, p) * v[u];
      take("am.w", dw.view(), true), take("am.s", ds.view(), true), take("am.t", dt.view(), true);
    }
  }

  // The outer form of equation (3): r is the normalised signed root of B.
  static std::string prefix(const std::string& name) { return name.substr(0, name.size() - 1); }
  const Modality* outer_of(const std::string& name) const {
    if (config_.bilinear != Bilinear::outer || !has_encoder(config_.variant) || !name.ends_with(".r")) return nullptr;
    for (std::size_t m = 0; m < config_.modalities.size(); ++m)
      if (name == config_.modalities[m].name + ".r") return &pass_.modalities[m];
    return nullptr;
  }
  ///   root = B / sqrt(|B| + eps), r = root / q
  ///   droot = (dr - r <r, dr>) / q                  dB = droot (|B|/2 + eps) / (|B| + eps)^1.5
  void outer_gradient(const RecordedTensor<Real>& seen, const Modality& own) {
    const Tensor<Real, 3>& B = own.encoder.outer.product;
    const Real eps = static_cast<Real>(kernels::bilinear_detail::epsilon);
    const Index columns = B.size(2);
    Tensor<Real, 3> dB(B.shape());
    for (Index row = 0; row < B.size() / columns; ++row) {
      const Real q = own.encoder.outer.length[row];
      if (static_cast<double>(q) < kernels::bilinear_detail::shortest) continue;
      const Real *r = own.tokens.data() + row * columns, *dr = seen.data + row * columns, *b = B.data() + row * columns;
      Real along = 0;
      for (Index i = 0; i < columns; ++i) along += r[i] * dr[i];
      for (Index i = 0; i < columns; ++i) {
        const Real size = std::abs(b[i]);
        dB[row * columns + i] = (dr[i] - r[i] * along) / q * (size / 2 + eps) / std::pow(size + eps, Real(1.5));
      }
    }
    take(prefix(seen.name) + "B", dB.view(), true);
  }

  /// Of the heat maps after their softmax: d maps[cell] = dx cx + dy cy.
  void map_gradients(const RecordedTensor<Real>&) {
    const Tensor<Real, 5>& maps = pass_.keypoint_head.maps;
    Tensor<Real, 5> d(maps.shape());
    const auto [N, J, T, H, W] = maps.shape();
    for (Index i = 0; i < d.size(); ++i) {
      const auto [n, j, t, y, x] = unravel(i, maps.shape());
      d[i] = pass_.d_keypoints(n, t, j, 0) * (static_cast<Real>(x) + Real(0.5)) / static_cast<Real>(W) +
             pass_.d_keypoints(n, t, j, 1) * (static_cast<Real>(y) + Real(0.5)) / static_cast<Real>(H);
    }
    take("keypoints.maps", d.view(), true);
  }

  const ModelConfig& config_;
  const Lstm<Real>* lstm_;
  const ModelPass<Real>& pass_;
  Trace<Real>& trace_;
  std::map<std::string, CView<Real, 1>> weights_;
};

}  // namespace detail

/// Runs the model over the batch, forward and, unless told not to, backward, and keeps every tensor.  `model` stays as
/// it is.  Throws Error as forward() does, and where the loss finds labels that do not fit.
template <std::floating_point Real>
Trace<Real> trace(const StaC3d<Real>& model, const Batch<Real>& batch,
                  const std::type_identity_t<TraceOptions<Real>>& options = {}) {
  Trace<Real> out(options.keep);
  StaC3d<Real> copy = model;
  ModelPass<Real> pass;
  pass.start = options.start;
  detail::ModelTracer<Real> tracer(copy, pass, out);
  const Recorder<Real> recorder{[&](const RecordedTensor<Real>& seen) { tracer(seen); }, {}};
  pass.recorder = &recorder;
  copy.forward(batch, pass, options.mode, options.random);
  if (!options.gradients) return out;
  options.loss(batch, pass);
  pass.want_input_gradients = true;
  zero_grad(copy);
  copy.backward(batch, pass);
  copy.visit_params([&](const std::string& name, auto& p) { out.take(name, p.grad.view(), true); });
  return out;
}

STAC3DL_NAMESPACE_END
