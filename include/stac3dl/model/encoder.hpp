/// model/encoder.hpp - a modality's dual-stream C3D: from a masked video to tokens (section 2, equations 1 to 3).
///
///   x -> [shared blocks] -> feature stream   -> V (N, C, L, H', W')   last activation relu
///                        -> attention stream -> A (N, M, L, H', W')   last activation sigmoid              (2)
///   gate:  G = A * V elementwise, M = C          tokens r[l,n,p,:] = G[n,:,l,p]            P = H' W'       (3)
///   outer: r[l,n,0,:] = normalised signed root of mean_p a v^T, m slowest                  P = 1           (3)
/// With one stream G = V.  Tokens r are (L, N, P, C_r), time-major, as the LSTM wants them.
#pragma once

#include "stac3dl/kernels/tokens.hpp"
#include "stac3dl/model/masks.hpp"
#include "stac3dl/model/stream.hpp"
#include "stac3dl/nn/bilinear.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class Encoder {
 public:
  using Scalar = Real;
  using Stream = Stream3d<Real>;  ///< A chain of blocks.

  struct Cache {
    Tensor<Real, 5> x;  ///< (N, C, T', H, W): the input, masked, T' a multiple of the time factor
    typename Stream::Cache shared, feature, attention;  ///< the chains' caches
    Tensor<Real, 5> gate;           ///< G, with `gate`
    Tensor<std::uint8_t, 3> valid;  ///< (L, N, P) before pooling over places, with `outer`
    typename OuterPool<Real>::Cache outer;  ///< with `outer`
    MaskView2 frames;  ///< of the batch in flight
    MaskView3 positions;  ///< of the batch in flight
  };

  /// What the configuration says must have passed plan_model(), which gives `plan`.
  Encoder(const ModelConfig& model, const ModalityConfig& config, const ModalityPlan& plan, const Random& init)
      : config_(config),
        plan_(plan),
        outer_(model.bilinear == Bilinear::outer),
        two_streams_(model.streams == 2),
        feature_(plan.shared) {
    const Index last = static_cast<Index>(config.blocks.size()) - 1;
    const bool tapped = model.keypoints.joints > 0 && model.keypoints.modality == config.name;
    for (Index i = 0; i <= last; ++i) {
      const BlockConfig& b = config.blocks[static_cast<std::size_t>(i)];
      const Index in = plan.blocks[static_cast<std::size_t>(i)].channels_in;
      const auto block = [&](Index out, Activation activation, std::uint64_t stream) {
        return ConvBlock<Real>(b, in, out, activation, init.split({stream, static_cast<std::uint64_t>(i)}));
      };
      if (i < plan.shared) {
        shared_.add(block(b.channels, Activation::relu, 0));
        continue;
      }
      feature_.add(block(b.channels, Activation::relu, 1));
      if (two_streams_)
        attention_.add(block(i == last ? plan.attention_channels : b.channels,
                             i == last ? Activation::sigmoid : Activation::relu, 2));
    }
    for (Index i = 0; tapped && i <= last; ++i) {
      const auto& taps = model.keypoints.taps;
      if (std::find(taps.begin(), taps.end(), config.blocks[static_cast<std::size_t>(i)].name) == taps.end()) continue;
      shared_.keep_tap(i), feature_.keep_tap(i);
    }
  }

  /// Checks an input of any number of frames, sizes the cache, and returns (L, N, P, C_r).
  Shape<4> plan(const Shape<5>& x, Cache& k, bool keep = true) const {
    const Shape<5> want{any_size, config_.channels, any_size, config_.height, config_.width};
    if (x != Shape<5>{x[0], want[1], x[2], want[3], want[4]}) [[unlikely]]  // texts are made only where they are needed
      check_shape(("modality \"" + config_.name + "\"").c_str(), x, want);
    if (x[0] <= 0 || x[2] <= 0) [[unlikely]]
      fail("modality \"", config_.name, "\": an empty batch or no frames: ", to_string(x));
    const Index L = (x[2] + plan_.time_factor - 1) / plan_.time_factor;
    Shape<5> padded = x;
    padded[2] = L * plan_.time_factor;
    k.x.resize(padded);
    const Shape<5> branch = shared_.empty() ? padded : shared_.plan(padded, k.shared, keep);
    const Shape<5> v = feature_.plan(branch, k.feature, keep);
    if (two_streams_) attention_.plan(branch, k.attention, keep);
    if (outer_) {
      k.valid.resize({L, x[0], v[3] * v[4]});
      return {L, x[0], 1, plan_.token_channels};
    }
    k.gate.resize(v);
    return {L, x[0], v[3] * v[4], v[1]};
  }

  /// x (N, C, T, H, W), frames (N, T), positions (N, T, H*W) or empty; tokens (L, N, P, C_r).
  void forward(CView<Real, 5> x, MaskView2 frames, MaskView3 positions, View<Real, 4> tokens, Cache& k, bool training,
               Workspace& ws, const Record<Real>& record = {}) const {
    take_input(x, frames, positions, k, record);
    CView<Real, 5> branch = k.x;
    if (!shared_.empty()) {
      plan_steps(k, k.shared);
      shared_.forward(k.x, k.shared, training, ws, record.in("shared"));
      branch = k.shared.y.back();
    }
    plan_steps(k, k.feature), plan_steps(k, k.attention);
    feature_.forward(branch, k.feature, training, ws, record.in("feature"));
    if (two_streams_) attention_.forward(branch, k.attention, training, ws, record.in("attention"));
    meet(k.feature.y.back(), two_streams_ ? k.attention.y.back().view() : CView<Real, 5>{}, tokens, k, ws, record);
  }

  /// d_tokens to parameter gradients and, unless empty, dx.  `taps` reach the feature stream's blocks, numbered as in
  /// the configuration.
  void backward(CView<Real, 4> d_tokens, View<Real, 5> dx, const Cache& k, Workspace& ws,
                std::span<const typename Stream::TapGradient> taps = {}, const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    record.gradient("r", d_tokens);
    const CView<Real, 5> v = k.feature.y.back();
    const CView<Real, 5> a = two_streams_ ? k.attention.y.back().view() : CView<Real, 5>{};
    const View<Real, 5> dv = ws.take<Real>(v.shape());
    const View<Real, 5> da = two_streams_ ? ws.take<Real>(a.shape()) : View<Real, 5>{};
    part(v, a, d_tokens, dv, da, k, ws, record);

    const bool below = static_cast<bool>(dx) || !shared_.empty();
    const CView<Real, 5> branch = shared_.empty() ? k.x.view() : k.shared.y.back().view();
    const View<Real, 5> d_branch = below ? ws.take<Real>(branch.shape()) : View<Real, 5>{};
    feature_.backward(branch, dv, d_branch, k.feature, ws, taps, record.in("feature"));
    if (two_streams_) {
      const View<Real, 5> d_second = below ? ws.take<Real>(branch.shape()) : View<Real, 5>{};
      attention_.backward(branch, da, d_second, k.attention, ws, {}, record.in("attention"));
      if (below) d_branch.array() += d_second.array();
    }
    View<Real, 5> d_input = shared_.empty() ? d_branch : View<Real, 5>{};
    if (!shared_.empty()) {
      if (dx) d_input = ws.take<Real>(k.x.shape());
      shared_.backward(k.x, d_branch, d_input, k.shared, ws, taps, record.in("shared"));
    }
    if (dx) record.gradient("X", d_input), masked_copy_backward<Real>(d_input, k.frames, k.positions, dx);
  }

  /// Forward that keeps nothing; plan(x, k, false) first.
  void infer(CView<Real, 5> x, MaskView2 frames, MaskView3 positions, View<Real, 4> tokens, Cache& k, Workspace& ws,
             std::span<const typename Stream::TapOutput> taps = {}, const Record<Real>& record = {}) const {
    Workspace::Scope scope(ws);
    take_input(x, frames, positions, k, record);
    CView<Real, 5> branch = k.x;
    if (!shared_.empty()) {
      const View<Real, 5> y = ws.take<Real>(k.shared.shape.back());
      shared_.infer(k.x, y, k.shared, ws, taps, record.in("shared"));
      branch = y;
    }
    const View<Real, 5> v = ws.take<Real>(k.feature.shape.back());
    const View<Real, 5> a = two_streams_ ? ws.take<Real>(k.attention.shape.back()) : View<Real, 5>{};
    feature_.infer(branch, v, k.feature, ws, taps, record.in("feature"));
    if (two_streams_) attention_.infer(branch, a, k.attention, ws, {}, record.in("attention"));
    meet(v, a, tokens, k, ws, record);
  }

  const ModalityConfig& config() const { return config_; }  ///< As given.
  const ModalityPlan& plan() const { return plan_; }
  /// Activation of the feature stream's block i after a forward, and its shape once planned.
  CView<Real, 5> tap(Index i, const Cache& k) const {
    const auto at = static_cast<std::size_t>(i < plan_.shared ? i : i - plan_.shared);
    const auto& cache = i < plan_.shared ? k.shared : k.feature;
    return (i < plan_.shared ? shared_ : feature_).block(static_cast<Index>(at)).tap(cache.y[at], cache.blocks[at]);
  }

  /// (N, C, T', H, W) of tap i in the pass that `k` is of.
  Shape<5> tap_shape(Index i, const Cache& k) const {
    const bool shared = i < plan_.shared;
    const Index at = shared ? i : i - plan_.shared;
    const auto& shapes = shared ? k.shared.shape : k.feature.shape;
    const Shape<5> first = shared || shared_.empty() ? k.x.shape() : k.shared.shape.back();
    return (shared ? shared_ : feature_)
        .block(at)
        .tap_shape(at == 0 ? first : shapes[static_cast<std::size_t>(at) - 1]);
  }

  void set_accuracy(Accuracy accuracy) {
    shared_.set_accuracy(accuracy), feature_.set_accuracy(accuracy), attention_.set_accuracy(accuracy);
  }
  void fold() { shared_.fold(), feature_.fold(), attention_.fold(); }
  void update_running(const Cache& k) {
    shared_.update_running(k.shared), feature_.update_running(k.feature), attention_.update_running(k.attention);
  }
  template <class Visit>
  void visit_params(Visit&& visit) {
    shared_.visit_params(scoped("shared.", visit));
    feature_.visit_params(scoped("feature.", visit));
    attention_.visit_params(scoped("attention.", visit));
  }
  template <class Visit>
  void visit_buffers(Visit&& visit) {
    shared_.visit_buffers(scoped("shared.", visit));
    feature_.visit_buffers(scoped("feature.", visit));
    attention_.visit_buffers(scoped("attention.", visit));
  }
  std::uint64_t fold_choices(std::uint64_t fingerprint, const Cache& k) const {
    for (const auto& [stream, cache] :
         {std::pair{&shared_, &k.shared}, {&feature_, &k.feature}, {&attention_, &k.attention}})
      fingerprint = stream->fold_choices(fingerprint, *cache);
    return fingerprint;
  }

 private:
  void take_input(CView<Real, 5> x, MaskView2 frames, MaskView3 positions, Cache& k, const Record<Real>& record) const {
    masked_copy<Real>(x, frames, positions, k.x);
    if (finite_checks()) check_finite(("input \"" + config_.name + "\"").c_str(), k.x.view());
    k.frames = frames, k.positions = positions;
    if (outer_) token_mask(frames, positions, plan_.time_factor, 0, k.valid.size(2), k.valid);
    record("X", k.x.view()), record.done("X", k.x.shape(), 0);
  }

  /// Which steps of each block count in batch statistics.
  void plan_steps(const Cache& all, typename Stream::Cache& k) const {
    for (std::size_t i = 0; i < k.blocks.size(); ++i) {
      const Index steps = k.blocks[i].convolved.size(2);
      if (steps == 0) continue;  // no batch norm
      k.steps[i].resize({all.x.size(0), steps});
      step_mask(all.frames, all.x.size(2) / steps, k.steps[i]);
    }
  }

  /// Equation (3).
  void meet(CView<Real, 5> v, CView<Real, 5> a, View<Real, 4> tokens, Cache& k, Workspace& ws,
            const Record<Real>& record) const {
    record("V", v);
    if (two_streams_) record("A", a);
    if (outer_) {
      OuterPool<Real>().forward(
          a, v, k.valid, tokens.reshape(Shape<3>{tokens.size(0), tokens.size(1), tokens.size(3)}), k.outer, ws);
    } else {
      if (two_streams_)
        kernels::gate_forward<Real>(a.flat(), v.flat(), k.gate.view().flat());
      else
        std::copy(v.begin(), v.end(), k.gate.begin());
      record("G", k.gate.view());
      kernels::to_tokens<Real>(k.gate, tokens);
    }
    record("r", tokens);
    record.done(outer_ ? "B" : "G", tokens.shape(), outer_ ? a.size() * v.size(1) : two_streams_ ? v.size() : 0);
  }
  void part(CView<Real, 5> v, CView<Real, 5> a, CView<Real, 4> d_tokens, View<Real, 5> dv, View<Real, 5> da,
            const Cache& k, Workspace& ws, const Record<Real>& record) const {
    Workspace::Scope scope(ws);
    if (outer_) {
      OuterPool<Real>().backward(
          a, v, k.valid, d_tokens.reshape(Shape<3>{d_tokens.size(0), d_tokens.size(1), d_tokens.size(3)}), da, dv,
          k.outer, ws);
    } else {
      const View<Real, 5> dg = two_streams_ ? ws.take<Real>(v.shape()) : dv;
      kernels::from_tokens<Real>(d_tokens, dg);
      record.gradient("G", dg);
      if (two_streams_) kernels::gate_backward<Real>(a.flat(), v.flat(), dg.flat(), da.flat(), dv.flat());
    }
    record.gradient("V", dv);
    if (two_streams_) record.gradient("A", da);
  }

  ModalityConfig config_;
  ModalityPlan plan_;
  bool outer_, two_streams_;
  Stream shared_, feature_, attention_;
};

STAC3DL_NAMESPACE_END
