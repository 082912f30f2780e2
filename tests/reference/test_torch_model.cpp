// Whole models of every variant, built from the same weights as in PyTorch: outputs and all gradients, and every tensor that
// a trace shows with its gradient.
//
// The reference's inputs are drawn so that no ReLU and no pool decides by less than 3e-5 of its scale (make_model.py),
// so float takes the same decisions.
#include "reference.hpp"
#include "stac3dl/inspect/trace_model.hpp"
#include "stac3dl/io/config_json.hpp"
#include "stac3dl/model/prepared.hpp"
#include "stac3dl/model/sta_c3dl.hpp"

using namespace stac3dl;

namespace {

template <class Real>
Batch<Real> read_batch(const reference::Case<Real>& c, const ModelConfig& config) {
  Batch<Real> batch;
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const std::string at = std::to_string(m);
    typename Batch<Real>::Input input;
    input.x = c.template read<5>("input/" + at);
    input.frames = c.template mask<2>("frames/" + at);
    input.positions = c.template mask<3>("positions/" + at);
    batch.inputs.push_back(std::move(input));
  }
  batch.labels.resize(static_cast<std::size_t>(batch.inputs.front().x.size(0)));
  return batch;
}

/// Every parameter is in the file, and the file has no other.
template <class Real>
void read_parameters(const reference::Case<Real>& c, StaC3d<Real>& model) {
  std::size_t count = 0;
  model.visit_params([&](const std::string& name, auto& p) {
    p.value = c.template read<std::decay_t<decltype(p.value)>::rank>("param/" + name);
    ++count;
  });
  CHECK(count == c.count("param/"));
}

template <class Real>
void check_outputs(const reference::Case<Real>& c, const std::string& prefix, const typename StaC3d<Real>::Pass& pass) {
  c.agrees(prefix + "logits", pass.logits);
  c.agrees(prefix + "probabilities", pass.probabilities);
  c.agrees(prefix + "alpha", pass.alpha);
  c.agrees(prefix + "beta", pass.beta);
  if (c.has("keypoints")) c.agrees(prefix + "keypoints", pass.keypoints);
}

}  // namespace

TEST_CASE_TEMPLATE("whole models agree with PyTorch", Real, float, double) {
  reference::for_each_case<Real>("model", "", [&](const reference::Case<Real>& c) {
    const ModelConfig config = config_from_json(parse_json(c.text(), "configuration"));
    StaC3d<Real> model(config, 1);
    read_parameters(c, model);
    const Batch<Real> batch = read_batch(c, config);

    typename StaC3d<Real>::Pass pass;
    LstmState<Real> start, last;
    if (c.has("start_h")) {
      start.h = c.template read<3>("start_h"), start.c = c.template read<3>("start_c");
      pass.start = &start, pass.last = &last;
    }
    model.forward(batch, pass, Mode::training);
    check_outputs(c, "", pass);
    if (pass.last) c.agrees("last_h", last.h), c.agrees("last_c", last.c);

    pass.d_logits = c.template read<2>("d_logits");
    if (c.has("d_keypoints")) pass.d_keypoints = c.template read<4>("d_keypoints");
    pass.want_input_gradients = true;
    zero_grad(model);
    model.backward(batch, pass);
    model.visit_params([&](const std::string& name, auto& p) { c.agrees("grad/param/" + name, p.grad); });
    for (std::size_t m = 0; m < batch.inputs.size(); ++m)
      c.agrees("grad/input/" + std::to_string(m), pass.d_inputs[m]);

    model.update_running(pass);
    std::size_t buffers = 0;
    model.visit_buffers([&](const std::string& name, auto& value) { c.agrees("buffer/" + name, value), ++buffers; });
    CHECK(buffers == c.count("buffer/"));

    PreparedModel<Real> prepared = prepare(model);
    check_outputs(c, "inference/", pass.start ? prepared(batch, start) : prepared(batch));
  });
}

TEST_CASE("a trace shows every tensor, and its gradient, as PyTorch computes them") {
  using Real = double;
  const auto folder = std::filesystem::path(__FILE__).parent_path();
  SafetensorsFile traces(folder / "trace.safetensors");
  reference::for_each_case<Real>("model", "", [&](const reference::Case<Real>& c) {
    const reference::Case<Real> want(traces, c.name());
    if (want.count("") == 0) return;
    const ModelConfig config = config_from_json(parse_json(c.text(), "configuration"));
    StaC3d<Real> model(config, 1);
    read_parameters(c, model);
    LstmState<Real> start;
    if (c.has("start_h")) start.h = c.read<3>("start_h"), start.c = c.read<3>("start_c");
    TraceOptions<Real> options;
    options.mode = Mode::training;
    options.start = c.has("start_h") ? &start : nullptr;
    options.loss = [&](const Batch<Real>&, ModelPass<Real>& pass) {
      pass.d_logits = c.read<2>("d_logits");
      if (c.has("d_keypoints")) pass.d_keypoints = c.read<4>("d_keypoints");
    };
    const Trace<Real> t = trace(model, read_batch(c, config), options);

    std::size_t values = 0, gradients = 0;
    for (const TracedTensor<Real>& tensor : t.tensors()) {
      if (tensor.parameter) {
        c.agrees("grad/param/" + tensor.name, tensor.gradient);
        continue;
      }
      want.agrees("value/" + tensor.name, tensor.value), ++values;
      if (tensor.gradient) want.agrees("grad/" + tensor.name, tensor.gradient), ++gradients;
    }
    CHECK(values == want.count("value/"));      // and PyTorch computes no other
    CHECK(gradients == want.count("grad/"));
    CHECK(!t.first_nan());
  });
}
