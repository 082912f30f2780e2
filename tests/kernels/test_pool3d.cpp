#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/pool3d.hpp"

using namespace stac3dl;

namespace {

struct PoolCase {
  Shape<5> x;
  Pool3dSpec spec;
};

const PoolCase pool_cases[] = {
    // windows that tile the input, evenly and with a rest
    {{2, 3, 4, 6, 8}, {{1, 2, 2}, {1, 2, 2}}},
    {{2, 3, 4, 6, 8}, {}},
    {{2, 2, 5, 7, 9}, {}},
    {{2, 2, 5, 7, 9}, {{2, 1, 1}, {2, 1, 1}}},
    {{1, 1, 2, 2, 2}, {}},
    {{7, 5, 8, 16, 16}, {}},  // more than one chunk of planes
    {{1, 2, 2, 4, 300}, {}},  // rows of more than one tile
    {{1, 1, 3, 5, 517}, {{1, 2, 2}, {1, 2, 2}}},
    {{1, 2, 4, 2, 259}, {{2, 1, 1}, {2, 1, 1}}},
    // ceil mode: a last window that is not full; one that would begin in the right padding and does not count
    {{2, 2, 5, 7, 9}, {{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}},
    {{1, 3, 2, 7, 7}, {{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}},
    {{1, 3, 1, 7, 7}, {{1, 2, 2}, {1, 2, 2}, {0, 1, 1}, false}},
    {{1, 2, 4, 5, 6}, {{2, 2, 2}, {2, 2, 2}, {1, 1, 1}, true}},
    {{1, 2, 4, 6, 8}, {{3, 2, 3}, {2, 3, 2}, {1, 0, 1}, true}},
    {{1, 2, 3, 3, 3}, {{2, 2, 2}, {3, 3, 3}, {1, 1, 1}, true}},
    {{1, 1, 1, 1, 5}, {{1, 1, 3}, {1, 1, 4}, {0, 0, 1}, true}},
    // overlapping windows, gaps between windows, windows of the input's size
    {{1, 2, 5, 6, 7}, {{3, 3, 3}, {2, 2, 2}, {1, 1, 1}}},
    {{1, 2, 5, 6, 7}, {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}}},
    {{2, 2, 7, 5, 8}, {{1, 2, 1}, {3, 4, 2}, {0, 0, 0}}},
    {{2, 2, 3, 4, 5}, {{3, 4, 5}, {1, 1, 1}, {0, 0, 0}}},
    {{2, 2, 9, 1, 1}, {{4, 1, 1}, {2, 1, 1}, {0, 0, 0}}},
    {{2, 2, 3, 1, 3}, {{5, 1, 2}, {5, 1, 1}, {2, 0, 1}}},
    {{1, 1, 2, 20, 20}, {{2, 20, 20}, {1, 1, 1}, {0, 0, 0}}},  // choices above 255
    {{0, 2, 2, 2, 2}, {}},
    // rows around one and two packs of 4, 8 and 16, in windows of one, two and three columns
    {{1, 1, 2, 2, 7}, {}},
    {{1, 1, 2, 2, 15}, {}},
    {{1, 1, 2, 3, 16}, {}},
    {{1, 1, 2, 2, 17}, {}},
    {{1, 1, 2, 2, 33}, {{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}},
    {{1, 1, 2, 1, 63}, {{1, 1, 2}, {1, 1, 2}, {0, 0, 1}, true}},
    {{1, 1, 3, 1, 65}, {{2, 1, 2}, {2, 1, 2}, {0, 0, 0}, true}},
    {{1, 2, 3, 3, 15}, {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}}},
    {{1, 1, 3, 2, 18}, {{3, 2, 3}, {1, 1, 1}, {0, 0, 0}}},
    {{1, 1, 3, 2, 19}, {{3, 2, 3}, {2, 2, 2}, {1, 0, 1}}},
    {{1, 1, 2, 2, 35}, {{2, 2, 3}, {2, 2, 2}, {0, 0, 1}, true}},
    {{1, 1, 1, 3, 40}, {{1, 2, 5}, {1, 1, 2}, {0, 1, 2}, true}},
    {{1, 1, 1, 3, 40}, {{1, 2, 4}, {1, 1, 1}, {0, 1, 2}}},
    {{1, 1, 2, 2, 50}, {{2, 2, 3}, {2, 2, 3}}},
    // a last axis of 1: the ones before it take its place
    {{2, 3, 128, 1, 1}, {{2, 1, 1}, {2, 1, 1}}},
    {{2, 3, 17, 1, 1}, {{3, 1, 1}, {1, 1, 1}, {1, 0, 0}}},
    {{2, 3, 9, 25, 1}, {{3, 1, 1}, {2, 1, 1}, {1, 0, 0}}},
    {{2, 3, 9, 25, 1}, {{1, 2, 1}, {1, 2, 1}, {0, 0, 0}, true}},
    {{1, 3, 1, 1, 1}, {{1, 1, 1}, {1, 1, 1}}},
    {{1, 3, 1, 1, 33}, {{1, 1, 1}, {1, 1, 1}}},
};

/// Few different whole numbers, so that ties are many.
template <class Real>
Tensor<Real, 5> whole(const Shape<5>& shape, std::uint64_t seed) {
  Tensor<Real, 5> x(shape);
  Random random(seed);
  for (Real& value : x) value = static_cast<Real>(static_cast<int>(random.below(7)) - 3);
  return x;
}
template <class T, int R>
bool same(const Tensor<T, R>& a, const Tensor<T, R>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
/// body() on every instruction set and on 1, 2, 3 and 8 threads: what it compares is then the same to the bit for all.
template <class Body>
void for_isas_and_threads(Body&& body) {
  for (Isa isa : supported_isas())
    for (int threads : {1, 2, 3, 8}) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      CAPTURE(threads);
      set_num_threads(threads);
      body();
    }
  set_num_threads(0);
}
std::string title(const PoolCase& one) {
  return "x " + to_string(one.x) + ", window " + to_string(one.spec.window) + ", stride " +
         to_string(one.spec.stride) + ", padding " + to_string(one.spec.padding) + (one.spec.ceil_mode ? ", ceil" : "");
}

}  // namespace

TEST_CASE("pool3d: output shapes are PyTorch's") {
  const auto out = [](const Pool3dSpec& spec, const Shape<5>& x) { return kernels::pool3d_output_shape(x, spec); };
  CHECK(out({}, {1, 8, 16, 112, 112}) == Shape<5>{1, 8, 8, 56, 56});
  CHECK(out({}, {1, 8, 2, 7, 7}) == Shape<5>{1, 8, 1, 3, 3});
  CHECK(out({{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}, {1, 8, 2, 7, 7}) == Shape<5>{1, 8, 1, 4, 4});
  CHECK(out({{2, 2, 2}, {2, 2, 2}, {0, 1, 1}, false}, {1, 8, 2, 7, 7}) == Shape<5>{1, 8, 1, 4, 4});
  // the window at place 6 would begin behind 5 + 1
  CHECK(out({{1, 1, 2}, {1, 1, 3}, {0, 0, 1}, true}, {1, 1, 1, 1, 5}) == Shape<5>{1, 1, 1, 1, 2});
  CHECK(out({{1, 1, 3}, {1, 1, 4}, {0, 0, 1}, true}, {1, 1, 1, 1, 5}) == Shape<5>{1, 1, 1, 1, 2});
}

TEST_CASE_TEMPLATE("pool3d: equals the reference", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (PoolCase one : pool_cases) {
    CAPTURE(title(one));
    const Shape<5> y_shape = kernels::pool3d_output_shape(one.x, one.spec);
    const auto x = whole<Real>(one.x, 1), dy = whole<Real>(y_shape, 2);
    Tensor<Real, 5> y_ref(y_shape), dx_ref(one.x);
    Tensor<std::uint16_t, 5> choice_ref(y_shape);
    kernels::max_pool3d_forward_ref<Real>(x, y_ref, choice_ref, one.spec);
    kernels::max_pool3d_backward_ref<Real>(dy, choice_ref, dx_ref, one.spec);
    for_isas_and_threads([&] {
      Tensor<Real, 5> y(y_shape, nan), y_alone(y_shape, nan), dx(one.x, nan);
      Tensor<std::uint16_t, 5> choice(y_shape, 9999);
      kernels::max_pool3d_forward<Real>(x, y, choice, one.spec);
      kernels::max_pool3d_forward<Real>(x, y_alone, {}, one.spec);
      CHECK(same(y, y_ref));
      CHECK(same(y_alone, y_ref));
      CHECK(same(choice, choice_ref));
      kernels::max_pool3d_backward<Real>(dy, choice, dx, one.spec);
      CHECK(same(dx, dx_ref));
    });
    for (bool counted : {true, false}) {
      one.spec.count_include_pad = counted;
      kernels::avg_pool3d_forward_ref<Real>(x, y_ref, one.spec);
      kernels::avg_pool3d_backward_ref<Real>(dy, dx_ref, one.spec);
      for_isas_and_threads([&] {
        Tensor<Real, 5> y(y_shape, nan), dx(one.x, nan);
        kernels::avg_pool3d_forward<Real>(x, y, one.spec);
        CHECK(same(y, y_ref));
        kernels::avg_pool3d_backward<Real>(dy, dx, one.spec);
        CHECK(same(dx, dx_ref));
      });
    }
  }
}

TEST_CASE("max_pool3d: the first maximum wins, and NaN is larger than all") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor<double, 5> x({1, 1, 1, 2, 8}, {1, 5, 2, 2, nan, 0, -9, -8,  //
                                              5, 5, 2, 2, 9, 1, -7, -9});
  const Pool3dSpec both_ways[] = {{{1, 2, 2}, {1, 2, 2}}, {{1, 2, 2}, {5, 2, 2}}};
  for_isas_and_threads([&] {
    for (const Pool3dSpec& spec : both_ways) {
      Tensor<double, 5> y({1, 1, 1, 1, 4});
      Tensor<std::uint16_t, 5> choice(y.shape());
      kernels::max_pool3d_forward<double>(x, y, choice, spec);
      CHECK(y[0] == 5);
      CHECK(y[1] == 2);
      CHECK(std::isnan(y[2]));
      CHECK(y[3] == -7);
      CHECK(choice[0] == 1);
      CHECK(choice[1] == 0);
      CHECK(choice[2] == 0);
      CHECK(choice[3] == 2);
      const Tensor<double, 5> dy(y.shape(), {10, 20, 30, 40});
      Tensor<double, 5> dx(x.shape(), nan);
      kernels::max_pool3d_backward<double>(dy, choice, dx, spec);
      CHECK(same(dx, Tensor<double, 5>(x.shape(), {0, 10, 20, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0})));
    }
  });
}

TEST_CASE_TEMPLATE("max_pool3d: the last of several NaN wins", Real, float, double) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  const Tensor<Real, 5> x({1, 1, 2, 1, 6}, {nan, 1, nan, nan, 9, nan, 8, nan, 7, nan, nan, 9});
  const std::uint16_t want[] = {3, 3, 2};
  for_isas_and_threads([&] {
    Tensor<Real, 5> y({1, 1, 1, 1, 3});
    Tensor<std::uint16_t, 5> choice(y.shape());
    kernels::max_pool3d_forward<Real>(x, y, choice, {{2, 1, 2}, {2, 1, 2}});
    for (Index i = 0; i < 3; ++i) CHECK((std::isnan(y[i]) && choice[i] == want[i]));
    kernels::max_pool3d_forward_ref<Real>(x, y, choice, {{2, 1, 2}, {2, 1, 2}});
    for (Index i = 0; i < 3; ++i) CHECK((std::isnan(y[i]) && choice[i] == want[i]));
  });
}

TEST_CASE_TEMPLATE("max_pool3d: NaN and infinity anywhere", Real, float, double) {
  for (const PoolCase& one : pool_cases) {
    CAPTURE(title(one));
    auto x = whole<Real>(one.x, 1);
    Random random(5);
    for (Real& value : x) {
      if (random.chance(0.2)) value = std::numeric_limits<Real>::quiet_NaN();
      if (random.chance(0.2)) value = std::numeric_limits<Real>::infinity() * (random.chance(0.5) ? 1 : -1);
    }
    const Shape<5> y_shape = kernels::pool3d_output_shape(one.x, one.spec);
    Tensor<Real, 5> y_ref(y_shape);
    Tensor<std::uint16_t, 5> choice_ref(y_shape);
    kernels::max_pool3d_forward_ref<Real>(x, y_ref, choice_ref, one.spec);
    for_isas_and_threads([&] {
      Tensor<Real, 5> y(y_shape);
      Tensor<std::uint16_t, 5> choice(y_shape);
      kernels::max_pool3d_forward<Real>(x, y, choice, one.spec);
      CHECK(same(choice, choice_ref));
      CHECK(std::equal(y.begin(), y.end(), y_ref.begin(),
                       [](Real a, Real b) { return a == b || (std::isnan(a) && std::isnan(b)); }));
    });
  }
}

TEST_CASE_TEMPLATE("pool3d: random numbers give the twin's bits, average's backward too", Real, float, double) {
  for (const PoolCase& one : pool_cases) {
    CAPTURE(title(one));
    const Shape<5> y_shape = kernels::pool3d_output_shape(one.x, one.spec);
    const auto x = random_tensor<Real>(one.x, 3), dy = random_tensor<Real>(y_shape, 4);
    Tensor<Real, 5> y_ref(y_shape), dx_ref(one.x);
    kernels::avg_pool3d_forward_ref<Real>(x, y_ref, one.spec);
    kernels::avg_pool3d_backward_ref<Real>(dy, dx_ref, one.spec);
    for_isas_and_threads([&] {
      Tensor<Real, 5> y(y_shape), dx(one.x);
      kernels::avg_pool3d_forward<Real>(x, y, one.spec);
      CHECK(same(y, y_ref));
      kernels::avg_pool3d_backward<Real>(dy, dx, one.spec);
      CHECK(same(dx, dx_ref));
    });
  }
}

TEST_CASE("avg_pool3d: what it divides by") {
  // Windows of 3 every 2 on 1..5 with padding 1 in ceil mode: (-1 0 1), (1 2 3), (3 4 pad), then none.
  const Tensor<double, 5> x({1, 1, 1, 1, 5}, {1, 2, 3, 4, 5});
  Pool3dSpec spec{{1, 1, 3}, {1, 1, 2}, {0, 0, 1}, true};
  Tensor<double, 5> y(kernels::pool3d_output_shape(x.shape(), spec));
  REQUIRE(y.size() == 3);
  kernels::avg_pool3d_forward<double>(x, y, spec);
  CHECK(same(y, Tensor<double, 5>(y.shape(), {3 / 3.0, 9 / 3.0, 9 / 3.0})));
  spec.count_include_pad = false;
  kernels::avg_pool3d_forward<double>(x, y, spec);
  CHECK(same(y, Tensor<double, 5>(y.shape(), {3 / 2.0, 9 / 3.0, 9 / 2.0})));
  // What ceil mode reaches beyond the padding never counts: the last window of 4 every 3 holds 4, 5 and one pad.
  spec = {{1, 1, 4}, {1, 1, 3}, {0, 0, 1}, true};
  Tensor<double, 5> z(kernels::pool3d_output_shape(x.shape(), spec));
  REQUIRE(z.size() == 2);
  kernels::avg_pool3d_forward<double>(x, z, spec);
  CHECK(same(z, Tensor<double, 5>(z.shape(), {6 / 4.0, 12 / 4.0})));
  spec.stride[2] = 4;
  Tensor<double, 5> last(kernels::pool3d_output_shape(x.shape(), spec));
  REQUIRE(last.size() == 2);
  kernels::avg_pool3d_forward<double>(x, last, spec);
  CHECK(same(last, Tensor<double, 5>(last.shape(), {6 / 4.0, 9 / 3.0})));
}

TEST_CASE("pool3d: gradients agree with differences") {
  for (const PoolCase& one : pool_cases) {
    if (one.x[0] == 0 || element_count(one.x) > 2000) continue;
    CAPTURE(title(one));
    auto x = random_tensor<double>(one.x, 1);
    Tensor<double, 5> y(kernels::pool3d_output_shape(one.x, one.spec)), dx(one.x);
    Tensor<std::uint16_t, 5> choice(y.shape());
    const auto dy = random_tensor<double>(y.shape(), 2);  // the loss is sum(y * dy)
    const auto max_loss = [&] {
      kernels::max_pool3d_forward<double>(x, y, choice, one.spec);
      return (y.array() * dy.array()).sum();
    };
    max_loss();
    kernels::max_pool3d_backward<double>(dy, choice, dx, one.spec);
    const auto choices = [&] { return fold_values(1, choice.view()); };
    const auto max = check_gradient("max", x.view().flat(), dx.view().flat(), max_loss, choices);
    CHECK(max.worst <= 1e-7);
    CHECK(max.largest > 0);
    CHECK(max.redrawn * 20 <= max.probed + max.redrawn);
    const auto average_loss = [&] {
      kernels::avg_pool3d_forward<double>(x, y, one.spec);
      return (y.array() * dy.array()).sum();
    };
    kernels::avg_pool3d_backward<double>(dy, dx, one.spec);
    const auto average = check_gradient("average", x.view().flat(), dx.view().flat(), average_loss);
    CHECK(average.worst <= 1e-7);
    CHECK(average.largest > 0);
  }
}

TEST_CASE("pool3d: what does not fit is refused") {
  const Shape<5> x_shape{1, 2, 1, 5, 5};
  CHECK_THROWS_WITH_AS(kernels::pool3d_output_shape(x_shape, {}),
                       "pool3d: window (2, 2, 2) with padding (0, 0, 0) does not fit into x of shape (1, 2, 1, 5, 5)",
                       Error);
  CHECK_THROWS_AS(kernels::pool3d_output_shape(x_shape, {{1, 2, 2}, {1, 0, 2}}), Error);
  CHECK_THROWS_AS(kernels::pool3d_output_shape(x_shape, {{1, 0, 2}, {1, 1, 2}}), Error);
  CHECK_THROWS_AS(kernels::pool3d_output_shape(x_shape, {{1, 2, 2}, {1, 2, 2}, {0, 2, 0}}), Error);
  Tensor<float, 5> x(x_shape), y({1, 2, 1, 3, 2});
  Tensor<std::uint16_t, 5> choice({1, 2, 1, 2, 1});
  const Pool3dSpec spec{{1, 2, 2}, {1, 2, 2}};
  CHECK_THROWS_WITH_AS(kernels::max_pool3d_forward<float>(x, y, {}, spec),
                       "max_pool3d_forward y: want (1, 2, 1, 2, 2), got (1, 2, 1, 3, 2)", Error);
  y.resize({1, 2, 1, 2, 2});
  CHECK_THROWS_AS(kernels::max_pool3d_forward<float>(x, y, choice, spec), Error);
  CHECK_THROWS_AS(kernels::max_pool3d_backward<float>(y, choice, x.view(), spec), Error);
  CHECK_THROWS_AS(kernels::avg_pool3d_backward<float>(x, y.view(), spec), Error);
  const Tensor<float, 5> wide({1, 1, 2, 200, 200});
  Tensor<float, 5> one({1, 1, 1, 1, 1});
  CHECK_THROWS_AS(kernels::max_pool3d_forward<float>(wide, one, {}, {{2, 200, 200}, {1, 1, 1}}), Error);
}
