/// inspect/summary.hpp - what a model or a chain of layers costs, in one line.
///
///   std::cout << summary(model, batch);                     // STA-C3DL, or a model of yours: inference over a batch
///   std::cout << summary(x, "conv", conv, "relu", relu);    // layers, one after the other: forward from x on
/// A row a layer: output, parameters, multiply-accumulates, bytes of the output, time (the median of some runs), and
/// which share of the machine's measured peak that is.
#pragma once

#include <functional>

#include "stac3dl/inspect/fma_peak.hpp"
#include "stac3dl/inspect/layer_macs.hpp"
#include "stac3dl/inspect/summary_table.hpp"
#include "stac3dl/model/mode.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/layer.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

/// "rgb" of "rgb.map.weight".
inline std::string first_part(const std::string& name) { return name.substr(0, name.find('.')); }

/// Adds a parameter to the layer whose name it begins with; else to the last layer of the same first part (an embedding
/// goes to its modality's map); else to a row of its own that has no shape and no time.
inline void add_parameters(std::vector<LayerSummary>& layers, const std::string& name, Index count) {
  LayerSummary* best = nullptr;
  for (LayerSummary& l : layers)
    if (name.starts_with(l.name + ".") && (!best || l.name.size() > best->name.size())) best = &l;
  for (LayerSummary& l : layers)
    if (!best || !name.starts_with(best->name + "."))
      if (first_part(l.name) == first_part(name)) best = &l;
  if (!best) {
    best = &layers.emplace_back();
    best->name = name.substr(0, name.rfind('.')), best->macs = unknown_macs;
  }
  best->parameters += count;
}

template <class Real, int R>
void summarise_chain(Summary&, CView<Real, R>) {}

template <class Real, int R, class L, class... More>
void summarise_chain(Summary& s, CView<Real, R> x, const std::string& name, L& layer, More&... more) {
  typename L::Cache cache;
  Workspace workspace;
  const auto shape = layer.plan(x.shape(), cache);
  constexpr int RY = static_cast<int>(std::tuple_size_v<std::remove_const_t<decltype(shape)>>);
  static_assert(Layer<L, R, RY>, "stac3dl: summary wants layers, see nn/layer.hpp");
  Tensor<Real, RY> y(shape);
  std::vector<double> times;
  for (int run = 0; run <= s.runs; ++run) {
    LapTimer timer;
    layer.forward(x, y, cache, workspace);
    if (run > 0) times.push_back(timer.lap());
  }
  LayerSummary& row = s.layers.emplace_back();
  row.name = name, row.output.assign(shape.begin(), shape.end());
  row.parameters = parameter_count(layer), row.macs = layer_macs(layer, x.shape());
  row.activation_bytes = static_cast<Index>(sizeof(Real)) * y.size(), row.seconds = median(times);
  s.seconds += row.seconds;
  s.scratch_bytes = std::max(s.scratch_bytes, workspace.capacity());
  summarise_chain<Real, RY>(s, y.view(), more...);
}

}  // namespace detail

/// Layers (nn/layer.hpp), each reading the output of the one before: summary(x, "conv", conv, "relu", relu, ...).
template <class Real, int R, class... NamesAndLayers>
Summary summary(const Tensor<Real, R>& x, const std::string& name, NamesAndLayers&&... rest) {
  Summary s;
  s.runs = SummaryOptions{}.runs, s.threads = num_threads(), s.peak = fma_peak<Real>();
  detail::summarise_chain<Real, R>(s, x.view(), name, rest...);
  return s;
}

/// A model as the trainer takes it (train/trainer.hpp): inference over `batch`, or a forward pass where it has no
/// infer().  Layers are timed if its Pass has a `recorder` that the model tells of layers (model/recorder.hpp);
/// otherwise the table has parameters, and the whole run's time.
template <class Model, class Batch>
Summary summary(const Model& model, const Batch& batch, const SummaryOptions& options = {}) {
  using Real = typename Model::Scalar;
  check(options.runs >= 0, "summary: want 0 or more runs, got ", options.runs);
  Summary s;
  s.runs = options.runs, s.threads = num_threads(), s.peak = options.runs > 0 ? fma_peak<Real>() : 0;
  Model copy = model;
  typename Model::Pass pass;
  detail::LapTimer timer;
  std::vector<std::vector<double>> times;
  std::vector<double> whole;
  std::size_t next = 0;
  const auto layer = [&](const RecordedLayer& seen) {
    const double seconds = timer.lap();
    if (next == s.layers.size()) {  // the first run, which is not timed
      Index bytes = static_cast<Index>(sizeof(Real));
      for (Index size : seen.shape) bytes *= size;
      s.layers.push_back({seen.name, {seen.shape.begin(), seen.shape.end()}, 0, seen.macs, bytes, 0});
      times.emplace_back();
    } else {
      times[next].push_back(seconds);
    }
    ++next;
  };
  const Recorder<Real> recorder{{}, layer};
  if constexpr (requires { pass.recorder = &recorder; }) pass.recorder = &recorder;
  if constexpr (requires { pass.weights_stay = true; }) pass.weights_stay = true;
  if constexpr (requires { copy.fold(); }) copy.fold();
  for (int run = 0; run <= options.runs; ++run) {
    next = 0;
    timer.lap();
    detail::LapTimer total;
    if constexpr (requires { copy.infer(batch, pass); })
      copy.infer(batch, pass);
    else
      copy.forward(batch, pass, Mode::inference, Random(0));
    if (run > 0) whole.push_back(total.lap());
  }
  for (std::size_t i = 0; i < times.size(); ++i) s.layers[i].seconds = detail::median(times[i]);
  s.seconds = detail::median(whole);
  if constexpr (requires { pass.workspace.capacity(); }) s.scratch_bytes = pass.workspace.capacity();
  Model unfolded = model;
  unfolded.visit_params([&](const std::string& name, auto& p) { detail::add_parameters(s.layers, name, p.size()); });
  return s;
}

STAC3DL_NAMESPACE_END
