/// model/sta_c3dl.hpp - the whole model: recordings of any sensors in, an exercise out.
///
///   every modality:  x -> Encoder (1)-(3) -> TokenMap ->  tokens of all modalities side by side   (L, N, P, D)
///   tokens -> LSTM along l at every position (5)-(10) -> h (L, N, P, U) -> STAM (11)-(13) -> F (N, U)
///   F -> head (14) -> logits, probabilities (N, K)            taps of one encoder -> key points (N, T', J, 2)
/// The variants of section 6 leave a part out or put another in its place.
///
///   StaC3d<float> model(presets::tiny(8), /*seed*/ 1);
///   StaC3d<float>::Pass pass;                                 // the caller's: activations, outputs, scratch
///   model.forward(batch, pass, Mode::training, Random({seed, step}));
///   ... fill pass.d_logits [and pass.d_keypoints] ...
///   model.backward(batch, pass);                              // adds to the parameters' gradients
///   model.update_running(pass);                               // batch norm's running statistics
#pragma once

#include <optional>

#include "stac3dl/data/sample.hpp"
#include "stac3dl/kernels/cell_mean.hpp"
#include "stac3dl/kernels/softmax.hpp"
#include "stac3dl/model/mode.hpp"
#include "stac3dl/model/pass.hpp"
#include "stac3dl/model/token_map.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The model.  Const calls on several threads need a Pass each.
template <std::floating_point Real = float>
class StaC3d {
 public:
  using Scalar = Real;

  using Pass = ModelPass<Real>;  ///< activations, outputs and scratch of one batch in flight

  /// Weights are functions of `seed`.  Error, from plan_model(), where the configuration cannot be built.
  StaC3d(const ModelConfig& config, std::uint64_t seed)
      : config_(config), plan_(plan_model(config)), token_dropout_(static_cast<Real>(config.token_dropout)) {
    const Random init({seed, 0x1417});
    Index position = 0, column = 0;
    for (std::size_t m = 0; m < config.modalities.size(); ++m) {
      const ModalityPlan& plan = plan_.modalities[m];
      const ModalityConfig& modality = config.modalities[m];
      encoders_.emplace_back(config, modality, plan, init.split({1, m}));
      maps_.emplace_back(plan, config.width, config.position_embedding, position, init.split({2, m}));
      if (config.variant == Variant::c3d) {
        pool5_.emplace_back(plan, config.padded_pool5, column);
        const Axes pooled = pool5_size(plan.grid, config.padded_pool5);
        column += plan.channels * pooled[0] * pooled[1] * pooled[2];
      }
      if (config.keypoints.joints > 0 && modality.name == config.keypoints.modality)
        keypoint_head_.emplace(config.keypoints, modality, init.split({3})), keypoint_modality_ = m;
      first_.push_back(position);
      position += plan.positions;
    }
    if (has_lstm(config.variant))
      lstm_.emplace(config.width, config.lstm_units, static_cast<int>(config.lstm_layers), config.bidirectional,
                    init.split({4}));
    if (config.variant != Variant::c3d) attention_.emplace(config.variant, plan_.features, init.split({5}));
    head_.emplace(config, plan_.features, init.split({6}));
  }

  const ModelConfig& config() const { return config_; }  ///< As given.
  const ModelPlan& plan() const { return plan_; }
  /// The LSTM, or null where the variant has none.
  const Lstm<Real>* lstm() const { return lstm_ ? &*lstm_ : nullptr; }

  /// Fills pass.logits, probabilities, alpha, beta, valid and keypoints.  `random` draws the dropout of training.
  void forward(const Batch<Real>& batch, Pass& k, Mode mode, const Random& random = Random(0)) const {
    const bool training = mode == Mode::training;
    const Record<Real> record(k.recorder);
    begin(batch, k, true);
    for (std::size_t m = 0; m < encoders_.size(); ++m) {
      const auto& in = batch.inputs[m];
      if (has_encoder(config_.variant))
        encoders_[m].forward(in.x, in.frames, positions(in), k.modalities[m].tokens, k.modalities[m].encoder, training,
                             k.workspace, record.in(config_.modalities[m].name));
      else
        average(in, m, k);
    }
    if (keypoint_head_)
      keypoint_head_->forward(keypoint_taps(k), k.keypoints, k.keypoint_head, k.workspace, record.in("keypoints"));
    decide(k, training, true, random);
  }

  /// The same outputs without keeping what backward needs; used through prepare() (model/prepared.hpp).
  void infer(const Batch<Real>& batch, Pass& k) const {
    using TapOutput = typename Encoder<Real>::Stream::TapOutput;
    const Record<Real> record(k.recorder);
    begin(batch, k, false);
    for (std::size_t m = 0; m < encoders_.size(); ++m) {
      const auto& in = batch.inputs[m];
      if (!has_encoder(config_.variant)) {
        average(in, m, k);
        continue;
      }
      std::array<TapOutput, 3> taps;
      const bool tapped = keypoint_head_ && m == keypoint_modality_;
      for (std::size_t t = 0; tapped && t < 3; ++t) taps[t] = {keypoint_head_->block(t), k.taps[t]};
      encoders_[m].infer(in.x, in.frames, positions(in), k.modalities[m].tokens, k.modalities[m].encoder, k.workspace,
                         std::span<const TapOutput>(taps.data(), tapped ? 3 : 0),
                         record.in(config_.modalities[m].name));
    }
    if (keypoint_head_)
      keypoint_head_->forward({k.taps[0], k.taps[1], k.taps[2]}, k.keypoints, k.keypoint_head, k.workspace,
                              record.in("keypoints"));
    decide(k, false, false, Random(0));
  }

  /// Adds to the gradients of all parameters.  The batch and the pass are those of the last forward().
  void backward(const Batch<Real>& batch, Pass& k) {
    Workspace& ws = k.workspace;
    Workspace::Scope scope(ws);
    const Record<Real> record(k.recorder);
    record.gradient("logits", k.d_logits.view());
    const View<Real, 2> dF = ws.take<Real>(k.features.shape());
    head_->backward(k.dropped, k.d_logits, dF, k.head, ws, record.in("head"));
    for (auto& m : k.modalities) m.d_tokens = ws.take<Real>(m.tokens.shape());
    if (config_.variant == Variant::c3d) {
      record.gradient("F", dF);
      for (std::size_t m = 0; m < encoders_.size(); ++m)
        pool5_[m].backward(dF, k.valid, first_[m], k.modalities[m].d_tokens, k.modalities[m].pool5, ws,
                           record.in(config_.modalities[m].name).in("pool5"));
    } else {
      record.gradient("F.dropped", dF);
      token_dropout_.backward(k.features, k.dropped, dF, dF, k.feature_dropout, ws);
      record.gradient("F", dF);
      const View<Real, 4> dh = ws.take<Real>(k.h.shape());
      attention_->backward(k.h, k.valid, k.alpha, k.beta, dF, dh, k.attention, ws);
      record.gradient("h", dh);
      View<Real, 4> dx = dh;
      if (lstm_) {
        dx = ws.take<Real>(k.tokens.shape());
        lstm_->backward(sequence(k.tokens.view()), sequence(k.h.view()), sequence(dh), sequence(dx), k.lstm, ws,
                        context(k));
      }
      record.gradient("x.dropped", dx);
      token_dropout_.backward(rows(k.tokens.view()), rows(k.tokens.view()), rows(dx), rows(dx), k.token_dropout, ws);
      record.gradient("x", dx);
      for (std::size_t m = 0; m < encoders_.size(); ++m)
        maps_[m].backward(k.modalities[m].tokens, dx, k.modalities[m].d_tokens, ws,
                          record.in(config_.modalities[m].name));
    }
    if (keypoint_head_) {
      record.in("keypoints").gradient("points", k.d_keypoints.view());
      keypoint_head_->backward(keypoint_taps(k), k.keypoints, k.d_keypoints, k.keypoint_head, ws,
                               record.in("keypoints"));
    }
    for (std::size_t m = 0; m < encoders_.size(); ++m) backward_encoder(batch.inputs[m], m, k);
  }

  void update_running(const Pass& k) {
    for (std::size_t m = 0; m < encoders_.size(); ++m) encoders_[m].update_running(k.modalities[m].encoder);
  }

  /// Every parameter once: visit("rgb.feature.conv1a.weight", Parameter&), ...
  template <class Visit>
  void visit_params(Visit&& visit) {
    for (std::size_t m = 0; m < encoders_.size(); ++m) {
      const std::string prefix = config_.modalities[m].name + ".";
      if (has_encoder(config_.variant)) encoders_[m].visit_params(scoped(prefix, visit));
      if (config_.variant != Variant::c3d) maps_[m].visit_params(scoped(prefix, visit));
    }
    if (lstm_) lstm_->visit_params(scoped("lstm.", visit));
    if (attention_) attention_->visit_params(visit);
    head_->visit_params(scoped("head.", visit));
    if (keypoint_head_) keypoint_head_->visit_params(scoped("keypoints.", visit));
  }
  /// What is kept but not learned by gradients: visit("rgb.feature.conv1a.norm.running_mean", Tensor&), ...
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    if (!has_encoder(config_.variant)) return;
    for (std::size_t m = 0; m < encoders_.size(); ++m)
      encoders_[m].visit_buffers(scoped(config_.modalities[m].name + ".", visit));
  }

  /// What convolutions and the LSTM may give up for speed, in float.  The weights stay as they are.
  void set_accuracy(Accuracy accuracy) {
    for (auto& e : encoders_) e.set_accuracy(accuracy);
    if (lstm_) lstm_->set_accuracy(accuracy);
  }
  /// Folds batch normalisation into the convolutions: for inference only, see prepare().
  void fold() {
    for (auto& e : encoders_) e.fold();
  }
  /// Fingerprint of every ReLU sign and pool choice of the last forward, for gradient checks.
  std::uint64_t choices(const Pass& k) const {
    std::uint64_t fingerprint = head_->fold_choices(1, k.head);
    if (has_encoder(config_.variant))
      for (std::size_t m = 0; m < encoders_.size(); ++m)
        fingerprint = encoders_[m].fold_choices(fingerprint, k.modalities[m].encoder);
    for (std::size_t m = 0; m < pool5_.size(); ++m)
      fingerprint = fold_values(fingerprint, k.modalities[m].pool5.pool.choice.view());
    return fingerprint;
  }

 private:
  using Input = typename Batch<Real>::Input;

  static MaskView3 positions(const Input& in) { return in.positions.empty() ? MaskView3{} : in.positions.view(); }
  /// (L, N, P, D) as the LSTM's (L, N P, D), and as a matrix of tokens.
  template <class T>
  static BasicView<T, 3> sequence(BasicView<T, 4> x) {
    return x.reshape(Shape<3>{x.size(0), x.size(1) * x.size(2), x.size(3)});
  }
  template <class T>
  static BasicView<T, 2> rows(BasicView<T, 4> x) {
    return x.reshape(Shape<2>{x.size(0) * x.size(1) * x.size(2), x.size(3)});
  }
  LstmContext<Real> context(const Pass& k) const {
    return {k.valid.view().reshape(Shape<2>{k.valid.size(0), k.valid.size(1) * k.valid.size(2)}), k.start, k.last};
  }
  typename KeypointHead<Real>::Taps keypoint_taps(const Pass& k) const {
    const auto& e = encoders_[keypoint_modality_];
    const auto& cache = k.modalities[keypoint_modality_].encoder;
    return {e.tap(keypoint_head_->block(0), cache), e.tap(keypoint_head_->block(1), cache),
            e.tap(keypoint_head_->block(2), cache)};
  }

  /// Checks the batch, sizes the pass, and says which tokens are valid.
  void begin(const Batch<Real>& batch, Pass& k, bool keep) const {
    check(batch.inputs.size() == encoders_.size(), "StaC3d: want ", encoders_.size(), " modalities, got ",
          batch.inputs.size());
    const Index N = batch.inputs.front().x.size(0);
    check(N > 0, "StaC3d: an empty batch");
    k.modalities.resize(encoders_.size());
    Index L = 0;
    for (std::size_t m = 0; m < encoders_.size(); ++m) {
      const Input& in = batch.inputs[m];
      const std::string& name = config_.modalities[m].name;
      if (in.frames.shape() != Shape<2>{N, in.x.size(2)}) [[unlikely]]
        check_shape(("StaC3d: frame mask of \"" + name + "\"").c_str(), in.frames.shape(), {N, in.x.size(2)});
      auto& cache = k.modalities[m].encoder;
      cache.shared.prepare = cache.feature.prepare = cache.attention.prepare = k.weights_stay;
      cache.shared.plain = cache.feature.plain = cache.attention.plain = Record<Real>(k.recorder).tensors();
      const Shape<4> tokens = encoders_[m].plan(in.x.shape(), k.modalities[m].encoder, keep);
      check(tokens[1] == N, "StaC3d: modality \"", name, "\" has ", tokens[1], " examples, \"",
            config_.modalities.front().name, "\" ", N);
      check(m == 0 || tokens[0] == L, "StaC3d: modality \"", name, "\" arrives at ", tokens[0], " steps, \"",
            config_.modalities.front().name, "\" at ", L, ": want ", L * plan_.modalities[m].time_factor,
            " frames, got ", in.x.size(2));
      L = tokens[0];
      k.modalities[m].tokens.resize({L, N, plan_.modalities[m].positions, plan_.modalities[m].token_channels});
      if (config_.variant == Variant::c3d) pool5_[m].plan(N, k.modalities[m].pool5);
    }
    k.valid.resize({L, N, plan_.positions});
    for (std::size_t m = 0; m < encoders_.size(); ++m) mark_valid(batch.inputs[m], m, k);
    for (Index n = 0; n < N; ++n)
      check(any_valid(k.valid, n), "StaC3d: sample ", n, " has no valid token: all is masked");
    size_outputs(N, L, k, keep);
  }
  void mark_valid(const Input& in, std::size_t m, Pass& k) const {
    const ModalityPlan& plan = plan_.modalities[m];
    check(in.positions.empty() || plan.grid[1] * plan.grid[2] == in.x.size(3) * in.x.size(4), "StaC3d: modality \"",
          config_.modalities[m].name, "\": places are masked one by one, but its encoder turns ",
          in.x.size(3) * in.x.size(4), " places into ", plan.grid[1] * plan.grid[2],
          "; use kernels and strides that keep the grid, or mask whole frames");
    // The outer form sums over places: its one token counts if any of them does.
    if (config_.bilinear == Bilinear::outer && has_encoder(config_.variant) && !in.positions.empty()) {
      Workspace::Scope scope(k.workspace);
      const auto all = k.workspace.template take<std::uint8_t>(
          Shape<3>{k.valid.size(0), k.valid.size(1), plan.grid[1] * plan.grid[2]});
      token_mask(in.frames, in.positions, plan.time_factor, 0, all.size(2), all);
      for (Index l = 0; l < all.size(0); ++l)
        for (Index n = 0; n < all.size(1); ++n) {
          const auto row = all.slice(l).slice(n);
          k.valid(l, n, first_[m]) = *std::max_element(row.begin(), row.end());
        }
      return;
    }
    token_mask(in.frames, positions(in), plan.time_factor, first_[m], plan.positions, k.valid);
  }
  static bool any_valid(MaskView3 valid, Index n) {
    for (Index l = 0; l < valid.size(0); ++l)
      for (std::uint8_t v : valid.slice(l).slice(n))
        if (v != 0) return true;
    return false;
  }
  void size_outputs(Index N, Index L, Pass& k, bool keep) const {
    k.logits.resize({N, config_.classes}), k.probabilities.resize({N, config_.classes});
    k.alpha.resize({N, L}), k.beta.resize({N, L, plan_.positions});
    k.features.resize({N, plan_.features}), k.dropped.resize({N, plan_.features});
    head_->plan(k.features.shape(), k.head);
    if (keep) k.d_logits.resize(k.logits.shape());
    if (config_.variant != Variant::c3d) {
      k.tokens.resize({L, N, plan_.positions, config_.width});
      token_dropout_.plan({k.tokens.size() / config_.width, config_.width}, k.token_dropout);
      token_dropout_.plan(k.features.shape(), k.feature_dropout);
      k.h.resize({L, N, plan_.positions, plan_.features});
      attention_->plan(k.h.shape(), k.attention);
      if (lstm_ && keep) lstm_->plan({L, N * plan_.positions, config_.width}, k.lstm);
    }
    if (!keypoint_head_) return;
    const auto& encoder = encoders_[keypoint_modality_];
    const auto& cache = k.modalities[keypoint_modality_].encoder;
    std::array<Shape<5>, 3> shapes;
    k.taps.resize(3);
    for (std::size_t t = 0; t < 3; ++t) {
      shapes[t] = encoder.tap_shape(keypoint_head_->block(t), cache);
      if (!keep) k.taps[t].resize(shapes[t]);
    }
    k.keypoints.resize(keypoint_head_->plan(shapes, k.keypoint_head));
    if (keep) k.d_keypoints.resize(k.keypoints.shape()), k.d_keypoints.fill(0);
  }

  /// Variant lstm_stam: the input averaged over the cells that the encoder would have produced.
  void average(const Input& in, std::size_t m, Pass& k) const {
    const ModalityPlan& plan = plan_.modalities[m];
    const Index L = k.valid.size(0);
    if (finite_checks()) check_finite(("input \"" + config_.modalities[m].name + "\"").c_str(), in.x.view());
    kernels::cell_mean_forward<Real>(in.x, in.frames, positions(in), L * plan.time_factor,
                                     {L, plan.grid[1], plan.grid[2]}, k.modalities[m].tokens);
    const Record<Real> record(k.recorder);
    record.in(config_.modalities[m].name)("r", k.modalities[m].tokens.view());
    record.in(config_.modalities[m].name).done("cells", k.modalities[m].tokens.shape(), 0);
  }

  void infer_lstm(Pass& k) const {
    const auto mask = context(k).mask;
    if (k.start)
      k.state = *k.start;
    else if (k.last)
      k.state = lstm_->zero_state(mask.size(1));
    lstm_->infer(sequence(k.tokens.view()), sequence(k.h.view()), mask, k.start || k.last ? &k.state : nullptr,
                 k.workspace);
    if (k.last) *k.last = k.state;
  }

  void backward_encoder(const Input& in, std::size_t m, Pass& k) {
    using TapGradient = typename Encoder<Real>::Stream::TapGradient;
    typename Pass::Modality& own = k.modalities[m];
    View<Real, 5> dx;
    if (k.want_input_gradients) {
      k.d_inputs.resize(encoders_.size());
      k.d_inputs[m].resize(in.x.shape());
      dx = k.d_inputs[m];
    }
    const Record<Real> all(k.recorder), record = all.in(config_.modalities[m].name);
    if (!has_encoder(config_.variant)) {
      const ModalityPlan& plan = plan_.modalities[m];
      const Index L = k.valid.size(0);
      record.gradient("r", own.d_tokens);
      if (dx)
        kernels::cell_mean_backward<Real>(own.d_tokens, in.frames, positions(in), L * plan.time_factor,
                                          {L, plan.grid[1], plan.grid[2]}, dx);
      return;
    }
    std::array<TapGradient, 3> taps;
    const bool tapped = keypoint_head_ && m == keypoint_modality_;
    for (std::size_t t = 0; tapped && t < 3; ++t) taps[t] = {keypoint_head_->block(t), k.keypoint_head.d_tap[t]};
    encoders_[m].backward(own.d_tokens, dx, own.encoder, k.workspace,
                          std::span<const TapGradient>(taps.data(), tapped ? 3 : 0), record);
  }

  /// From tokens to probabilities.
  void decide(Pass& k, bool training, bool keep, const Random& random) const {
    Workspace& ws = k.workspace;
    const Record<Real> record(k.recorder);
    if (config_.variant == Variant::c3d) {
      for (std::size_t m = 0; m < encoders_.size(); ++m)
        pool5_[m].forward(k.modalities[m].tokens, k.valid, first_[m], k.features, k.modalities[m].pool5, ws,
                          record.in(config_.modalities[m].name).in("pool5"));
      kernels::mean_weights<Real>(k.valid, k.alpha, k.beta);
      record("F", k.features.view());
      record.done("pool5", k.features.shape(), 0);
      std::copy(k.features.begin(), k.features.end(), k.dropped.begin());
    } else {
      for (std::size_t m = 0; m < encoders_.size(); ++m)
        maps_[m].forward(k.modalities[m].tokens, k.tokens, ws, record.in(config_.modalities[m].name));
      record("x", k.tokens.view());
      k.token_dropout.training = training, k.token_dropout.random = random.split({1});
      token_dropout_.forward(rows(k.tokens.view()), rows(k.tokens.view()), k.token_dropout, ws);
      record("x.dropped", k.tokens.view());
      if (!lstm_)
        std::copy(k.tokens.begin(), k.tokens.end(), k.h.begin());
      else if (keep)
        lstm_->forward(sequence(k.tokens.view()), sequence(k.h.view()), k.lstm, ws, context(k));
      else
        infer_lstm(k);
      record("h", k.h.view());
      if (lstm_ && record.layers())
        record.done("lstm", k.h.shape(), k.h.size() / k.h.size(3) * detail::lstm_macs(config_));
      attention_->forward(k.h, k.valid, k.alpha, k.beta, k.features, k.attention, ws);
      record("F", k.features.view());
      record.done(attention_->name(), k.features.shape(), attention_->macs(k.h.shape()));
      k.feature_dropout.training = training, k.feature_dropout.random = random.split({2});
      token_dropout_.forward(k.features, k.dropped, k.feature_dropout, ws);
      record("F.dropped", k.dropped.view());
    }
    head_->forward(k.dropped, k.logits, k.head, training, random.split({3}), ws, record.in("head"));
    kernels::softmax_forward<Real>(k.logits, {}, k.probabilities);
    record("logits", k.logits.view()), record("probabilities", k.probabilities.view());
  }

  ModelConfig config_;
  ModelPlan plan_;
  std::vector<Encoder<Real>> encoders_;
  std::vector<TokenMap<Real>> maps_;
  std::vector<Pool5<Real>> pool5_;
  std::vector<Index> first_;  ///< where each modality's positions begin
  Dropout<Real> token_dropout_;
  std::optional<Lstm<Real>> lstm_;
  std::optional<AttentionPool<Real>> attention_;
  std::optional<Head<Real>> head_;
  std::optional<KeypointHead<Real>> keypoint_head_;
  std::size_t keypoint_modality_ = 0;
};

STAC3DL_NAMESPACE_END
