// Bias, activation and max pool inside the convolution, and back through them, against the kernels of their own.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/blocked_epilogue.hpp"
#include "stac3dl/kernels/blocked_pool.hpp"
#include "stac3dl/kernels/conv3d_ref.hpp"
#include "stac3dl/kernels/pool3d_max.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

constexpr std::array<Index, 3> pools[] = {{1, 1, 1}, {1, 2, 2}, {2, 2, 2}, {2, 1, 1}};

struct Pooled {
  Tensor<float, 5> y;
  Tensor<std::uint16_t, 5> choice;
};

Pool3dSpec pool_spec(const std::array<Index, 3>& window) { return {window, window, {0, 0, 0}, false}; }
Shape<5> pooled_shape(Shape<5> shape, const std::array<Index, 3>& window) {
  for (std::size_t a = 0; a < 3; ++a) shape[a + 2] /= window[a];
  return shape;
}

Tensor<float, 5> activate(Activation activation, const Tensor<float, 5>& c) {
  Tensor<float, 5> a(c.shape());
  if (activation == Activation::relu) relu_forward<float>(c.view().flat(), a.view().flat());
  else if (activation == Activation::sigmoid) sigmoid_forward<float>(c.view().flat(), a.view().flat());
  else std::copy(c.begin(), c.end(), a.begin());
  return a;
}
Pooled pool(const Tensor<float, 5>& a, const std::array<Index, 3>& window) {
  const Shape<5> shape = pooled_shape(a.shape(), window);
  Pooled out{Tensor<float, 5>(shape), Tensor<std::uint16_t, 5>(shape)};
  max_pool3d_forward<float>(a, out.y, out.choice, pool_spec(window));
  return out;
}

/// The blocked bytes of choice, lanes beyond the channels as given.
std::vector<std::uint8_t> to_bytes(const Tensor<std::uint16_t, 5>& choice, std::uint8_t beyond) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(blocked_size(choice.shape())), beyond);
  const auto [N, C, T, H, W] = choice.shape();
  for (Index i = 0; i < choice.size(); ++i) {
    const Index places = T * H * W, n = i / places / C, c = i / places % C;
    bytes[static_cast<std::size_t>(((n * channel_blocks(C) + c / 16) * places + i % places) * 16 + c % 16)] =
        static_cast<std::uint8_t>(choice[i]);
  }
  return bytes;
}
Tensor<std::uint16_t, 5> from_bytes(const std::vector<std::uint8_t>& bytes, const Shape<5>& shape) {
  Tensor<std::uint16_t, 5> choice(shape);
  const auto [N, C, T, H, W] = shape;
  for (Index i = 0; i < choice.size(); ++i) {
    const Index places = T * H * W, n = i / places / C, c = i / places % C;
    choice[i] = bytes[static_cast<std::size_t>(((n * channel_blocks(C) + c / 16) * places + i % places) * 16 + c % 16)];
  }
  return choice;
}

struct Convolution {
  Conv3dSpec spec;
  Tensor<float, 5> x, w;
  Tensor<float, 1> b;
  Shape<5> shape;

  Convolution(const Shape<5>& x_shape, Index out, Index depth_taps)
      : spec{{depth_taps, 3, 3}, {1, 1, 1}, {depth_taps / 2, 1, 1}},
        x(random_tensor<float>(x_shape, 1)),
        w(random_tensor<float>(Shape<5>{out, x_shape[1], depth_taps, 3, 3}, 2)),
        b(random_tensor<float>(Shape<1>{out}, 3)),
        shape(conv3d_output_shape(x_shape, out, spec)) {}

  WinogradPlan plan(const WinogradDepth& depth, int tile) const {
    return winograd_plan(winograd_forward_problem(x.shape(), shape, spec), depth, tile);
  }
  /// y and, blocked, choice; everything that must not be read, or must be written, is poisoned.
  Tensor<float, 5> run(const WinogradPlan& plan, const ConvEpilogue& after, std::vector<std::uint8_t>* choice) const {
    PoisonedWorkspace ws(Index{1} << 20);
    PoisonedVolume from(x), to(pooled_shape(shape, after.pool));
    const std::vector<float> bias = poisoned_bias(b);
    if (choice) choice->assign(static_cast<std::size_t>(to.view().size()), 255);
    winograd_convolve(plan, from.view(), {w, WinogradPass::forward}, bias.data(), after, to.view(),
                      choice ? choice->data() : nullptr, ws);
    return to.plain();
  }
};

/// visit(convolution, plan, pool) for odd and even sizes, all tiles, both ways to cut, and all pools, whether their
/// windows lie inside tiles or not.
template <class Visit>
void for_each_plan(Visit&& visit) {
  const Convolution convolutions[] = {{{2, 5, 5, 9, 7}, 17, 3}, {{1, 16, 4, 8, 8}, 16, 3}, {{1, 3, 2, 5, 6}, 33, 3},
                                      {{2, 17, 3, 7, 5}, 15, 1}, {{1, 4, 7, 2, 3}, 31, 3}};
  for (const Convolution& c : convolutions) {
    std::vector<const WinogradDepth*> depths{&winograd_depth_single};
    if (c.spec.kernel[0] == 3) depths = {&winograd_depth_2, &winograd_depth_4};
    if (c.spec.kernel[0] == 3 && c.shape[2] == 2) depths.push_back(&winograd_depth_pair);
    for (const WinogradDepth* depth : depths)
      for (int tile : {2, 3, 4})
        for (bool split : {false, true})
          for (const auto& window : pools) {
            WinogradPlan plan = c.plan(*depth, tile);
            plan.split_channels = split;
            if (element_count(pooled_shape(c.shape, window)) > 0) visit(c, plan, window);
          }
    for (const WinogradDepth* depth : depths)
      for (const auto& window : pools)
        if (element_count(pooled_shape(c.shape, window)) > 0)
          visit(c, bf16x3_plan(winograd_forward_problem(c.x.shape(), c.shape, c.spec), *depth), window);
  }
}

std::string title(const Convolution& c, const WinogradPlan& plan, const std::array<Index, 3>& window) {
  return "x " + to_string(c.x.shape()) + ", pool " + to_string(window) + ", tile " + std::to_string(plan.tile) +
         (plan.bf16x3 ? ", bf16x3" : "") + (plan.split_channels ? ", by channels" : ", by tiles") + " on " + isa_name(isa());
}

}  // namespace

TEST_CASE("blocked_epilogue: fused relu and pool give what the separate kernels give, bit for bit") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    int runs = 0;
    for_each_plan([&](const Convolution& c, const WinogradPlan& plan, const std::array<Index, 3>& window) {
      CAPTURE(title(c, plan, window));
      const Tensor<float, 5> plain = c.run(plan, {}, nullptr);
      for (Activation activation : {Activation::none, Activation::relu}) {
        const Pooled want = pool(activate(activation, plain), window);
        std::vector<std::uint8_t> choice;
        const ConvEpilogue after{activation, window};
        CHECK(same_bits(c.run(plan, after, nullptr), want.y));
        CHECK(same_bits(c.run(plan, after, after.pooled() ? &choice : nullptr), want.y));
        if (!after.pooled()) continue;
        CHECK((from_bytes(choice, want.choice.shape()).array() == want.choice.array()).all());
      }
      ++runs;
    });
    CHECK(runs > 100);
  }
}

TEST_CASE("blocked_epilogue: fused sigmoid and pool") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    for_each_plan([&](const Convolution& c, const WinogradPlan& plan, const std::array<Index, 3>& window) {
      CAPTURE(title(c, plan, window));
      const Tensor<float, 5> a = activate(Activation::sigmoid, c.run(plan, {}, nullptr));
      const Pooled want = pool(a, window);
      std::vector<std::uint8_t> bytes;
      const ConvEpilogue after{Activation::sigmoid, window};
      const Tensor<float, 5> y = c.run(plan, after, after.pooled() ? &bytes : nullptr);
      CHECK((y.array() - want.y.array()).abs().maxCoeff() <= 3e-7f);  // the two round differently
      if (!after.pooled()) return;
      // near 1, sums that differ round to one value, and either may win
      const auto choice = from_bytes(bytes, y.shape());
      Tensor<float, 5> ones(y.shape(), 1), winners(a.shape());
      REQUIRE(choice.array().maxCoeff() < window[0] * window[1] * window[2]);
      max_pool3d_backward<float>(ones, choice, winners, pool_spec(window));
      winners.array() *= a.array();
      CHECK((pool(winners, window).y.array() - want.y.array()).abs().maxCoeff() <= 3e-7f);
    });
  }
}

TEST_CASE("blocked_epilogue: the same bits on any number of threads") {
  const Convolution c({2, 17, 5, 9, 10}, 33, 3);
  for (Isa isa : supported_isas())
    for (const auto& window : pools)
      for (bool split : {false, true}) {
        const ScopedIsa scoped(isa);
        WinogradPlan plan = c.plan(winograd_depth_4, 4);
        plan.split_channels = split, plan.block = 5;
        CAPTURE(title(c, plan, window));
        CHECK(same_on_all_threads([&] { return c.run(plan, {Activation::relu, window}, nullptr); }));
        CHECK(same_on_all_threads([&] {
          std::vector<std::uint8_t> choice;
          c.run(plan, {Activation::sigmoid, window}, &choice);
          return from_bytes(choice, pooled_shape(c.shape, window));
        }));
      }
}

TEST_CASE("blocked_epilogue: NaN in the input stays NaN in the output") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    for_each_plan([&](Convolution c, const WinogradPlan& plan, const std::array<Index, 3>& window) {
      CAPTURE(title(c, plan, window));
      const auto [N, C, T, H, W] = c.x.shape();
      c.x(N - 1, C - 1, T / 2, H / 2, W / 2) = testing::nan;
      Tensor<float, 5> plain(c.shape);
      Workspace ws;
      conv3d_forward_ref<float>(c.x, c.w, c.b, plain, c.spec, ws);
      for (Activation activation : {Activation::relu, Activation::sigmoid}) {
        const Tensor<float, 5> want = pool(activate(activation, plain), window).y;
        std::vector<std::uint8_t> choice;
        const Tensor<float, 5> y = c.run(plan, {activation, window}, &choice);
        Index expected = 0, lost = 0;
        for (Index i = 0; i < y.size(); ++i)
          if (want[i] != want[i]) ++expected, lost += y[i] == y[i];
        CHECK((expected > 0 || y.empty()));
        CHECK(lost == 0);
        if (window != pools[0])  // and choices stay inside the window
          CHECK(from_bytes(choice, y.shape()).array().maxCoeff() < window[0] * window[1] * window[2]);
      }
    });
  }
}

TEST_CASE("blocked_epilogue: of several NaN in a window the last wins, fused or not") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    Index several = 0;
    for_each_plan([&](Convolution c, const WinogradPlan& plan, const std::array<Index, 3>& window) {
      if (window == pools[0]) return;
      CAPTURE(title(c, plan, window));
      const auto [N, C, T, H, W] = c.x.shape();
      c.x(N - 1, C - 1, T / 2, H / 2, W / 2) = testing::nan;  // all outputs of a tile become NaN
      const Pooled want = pool(activate(Activation::relu, c.run(plan, {}, nullptr)), window);
      std::vector<std::uint8_t> choice;
      const Tensor<float, 5> y = c.run(plan, {Activation::relu, window}, &choice);
      CHECK((from_bytes(choice, y.shape()).array() == want.choice.array()).all());
      for (Index i = 0; i < y.size(); ++i) several += y[i] != y[i] && want.choice[i] > 0;
    });
    CHECK(several > 0);
  }
}

TEST_CASE("blocked_pool: what the unfused pool gives, NaN and infinity anywhere") {
  const Shape<5> shapes[] = {{1, 1, 2, 2, 2}, {2, 17, 5, 9, 7}, {1, 16, 4, 3, 8}, {1, 33, 3, 2, 31}};
  for (Isa isa : supported_isas())
    for (const Shape<5>& shape : shapes)
      for (const auto& window : pools) {
        const ScopedIsa scoped(isa);
        CAPTURE(std::string(isa_name(isa)));
        CAPTURE(to_string(shape) + ", pool " + to_string(window));
        Tensor<float, 5> x = random_tensor<float>(shape, 4);
        Random random(5);
        for (float& value : x) {
          value = std::round(value);  // ties
          if (random.chance(0.3)) value = testing::nan;
          if (random.chance(0.1)) value = std::numeric_limits<float>::infinity() * (random.chance(0.5) ? 1.f : -1.f);
        }
        const Pooled want = pool(x, window);
        PoisonedVolume from(x), to(want.y.shape());
        std::vector<std::uint8_t> choice(static_cast<std::size_t>(to.view().size()), 255);
        blocked_max_pool(from.view(), window, to.view(), choice.data());
        const Tensor<float, 5> y = to.plain();
        CHECK(std::equal(y.begin(), y.end(), want.y.begin(),
                         [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }));
        CHECK((from_bytes(choice, y.shape()).array() == want.choice.array()).all());
      }
}

TEST_CASE("blocked_epilogue: a NaN in y is no reason to drop dy, nor to hide it") {
  const Shape<5> shape{1, 17, 4, 4, 6};
  for (Isa isa : supported_isas())
    for (const auto& window : pools) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      CAPTURE(to_string(window));
      Tensor<float, 5> a = activate(Activation::relu, random_tensor<float>(shape, 1));
      for (Index i = 0; i < a.size(); i += 5) a[i] = testing::nan;
      a[1] = std::numeric_limits<float>::infinity();
      const Pooled forward = pool(a, window);
      const Tensor<float, 5> dy = random_tensor<float>(forward.y.shape(), 2);
      Tensor<float, 5> want(shape);
      max_pool3d_backward<float>(dy, forward.choice, want, pool_spec(window));
      relu_backward<float>(a.view().flat(), want.view().flat(), want.view().flat());
      const std::vector<std::uint8_t> choice = to_bytes(forward.choice, 255);
      PoisonedVolume y(forward.y), d(dy), dc(shape);
      PoisonedWorkspace ws(Index{1} << 16);
      const ConvEpilogue after{Activation::relu, window};
      blocked_epilogue_backward(y.view(), after.pooled() ? choice.data() : nullptr, d.view(), after, dc.view(), {}, ws);
      CHECK(same_bits(dc.plain(), want));
    }
}

TEST_CASE("blocked_epilogue: backward is that of pool and activation, and the bias' gradient") {
  const Shape<5> shapes[] = {{1, 1, 1, 1, 1}, {2, 17, 5, 9, 7}, {3, 16, 4, 8, 8}, {1, 33, 2, 2, 3}, {2, 15, 3, 1, 5}};
  for (Isa isa : supported_isas())
    for (const Shape<5>& shape : shapes)
      for (const auto& window : pools)
        for (Activation activation : {Activation::none, Activation::relu, Activation::sigmoid}) {
          const ScopedIsa scoped(isa);
          CAPTURE(std::string(isa_name(isa)));
          CAPTURE(to_string(shape));
          CAPTURE(to_string(window));
          const Shape<5> small = pooled_shape(shape, window);
          if (element_count(small) == 0) continue;
          const Tensor<float, 5> a = activate(activation, random_tensor<float>(shape, 1));
          const Pooled forward = pool(a, window);
          const Tensor<float, 5> dy = random_tensor<float>(small, 2);
          Tensor<float, 5> want(shape);
          max_pool3d_backward<float>(dy, forward.choice, want, pool_spec(window));
          if (activation == Activation::relu)
            relu_backward<float>(a.view().flat(), want.view().flat(), want.view().flat());
          if (activation == Activation::sigmoid)
            sigmoid_backward<float>(a.view().flat(), want.view().flat(), want.view().flat());

          PoisonedVolume y(forward.y), d(dy);
          const std::vector<std::uint8_t> choice = to_bytes(forward.choice, 255);
          const ConvEpilogue after{activation, window};
          Tensor<float, 1> db({shape[1]});
          const std::uint8_t* const chosen = after.pooled() ? choice.data() : nullptr;
          const auto run = [&] {
            PoisonedWorkspace ws(Index{1} << 16);
            PoisonedVolume dc(shape);
            db.fill(1);
            blocked_epilogue_backward(y.view(), chosen, d.view(), after, dc.view(), db, ws);
            return dc.plain();
          };
          CHECK(same_bits(run(), want));
          Tensor<double, 1> sums({shape[1]}, 1);
          for (Index i = 0; i < want.size(); ++i) sums[i / (shape[2] * shape[3] * shape[4]) % shape[1]] += want[i];
          CHECK(error_over_rms(db, sums) <= 1e-5);
          CHECK(same_on_all_threads(run));
          CHECK(same_on_all_threads([&] { return run(), Tensor<float, 1>(db); }));

          PoisonedWorkspace ws(Index{1} << 16);  // and without a bias
          PoisonedVolume dc(shape);
          blocked_epilogue_backward(y.view(), chosen, d.view(), after, dc.view(), {}, ws);
          CHECK(same_bits(dc.plain(), want));
        }
}

TEST_CASE("blocked_epilogue: what it cannot do is refused") {
  Workspace ws;
  BlockedTensor<float> y, dy, dc;
  y.resize({1, 2, 1, 1, 1}), dy.resize({1, 2, 1, 1, 2}), dc.resize({1, 2, 3, 3, 3});
  CHECK_THROWS_AS(blocked_epilogue_backward(y.view(), nullptr, dy.view(), {}, dc.view(), {}, ws), Error);
  dy.resize({1, 2, 1, 1, 1});
  CHECK_THROWS_WITH_AS(
      blocked_epilogue_backward(y.view(), nullptr, dy.view(), {Activation::relu, {3, 3, 3}}, dc.view(), {}, ws),
      "blocked_epilogue_backward: no such pool: (3, 3, 3)", Error);
}
