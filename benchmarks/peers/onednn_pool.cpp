// oneDNN's max pooling in blocks of 16 channels, its own layout.
#include "../pool_shapes.hpp"
#include "onednn.hpp"

namespace bench {
namespace {

using namespace dnnl;
using onednn::any, onednn::engine, onednn::filled, onednn::run_of;

memory::dims dims_of(const stac3dl::Shape<5>& s) { return {s[0], s[1], s[2], s[3], s[4]}; }

pooling_forward::primitive_desc forward_desc(const PoolShape& s, prop_kind kind) {
  const memory::desc x(dims_of(s.x), memory::data_type::f32, memory::format_tag::nCdhw16c);
  const memory::dims window{s.window[0], s.window[1], s.window[2]}, none{0, 0, 0};
  return {{kind, algorithm::pooling_max, x, any(dims_of(s.y())), window, window, none, none}, engine()};
}

Run forward(const PoolShape& s, prop_kind kind) {
  const auto d = forward_desc(s, kind);
  onednn::Arguments data{{DNNL_ARG_SRC, filled(d.src_desc())}, {DNNL_ARG_DST, filled(d.dst_desc())}};
  if (kind == prop_kind::forward_training) data.emplace(DNNL_ARG_WORKSPACE, memory(d.workspace_desc(), engine()));
  return run_of(pooling_forward(d), std::move(data));
}
Run backward(const PoolShape& s) {
  const auto f = forward_desc(s, prop_kind::forward_training);
  const memory workspace(f.workspace_desc(), engine());
  run_of(pooling_forward(f), {{DNNL_ARG_SRC, filled(f.src_desc())},
                              {DNNL_ARG_DST, filled(f.dst_desc())},
                              {DNNL_ARG_WORKSPACE, workspace}})();  // the winners that backward reads
  const memory::dims window{s.window[0], s.window[1], s.window[2]}, none{0, 0, 0};
  const pooling_backward::primitive_desc b(
      {algorithm::pooling_max, f.src_desc(), f.dst_desc(), window, window, none, none}, engine(), f);
  return run_of(pooling_backward(b), {{DNNL_ARG_DIFF_SRC, filled(b.diff_src_desc())},
                                      {DNNL_ARG_DIFF_DST, filled(b.diff_dst_desc())},
                                      {DNNL_ARG_WORKSPACE, workspace}});
}

std::vector<Case> onednn_pool_cases() {
  std::vector<Case> cases;
  for (const PoolShape& s : pool_shapes) {
    const auto add = [&](const char* task, std::function<Run()> make) {
      cases.push_back({task, s.name(), "onednn", std::move(make), 0, s.bytes()});
    };
    add("pool.infer", [s] { return forward(s, prop_kind::forward_inference); });
    add("pool.forward", [s] { return forward(s, prop_kind::forward_training); });
    add("pool.backward", [s] { return backward(s); });
  }
  return cases;
}
const Register here(onednn_pool_cases);

}  // namespace
}  // namespace bench
