// Which convolutions take Winograd's tiles, and how far off those are on layers as large as real ones.
#include <doctest/doctest.h>

#include <string>

#include "stac3dl/kernels/conv3d.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

TEST_CASE("winograd_choice: which convolutions it takes, and with which tiles") {
  const ScopedIsa tiles(std::min(best_isa(), Isa::avx512));  // with amx, bf16x3 takes its place (test_bf16x3.cpp)
  CHECK(winograd_possible({}));
  CHECK(winograd_possible({{1, 3, 3}, {1, 1, 1}, {0, 2, 0}}));
  CHECK_FALSE(winograd_possible({{1, 3, 3}, {1, 1, 1}, {1, 1, 1}}));  // padding beyond the kernel
  CHECK_FALSE(winograd_possible({{3, 3, 3}, {1, 1, 1}, {1, 3, 1}}));
  CHECK_FALSE(winograd_possible({{3, 3, 3}, {2, 1, 1}, {1, 1, 1}}));
  CHECK_FALSE(winograd_possible({{3, 3, 1}, {1, 1, 1}, {1, 1, 0}}));
  CHECK_FALSE(winograd_possible({{2, 3, 3}, {1, 1, 1}, {1, 1, 1}}));
  CHECK_FALSE(winograd_possible({{3, 5, 3}, {1, 1, 1}, {1, 2, 1}}));
  const auto problem = [](Index T, Index H, Index W, Index C, Index O) {
    return winograd_forward_problem({1, C, T, H, W}, {1, O, T, H, W}, {});
  };
  const auto standard = Accuracy::standard;
  CHECK_FALSE(choose_winograd(problem(8, 28, 28, 256, 256), Accuracy::exact));
  CHECK_FALSE(choose_winograd(problem(8, 2, 28, 256, 256), standard));  // a grid below one tile
  CHECK(choose_winograd(problem(8, 28, 28, 256, 256), standard).tile == 4);
  CHECK(choose_winograd(problem(8, 28, 28, 256, 256), standard).depth == &winograd_depth_4);
  CHECK(choose_winograd(problem(4, 14, 14, 512, 512), standard));
  CHECK(choose_winograd(problem(4, 14, 14, 512, 512), Accuracy::fast).tile == 4);
  CHECK(choose_winograd(problem(2, 7, 7, 512, 512), standard).depth == &winograd_depth_pair);
  CHECK(choose_winograd(problem(16, 112, 112, 3, 64), standard).tile == 4);  // a picture
  // both ways, so that it stays in the chain of blocked volumes
  CHECK(conv3d_winograd_plan({1, 3, 16, 112, 112}, {1, 64, 16, 112, 112}, {}, standard));
  CHECK(conv3d_winograd_data_plan({1, 3, 16, 112, 112}, {1, 64, 16, 112, 112}, {}, standard));
  CHECK_FALSE(conv3d_winograd_data_plan({1, 3, 16, 112, 112}, {1, 64, 16, 112, 112}, {}, Accuracy::exact));
  CHECK(choose_winograd(problem(1, 16, 16, 64, 64), standard).depth == &winograd_depth_2);
  const WinogradPlan odd = winograd_plan(problem(9, 11, 5, 17, 33), winograd_depth_4, 4);
  CHECK(odd.tiles == std::array<Index, 3>{3, 3, 2});
  CHECK(odd.total_tiles() == 18);
  CHECK(odd.points() == 216);
  CHECK(odd.weights_size() == 36 * (17 * 3 * 3 + 1) * 16);  // depth is transformed later
  CHECK(winograd_pools(odd, {Activation::relu, {2, 2, 2}}));
  CHECK(winograd_pools(odd, {Activation::relu, {4, 1, 2}}));
  CHECK_FALSE(winograd_pools(odd, {Activation::relu, {3, 2, 2}}));
}

TEST_CASE("winograd_choice: accuracy with He weights and inputs after ReLU") {
  // C3D's conv4b and conv3b, all inputs of 64 outputs
  for (const Shape<5>& x_shape : {Shape<5>{1, 512, 4, 14, 14}, Shape<5>{1, 256, 8, 28, 28}}) {
    const Conv3dSpec spec;
    const Index channels = x_shape[1], outputs = 64;
    const Shape<5> y_shape = conv3d_output_shape(x_shape, outputs, spec);
    auto x = random_tensor<float>(x_shape, 1), w = random_tensor<float>(Shape<5>{outputs, channels, 3, 3, 3}, 2);
    const auto dy = random_tensor<float>(y_shape, 3);
    x.array() = x.array().max(0.f);
    w.array() *= std::sqrt(2.f / static_cast<float>(channels * 27));
    Tensor<double, 5> y(y_shape), dx(x_shape), dw(w.shape());
    Workspace ws;
    const auto x64 = as_double(x), w64 = as_double(w), dy64 = as_double(dy);
    conv3d_forward_direct<double>(x64, w64, {}, y, spec, ws);
    conv3d_backward_data_direct<double>(dy64, w64, dx, spec, ws);
    conv3d_backward_weights_direct<double>(x64, dy64, dw, {}, spec, ws);
    for (Isa isa : supported_isas())
      for (Accuracy accuracy : {Accuracy::standard, Accuracy::fast, Accuracy::exact}) {
        const ScopedIsa scoped(isa);
        if (accuracy == Accuracy::exact && isa != supported_isas().back()) continue;
        Tensor<float, 5> got(y_shape), got_dx(x_shape), got_dw(w.shape());
        const Conv3dVariant variant = conv3d_variant(accuracy);
        conv3d_forward<float>(x, w, {}, got, spec, ws, variant);
        conv3d_backward_data<float>(dy, w, got_dx, spec, ws, variant);
        conv3d_backward_weights<float>(x, dy, got_dw, {}, spec, ws, variant);
        const double forward = error_over_rms(got, y), data = error_over_rms(got_dx, dx);
        const double weights = error_over_rms(got_dw, dw);
        const std::string name = conv3d_variant_name<float>(x_shape, outputs, spec, variant);
        MESSAGE(name << ", " << std::string(isa_name(isa)) << ", " << channels << " to " << outputs
                     << " channels: error over RMS " << forward << " forward, " << data << " data, " << weights
                     << " weights");
        CHECK(name == (accuracy == Accuracy::exact      ? "direct"
                       : isa == Isa::amx                ? "bf16x3"
                       : accuracy == Accuracy::standard ? "winograd"
                                                        : "winograd_fast"));
        const double bar = accuracy == Accuracy::exact      ? 3e-5
                           : accuracy == Accuracy::standard ? 1e-4
                                                            : 2e-4;
        CHECK(forward <= bar);
        CHECK(data <= bar);
        CHECK(weights <= bar);
      }
  }
}
