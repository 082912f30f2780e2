#include "stac3dl/nn/lstm_torch.hpp"

#include "../kernels/lstm_cases.hpp"

using namespace stac3dl;

TEST_CASE("torch weights: import adds the biases, export and import give the same layer") {
  Lstm<double> lstm(3, 4, 2, true, Random(1)), other(3, 4, 2, true, Random(2));
  const TorchLstm<double> torch{cases::normal<double>(Shape<2>{16, 8}, 1), cases::normal<double>(Shape<2>{16, 4}, 2),
                                cases::normal<double>(Shape<1>{16}, 3), cases::normal<double>(Shape<1>{16}, 4)};
  import_torch(torch, lstm, 1, true);
  const auto& w = lstm.weights(1, true);
  CHECK(cases::same_bits(w.weight_x.value, torch.weight_ih));
  CHECK(cases::same_bits(w.weight_h.value, torch.weight_hh));
  for (Index u = 0; u < 16; ++u) CHECK(w.bias.value[u] == torch.bias_ih[u] + torch.bias_hh[u]);

  for (int layer : {0, 1})
    for (bool reverse : {false, true}) {
      const auto out = export_torch(lstm, layer, reverse);
      CHECK(out.bias_hh.array().abs().maxCoeff() == 0);
      import_torch(out, other, layer, reverse);
    }
  Workspace ws;
  const auto x = cases::normal<double>(Shape<3>{4, 2, 3}, 5);
  Tensor<double, 3> a({4, 2, 8}), b({4, 2, 8});
  lstm.infer(x, a, {}, nullptr, ws);
  other.infer(x, b, {}, nullptr, ws);
  CHECK(cases::same_bits(a, b));
  CHECK_THROWS_WITH_AS(import_torch(torch, lstm, 0), "import_torch weight_ih: want (16, 3), got (16, 8)", Error);
}

TEST_CASE("torch weights: endings of names") {
  CHECK(torch_lstm_suffix(0, false) == "_l0");
  CHECK(torch_lstm_suffix(2, true) == "_l2_reverse");
}
