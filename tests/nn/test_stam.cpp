#include "stac3dl/nn/stam.hpp"

#include "../kernels/lstm_cases.hpp"

using namespace stac3dl;

TEST_CASE("Stam: names, decay and start values") {
  Stam<double> stam(400, Random(1));
  std::vector<std::string> names;
  stam.visit_params([&](const std::string& name, auto& p) {
    names.push_back(name);
    const bool bias = name.find("bias") != std::string::npos;
    CHECK(p.decay == !bias);
    if (bias) {
      CHECK(p.value[0] == 0);
    } else {
      CHECK(p.value.array().square().sum() == doctest::Approx(1).epsilon(0.2));  // 400 numbers of variance 1/400
      CHECK(std::abs(p.value.array().mean()) < 0.01);
    }
  });
  CHECK(names == std::vector<std::string>{"alpha.weight", "alpha.bias", "beta.weight", "beta.bias"});
  Stam<float> paper(512, Random(1));
  CHECK(parameter_count(paper) == 1026);
}

TEST_CASE("Stam: gradients of tokens and weights; those of the biases are 0") {
  const Index L = 3, N = 2, P = 4, U = 5;
  Stam<double> stam(U, Random(1));
  Stam<double>::Cache cache;
  Workspace ws;
  auto h = cases::normal<double>(Shape<4>{L, N, P, U}, 2);
  auto mask = cases::mask(Shape<3>{L, N, P}, 0.7, 3);
  mask(1, 0, 1) = mask(1, 1, 1) = 1;
  const auto df = cases::normal<double>(Shape<2>{N, U}, 4), da = cases::normal<double>(Shape<2>{N, L}, 5);
  const auto db = cases::normal<double>(Shape<3>{N, L, P}, 6);
  REQUIRE(stam.plan(h.shape(), cache) == Shape<2>{N, U});
  Tensor<double, 2> alpha({N, L}), f({N, U});
  Tensor<double, 3> beta({N, L, P});
  Tensor<double, 4> dh(h.shape());
  const auto loss = [&] {
    stam.forward(h, mask, alpha, beta, f, cache, ws);
    return cases::weighted(f, df) + cases::weighted(alpha, da) + cases::weighted(beta, db);
  };
  loss();
  stam.backward(h, mask, alpha, beta, df, da, db, dh, cache, ws);
  cases::check_tensor("h", h, dh, loss);
  const double largest = dh.array().abs().maxCoeff();
  stam.visit_params([&](const std::string& name, auto& p) {
    if (name.find("bias") == std::string::npos) cases::check_tensor(name, p.value, p.grad, loss);
    else CHECK(std::abs(p.grad[0]) < 1e-12 * largest);
  });
}

TEST_CASE("Stam names what does not fit") {
  Stam<double> stam(5, Random(1));
  Stam<double>::Cache cache;
  CHECK_THROWS_WITH_AS(stam.plan({3, 2, 4, 6}, cache), "Stam::plan h: want (any, any, any, 5), got (3, 2, 4, 6)",
                       Error);
  CHECK_THROWS_WITH_AS(Stam<double>(0, Random(1)), "Stam: want 1 or more units, got 0", Error);
}
