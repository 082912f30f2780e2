// oneDNN's 3-D convolution in the layouts that it likes best, by both of its algorithms, without reorders.
#include "../../tests/kernels/c3d_shapes.hpp"
#include "onednn.hpp"

namespace bench {
namespace {

using namespace dnnl;
using onednn::any, onednn::engine, onednn::filled, onednn::run_of;

/// Descriptions of one layer's tensors, layouts left open.
struct Layer {
  Layer(const C3dLayer& l, stac3dl::Index batch)
      : x(any({batch, l.in_channels, l.frames, l.size, l.size})),
        w(any({l.out_channels, l.in_channels, 3, 3, 3})),
        b(any({l.out_channels})),
        y(any({batch, l.out_channels, l.frames, l.size, l.size})) {}
  memory::desc x, w, b, y;
  memory::dims one{1, 1, 1};
};

convolution_forward::primitive_desc forward_desc(const Layer& l, prop_kind kind, algorithm how) {
  return {{kind, how, l.x, l.w, l.b, l.y, l.one, l.one, l.one}, engine()};
}

Run forward(const Layer& l, algorithm how) {
  const auto d = forward_desc(l, prop_kind::forward_inference, how);
  return run_of(convolution_forward(d), {{DNNL_ARG_SRC, filled(d.src_desc())},
                                         {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                                         {DNNL_ARG_BIAS, filled(d.bias_desc())},
                                         {DNNL_ARG_DST, filled(d.dst_desc())}});
}
Run backward_data(const Layer& l, algorithm how) {
  const convolution_backward_data::primitive_desc d({how, l.x, l.w, l.y, l.one, l.one, l.one}, engine(),
                                                    forward_desc(l, prop_kind::forward_training, how));
  return run_of(convolution_backward_data(d), {{DNNL_ARG_DIFF_SRC, filled(d.diff_src_desc())},
                                               {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                                               {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())}});
}
Run backward_weights(const Layer& l, algorithm how) {
  const convolution_backward_weights::primitive_desc d({how, l.x, l.w, l.b, l.y, l.one, l.one, l.one}, engine(),
                                                       forward_desc(l, prop_kind::forward_training, how));
  return run_of(convolution_backward_weights(d), {{DNNL_ARG_SRC, filled(d.src_desc())},
                                                  {DNNL_ARG_DIFF_WEIGHTS, filled(d.diff_weights_desc())},
                                                  {DNNL_ARG_DIFF_BIAS, filled(d.diff_bias_desc())},
                                                  {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())}});
}

std::vector<Case> onednn_conv3d_cases() {
  std::vector<Case> cases;
  for (stac3dl::Index batch : {1, 8})
    for (const C3dLayer& layer : c3d_layers)
      for (const algorithm how : {algorithm::convolution_direct, algorithm::convolution_auto}) {
        const char* const engine = how == algorithm::convolution_direct ? "onednn.direct" : "onednn.auto";
        const std::string shape = layer.name + std::string(".b") + std::to_string(batch);
        const auto add = [&](const char* task, Run (*make)(const Layer&, algorithm)) {
          cases.push_back({task, shape, engine, [=] { return make(Layer(layer, batch), how); }, layer.flops(batch)});
        };
        add("conv3d.forward", forward);
        add("conv3d.backward_data", backward_data);
        add("conv3d.backward_weights", backward_weights);
      }
  return cases;
}
const Register here(onednn_conv3d_cases);

}  // namespace
}  // namespace bench
