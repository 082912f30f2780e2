#include "stac3dl/nn/attention.hpp"

#include "../kernels/lstm_cases.hpp"

using namespace stac3dl;

TEST_CASE("PlainAttention: names, decay and start values") {
  PlainAttention<double> am(30, Random(1));
  std::vector<std::string> names;
  am.visit_params([&](const std::string& name, auto& p) {
    names.push_back(name);
    CHECK(p.decay == (name != "bias"));
    CHECK((p.value.array().abs().maxCoeff() == 0) == (name == "bias"));
  });
  CHECK(names == std::vector<std::string>{"weight", "bias", "v"});
  CHECK(parameter_count(am) == 30 * 30 + 30 + 30);
}

TEST_CASE("PlainAttention: gradients; inference gives the same") {
  const Index L = 3, N = 2, P = 4, U = 5;
  PlainAttention<double> am(U, Random(1));
  PlainAttention<double>::Cache cache;
  Workspace ws;
  auto h = cases::normal<double>(Shape<4>{L, N, P, U}, 2);
  auto mask = cases::mask(Shape<3>{L, N, P}, 0.7, 3);
  mask(1, 0, 1) = mask(1, 1, 1) = 1;
  const auto df = cases::normal<double>(Shape<2>{N, U}, 4);
  const auto dw = cases::normal<double>(Shape<3>{N, L, P}, 5);
  REQUIRE(am.plan(h.shape(), cache) == Shape<2>{N, U});
  Tensor<double, 2> f({N, U}), f2({N, U});
  Tensor<double, 3> w({N, L, P}), w2({N, L, P});
  Tensor<double, 4> dh(h.shape());
  const auto loss = [&] {
    am.forward(h, mask, w, f, cache, ws);
    return cases::weighted(f, df) + cases::weighted(w, dw);
  };
  loss();
  am.infer(h, mask, w2, f2, ws);
  CHECK(cases::same_bits(f, f2));
  CHECK(cases::same_bits(w, w2));
  am.backward(h, mask, w, df, dw, dh, cache, ws);
  cases::check_tensor("h", h, dh, loss);
  am.visit_params([&](const std::string& name, auto& p) { cases::check_tensor(name, p.value, p.grad, loss); });
}

TEST_CASE("PlainAttention names what does not fit") {
  PlainAttention<double> am(5, Random(1));
  PlainAttention<double>::Cache cache;
  CHECK_THROWS_WITH_AS(am.plan({3, 2, 4, 6}, cache),
                       "PlainAttention::plan h: want (any, any, any, 5), got (3, 2, 4, 6)", Error);
}
