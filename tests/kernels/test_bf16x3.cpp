// Convolution on tile registers, and the plain loops that stand for them elsewhere, against the reference in double.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "stac3dl/kernels/conv3d.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

/// T, H or W of 1, channels around blocks of 16 and 32, every padding.
const TileCase cases[] = {
    {{1, 1, 1, 1, 1}, 1, 3, {1, 1, 1}},   {{3, 3, 2, 5, 1}, 15, 3, {1, 1, 1}},  {{1, 15, 4, 1, 7}, 16, 3, {1, 1, 1}},
    {{3, 16, 5, 8, 9}, 17, 3, {1, 1, 1}}, {{1, 17, 3, 4, 5}, 31, 3, {0, 0, 0}}, {{1, 31, 7, 2, 3}, 33, 3, {2, 2, 2}},
    {{3, 33, 2, 3, 8}, 3, 3, {1, 0, 2}},  {{1, 64, 2, 7, 4}, 65, 3, {1, 1, 1}}, {{2, 65, 1, 3, 2}, 64, 3, {1, 1, 1}},
    {{1, 1, 9, 5, 4}, 31, 3, {1, 2, 0}},  {{3, 32, 2, 1, 3}, 1, 3, {1, 1, 1}},  {{1, 17, 8, 4, 7}, 16, 3, {2, 0, 1}},
    {{3, 17, 3, 5, 8}, 33, 1, {0, 1, 1}}, {{1, 64, 1, 9, 9}, 16, 1, {0, 2, 0}}, {{1, 3, 5, 1, 4}, 65, 1, {0, 1, 1}},
    {{1, 33, 2, 3, 3}, 1, 1, {0, 0, 2}},
};
/// Several bands of rows, chunks of input channels, groups of outputs, regions of samples, parts of sums.
const TileCase large[] = {
    {{1, 40, 3, 33, 41}, 33, 3, {1, 1, 1}},
    {{2, 145, 2, 7, 7}, 160, 3, {1, 1, 1}},
    {{9, 20, 1, 11, 13}, 18, 1, {0, 1, 1}},
    {{1, 33, 5, 50, 19}, 7, 3, {0, 2, 0}},
};

std::string title_here(const TileCase& one) { return title(one) + " on " + isa_name(isa()); }

/// Of the RMS.  The bar of `standard`, 1e-4, is for real layers (test_winograd_choice.cpp); a few sums of small ones
/// reach it.
constexpr double bar = 1.5e-4;

/// The tables that fit, but for the one of four outputs where there are fewer than three: it is never chosen then.
std::vector<const WinogradDepth*> likely_depths(const Conv3dSpec& spec, const WinogradProblem& p) {
  std::vector<const WinogradDepth*> depths = depths_for(spec, p);
  if (p.out[0] < 3) std::erase(depths, &winograd_depth_4);
  return depths;
}

/// A run with everything poisoned that should not be read.
Tensor<float, 5> convolve(const WinogradPlan& plan, const Tensor<float, 5>& x, const Tensor<float, 5>& w,
                          WinogradPass pass, const Tensor<float, 1>* b, const Shape<5>& y_shape, bool prepared,
                          PoisonedWorkspace& ws) {
  ws.poison();
  PoisonedVolume from(x), to(y_shape);
  std::vector<float> bias, u;
  if (b) bias = poisoned_bias(*b);
  if (prepared) {
    u.assign(static_cast<std::size_t>(plan.weights_size()), testing::nan);
    winograd_transform_weights(plan, w, pass, u.data());
  }
  const WinogradTarget target{b ? bias.data() : nullptr, {}, to.view().data, nullptr, false};
  bf16x3_convolve(plan, from.view(), {w, pass}, prepared ? u.data() : nullptr, target, ws);
  return to.plain();
}

/// What the pass adds to gradients of ones, less the ones.
struct WeightGradient {
  Tensor<float, 5> dw;
  Tensor<float, 1> db;

  WeightGradient(const WinogradPlan& plan, const TileProblem& p, PoisonedWorkspace& ws)
      : dw(p.w.shape(), 1), db(p.b.shape(), 1) {
    ws.poison();
    PoisonedVolume x(p.x), dy(p.dy);
    winograd_weight_gradient(plan, x.view(), dy.view(), dw, db, ws);
    dw.array() -= 1, db.array() -= 1;
  }
};

}  // namespace

TEST_CASE("bf16x3: every depth point's table agrees with the reference") {
  PoisonedWorkspace ws(Index{1} << 20);
  double worst[3] = {0, 0, 0};
  for (const TileCase& one : cases) {
    const TileProblem p(one);
    for (Isa isa : both()) {
      const ScopedIsa scoped(isa);
      CAPTURE(title_here(one));
      for (const WinogradDepth* depth : likely_depths(p.spec, p.forward())) {
        CAPTURE(depth->points);
        const WinogradPlan plan = bf16x3_plan(p.forward(), *depth);
        const auto y = convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, false, ws);
        CHECK(same_bits(convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, true, ws), y));
        const WeightGradient gradient(plan, p, ws);
        const double forward = error_over_rms(y, p.y), weights = error_over_rms(gradient.dw, p.dw);
        CHECK(error_over_rms(gradient.db, p.db) <= 1e-5);
        CHECK(forward <= bar);
        CHECK(weights <= bar);
        worst[0] = std::max(worst[0], forward), worst[2] = std::max(worst[2], weights);
      }
      for (const WinogradDepth* depth : likely_depths(p.spec, p.data())) {
        CAPTURE(depth->points);
        const WinogradPlan plan = bf16x3_plan(p.data(), *depth);
        const auto dx = convolve(plan, p.dy, p.w, WinogradPass::data, nullptr, p.x.shape(), false, ws);
        CHECK(same_bits(convolve(plan, p.dy, p.w, WinogradPass::data, nullptr, p.x.shape(), true, ws), dx));
        const double data = error_over_rms(dx, p.dx);
        CHECK(data <= bar);
        worst[1] = std::max(worst[1], data);
      }
    }
  }
  MESSAGE("largest error over RMS: forward " << worst[0] << ", data " << worst[1] << ", weights " << worst[2]);
}

TEST_CASE("bf16x3: bands, chunks, groups, regions and parts; the same bits on any number of threads") {
  PoisonedWorkspace ws(Index{1} << 23);
  for (const TileCase& one : large) {
    const TileProblem p(one);
    const WinogradPlan plan = bf16x3_plan(p.forward(), bf16x3_depth(p.forward()));
    const WinogradPlan data = bf16x3_plan(p.data(), bf16x3_depth(p.data()));
    for (Isa isa : both()) {
      const ScopedIsa scoped(isa);
      CAPTURE(title_here(one));
      for (bool prepared : {false, true}) {
        const auto forward = [&] {
          return convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, prepared, ws);
        };
        CHECK(error_over_rms(forward(), p.y) <= 1e-4);
        if (isa == best_isa()) CHECK(same_on_all_threads(forward));
      }
      const auto backward = [&] {
        return convolve(data, p.dy, p.w, WinogradPass::data, nullptr, p.x.shape(), false, ws);
      };
      const auto weights = [&] { return WeightGradient(plan, p, ws).dw; };
      const auto biases = [&] { return WeightGradient(plan, p, ws).db; };
      CHECK(error_over_rms(backward(), p.dx) <= 1e-4);
      CHECK(error_over_rms(weights(), p.dw) <= 1e-4);
      CHECK(error_over_rms(biases(), p.db) <= 1e-5);
      if (isa == best_isa()) CHECK(same_on_all_threads(backward));
      if (isa == best_isa()) CHECK(same_on_all_threads(weights));
      if (isa == best_isa()) CHECK(same_on_all_threads(biases));
    }
  }
  const auto sizes = [](const TileCase& one) {
    const TileProblem p(one);
    return Bf16x3Sizes(bf16x3_plan(p.forward(), bf16x3_depth(p.forward())));
  };
  CHECK(sizes(large[0]).bands > 1);  // what the cases are for
  CHECK(sizes(large[1]).in32 > sizes(large[1]).chunk);
  CHECK(sizes(large[1]).group > 1);
  CHECK(sizes(large[1]).own_weights);
  CHECK(sizes(large[2]).region > 1);
  CHECK(sizes(large[2]).regions() > 1);
  const auto gradient_sizes = [&](const TileCase& one) {
    const TileProblem p(one);
    return Bf16x3GradientSizes(bf16x3_plan(p.forward(), bf16x3_depth(p.forward())), sizes(one));
  };
  CHECK(gradient_sizes(large[0]).own_z);  // in several turns,
  CHECK(gradient_sizes(large[0]).steps > Bf16x3GradientSizes::own_steps);
  CHECK(gradient_sizes(large[2]).own_z);  // and across items
  CHECK(gradient_sizes(large[2]).steps < Bf16x3GradientSizes::own_steps);
  CHECK_FALSE(gradient_sizes(large[1]).own_z);
}

TEST_CASE("bf16x3: whole numbers of up to 8 binary digits give whole results without an error") {
  // one bfloat16 holds them, and depth points of one tap along time do not mix them
  const TileCase one{{2, 37, 2, 9, 11}, 35, 1, {0, 1, 1}};
  TileProblem p(one);
  for (auto* t : {&p.x, &p.w, &p.dy})
    for (float& v : *t) v = std::round(v * 20);
  const auto x = as_double(p.x), w = as_double(p.w), dy = as_double(p.dy);
  Workspace plain;
  p.dw.array() = 0;
  conv3d_forward_direct<double>(x, w, {}, p.y, p.spec, plain);
  conv3d_backward_data_direct<double>(dy, w, p.dx, p.spec, plain);
  conv3d_backward_weights_direct<double>(x, dy, p.dw, {}, p.spec, plain);
  for (Isa isa : both()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    Tensor<float, 5> y(p.y_shape), dx(p.x.shape()), dw(p.w.shape());
    conv3d_forward<float>(p.x, p.w, {}, y, p.spec, plain, Conv3dVariant::bf16x3);
    conv3d_backward_data<float>(p.dy, p.w, dx, p.spec, plain, Conv3dVariant::bf16x3);
    conv3d_backward_weights<float>(p.x, p.dy, dw, {}, p.spec, plain, Conv3dVariant::bf16x3);
    CHECK(error_over_rms(y, p.y) == 0);
    CHECK(error_over_rms(dx, p.dx) == 0);
    CHECK(error_over_rms(dw, p.dw) == 0);
  }
  CHECK(std::string(conv3d_variant_name<float>(one.x, one.out, p.spec, Conv3dVariant::bf16x3)) == "bf16x3");
  CHECK(std::string(conv3d_variant_name<double>(one.x, one.out, p.spec, Conv3dVariant::bf16x3)) == "direct");
}

TEST_CASE("bf16x3: chosen where there are tile registers, and only there") {
  const Shape<5> x{1, 64, 8, 28, 28}, y{1, 64, 8, 28, 28};
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CHECK(conv3d_winograd_plan(x, y, {}, Accuracy::standard).bf16x3 == (isa == Isa::amx));
    CHECK_FALSE(conv3d_winograd_plan(x, y, {}, Accuracy::exact));
    CHECK_FALSE(conv3d_winograd_plan({1, 3, 8, 28, 28}, y, {}, Accuracy::standard).bf16x3);  // a picture
  }
}
