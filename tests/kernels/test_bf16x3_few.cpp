// A picture's few channels on tile registers, and the plain loops that stand for them elsewhere, against the reference.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "stac3dl/kernels/conv3d.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

/// C of 1 to 4.  Channels around blocks of 16 and 32, rows around tiles of 16 and pairs of them, sizes of 1, every
/// padding.
const TileCase cases[] = {
    {{1, 1, 1, 1, 1}, 1, 3, {1, 1, 1}},     {{2, 3, 3, 4, 7}, 64, 3, {1, 1, 1}},
    {{1, 3, 2, 5, 16}, 15, 3, {1, 1, 1}},   {{3, 2, 4, 1, 17}, 16, 3, {1, 1, 1}},
    {{1, 4, 5, 6, 1}, 17, 3, {2, 2, 2}},    {{2, 4, 3, 3, 5}, 33, 3, {0, 0, 0}},
    {{1, 1, 3, 3, 33}, 31, 3, {1, 0, 2}},   {{2, 3, 1, 9, 6}, 65, 1, {0, 1, 1}},
    {{1, 2, 6, 2, 3}, 48, 3, {1, 1, 0}},    {{1, 3, 70, 3, 4}, 2, 3, {1, 1, 1}},
    {{1, 4, 1, 7, 12}, 16, 1, {0, 2, 0}},   {{2, 3, 2, 35, 15}, 32, 3, {1, 1, 1}},
    {{1, 3, 18, 19, 49}, 34, 3, {2, 0, 1}}, {{1, 1, 4, 6, 530}, 16, 3, {1, 1, 1}},
    {{1, 2, 3, 17, 31}, 5, 3, {0, 2, 1}},
};

Tensor<float, 5> forward(const TileProblem& p, const ConvEpilogue& after, std::vector<std::uint8_t>* choice,
                         PoisonedWorkspace& ws) {
  ws.poison();
  Shape<5> shape = p.y_shape;
  for (std::size_t a = 0; a < 3; ++a) shape[2 + a] /= after.pool[a];
  PoisonedVolume y(shape);
  if (choice) choice->assign(static_cast<std::size_t>(y.view().size()), 255);
  const auto bias = poisoned_bias(p.b);
  bf16x3_few_convolve(p.forward(), p.x, p.w,
                      {bias.data(), after, y.view().data, choice ? choice->data() : nullptr, false}, ws);
  return y.plain();
}
Tensor<float, 5> data(const TileProblem& p, PoisonedWorkspace& ws) {
  ws.poison();
  PoisonedVolume dx(p.x.shape()), dy(p.dy);
  bf16x3_few_data(p.data(), dy.view(), p.w, dx.view(), ws);
  const BlockedView<float> lanes = dx.view();
  for (Index i = 0; i < lanes.size(); ++i)
    if (i % channel_block >= p.x.size(1)) REQUIRE(lanes.data[i] == 0.f);
  return dx.plain();
}
Tensor<float, 5> weights(const TileProblem& p, PoisonedWorkspace& ws) {
  ws.poison();
  PoisonedVolume dy(p.dy);
  Tensor<float, 5> dw(p.w.shape(), 1);
  Tensor<float, 1> db(p.b.shape(), 1);
  bf16x3_few_gradient(p.forward(), p.x, dy.view(), dw, db, ws);
  dw.array() -= 1, db.array() -= 1;
  CHECK(error_over_rms(db, p.db) <= 1e-5);
  return dw;
}

}  // namespace

TEST_CASE("bf16x3_few: all three passes agree with the reference, with the same bits on any number of threads") {
  PoisonedWorkspace ws(Index{1} << 22);
  double worst[3] = {0, 0, 0};
  for (const TileCase& one : cases) {
    const TileProblem p(one);
    for (Isa isa : both()) {
      const ScopedIsa scoped(isa);
      CAPTURE(title(one) + " on " + isa_name(isa));
      const auto y = [&] { return forward(p, {}, nullptr, ws); };
      const auto dx = [&] { return data(p, ws); };
      const auto dw = [&] { return weights(p, ws); };
      worst[0] = std::max(worst[0], error_over_rms(y(), p.y)),
      worst[2] = std::max(worst[2], error_over_rms(dw(), p.dw));
      CHECK(worst[0] <= 1e-4);
      CHECK(worst[2] <= 1e-4);
      CHECK(same_on_all_threads(y));
      CHECK(same_on_all_threads(dw));
      if (one.x[1] == narrow_channels) continue;
      worst[1] = std::max(worst[1], error_over_rms(dx(), p.dx));
      CHECK(worst[1] <= 1e-4);
      CHECK(same_on_all_threads(dx));
    }
  }
  MESSAGE("largest error over RMS: forward " << worst[0] << ", data " << worst[1] << ", weights " << worst[2]);
}

TEST_CASE("bf16x3_few: whole numbers of up to 8 binary digits give whole results without an error") {
  PoisonedWorkspace ws(Index{1} << 22);
  for (const TileCase& one : cases) {
    TileProblem p(one);
    for (auto* t : {&p.x, &p.w, &p.dy})
      for (float& v : *t) v = std::round(v * 20);
    const auto x = as_double(p.x), w = as_double(p.w), dy = as_double(p.dy);
    Workspace plain;
    p.b.array() = 3, p.dw.array() = 0, p.db.array() = 0;
    conv3d_forward_ref<double>(x, w, as_double(p.b), p.y, p.spec, plain);
    conv3d_backward_data_ref<double>(dy, w, p.dx, p.spec, plain);
    conv3d_backward_weights_ref<double>(x, dy, p.dw, p.db, p.spec, plain);
    for (Isa isa : both()) {
      const ScopedIsa scoped(isa);
      CAPTURE(title(one) + " on " + isa_name(isa));
      CHECK(error_over_rms(forward(p, {}, nullptr, ws), p.y) == 0);
      CHECK(error_over_rms(weights(p, ws), p.dw) == 0);
      if (one.x[1] < narrow_channels) CHECK(error_over_rms(data(p, ws), p.dx) == 0);
    }
  }
}

TEST_CASE("bf16x3_few: activation and pool behind it are those of their own kernels") {
  PoisonedWorkspace ws(Index{1} << 22);
  const std::array<Index, 3> pools[] = {{1, 1, 1}, {1, 2, 2}, {2, 2, 2}, {2, 1, 1}, {3, 3, 2}};
  for (const TileCase& one : {cases[1], cases[11], cases[12]}) {
    const TileProblem p(one);
    for (Isa isa : both())
      for (const Activation activation : {Activation::none, Activation::relu, Activation::sigmoid})
        for (const auto& pool : pools) {
          const ScopedIsa scoped(isa);
          CAPTURE(title(one) + " on " + isa_name(isa));
          CAPTURE(to_string(pool));
          const auto active = forward(p, {activation, {1, 1, 1}}, nullptr, ws);
          const PoisonedVolume whole(active);
          Shape<5> shape = p.y_shape;
          for (std::size_t a = 0; a < 3; ++a) shape[2 + a] /= pool[a];
          if (shape[2] * shape[3] * shape[4] == 0) continue;
          PoisonedVolume want(shape);
          std::vector<std::uint8_t> choice, want_choice(static_cast<std::size_t>(want.view().size()), 255);
          blocked_max_pool(whole.blocked.view(), pool, want.view(), want_choice.data());
          const auto got = forward(p, {activation, pool}, &choice, ws);
          CHECK(same_bits(got, want.plain()));
          if (pool == std::array<Index, 3>{1, 1, 1}) continue;
          Index differing = 0;
          for (Index i = 0; i < want.view().size(); ++i) {
            const Index block = i / (want.view().places() * channel_block) % want.view().blocks();
            const Index c = block * channel_block + i % channel_block;  // lanes beyond the channels may hold anything
            if (c < shape[1])
              differing += choice[static_cast<std::size_t>(i)] != want_choice[static_cast<std::size_t>(i)];
          }
          CHECK(differing == 0);
        }
  }
}

TEST_CASE("bf16x3_few: more channels than it is for are refused") {
  Workspace ws;
  const Shape<5> x_shape{1, 5, 2, 3, 3}, y_shape{1, 16, 2, 3, 3};
  PoisonedVolume dx(x_shape), dy(y_shape), four({1, 4, 2, 3, 3});
  const Tensor<float, 5> x(x_shape), w({16, 5, 3, 3, 3}), w4({16, 4, 3, 3, 3});
  Tensor<float, 5> dw(w.shape());
  const WinogradProblem p = winograd_forward_problem(x_shape, y_shape, {});
  CHECK_THROWS_WITH_AS(bf16x3_few_convolve(p, x, w, {nullptr, {}, dy.view().data, nullptr, false}, ws),
                       "bf16x3_few_convolve: want 4 channels at most, got 5", Error);
  CHECK_THROWS_WITH_AS(
      bf16x3_few_data(winograd_data_problem({1, 4, 2, 3, 3}, y_shape, {}), dy.view(), w4, four.view(), ws),
      "bf16x3_few_data: want 3 channels at most, got 4", Error);
  CHECK_THROWS_WITH_AS(bf16x3_few_gradient(p, x, dy.view(), dw, {}, ws),
                       "bf16x3_few_gradient: want 4 channels at most, got 5", Error);
}

TEST_CASE("bf16x3_few: what tables call the variant that runs for a picture") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    const std::string name = conv3d_variant_name<float>({1, 3, 16, 112, 112}, 64, {}, Conv3dVariant::winograd);
    CHECK(name == (isa == Isa::amx ? "bf16x3" : "winograd"));
  }
}
