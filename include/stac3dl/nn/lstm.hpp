/// nn/lstm.hpp - LSTM layers, equations 5 to 10, over time-major sequences (L, B, inputs).
///
/// One direction of one layer, at each of B rows (positions and batch together), with gates in torch.nn.LSTM's order:
///   z[l] = x[l] Wx' + h[l-1] Wh' + b = [zi|zf|zg|zo]     i, f, o = sigmoid(zi, zf, zo)     g = tanh(zg)
///   c[l] = f*c[l-1] + i*g                                h[l] = o*tanh(c[l])
/// Bidirectional: a second set of weights runs from the last step to the first, and the layer's output is
/// [h|h_reversed].  The next layer reads that output.  A masked (step, row) leaves the state as it was and outputs it.
/// The backward pass stands in kernels/lstm_sequence.hpp.
#pragma once

#include <utility>
#include <vector>

#include "stac3dl/kernels/lstm_sequence.hpp"
#include "stac3dl/nn/init.hpp"
#include "stac3dl/nn/lstm_state.hpp"

STAC3DL_NAMESPACE_BEGIN

template <std::floating_point Real = float>
class Lstm {
 public:
  using Scalar = Real;
  using Order = kernels::LstmOrder;  ///< In which order steps run.
  /// What one direction of one layer learns.
  struct Weights {
    Parameter<Real, 2> weight_x;  ///< (4U, inputs of the layer)
    Parameter<Real, 2> weight_h;  ///< (4U, U)
    Parameter<Real, 1> bias;      ///< (4U)
  };
  struct Cache {
    /// Of one direction of one layer.
    struct Pass {
      Tensor<Real, 3> gates, cells, h;  ///< (L, B, 4U), (L, B, U), and (L, B, U) if there are two directions
    };
    std::vector<Pass> passes;               ///< layer 0, its reverse, layer 1, ...
    std::vector<Tensor<Real, 3>> between;   ///< outputs of all layers but the last
  };

  /// Weights are Glorot-uniform for each gate, biases 0 with 1 for the forget gate.
  Lstm(Index inputs, Index units, int layers, bool bidirectional, const Random& random)
      : inputs_(inputs), units_(units), layers_(layers), directions_(bidirectional ? 2 : 1) {
    check(inputs > 0 && units > 0 && layers > 0, "Lstm: want 1 or more inputs, units and layers, got ", inputs, ", ",
          units, " and ", layers);
    for (int pass = 0; pass < passes(); ++pass) {
      const Index fan_in = pass < directions_ ? inputs : outputs();
      Weights w{Parameter<Real, 2>({4 * units, fan_in}), Parameter<Real, 2>({4 * units, units}),
                Parameter<Real, 1>({4 * units}, false)};
      const auto stream = static_cast<std::uint64_t>(2 * pass);
      fill_glorot_uniform(w.weight_x.value, fan_in, units, random.split({stream}));
      fill_glorot_uniform(w.weight_h.value, units, units, random.split({stream + 1}));
      w.bias.value.array().segment(units, units) = 1;
      weights_.push_back(std::move(w));
    }
  }

  Index inputs() const { return inputs_; }  ///< Numbers in a token of x.
  Index units() const { return units_; }    ///< U: numbers in h of one direction.
  /// Features out: U, or 2U with both directions.
  Index outputs() const { return units_ * directions_; }
  int layers() const { return layers_; }                   ///< Layers on top of one another.
  bool bidirectional() const { return directions_ == 2; }  ///< True where each layer also runs backwards in time.
  /// What may be given up for speed; double gives up nothing.
  Accuracy accuracy() const { return accuracy_; }
  void set_accuracy(Accuracy accuracy) { accuracy_ = accuracy; }
  /// Weights of one direction of one layer.
  Weights& weights(int layer, bool reverse = false) { return weights_[slot(layer, reverse)]; }
  const Weights& weights(int layer, bool reverse = false) const { return weights_[slot(layer, reverse)]; }

  /// A zero state for B rows.
  LstmState<Real> zero_state(Index batch) const { return LstmState<Real>({passes(), batch, units_}); }

  Shape<3> plan(const Shape<3>& x, Cache& cache) const {
    check_shape("Lstm::plan x", x, {any_size, any_size, inputs_});
    const auto [L, B, I] = x;
    cache.passes.resize(weights_.size());
    for (auto& pass : cache.passes) {
      pass.gates.resize({L, B, 4 * units_});
      pass.cells.resize({L, B, units_});
      pass.h.resize(bidirectional() ? Shape<3>{L, B, units_} : Shape<3>{});
    }
    cache.between.resize(static_cast<std::size_t>(layers_ - 1));
    for (auto& output : cache.between) output.resize({L, B, outputs()});
    return {L, B, outputs()};
  }

  /// x (L, B, inputs) -> y (L, B, outputs()).
  void forward(CView<Real, 3> x, View<Real, 3> y, Cache& cache, Workspace& ws,
               const LstmContext<Real>& context = {}) const {
    check_call("Lstm::forward", x, y, context);
    check(cache.passes.size() == weights_.size(), "Lstm::forward: the cache was not planned");
    for (int layer = 0; layer < layers_; ++layer) {
      const auto output = layer + 1 < layers_ ? between(cache, layer).view() : y;
      for (int d = 0; d < directions_; ++d) {
        auto& pass = cache.passes[slot(layer, d == 1)];
        const auto h = bidirectional() ? pass.h.view() : output;
        kernels::lstm_forward<Real>(run(layer, d, layer ? between(cache, layer - 1).view() : x, context), h, pass.gates,
                                    pass.cells, state_at(context.last, layer, d), ws);
        if (bidirectional()) detail::write_half<Real>(h, d, output);
      }
    }
  }

  /// Forward without what backward needs.  `state`, if given, is the start on entry and the last state on return.
  void infer(CView<Real, 3> x, View<Real, 3> y, CView<std::uint8_t, 2> mask, LstmState<Real>* state,
             Workspace& ws) const {
    check_call("Lstm::infer", x, y, {mask, state, state});
    const Index L = x.size(0), B = x.size(1);
    Workspace::Scope scope(ws);
    const auto wide = [&] { return layers_ > 1 ? ws.take<Real>(Shape<3>{L, B, outputs()}) : View<Real, 3>{}; };
    const View<Real, 3> between[2] = {wide(), wide()};
    const auto half = bidirectional() ? ws.take<Real>(Shape<3>{L, B, units_}) : View<Real, 3>{};
    const auto own_h = ws.take<Real>(Shape<2>{B, units_}), own_c = ws.take<Real>(Shape<2>{B, units_});
    for (int layer = 0; layer < layers_; ++layer) {
      const CView<Real, 3> input = layer ? between[(layer - 1) % 2] : x;
      const auto output = layer + 1 < layers_ ? between[layer % 2] : y;
      for (int d = 0; d < directions_; ++d) {
        auto kept = state_at(state, layer, d);
        if (!state) kept = {own_h, own_c}, own_h.array() = 0, own_c.array() = 0;
        const auto h = bidirectional() ? half : output;
        kernels::lstm_infer<Real>(run(layer, d, input, {mask}), kept, h, ws);
        if (bidirectional()) detail::write_half<Real>(h, d, output);
      }
    }
  }

  /// `context` as in forward.  dx may be empty.
  void backward(CView<Real, 3> x, CView<Real, 3> y, CView<Real, 3> dy, View<Real, 3> dx, const Cache& cache,
                Workspace& ws, const LstmContext<Real>& context = {}, const LstmContextGrads<Real>& grads = {}) {
    check_call("Lstm::backward", x, y, context);
    check_shape("Lstm::backward dy", dy.shape(), y.shape());
    if (grads.last) grads.last->check_is("Lstm::backward", "gradient of the last state", state_shape(x.size(1)));
    if (grads.start) grads.start->resize(state_shape(x.size(1)));
    const Index L = x.size(0), B = x.size(1);
    Workspace::Scope scope(ws);
    const auto wide = [&] { return layers_ > 1 ? ws.take<Real>(Shape<3>{L, B, outputs()}) : View<Real, 3>{}; };
    const View<Real, 3> dbetween[2] = {wide(), wide()};
    const auto half = bidirectional() ? ws.take<Real>(Shape<3>{L, B, units_}) : View<Real, 3>{};
    for (int layer = layers_ - 1; layer >= 0; --layer) {
      const bool top = layer == layers_ - 1;
      const CView<Real, 3> output = top ? y : between(cache, layer).view(), doutput = top ? dy : dbetween[layer % 2];
      const auto dinput = layer ? dbetween[(layer - 1) % 2] : dx;
      for (int d = 0; d < directions_; ++d) {
        const auto& pass = cache.passes[slot(layer, d == 1)];
        auto& w = weights_[slot(layer, d == 1)];
        if (bidirectional()) detail::read_half<Real>(doutput, d, half);
        kernels::lstm_backward<Real>(run(layer, d, layer ? between(cache, layer - 1).view() : x, context),
                                     bidirectional() ? pass.h.view() : output, pass.gates, pass.cells,
                                     bidirectional() ? half : doutput, state_at(grads.last, layer, d), dinput,
                                     d == 0 ? Store::overwrite : Store::add,
                                     {w.weight_x.grad, w.weight_h.grad, w.bias.grad}, state_at(grads.start, layer, d),
                                     ws);
      }
    }
  }

  /// "l0.weight_x", "l0.weight_h", "l0.bias", "l0r.weight_x", ..., "l1.weight_x", ...: r is the reverse direction.
  template <class Visit>
  void visit_params(Visit&& visit) {
    for (int layer = 0; layer < layers_; ++layer)
      for (int d = 0; d < directions_; ++d) {
        const std::string name = "l" + std::to_string(layer) + (d ? "r." : ".");
        auto& w = weights_[slot(layer, d == 1)];
        visit(name + "weight_x", w.weight_x), visit(name + "weight_h", w.weight_h), visit(name + "bias", w.bias);
      }
  }

 private:
  Index passes() const { return layers_ * directions_; }
  Shape<3> state_shape(Index batch) const { return {passes(), batch, units_}; }
  std::size_t slot(int layer, bool reverse) const {
    check(layer >= 0 && layer < layers_ && (!reverse || bidirectional()), "Lstm: no layer ", layer,
          reverse ? " in reverse" : "");
    return static_cast<std::size_t>(layer * directions_ + (reverse ? 1 : 0));
  }
  template <class C>
  static auto& between(C& cache, int layer) {
    return cache.between[static_cast<std::size_t>(layer)];
  }
  /// The part of `state` that belongs to one pass; empty without a state.
  template <class State>
  auto state_at(State* state, int layer, int d) const {
    using T = std::conditional_t<std::is_const_v<State>, const Real, Real>;
    if (!state) return kernels::LstmStateView<T>{};
    const Index pass = layer * directions_ + d;
    return kernels::LstmStateView<T>{state->h.slice(pass), state->c.slice(pass)};
  }
  kernels::LstmRun<Real> run(int layer, int d, CView<Real, 3> x, const LstmContext<Real>& context) const {
    const Weights& w = weights_[slot(layer, d == 1)];
    return {x, {w.weight_x.value, w.weight_h.value, w.bias.value}, context.mask, d ? Order::reversed : Order::forward,
            state_at(context.start, layer, d), accuracy_};
  }
  void check_call(const char* call, CView<Real, 3> x, CView<Real, 3> y, const LstmContext<Real>& context) const {
    if (x.size(2) != inputs_)
      fail(call, " x: want (any, any, ", inputs_, "), got ", to_string(x.shape()));
    detail::check_fits(call, "y", y.shape(), Shape<3>{x.size(0), x.size(1), outputs()});
    if (context.start) context.start->check_is(call, "state", state_shape(x.size(1)));
    if (context.last && context.last != context.start) context.last->resize(state_shape(x.size(1)));
  }

  Index inputs_, units_;
  int layers_, directions_;
  Accuracy accuracy_ = Accuracy::standard;
  std::vector<Weights> weights_;
};

STAC3DL_NAMESPACE_END
