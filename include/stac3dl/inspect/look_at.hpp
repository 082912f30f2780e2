/// inspect/look_at.hpp - runs a model on one recording and keeps what it looked at: the content of a report's page.
///
///   RecordingView view = look_at(model, source.sample(i), clips.sample(i), {.name = "person 3", .classes = names});
/// `prepared` is what the model reads, `shown` the same recording as the sensors saw it: same modalities and frames.
///   alpha, beta, probabilities, key points    outputs of the model
///   so_far[l]    the answer had the recording ended after step l: all later frames masked (section 1)
///   gates        percentiles, over units and valid positions, of the LSTM's gates in each step (equations 5 to 10)
/// A modality is shown as pictures if its grid has more than one row and column, as joints if only rows, else as
/// signals.
#pragma once

#include <cmath>
#include <limits>

#include "stac3dl/inspect/show_window.hpp"
#include "stac3dl/model/prepared.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What the model itself does not know about a recording.
struct LookOptions {
  std::string name = "recording", note = {};  ///< for the page
  std::vector<std::string> classes = {};  ///< names; empty: numbered
  double seconds = 0;                     ///< of the recording; 0: time is counted in steps of the attention
  bool label_known = true;                ///< the sample's label is the truth
  std::vector<ModalityNames> names = {};  ///< by modality's name
  Bones keypoint_bones = {};  ///< pairs of key points that are joined
  std::vector<Index> stages = {};  ///< frames to draw key points on; empty: four, evenly
  std::vector<std::string> stage_names = {};  ///< one a stage, or none
  Index so_far_steps = 64;  ///< of longer recordings only so many prefixes are asked
};

namespace detail {

/// Values at 10, 50 and 90 percent of the sorted list; NaN if it is empty.
inline std::array<float, 3> percentiles(std::vector<float>& values) {
  if (values.empty()) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    return {nan, nan, nan};
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(std::lround(q * static_cast<double>(values.size() - 1)))];
  };
  return {at(0.1), at(0.5), at(0.9)};
}

/// gates (L, P, 4U) as [i|f|g|o], valid (L, 1, P).
template <class Real>
LstmView lstm_view(const std::string& name, CView<Real, 3> gates, CView<std::uint8_t, 3> valid) {
  static constexpr std::array<std::pair<const char*, Index>, 4> order{
      {{"input gate i", 0}, {"forget gate f", 1}, {"output gate o", 3}, {"candidate g", 2}}};
  const Index L = gates.size(0), P = gates.size(1), U = gates.size(2) / 4;
  LstmView view{name, {}};
  for (const auto& [title, part] : order) {
    GateView gate{title, Tensor<float, 1>({L}), Tensor<float, 1>({L}), Tensor<float, 1>({L})};
    for (Index l = 0; l < L; ++l) {
      std::vector<float> values;
      for (Index p = 0; p < P; ++p)
        if (valid(l, 0, p) != 0)
          for (Index u = 0; u < U; ++u) values.push_back(static_cast<float>(gates(l, p, part * U + u)));
      const auto [low, middle, high] = percentiles(values);
      gate.low[l] = low, gate.middle[l] = middle, gate.high[l] = high;
    }
    view.gates.push_back(std::move(gate));
  }
  return view;
}

/// Row l: the model's answer to the sample with all frames behind step l masked.
template <class Real>
Tensor<float, 2> answers_so_far(const StaC3d<Real>& model, const Sample& sample, CView<std::uint8_t, 3> valid,
                                Index most) {
  const Index L = valid.size(0), K = model.config().classes, stride = (L + most - 1) / most;
  Tensor<float, 2> answers({L, K}, std::numeric_limits<float>::quiet_NaN());
  PreparedModel<Real> ready(model);
  Batch<Real> batch;
  bool seen = false;
  for (Index l = 0; l < L; ++l) {
    for (std::uint8_t v : valid.slice(l)) seen = seen || v != 0;
    if (!seen) continue;
    if (l % stride != stride - 1 && l + 1 < L) continue;
    collate<Real>({sample}, batch);
    for (std::size_t m = 0; m < batch.inputs.size(); ++m) {
      auto& frames = batch.inputs[m].frames;
      const Index end = (l + 1) * model.plan().modalities[m].time_factor;
      for (Index t = end; t < frames.size(1); ++t) frames(Index{0}, t) = 0;
    }
    const auto& out = ready(batch);
    for (Index k = 0; k < K; ++k) answers(l, k) = static_cast<float>(out.probabilities(0, k));
  }
  return answers;
}

template <class Real>
KeypointView keypoint_view(const ModelConfig& config, const Tensor<Real, 4>& points, const Sample& shown,
                           const LookOptions& options) {
  KeypointView view;
  for (std::size_t m = 0; m < config.modalities.size(); ++m)
    if (config.modalities[m].name == config.keypoints.modality) view.modality = m;
  const Index steps = points.size(1), frames = shown.inputs[view.modality].x.size(1);
  view.frames_per_step = (frames + steps - 1) / steps;
  view.predicted = Tensor<float, 3>({steps, points.size(2), 2});
  std::transform(points.begin(), points.end(), view.predicted.begin(), [](Real v) { return static_cast<float>(v); });
  view.truth = shown.keypoints, view.known = shown.visible;
  view.bones = options.keypoint_bones;
  view.stages = options.stages, view.names = options.stage_names;
  if (view.stages.empty())
    for (Index i = 0; i < 4; ++i) view.stages.push_back((2 * i + 1) * frames / 8);
  return view;
}

}  // namespace detail

/// Throws where the samples do not fit the model or each other.
template <std::floating_point Real>
RecordingView look_at(const StaC3d<Real>& model, const Sample& prepared, const Sample& shown,
                      const LookOptions& options = {}) {
  const ModelConfig& config = model.config();
  check(prepared.inputs.size() == shown.inputs.size(), "look_at: the sample has ", prepared.inputs.size(),
        " modalities, what is shown ", shown.inputs.size());
  check(options.classes.empty() || static_cast<Index>(options.classes.size()) == config.classes,
        "look_at: ", options.classes.size(), " names for ", config.classes, " classes");
  Batch<Real> batch;
  collate<Real>({prepared}, batch);
  typename StaC3d<Real>::Pass pass;
  model.forward(batch, pass, Mode::inference);

  RecordingView view;
  view.name = options.name, view.note = options.note;
  view.label = options.label_known ? prepared.label : -1;
  view.classes = options.classes;
  for (Index k = 0; options.classes.empty() && k < config.classes; ++k)
    view.classes.push_back("class " + std::to_string(k));
  const auto copy = [](const auto& from, auto& to) {
    std::transform(from.begin(), from.end(), to.begin(), [](Real v) { return static_cast<float>(v); });
  };
  const Index L = pass.alpha.size(1), P = pass.beta.size(2);
  view.probabilities = Tensor<float, 1>({config.classes}), copy(pass.probabilities, view.probabilities);
  view.alpha = Tensor<float, 1>({L}), copy(pass.alpha, view.alpha);
  view.beta = Tensor<float, 2>({L, P}), copy(pass.beta, view.beta);
  view.answer = static_cast<Index>(std::max_element(view.probabilities.begin(), view.probabilities.end()) -
                                   view.probabilities.begin());
  view.seconds = options.seconds > 0 ? options.seconds : static_cast<double>(L);
  view.so_far = detail::answers_so_far(model, prepared, pass.valid, std::max<Index>(1, options.so_far_steps));

  Index first = 0;
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const ModalityPlan& plan = model.plan().modalities[m];
    ModalityView shown_as = show_window(shown.inputs[m], config.modalities[m].name, options.names);
    check(shown.inputs[m].x.size(1) == prepared.inputs[m].x.size(1), "look_at: modality \"", config.modalities[m].name,
          "\" has ", prepared.inputs[m].x.size(1), " frames, what is shown ", shown.inputs[m].x.size(1));
    shown_as.frames_per_step = plan.time_factor, shown_as.first = first;
    const bool one = plan.positions == 1;
    shown_as.rows = one ? 1 : plan.grid[1], shown_as.columns = one ? 1 : plan.grid[2];
    first += plan.positions;
    view.modalities.push_back(std::move(shown_as));
  }
  for (std::size_t i = 0; i < pass.lstm.passes.size() && has_lstm(config.variant); ++i) {
    const std::size_t directions = config.bidirectional ? 2 : 1;
    const std::string name = "layer " + std::to_string(i / directions + 1) + (i % directions ? ", backwards" : "");
    view.lstm.push_back(detail::lstm_view<Real>(name, pass.lstm.passes[i].gates, pass.valid));
  }
  if (!pass.keypoints.empty()) view.keypoints.push_back(detail::keypoint_view(config, pass.keypoints, shown, options));
  return view;
}

STAC3DL_NAMESPACE_END
