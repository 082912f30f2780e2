#include "stac3dl/kernels/attention_mask.hpp"

#include <doctest/doctest.h>

#include <array>

#include "stac3dl/core/tensor.hpp"

using namespace stac3dl;

TEST_CASE("a sample without any valid token is refused by name") {
  const Shape<4> h{2, 3, 2, 5};
  Tensor<std::uint8_t, 3> mask({2, 3, 2}, std::uint8_t{1});
  CHECK_NOTHROW(kernels::check_tokens("call", h, mask));
  CHECK_NOTHROW(kernels::check_tokens("call", h, {}));
  for (Index l = 0; l < 2; ++l)
    for (Index p = 0; p < 2; ++p) mask(l, 1, p) = 0;
  CHECK_THROWS_WITH_AS(kernels::check_tokens("call", h, mask), "call mask: sample 1 of 3 has no valid token", Error);
  mask(1, 1, 0) = 1;
  CHECK_NOTHROW(kernels::check_tokens("call", h, mask));
  CHECK_THROWS_WITH_AS(kernels::check_tokens("call", {2, 3, 4, 5}, mask), "call mask: want (2, 3, 4), got (2, 3, 2)",
                       Error);
  CHECK_THROWS_WITH_AS(kernels::check_tokens("call", {0, 3, 2, 5}, {}), "call h: no tokens, shape (0, 3, 2, 5)", Error);
}

TEST_CASE("masked softmax: hand values, huge scores, and exact zeros") {
  const auto all = [](Index) { return true; };
  std::array<double, 3> w{0, std::log(2.0), std::log(5.0)};
  kernels::detail::masked_softmax(w.data(), 3, all);
  CHECK(w[0] == doctest::Approx(0.125).epsilon(1e-14));
  CHECK(w[1] == doctest::Approx(0.25).epsilon(1e-14));
  CHECK(w[2] == doctest::Approx(0.625).epsilon(1e-14));

  std::array<double, 3> huge{1e5, 1e5, -1e5};
  kernels::detail::masked_softmax(huge.data(), 3, all);
  CHECK(huge == std::array<double, 3>{0.5, 0.5, 0});

  std::array<double, 3> part{1, std::numeric_limits<double>::quiet_NaN(), 1};  // what is masked is not read
  kernels::detail::masked_softmax(part.data(), 3, [](Index i) { return i != 1; });
  CHECK(part == std::array<double, 3>{0.5, 0, 0.5});

  std::array<double, 2> none{3, 4};
  kernels::detail::masked_softmax(none.data(), 2, [](Index) { return false; });
  CHECK(none == std::array<double, 2>{0, 0});

  std::array<double, 2> bad{1, std::numeric_limits<double>::quiet_NaN()};  // a fault is not hidden
  kernels::detail::masked_softmax(bad.data(), 2, all);
  CHECK((std::isnan(bad[0]) && std::isnan(bad[1])));
}
