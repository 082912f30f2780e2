#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "stac3dl/kernels/conv3d.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

/// Outputs of 1 to 10 along each axis, T or W of 1, channels around blocks of 16, every padding.
const TileCase cases[] = {
    {{1, 1, 1, 1, 1}, 1, 3, {1, 1, 1}},   {{3, 3, 2, 5, 1}, 15, 3, {1, 1, 1}},  {{1, 15, 4, 1, 7}, 16, 3, {1, 1, 1}},
    {{3, 16, 5, 8, 9}, 17, 3, {1, 1, 1}}, {{1, 17, 3, 4, 5}, 31, 3, {0, 0, 0}}, {{1, 31, 7, 2, 3}, 33, 3, {2, 2, 2}},
    {{3, 33, 2, 3, 8}, 3, 3, {1, 0, 2}},  {{1, 64, 2, 7, 4}, 65, 3, {1, 1, 1}}, {{3, 65, 1, 3, 2}, 64, 3, {1, 1, 1}},
    {{1, 1, 9, 5, 4}, 31, 3, {1, 2, 0}},  {{3, 31, 2, 1, 3}, 1, 3, {1, 1, 1}},  {{1, 17, 8, 4, 7}, 16, 3, {2, 0, 1}},
    {{3, 17, 3, 5, 8}, 33, 1, {0, 1, 1}}, {{1, 64, 1, 9, 9}, 16, 1, {0, 2, 0}}, {{1, 3, 5, 1, 4}, 65, 1, {0, 1, 1}},
    {{1, 33, 2, 3, 3}, 1, 1, {0, 0, 2}},
};

/// Every way to cut the work of one choice of tiles: threads by tiles or by channels, small or large blocks of tiles,
/// weights transformed ahead or by the tasks that use them.
std::vector<WinogradPlan> cuts(const WinogradProblem& problem, const WinogradDepth& depth, int tile) {
  WinogradPlan plan = winograd_plan(problem, depth, tile);
  std::vector<WinogradPlan> plans;
  for (bool split : {false, true})
    for (Index block : {Index{1}, Index{5}, Index{14}, Index{40}, plan.total_tiles()})
      for (Index own : {Index{0}, block}) {
        if (block > plan.total_tiles() || (own > 0 && !split)) continue;
        plan.split_channels = split, plan.block = block, plan.own_block = own;
        plans.push_back(plan);
      }
  return plans;
}

std::string describe(const WinogradPlan& plan) {
  return std::to_string(plan.depth->points) + " depth points, blocks of " + std::to_string(plan.block) +
         (plan.split_channels ? " by channels" : " by tiles") + (plan.own_block > 0 ? ", weights by task" : "");
}

/// y of a run with everything poisoned that should not be read, or left as it was; x plain or blocked.
Tensor<float, 5> convolve(const WinogradPlan& plan, const Tensor<float, 5>& x, const Tensor<float, 5>& w,
                          WinogradPass pass, const Tensor<float, 1>* b, const Shape<5>& y_shape, bool prepared,
                          PoisonedWorkspace& ws, bool plain = false) {
  ws.poison();
  PoisonedVolume from(x), to(y_shape);
  std::vector<float> bias, u;
  if (b) bias = poisoned_bias(*b);
  if (prepared) {
    u.assign(static_cast<std::size_t>(plan.weights_size()), testing::nan);
    winograd_transform_weights(plan, w, pass, u.data());
  }
  winograd_convolve(plan, plain ? WinogradInput(x.view()) : WinogradInput(from.view()),
                    {w, pass, prepared ? u.data() : nullptr}, b ? bias.data() : nullptr, {}, to.view(), nullptr, ws);
  return to.plain();
}

/// What the pass adds to a gradient of ones, less the ones.
Tensor<float, 5> weight_gradient(const WinogradPlan& plan, const TileProblem& p, PoisonedWorkspace& ws,
                                 bool plain = false) {
  ws.poison();
  PoisonedVolume x(p.x), dy(p.dy);
  Tensor<float, 5> dw(p.w.shape(), 1);
  Tensor<float, 1> db(p.b.shape(), 1);
  winograd_weight_gradient(plan, plain ? WinogradInput(p.x.view()) : WinogradInput(x.view()), dy.view(), dw, db, ws);
  dw.array() -= 1, db.array() -= 1;
  CHECK(error_over_rms(db, p.db) <= 1e-5);
  return dw;
}

}  // namespace

TEST_CASE("winograd: every tile, however the work is cut, agrees with the reference") {
  PoisonedWorkspace ws(Index{1} << 20);
  double worst[3] = {0, 0, 0};
  for (const TileCase& one : cases) {
    CAPTURE(title(one));
    const TileProblem p(one);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      for (int tile : {2, 3, 4}) {
        CAPTURE(tile);
        for (const WinogradDepth* depth : depths_for(p.spec, p.forward())) {
          CAPTURE(depth->points);
          Tensor<float, 5> y;
          for (const WinogradPlan& plan : cuts(p.forward(), *depth, tile))
            for (bool prepared : {false, true}) {
              CAPTURE(describe(plan));
              CAPTURE(prepared);
              const auto got = convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, prepared, ws);
              if (y.empty()) {
                y = got;
                const double error = error_over_rms(y, p.y);
                CHECK(error <= 1e-4);
                worst[0] = std::max(worst[0], error);
              }
              CHECK(same_bits(got, y));  // each output's sum runs in the same order
            }
          const double error = error_over_rms(weight_gradient(winograd_plan(p.forward(), *depth, tile), p, ws), p.dw);
          CHECK(error <= 1e-4);
          worst[2] = std::max(worst[2], error);
        }
        for (const WinogradDepth* depth : depths_for(p.spec, p.data())) {
          CAPTURE(depth->points);
          Tensor<float, 5> dx;
          for (const WinogradPlan& plan : cuts(p.data(), *depth, tile))
            for (bool prepared : {false, true}) {
              CAPTURE(describe(plan));
              CAPTURE(prepared);
              const auto got = convolve(plan, p.dy, p.w, WinogradPass::data, nullptr, p.x.shape(), prepared, ws);
              if (dx.empty()) {
                dx = got;
                const double error = error_over_rms(dx, p.dx);
                CHECK(error <= 1e-4);
                worst[1] = std::max(worst[1], error);
              }
              CHECK(same_bits(got, dx));
            }
        }
      }
    }
  }
  MESSAGE("largest error over RMS: forward " << worst[0] << ", data " << worst[1] << ", weights " << worst[2]);
}

TEST_CASE("winograd: plain volumes of few channels") {
  const TileCase narrow[] = {cases[0],
                         cases[1],
                         cases[9],
                         cases[14],
                         {{2, 3, 5, 9, 70}, 17, 3, {1, 1, 1}},
                         {{1, 4, 2, 6, 131}, 5, 3, {1, 2, 0}},
                         {{1, 2, 1, 13, 37}, 33, 1, {0, 1, 1}},
                         {{1, 4, 7, 3, 5}, 65, 3, {0, 0, 2}}};
  PoisonedWorkspace ws(Index{1} << 20);
  double worst = 0;
  for (const TileCase& one : narrow) {
    CAPTURE(title(one));
    const TileProblem p(one);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      for (int tile : {2, 3, 4})
        for (const WinogradDepth* depth : depths_for(p.spec, p.forward())) {
          CAPTURE(tile);
          Tensor<float, 5> y;
          for (const WinogradPlan& plan : cuts(p.forward(), *depth, tile)) {
            CAPTURE(describe(plan));
            for (bool prepared : {false, true}) {
              const auto run = [&] {
                return convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, prepared, ws, true);
              };
              const Tensor<float, 5> got = run();
              if (y.empty()) y = got;
              CHECK(same_bits(got, y));
              if (tile == 4) CHECK(same_on_all_threads(run));
            }
          }
          const WinogradPlan plan = winograd_plan(p.forward(), *depth, tile);
          const double error = error_over_rms(y, p.y);
          const double weights = error_over_rms(weight_gradient(plan, p, ws, true), p.dw);
          CHECK(error <= 1e-4);
          CHECK(weights <= 1e-4);
          worst = std::max({worst, error, weights});
          CHECK(same_on_all_threads([&] { return weight_gradient(plan, p, ws, true); }));
        }
    }
  }
  MESSAGE("largest error over RMS: " << worst);
  const TileProblem wide(cases[3]);
  const WinogradPlan plan = winograd_plan(wide.forward(), winograd_depth_2, 2);
  CHECK_THROWS_AS(convolve(plan, wide.x, wide.w, WinogradPass::forward, nullptr, wide.y_shape, false, ws, true), Error);
}

TEST_CASE("winograd: the same bits on any number of threads") {
  for (Isa isa : supported_isas())
    for (const TileCase& one : {cases[3], cases[7], cases[12]}) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      CAPTURE(title(one));
      const TileProblem p(one);
      PoisonedWorkspace ws(Index{1} << 20);
      for (const WinogradDepth* depth : depths_for(p.spec, p.forward()))
        for (const WinogradPlan& plan : cuts(p.forward(), *depth, 4)) {
          CAPTURE(describe(plan));
          for (bool prepared : {false, true})
            CHECK(same_on_all_threads(
                [&] { return convolve(plan, p.x, p.w, WinogradPass::forward, &p.b, p.y_shape, prepared, ws); }));
          CHECK(same_on_all_threads([&] { return weight_gradient(plan, p, ws); }));
        }
      for (const WinogradDepth* depth : depths_for(p.spec, p.data()))
        for (const WinogradPlan& plan : cuts(p.data(), *depth, 2))
          CHECK(same_on_all_threads(
              [&] { return convolve(plan, p.dy, p.w, WinogradPass::data, nullptr, p.x.shape(), false, ws); }));
    }
}

TEST_CASE("winograd: weight gradients whose tiles or depth points come in turns") {
  // many tiles for few weights; many tiles for many weights; depth points that are too many for all tiles
  const TileCase turns[] = {{{2, 40, 1, 125, 120}, 100, 1, {0, 1, 1}},
                        {{1, 260, 1, 56, 52}, 240, 1, {0, 1, 1}},
                        {{1, 100, 9, 26, 25}, 120, 3, {1, 1, 1}}};
  for (const TileCase& one : turns) {
    CAPTURE(title(one));
    const Conv3dSpec spec{{one.depth_taps, 3, 3}, {1, 1, 1}, one.padding};
    const Shape<5> y_shape = conv3d_output_shape(one.x, one.out, spec);
    const auto x = random_tensor<float>(one.x, 1), dy = random_tensor<float>(y_shape, 2);
    Tensor<double, 5> want({one.out, one.x[1], one.depth_taps, 3, 3});
    Workspace ws;
    conv3d_backward_weights_direct<double>(as_double(x), as_double(dy), want, {}, spec, ws);
    for (Isa isa : supported_isas()) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      const WinogradPlan plan = winograd_plan(winograd_forward_problem(one.x, y_shape, spec),
                                              one.depth_taps == 1 ? winograd_depth_single : winograd_depth_4, 4);
      PoisonedWorkspace poisoned(Index{1} << 24);
      const auto gradient = [&] {
        poisoned.poison();
        PoisonedVolume from(x), to(dy);
        Tensor<float, 5> dw(want.shape());
        winograd_weight_gradient(plan, from.view(), to.view(), dw, {}, poisoned);
        return dw;
      };
      CHECK(error_over_rms(gradient(), want) <= 1e-4);
      CHECK(same_on_all_threads(gradient));
    }
  }
}

TEST_CASE("winograd: outputs that no cache holds are stored past them") {
  const TileCase one{{1, 1, 1, 513, 521}, 16, 1, {0, 1, 1}};
  const Conv3dSpec spec{{1, 3, 3}, {1, 1, 1}, {0, 1, 1}};
  const Shape<5> y_shape = conv3d_output_shape(one.x, one.out, spec);
  REQUIRE(blocked_size(y_shape) * 4 > (Index{16} << 20));
  const auto x = random_tensor<float>(one.x, 1), w = random_tensor<float>(Shape<5>{16, 1, 1, 3, 3}, 2);
  Tensor<double, 5> want(y_shape);
  Workspace ws;
  conv3d_forward_direct<double>(as_double(x), as_double(w), {}, want, spec, ws);
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    PoisonedWorkspace poisoned(Index{1} << 20);
    const auto plan = winograd_plan(winograd_forward_problem(one.x, y_shape, spec), winograd_depth_single, 4);
    CHECK(error_over_rms(convolve(plan, x, w, WinogradPass::forward, nullptr, y_shape, false, poisoned), want) <= 1e-4);
  }
}
