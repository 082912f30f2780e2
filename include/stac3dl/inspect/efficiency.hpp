/// inspect/efficiency.hpp - what a model costs: parameters, multiplications, time and memory of one recording.
///
/// MACs (multiply-accumulates; biases, pools and activations not counted) of one example, D width, U units, I inputs of
/// a layer:
///   convolutions and FC6 to FC8   plan.conv_macs + plan.head_macs
///   maps to the common width      L sum_m P_m C_m D                  where there is one
///   LSTM                          L P directions sum_layers 4 U (I + U)
///   STAM (11)-(13)                3 L P U: two scores and one weighted sum a token
/// Time is the median of `repeats` runs of the prepared model with a batch of one, after two that are not counted.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "stac3dl/inspect/report.hpp"
#include "stac3dl/model/prepared.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Multiply-accumulates of the model's parts, for one example.
struct ModelMacs {
  Index convolutions = 0, maps = 0, lstm = 0, attention = 0, head = 0;  ///< of one example
  Index total() const { return convolutions + maps + lstm + attention + head; }  ///< Of all parts.
};

/// Of one example of the configured size.
inline ModelMacs count_macs(const ModelConfig& c, const ModelPlan& plan) {
  ModelMacs macs;
  macs.convolutions = plan.conv_macs, macs.head = plan.head_macs;
  if (c.variant == Variant::c3d) return macs;
  for (const ModalityPlan& m : plan.modalities)
    if (m.mapped) macs.maps += plan.steps * m.positions * m.token_channels * plan.width;
  const Index tokens = plan.steps * plan.positions;
  if (has_lstm(c.variant)) macs.lstm = tokens * detail::lstm_macs(c);
  const Index u = plan.features;
  if (c.variant == Variant::am)
    macs.attention = tokens * (u * u + 2 * u);
  else if (c.variant != Variant::c3d_lstm)
    macs.attention = 3 * tokens * u;
  return macs;
}

/// Rows of the report's table.  The batch holds one example; repeats 1 or more.
template <std::floating_point Real>
std::vector<EfficiencyRow> measure_efficiency(const StaC3d<Real>& model, const Batch<Real>& batch, int repeats = 15) {
  check(batch.size() == 1, "measure_efficiency: want a batch of one example, got ", batch.size());
  check(repeats >= 1, "measure_efficiency: want 1 or more repeats, got ", repeats);
  PreparedModel<Real> ready(model);
  std::vector<double> times;
  for (int i = -2; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ready(batch);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (i >= 0) times.push_back(ms);
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  const auto& pass = ready(batch);
  std::size_t bytes = pass.workspace.capacity();
  const auto add = [&](const auto& tensor) { bytes += static_cast<std::size_t>(tensor.size()) * sizeof(Real); };
  add(pass.tokens), add(pass.h), add(pass.features), add(pass.dropped), add(pass.beta), add(pass.keypoints);
  for (const auto& m : pass.modalities) add(m.tokens), add(m.encoder.x), add(m.encoder.gate);
  for (const auto& tap : pass.taps) add(tap);

  const ModelMacs macs = count_macs(model.config(), model.plan());
  const auto million = [](auto count) { return static_cast<double>(count) / 1e6; };
  const double ms = times[static_cast<std::size_t>(repeats / 2)];
  const std::string threads = std::to_string(num_threads()) + (num_threads() == 1 ? " thread" : " threads");
  return {
      {"Parameters", "million", million(model.plan().parameters), "learned numbers, all layers"},
      {"Multiplications", "million MACs", million(macs.total()), "of one recording, biases and pools not counted"},
      {"in the convolutions", "million MACs", million(macs.convolutions), "equation 1"},
      {"in the LSTM", "million MACs", million(macs.lstm), "equations 5 to 10"},
      {"Time a recording", "ms", ms, "median of " + std::to_string(repeats) + " runs, one at a time, " + threads},
      {"Speed", "GMAC/s", static_cast<double>(macs.total()) / ms / 1e6, "multiplications by time"},
      {"Weights", "MB", million(model.plan().parameters) * static_cast<double>(sizeof(Real)),
       std::to_string(sizeof(Real)) + " bytes a parameter; transformed copies not counted"},
      {"Working memory", "MB", million(bytes), "activations and scratch of one inference"},
  };
}

STAC3DL_NAMESPACE_END
