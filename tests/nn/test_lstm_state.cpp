#include "stac3dl/nn/lstm_state.hpp"

#include "../kernels/lstm_cases.hpp"

using namespace stac3dl;

TEST_CASE("LstmState: starts at 0, is reset to 0, and knows its shape") {
  LstmState<float> state({2, 3, 4});
  CHECK(state.h.array().abs().maxCoeff() == 0);
  state.h.fill(1), state.c.fill(2);
  state.reset();
  CHECK((state.h.array().abs().maxCoeff() == 0 && state.c.array().abs().maxCoeff() == 0));
  CHECK_NOTHROW(state.check_is("call", "state", {2, 3, 4}));
  CHECK_THROWS_WITH_AS(state.check_is("call", "state", {2, 3, 5}), "call state: want (2, 3, 5), got (2, 3, 4)", Error);
}

TEST_CASE("halves of two directions are written and read back") {
  const auto ahead = cases::normal<float>(Shape<3>{3, 200, 2}, 1), back = cases::normal<float>(Shape<3>{3, 200, 2}, 2);
  Tensor<float, 3> y({3, 200, 4}), half({3, 200, 2});
  detail::write_half<float>(ahead, 0, y);
  detail::write_half<float>(back, 1, y);
  CHECK(y(2, 7, 1) == ahead(2, 7, 1));
  CHECK(y(2, 7, 3) == back(2, 7, 1));
  detail::read_half<float>(y, 0, half);
  CHECK(cases::same_bits(half, ahead));
  detail::read_half<float>(y, 1, half);
  CHECK(cases::same_bits(half, back));
}
