/// nn/lstm_torch.hpp - weights to and from torch.nn.LSTM.
///
/// The gates have the same order (i, f, g, o), so the matrices are the same.  torch adds two biases, b_ih + b_hh; one
/// is enough: import adds them up, export writes b_hh = 0.
#pragma once

#include "stac3dl/nn/lstm.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One direction of one layer as torch.nn.LSTM keeps it: weight_ih (4U, inputs), weight_hh (4U, U), biases (4U).
template <class Real>
struct TorchLstm {
  Tensor<Real, 2> weight_ih, weight_hh;  ///< (4U, inputs) and (4U, U)
  Tensor<Real, 1> bias_ih, bias_hh;      ///< (4U) each; torch adds both
};

/// Ending of torch's names: "_l0", "_l0_reverse", "_l1", ...; weight_ih of layer 0 is "weight_ih_l0".
inline std::string torch_lstm_suffix(int layer, bool reverse) {
  return "_l" + std::to_string(layer) + (reverse ? "_reverse" : "");
}

/// Takes weights of torch.nn.LSTM into one direction of one layer.  Error where shapes differ.
template <class Real>
void import_torch(const TorchLstm<Real>& from, Lstm<Real>& lstm, int layer, bool reverse = false) {
  auto& w = lstm.weights(layer, reverse);
  check_shape("import_torch weight_ih", from.weight_ih.shape(), w.weight_x.shape());
  check_shape("import_torch weight_hh", from.weight_hh.shape(), w.weight_h.shape());
  check_shape("import_torch bias_ih", from.bias_ih.shape(), w.bias.shape());
  check_shape("import_torch bias_hh", from.bias_hh.shape(), w.bias.shape());
  w.weight_x.value = from.weight_ih;
  w.weight_h.value = from.weight_hh;
  w.bias.value.array() = from.bias_ih.array() + from.bias_hh.array();
}

/// One direction of one layer as torch.nn.LSTM has it; bias_hh is 0.
template <class Real>
TorchLstm<Real> export_torch(const Lstm<Real>& lstm, int layer, bool reverse = false) {
  const auto& w = lstm.weights(layer, reverse);
  return {w.weight_x.value, w.weight_h.value, w.bias.value, Tensor<Real, 1>(w.bias.shape())};
}

STAC3DL_NAMESPACE_END
