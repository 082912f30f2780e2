/// inspect/saturated_gates.hpp - how much of the LSTM stands at the flat ends of its sigmoids and tanhs, where
/// gradients die.
///
///   i, f, o   low: below 0.05   high: above 0.95          c_tilde   low: below -0.95   high: above 0.95
/// A forget gate that is high keeps its cell, which long memories want; gates that are low or high everywhere learn
/// nothing.
#pragma once

#include "stac3dl/inspect/trace.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How much of one gate stands at its flat ends.
struct GateSaturation {
  std::string gate;          ///< "lstm.l0.f"
  double low = 0, high = 0;  ///< shares of the numbers of valid tokens
  Index count = 0;           ///< how many numbers these are
  double share() const { return low + high; }  ///< Of both ends together.
};

/// Of every gate in the trace, in its order; tokens that are masked do not count.  Throws where the gates, or "valid",
/// were not kept.
template <std::floating_point Real>
std::vector<GateSaturation> saturated_gates(const Trace<Real>& trace) {
  std::vector<GateSaturation> found;
  for (const TracedTensor<Real>& t : trace.tensors()) {
    const std::string end = t.name.substr(t.name.rfind('.') + 1);
    const bool tanh = end == "c_tilde";
    if (t.parameter || !t.name.starts_with("lstm.") || !(tanh || end == "i" || end == "f" || end == "o")) continue;
    const auto gate = t.value.template view<4>();                // (L, N, P, U)
    const auto valid = trace.template value<3>("valid").flat();  // (L, N, P)
    const Index U = gate.size(3);
    GateSaturation s;
    s.gate = t.name;
    for (Index i = 0; i < gate.size(); ++i) {
      if (valid[i / U] == 0) continue;
      const double v = static_cast<double>(gate[i]);
      if (v < (tanh ? -0.95 : 0.05)) ++s.low;
      if (v > 0.95) ++s.high;
      ++s.count;
    }
    if (s.count > 0) s.low /= static_cast<double>(s.count), s.high /= static_cast<double>(s.count);
    found.push_back(std::move(s));
  }
  return found;
}

STAC3DL_NAMESPACE_END
