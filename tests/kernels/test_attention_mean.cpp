#include "lstm_cases.hpp"
#include "stac3dl/kernels/attention_mean_ref.hpp"

using namespace stac3dl;

TEST_CASE("mean of valid tokens by hand") {
  const Tensor<double, 4> h({2, 1, 2, 1}, {1.0, 2.0, 3.0, 6.0});
  const Tensor<std::uint8_t, 3> mask({2, 1, 2}, {1, 0, 1, 1});
  Tensor<double, 2> f({1, 1});
  kernels::mean_tokens_forward<double>(h, {}, f);
  CHECK(f(0, 0) == 3);
  kernels::mean_tokens_forward<double>(h, mask, f);
  CHECK(f(0, 0) == doctest::Approx(10.0 / 3).epsilon(1e-14));
  Tensor<double, 4> dh(h.shape(), 7.0);
  kernels::mean_tokens_backward<double>(mask, Tensor<double, 2>({1, 1}, {6.0}), dh);
  CHECK(dh(0, 0, 0, 0) == 2);
  CHECK(dh(0, 0, 1, 0) == 0);
  CHECK(dh(1, 0, 1, 0) == 2);
  CHECK_THROWS_WITH_AS(kernels::mean_tokens_forward<double>(h, Tensor<std::uint8_t, 3>({2, 1, 2}), f),
                       "mean_tokens_forward mask: sample 0 of 1 has no valid token", Error);
}

TEST_CASE("mean of valid tokens: plain twin, gradients, threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const Shape<4> shape{3, 2, 5, 9};
    auto h = cases::normal<double>(shape, 1);
    auto mask = cases::mask(Shape<3>{3, 2, 5}, 0.5, 2);
    mask(0, 0, 0) = mask(0, 1, 0) = 1;
    const auto df = cases::normal<double>(Shape<2>{2, 9}, 3);
    for (bool masked : {false, true}) {
      const kernels::TokenMask tokens = masked ? std::as_const(mask).view() : kernels::TokenMask{};
      Tensor<double, 2> f({2, 9}), f_ref({2, 9});
      Tensor<double, 4> dh(shape, 5.0), dh_ref(shape, 5.0);
      const auto run = [&] {
        kernels::mean_tokens_forward<double>(h, tokens, f);
        kernels::mean_tokens_backward<double>(tokens, df, dh);
        return cases::joined(f, dh);
      };
      cases::check_threads(run);
      kernels::mean_tokens_forward_ref<double>(h, tokens, f_ref);
      kernels::mean_tokens_backward_ref<double>(tokens, df, dh_ref);
      CHECK(cases::difference(f, f_ref) < 1e-12);
      CHECK(cases::difference(dh, dh_ref) < 1e-12);
      cases::check_tensor("h", h, dh, [&] {
        kernels::mean_tokens_forward<double>(h, tokens, f);
        return cases::weighted(f, df);
      });
    }
  }
}
