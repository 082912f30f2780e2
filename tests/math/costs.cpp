// What the kernels cost at the sizes of the preset `paper`, one clip: floating point operations, and bytes when every
// tensor is read or written once, in float.  The tables of the pages.
#include "costs.hpp"

namespace worked {
namespace {

constexpr double L = 2, P = 49, U = 512, C = 512, n5 = C * L * P;  // after conv5b
constexpr double exp_flops = 23, sigmoid_flops = exp_flops + 3, tanh_flops = exp_flops + 20;

/// A convolution of 3 x 3 x 3, stride 1, that keeps its size.
std::vector<Cost> conv(const char* name, double in, double out, double places) {
  const double macs = in * out * 27 * places, weights = 4 * in * out * 27, x = 4 * in * places, y = 4 * out * places;
  const std::string at = std::string("`") + name + "`, ";
  return {{at + "forward", 2 * macs, x + weights + y},
          {at + "backward to x", 2 * macs, y + weights + x},
          {at + "backward to W", 2 * macs, x + y + 2 * weights}};
}
/// A fully connected layer of R rows.
std::vector<Cost> dense(const std::string& name, double R, double I, double O) {
  const double macs = R * I * O, w = 4 * I * O, xy = 4 * R * (I + O);
  return {{name + ", forward", 2 * macs, w + xy}, {name + ", backward", 4 * macs, 3 * w + 2 * xy}};
}
std::vector<Cost> operator+(std::vector<Cost> a, const std::vector<Cost>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
/// One gate's share of an LSTM step for P rows.
std::vector<Cost> gate_cost(double nonlinear) {
  const double macs = P * U * (C + U), w = 4 * U * (C + U);
  return {{"one step, forward", 2 * macs + nonlinear * P * U, w + 4 * P * (C + 2 * U)},
          {"one step, backward", 4 * macs, 3 * w + 8 * P * (C + 2 * U)}};
}
}  // namespace

std::vector<Cost> cost_convolution() {
  return conv("conv1a", 3, 64, 16 * 112 * 112) + conv("conv3b", 256, 256, 8 * 28 * 28) + conv("conv5b", 512, 512, 98);
}
std::vector<Cost> cost_streams() {
  return {{"V, forward", n5, 8 * n5},
          {"V, backward", n5, 12 * n5},
          {"A, forward", sigmoid_flops * n5, 8 * n5},
          {"A, backward", 3 * n5, 12 * n5}};
}
std::vector<Cost> cost_bilinear() {
  const double M = 16, b = M * C * L;
  return {{"gate, forward", n5, 12 * n5},
          {"gate, backward", 2 * n5, 20 * n5},
          {"outer, M = 16, forward", 2 * b * P + 8 * b, 4 * (n5 * (1 + M / C) + 2 * b)},
          {"outer, M = 16, backward", 4 * b * P + 12 * b, 4 * (2 * n5 * (1 + M / C) + 3 * b)}};
}
std::vector<Cost> cost_c3d_classifier() {
  return std::vector<Cost>{{"pool5", n5, 4 * (n5 + 8192)}} + dense("FC6, 8192 to 4096", 1, 8192, 4096) +
         dense("FC7, 4096 to 4096", 1, 4096, 4096) + dense("FC8, 4096 to 60", 1, 4096, 60);
}
std::vector<Cost> cost_gate() { return gate_cost(sigmoid_flops); }
std::vector<Cost> cost_candidate() { return gate_cost(tanh_flops); }
std::vector<Cost> cost_cell_state() {
  return {{"one step, forward", 3 * P * U, 20 * P * U}, {"one step, backward", 4 * P * U, 28 * P * U}};
}
std::vector<Cost> cost_hidden_state() {
  return {{"one step, forward", (tanh_flops + 1) * P * U, 12 * P * U},
          {"one step, backward", (tanh_flops + 5) * P * U, 20 * P * U}};
}
std::vector<Cost> cost_lstm_sequence() {
  const double macs = L * P * 4 * U * (C + U), w = 4 * 4 * U * (C + U), h = 4 * L * P * U;
  return {{"forward", 2 * macs, w + 2 * h + 5 * h}, {"backward", 4 * macs, 3 * w + 4 * h + 10 * h}};
}
std::vector<Cost> cost_attention() {
  const double h = 4 * L * P * U;
  return {{"(11) alone, forward", 2 * L * P * U, h},
          {"(12) alone, forward", 2 * L * P * U, h},
          {"(13) alone, forward", 2 * L * P * U, h},
          {"all three in one pass, forward", 6 * L * P * U, h},
          {"all three in one pass, backward", 12 * L * P * U, 2 * h}};
}
std::vector<Cost> cost_classifier() {
  return dense("FC6, 512 to 4096", 1, 512, 4096) + dense("FC7, 4096 to 4096", 1, 4096, 4096) +
         dense("FC7, batch of 32", 32, 4096, 4096) + dense("FC8, 4096 to 60", 1, 4096, 60);
}
std::vector<Cost> cost_plain_attention() {
  const double h = 4 * L * P * U, w = 4 * U * U;
  return {{"forward", 2 * L * P * U * U + (tanh_flops + 4) * L * P * U, w + 3 * h},
          {"backward", 4 * L * P * U * U + 9 * L * P * U, 3 * w + 4 * h}};
}
std::vector<Cost> cost_pooling() {
  const double x = 64 * 16 * 112 * 112;
  return {{"pool1, forward", x, 4 * x + x + x / 2}, {"pool1, backward", x / 4, x + x / 2 + 4 * x}};
}
std::vector<Cost> cost_batch_norm() {
  const double x = 64 * 16 * 112 * 112;
  return {{"conv1a's output, statistics and forward", 5 * x, 16 * x},
          {"conv1a's output, backward", 9 * x, 20 * x},
          {"folded into the convolution", 2 * 64 * 82, 8 * 64 * 82}};
}
std::vector<Cost> cost_elementwise() {
  const double x = 64 * 16 * 112 * 112;
  return {{"conv1a's output, ReLU forward", x, 8 * x}, {"conv1a's output, ReLU backward", x, 12 * x}};
}
std::vector<Cost> cost_optimisers() {
  const double w = 76540478;
  return {{"SGD with momentum and decay, all of `paper`", 6 * w, 20 * w}, {"AdamW, all of `paper`", 15 * w, 28 * w}};
}
std::vector<Cost> cost_linear() { return dense("FC7, one row", 1, 4096, 4096) + dense("FC7, 98 rows", 98, 4096, 4096); }

}  // namespace worked
