// oneDNN's LSTM: one layer, one direction, its own layouts.  Reordering weights between forward and backward, which a
// training would need, is left out.
#include "../sequence_shapes.hpp"
#include "onednn.hpp"

namespace bench {
namespace {

using namespace dnnl;
using onednn::any, onednn::engine, onednn::filled;

struct Layer {
  explicit Layer(const LstmShape& s)
      : x(any({s.steps, s.batch, s.units})), state(any({1, 1, s.batch, s.units})),
        w(any({1, 1, s.units, 4, s.units})), b(any({1, 1, 4, s.units})) {}
  lstm_forward::primitive_desc forward(prop_kind kind) const {
    return {{kind, rnn_direction::unidirectional_left2right, x, none, none, w, w, b, x, state, state}, engine()};
  }
  lstm_backward::primitive_desc backward(const lstm_forward::primitive_desc& hint) const {
    return {{prop_kind::backward, rnn_direction::unidirectional_left2right, x, none, none, w, w, b, x, state, state,
             x, none, none, w, w, b, x, state, state},
            engine(), hint};
  }
  memory::desc x, state, w, b;
  memory::desc none{};  ///< no state at the start
};

onednn::Arguments forward_arguments(const lstm_forward::primitive_desc& d) {
  return {{DNNL_ARG_SRC_LAYER, filled(d.src_layer_desc())},
          {DNNL_ARG_WEIGHTS_LAYER, filled(d.weights_layer_desc())},
          {DNNL_ARG_WEIGHTS_ITER, filled(d.weights_iter_desc())},
          {DNNL_ARG_BIAS, filled(d.bias_desc())},
          {DNNL_ARG_DST_LAYER, filled(d.dst_layer_desc())},
          {DNNL_ARG_DST_ITER, filled(d.dst_iter_desc())},
          {DNNL_ARG_DST_ITER_C, filled(d.dst_iter_c_desc())}};
}

Run infer(const LstmShape& s) {
  const auto d = Layer(s).forward(prop_kind::forward_inference);
  return onednn::run_of(lstm_forward(d), forward_arguments(d));
}

Run train(const LstmShape& s) {
  const Layer layer(s);
  const auto f = layer.forward(prop_kind::forward_training);
  const auto b = layer.backward(f);
  const memory workspace(f.workspace_desc(), engine());
  auto forward_data = forward_arguments(f);
  forward_data.emplace(DNNL_ARG_WORKSPACE, workspace);
  onednn::Arguments backward_data{
      {DNNL_ARG_SRC_LAYER, filled(b.src_layer_desc())},
      {DNNL_ARG_WEIGHTS_LAYER, filled(b.weights_layer_desc())},
      {DNNL_ARG_WEIGHTS_ITER, filled(b.weights_iter_desc())},
      {DNNL_ARG_BIAS, filled(b.bias_desc())},
      {DNNL_ARG_DST_LAYER, filled(b.dst_layer_desc())},
      {DNNL_ARG_DST_ITER, filled(b.dst_iter_desc())},
      {DNNL_ARG_DST_ITER_C, filled(b.dst_iter_c_desc())},
      {DNNL_ARG_DIFF_SRC_LAYER, filled(b.diff_src_layer_desc())},
      {DNNL_ARG_DIFF_WEIGHTS_LAYER, filled(b.diff_weights_layer_desc())},
      {DNNL_ARG_DIFF_WEIGHTS_ITER, filled(b.diff_weights_iter_desc())},
      {DNNL_ARG_DIFF_BIAS, filled(b.diff_bias_desc())},
      {DNNL_ARG_DIFF_DST_LAYER, filled(b.diff_dst_layer_desc())},
      {DNNL_ARG_DIFF_DST_ITER, filled(b.diff_dst_iter_desc())},
      {DNNL_ARG_DIFF_DST_ITER_C, filled(b.diff_dst_iter_c_desc())},
      {DNNL_ARG_WORKSPACE, workspace}};
  const Run forward = onednn::run_of(lstm_forward(f), std::move(forward_data));
  const Run backward = onednn::run_of(lstm_backward(b), std::move(backward_data));
  return [forward, backward] { forward(), backward(); };
}

std::vector<Case> onednn_lstm_cases() {
  std::vector<Case> cases;
  for (const LstmShape& s : lstm_shapes) {
    cases.push_back({"lstm.infer", s.name(), "onednn", [s] { return infer(s); }, s.flops()});
    cases.push_back({"lstm.train", s.name(), "onednn", [s] { return train(s); }, 3 * s.flops()});
  }
  return cases;
}
const Register here(onednn_lstm_cases);

}  // namespace
}  // namespace bench
