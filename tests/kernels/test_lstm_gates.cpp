#include "stac3dl/kernels/lstm_gates.hpp"

#include "lstm_cases.hpp"

using namespace stac3dl;

TEST_CASE("lstm gates: a row gives the same bits alone, in a batch, and on any number of threads") {
  const Index B = 300, U = 13;
  const auto z = cases::normal<float>(Shape<2>{B, 4 * U}, 1), c = cases::normal<float>(Shape<2>{B, U}, 2);
  const auto bias = cases::normal<float>(Shape<1>{4 * U}, 3);
  Tensor<float, 2> h2({B, U}), c2({B, U});
  cases::check_threads([&] {
    Tensor<float, 2> gates = z;
    kernels::lstm_gates_forward<float>(gates, bias, {}, {}, c, h2, c2);
    return cases::joined(gates, h2, c2);
  });
  for (Index b : {Index{0}, Index{7}, B - 1}) {
    Tensor<float, 2> gates(z.view().range(b, 1)), h1({1, U}), c1({1, U});
    kernels::lstm_gates_forward<float>(gates, bias, {}, {}, c.view().range(b, 1), h1, c1);
    CHECK(cases::same_bits(h1, Tensor<float, 2>(std::as_const(h2).view().range(b, 1))));
    CHECK(cases::same_bits(c1, Tensor<float, 2>(std::as_const(c2).view().range(b, 1))));
  }
}

TEST_CASE("lstm gates: masked rows pass the state forward and its gradient back") {
  const Index B = 3, U = 5;
  Tensor<std::uint8_t, 1> mask({B}, {1, 0, 1});
  const auto h = cases::normal<double>(Shape<2>{B, U}, 4), c = cases::normal<double>(Shape<2>{B, U}, 5);
  const auto bias = cases::normal<double>(Shape<1>{4 * U}, 6);
  const auto dy = cases::normal<double>(Shape<2>{B, U}, 7);
  auto gates = cases::normal<double>(Shape<2>{B, 4 * U}, 8);
  Tensor<double, 2> h2({B, U}), c2({B, U}), dz({B, 4 * U}, 9.0);
  kernels::lstm_gates_forward<double>(gates, bias, mask, h, c, h2, c2);
  auto dh = cases::normal<double>(Shape<2>{B, U}, 10), dc = cases::normal<double>(Shape<2>{B, U}, 11);
  const auto dh2 = dh, dc2 = dc;
  kernels::lstm_gates_backward<double>(gates, mask, c, c2, dy, dh, dc, dz);
  for (Index u = 0; u < U; ++u) {
    CHECK(h2(1, u) == h(1, u));
    CHECK(c2(1, u) == c(1, u));
    CHECK(dh(1, u) == dh2(1, u) + dy(1, u));
    CHECK(dc(1, u) == dc2(1, u));
    CHECK(dh(0, u) == 0);
    CHECK(h2(0, u) != h(0, u));
  }
  for (Index u = 0; u < 4 * U; ++u) {
    CHECK(gates(1, u) == 0);
    CHECK(dz(1, u) == 0);
  }

  SUBCASE("a masked row without a state before it starts at 0") {
    kernels::lstm_gates_forward<double>(gates, bias, mask, {}, {}, h2, c2);
    for (Index u = 0; u < U; ++u) CHECK((h2(1, u) == 0 && c2(1, u) == 0));
  }
}

TEST_CASE("lstm_add_rows adds whole numbers exactly, on any number of threads") {
  Tensor<float, 2> dz({70, 132});
  for (Index i = 0; i < dz.size(); ++i) dz[i] = static_cast<float>(i % 7 - 3);
  cases::check_threads([&] {
    Tensor<float, 1> sum({132}, 10.0f);
    kernels::lstm_add_rows<float>(dz, sum);
    for (Index u = 0; u < 132; ++u) {
      float want = 10;
      for (Index b = 0; b < 70; ++b) want += dz(b, u);
      CHECK(sum(u) == want);
    }
    return sum;
  });
}
