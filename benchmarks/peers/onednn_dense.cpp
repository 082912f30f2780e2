// oneDNN's inner product (fully connected layer) and its matrix product.
#include "../gemm_shapes.hpp"
#include "../linear_shapes.hpp"
#include "onednn.hpp"

namespace bench {
namespace {

using namespace dnnl;
using onednn::any, onednn::engine, onednn::filled, onednn::run_of;

struct Layer {
  explicit Layer(const LinearShape& s)
      : x(any({s.rows, s.inputs})), w(any({s.outputs, s.inputs})), b(any({s.outputs})), y(any({s.rows, s.outputs})) {}
  inner_product_forward::primitive_desc forward(prop_kind kind) const { return {{kind, x, w, b, y}, engine()}; }
  memory::desc x, w, b, y;
};

Run forward(const inner_product_forward::primitive_desc& d) {
  return run_of(inner_product_forward(d), {{DNNL_ARG_SRC, filled(d.src_desc())},
                                           {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                                           {DNNL_ARG_BIAS, filled(d.bias_desc())},
                                           {DNNL_ARG_DST, filled(d.dst_desc())}});
}
Run infer(const LinearShape& s) { return forward(Layer(s).forward(prop_kind::forward_inference)); }
Run train(const LinearShape& s) {
  const Layer l(s);
  const auto hint = l.forward(prop_kind::forward_training);
  const inner_product_backward_data::primitive_desc d({l.x, l.w, l.y}, engine(), hint);
  const inner_product_backward_weights::primitive_desc w({l.x, l.w, l.b, l.y}, engine(), hint);
  const Run runs[] = {
      forward(hint),
      run_of(inner_product_backward_data(d), {{DNNL_ARG_DIFF_SRC, filled(d.diff_src_desc())},
                                              {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                                              {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())}}),
      run_of(inner_product_backward_weights(w), {{DNNL_ARG_SRC, filled(w.src_desc())},
                                                 {DNNL_ARG_DIFF_WEIGHTS, filled(w.diff_weights_desc())},
                                                 {DNNL_ARG_DIFF_BIAS, filled(w.diff_bias_desc())},
                                                 {DNNL_ARG_DIFF_DST, filled(w.diff_dst_desc())}})};
  return [a = runs[0], b = runs[1], c = runs[2]] { a(), b(), c(); };
}

Run product(const GemmShape& s) {
  struct Matrices {
    std::vector<float> a, b, c;
  };
  const auto vector = [](stac3dl::Index size) {
    std::vector<float> v(static_cast<std::size_t>(size));
    fill(v);
    return v;
  };
  auto m = std::make_shared<Matrices>(
      Matrices{vector(s.rows * s.depth), vector(s.depth * s.columns), vector(s.rows * s.columns)});
  return [m, s] {
    dnnl_sgemm('N', 'N', s.rows, s.columns, s.depth, 1, m->a.data(), s.depth, m->b.data(), s.columns, 0, m->c.data(),
               s.columns);
  };
}

std::vector<Case> onednn_dense_cases() {
  std::vector<Case> cases;
  for (const LinearShape& s : linear_shapes) {
    cases.push_back({"linear.infer", s.name(), "onednn", [s] { return infer(s); }, s.flops(), s.bytes()});
    cases.push_back({"linear.train", s.name(), "onednn", [s] { return train(s); }, 3 * s.flops(), 4 * s.bytes()});
  }
  for (const GemmShape& s : gemm_shapes)
    cases.push_back({"gemm", s.name(), "onednn", [s] { return product(s); }, s.flops(), s.bytes()});
  return cases;
}
const Register here(onednn_dense_cases);

}  // namespace
}  // namespace bench
