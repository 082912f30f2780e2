// Gradients between many channels and a picture's few, by direct sums: exact on whole numbers.
#include <doctest/doctest.h>

#include <string>

#include "stac3dl/kernels/conv3d.hpp"
#include "stac3dl/kernels/conv3d_few.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

/// C of 1 to 4. Channels around blocks of 16, rows around the places that registers hold, sizes of 1, every padding.
const TileCase cases[] = {
    {{1, 1, 1, 1, 1}, 1, 3, {1, 1, 1}},   {{2, 3, 3, 4, 7}, 64, 3, {1, 1, 1}},  {{1, 3, 2, 5, 8}, 15, 3, {1, 1, 1}},
    {{3, 2, 4, 1, 13}, 16, 3, {1, 1, 1}}, {{1, 4, 5, 6, 1}, 17, 3, {2, 2, 2}},  {{2, 4, 3, 3, 5}, 33, 3, {0, 0, 0}},
    {{1, 1, 3, 3, 27}, 31, 3, {1, 0, 2}}, {{2, 3, 1, 9, 6}, 65, 1, {0, 1, 1}},  {{1, 2, 6, 2, 3}, 48, 3, {1, 1, 0}},
    {{1, 3, 70, 3, 4}, 2, 3, {1, 1, 1}},  {{1, 4, 1, 7, 12}, 16, 1, {0, 2, 0}},
};

/// Small whole numbers: every product and sum of them is exact.
Tensor<float, 5> whole_numbers(const Shape<5>& shape, std::uint64_t seed) {
  Tensor<float, 5> x = random_tensor<float>(shape, seed);
  for (float& value : x) value = std::round(value * 4);
  return x;
}

}  // namespace

TEST_CASE("conv3d_few: whole numbers give exactly the reference's, whatever lies beyond the channels") {
  PoisonedWorkspace ws(Index{1} << 20);
  for (const TileCase& one : cases) {
    CAPTURE(to_string(one.x) + " to " + std::to_string(one.out));
    const Conv3dSpec spec{{one.depth_taps, 3, 3}, {1, 1, 1}, one.padding};
    const Shape<5> y_shape = conv3d_output_shape(one.x, one.out, spec);
    const auto x = whole_numbers(one.x, 1), dy = whole_numbers(y_shape, 2);
    const auto w = whole_numbers(Shape<5>{one.out, one.x[1], one.depth_taps, 3, 3}, 3);
    Tensor<float, 5> want_dx(one.x), want_dw(w.shape(), 2);
    Workspace plain;
    conv3d_backward_data_ref<float>(dy, w, want_dx, spec, plain);
    conv3d_backward_weights_ref<float>(x, dy, want_dw, {}, spec, plain);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      const auto data = [&] {
        ws.poison();
        PoisonedVolume dx(one.x), blocked(dy);
        few_channels_data(winograd_data_problem(one.x, y_shape, spec), blocked.view(), w, dx.view(), ws);
        return dx.plain();
      };
      const auto weights = [&] {
        ws.poison();
        PoisonedVolume blocked(dy);
        Tensor<float, 5> dw(w.shape(), 2);  // added to what is there
        few_channels_gradient(winograd_forward_problem(one.x, y_shape, spec), x, blocked.view(), dw, ws);
        return dw;
      };
      CHECK(same_bits(data(), want_dx));
      CHECK(same_bits(weights(), want_dw));
      CHECK(same_on_all_threads(data));
      CHECK(same_on_all_threads(weights));
    }
  }
}

TEST_CASE("conv3d_few: more channels than it is for are refused") {
  Workspace ws;
  const Shape<5> x_shape{1, 5, 2, 3, 3}, y_shape{1, 16, 2, 3, 3};
  PoisonedVolume dx(x_shape), dy(y_shape);
  const Tensor<float, 5> x(x_shape), w({16, 5, 3, 3, 3});
  Tensor<float, 5> dw(w.shape());
  CHECK_THROWS_WITH_AS(few_channels_data(winograd_data_problem(x_shape, y_shape, {}), dy.view(), w, dx.view(), ws),
                       "few_channels_data: want 4 channels at most, got 5", Error);
  CHECK_THROWS_WITH_AS(few_channels_gradient(winograd_forward_problem(x_shape, y_shape, {}), x, dy.view(), dw, ws),
                       "few_channels_gradient: want 4 channels at most, got 5", Error);
}
