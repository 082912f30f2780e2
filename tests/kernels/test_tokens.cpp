#include "stac3dl/kernels/tokens_ref.hpp"

#include <doctest/doctest.h>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/tokens.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("tokens equal their plain twin, there and back, at sizes around a vector's", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    for (const Shape<5>& s :
         {Shape<5>{1, 1, 1, 1, 1}, Shape<5>{2, 3, 2, 1, 5}, Shape<5>{1, 15, 3, 3, 5}, Shape<5>{2, 16, 1, 4, 4},
          Shape<5>{1, 17, 2, 1, 17}, Shape<5>{1, 7, 2, 3, 3}, Shape<5>{3, 9, 4, 1, 7}, Shape<5>{1, 33, 1, 7, 7},
          Shape<5>{1, 1, 2, 5, 7}, Shape<5>{1, 40, 2, 1, 1}, Shape<5>{0, 4, 2, 3, 3}}) {
      CAPTURE(to_string(s));
      const auto g = random_tensor<Real>(s, 1);
      const Shape<4> shape{s[2], s[0], s[3] * s[4], s[1]};
      const Real nan = std::numeric_limits<Real>::quiet_NaN();
      Tensor<Real, 4> got(shape, nan), want(shape, nan);
      kernels::to_tokens<Real>(g, got);
      kernels::to_tokens_ref<Real>(g, want);
      CHECK((got.array() == want.array()).all());
      Tensor<Real, 5> back(s, nan), back_ref(s, nan);
      kernels::from_tokens<Real>(got, back);
      kernels::from_tokens_ref<Real>(got, back_ref);
      CHECK((back.array() == g.array()).all());
      CHECK((back_ref.array() == g.array()).all());
    }
  }
}

TEST_CASE("tokens: the same on any number of threads, and shapes are checked") {
  const auto g = random_tensor<float>(Shape<5>{3, 64, 8, 12, 16}, 2);
  CHECK(same_on_all_threads([&] {
    Tensor<float, 4> tokens({8, 3, 192, 64});
    kernels::to_tokens<float>(g, tokens);
    return tokens;
  }));
  Tensor<float, 4> wrong({8, 3, 192, 63});
  CHECK_THROWS_AS(kernels::to_tokens<float>(g, wrong), Error);
}
