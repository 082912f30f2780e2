#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "conv3d_shapes.hpp"
#include "poison.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/core/tensor.hpp"
#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/kernels/conv3d.hpp"

using namespace stac3dl;

namespace {

/// Whole numbers in [-3, 3]: sums of their products are exact in float, so variants must agree to the bit.
template <class Real, int R>
Tensor<Real, R> whole(const Shape<R>& shape, std::uint64_t seed) {
  Tensor<Real, R> x(shape);
  Random random(seed);
  for (Real& value : x) value = static_cast<Real>(static_cast<int>(random.below(7)) - 3);
  return x;
}
template <class Real, int R>
Tensor<Real, R> normal(const Shape<R>& shape, std::uint64_t seed) {
  Tensor<Real, R> x(shape);
  Random random(seed);
  for (Real& value : x) value = static_cast<Real>(random.normal());
  return x;
}

template <class Real>
struct Result {
  Tensor<Real, 5> y, dx, dw;
  Tensor<Real, 1> db;
};

/// All three passes; y and dx start as NaN, dw and db at 1 and 2 because they are added to.
template <class Real, class Make>
Result<Real> run(const Conv3dCase& one, const kernels::Conv3dImplementation<Real>& kernel, Make make) {
  const auto& [KT, KH, KW] = one.spec.kernel;
  const Shape<5> y_shape = kernels::conv3d_output_shape(one.x, one.out_channels, one.spec);
  const Tensor<Real, 5> x = make(one.x, 1), dy = make(y_shape, 3);
  const Tensor<Real, 5> w = make(Shape<5>{one.out_channels, one.x[1], KT, KH, KW}, 2);
  const Tensor<Real, 1> b = whole<Real, 1>({one.out_channels}, 4);
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  Result<Real> out{Tensor<Real, 5>(y_shape, nan), Tensor<Real, 5>(one.x, nan), Tensor<Real, 5>(w.shape(), 1),
                   Tensor<Real, 1>(b.shape(), 2)};
  testing::PoisonedWorkspace ws;
  kernel.forward(x, w, b, out.y, one.spec, ws);
  kernel.backward_data(dy, w, out.dx, one.spec, ws);
  kernel.backward_weights(x, dy, out.dw, out.db, one.spec, ws);
  return out;
}
template <class Real, class Make>
Result<Real> run(const Conv3dCase& one, Conv3dVariant variant, Make make) {
  const Shape<5> y_shape = kernels::conv3d_output_shape(one.x, one.out_channels, one.spec);
  return run<Real>(one, kernels::conv3d_implementation<Real>(one.x, y_shape, one.spec, variant), make);
}

/// The two ways of the direct variant, whatever the sizes.
template <class Real>
const kernels::Conv3dImplementation<Real> direct_ways[] = {
    {.variant = Conv3dVariant::direct,
     .name = "lines",
     .exact = true,
     .applies = nullptr,
     .forward = kernels::conv3d_forward_lines<Real>,
     .backward_data = kernels::conv3d_backward_data_lines<Real>,
     .backward_weights = kernels::conv3d_backward_weights_lines<Real>},
    {.variant = Conv3dVariant::direct,
     .name = "batch",
     .exact = true,
     .applies = nullptr,
     .forward = kernels::conv3d_forward_batch<Real>,
     .backward_data = kernels::conv3d_backward_data_batch<Real>,
     .backward_weights = kernels::conv3d_backward_weights_batch<Real>},
};

template <class Real, int R>
bool same(const Tensor<Real, R>& a, const Tensor<Real, R>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
/// Largest difference over b's largest value.
template <int R>
double distance(const Tensor<double, R>& a, const Tensor<double, R>& b) {
  const double largest = b.array().abs().maxCoeff();
  const double worst = (a.array() - b.array()).abs().maxCoeff();
  return std::isfinite(worst) ? worst / std::max(largest, 1e-300) : worst;
}

std::string title(const Conv3dCase& one) {
  return "x " + to_string(one.x) + " to " + std::to_string(one.out_channels) + ", kernel " +
         to_string(one.spec.kernel) + ", stride " + to_string(one.spec.stride) + ", padding " +
         to_string(one.spec.padding);
}

}  // namespace

TEST_CASE_TEMPLATE("conv3d: every variant equals the reference on whole numbers", Real, float, double) {
  for (const Conv3dCase& one : conv3d_cases) {
    CAPTURE(title(one));
    const auto make = [](const Shape<5>& shape, std::uint64_t seed) { return whole<Real, 5>(shape, seed); };
    const Result<Real> want = run<Real>(one, Conv3dVariant::reference, make);
    for (Isa isa : supported_isas())
      for (Conv3dVariant variant : {Conv3dVariant::direct, Conv3dVariant::im2col}) {
        INFO(std::string(isa_name(isa)),
             std::string(kernels::conv3d_variant_name<Real>(one.x, one.out_channels, one.spec, variant)));
        const ScopedIsa scoped(isa);
        const Result<Real> got = run<Real>(one, variant, make);
        CHECK(same(got.y, want.y));
        CHECK(same(got.dx, want.dx));
        CHECK(same(got.dw, want.dw));
        CHECK(same(got.db, want.db));
      }
  }
}

TEST_CASE_TEMPLATE("conv3d: both direct ways equal the reference on whole numbers", Real, float, double) {
  for (const Conv3dCase& one : conv3d_cases) {
    CAPTURE(title(one));
    const auto make = [](const Shape<5>& shape, std::uint64_t seed) { return whole<Real, 5>(shape, seed); };
    const Result<Real> want = run<Real>(one, Conv3dVariant::reference, make);
    for (Isa isa : supported_isas())
      for (const auto& way : direct_ways<Real>)
        for (int threads : {1, 3}) {
          INFO(std::string(isa_name(isa)), " ", std::string(way.name), " ", threads);
          const ScopedIsa scoped(isa);
          set_num_threads(threads);
          const Result<Real> got = run<Real>(one, way, make);
          set_num_threads(0);
          CHECK(same(got.y, want.y));
          CHECK(same(got.dx, want.dx));
          CHECK(same(got.dw, want.dw));
          CHECK(same(got.db, want.db));
        }
  }
}

TEST_CASE("conv3d: a convolution by hand") {
  // Input 1..8 in a cube, kernel 2x2x2 of powers of two, no padding: one output, their dot product plus the bias.
  const Tensor<double, 5> x({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor<double, 5> w({1, 1, 2, 2, 2}, {1, 2, 4, 8, 16, 32, 64, 128});
  const Tensor<double, 1> b({1}, {0.5});
  const Tensor<double, 5> dy({1, 1, 1, 1, 1}, {3});
  const Conv3dSpec spec{{2, 2, 2}, {1, 1, 1}, {0, 0, 0}};
  for (Conv3dVariant variant : {Conv3dVariant::direct, Conv3dVariant::im2col, Conv3dVariant::reference}) {
    Workspace ws;
    Tensor<double, 5> y({1, 1, 1, 1, 1}), dx(x.shape()), dw(w.shape());
    Tensor<double, 1> db({1});
    kernels::conv3d_forward<double>(x, w, b, y, spec, ws, variant);
    kernels::conv3d_backward_data<double>(dy, w, dx, spec, ws, variant);
    kernels::conv3d_backward_weights<double>(x, dy, dw, db, spec, ws, variant);
    CHECK(y[0] == 1 * 1 + 2 * 2 + 3 * 4 + 4 * 8 + 5 * 16 + 6 * 32 + 7 * 64 + 8 * 128 + 0.5);
    for (Index i = 0; i < 8; ++i) CHECK(dx[i] == 3 * w[i]);
    for (Index i = 0; i < 8; ++i) CHECK(dw[i] == 3 * x[i]);
    CHECK(db[0] == 3);
  }
}

TEST_CASE("conv3d: every variant agrees with the reference on random numbers") {
  for (const Conv3dCase& one : conv3d_cases) {
    CAPTURE(title(one));
    const auto make = [](const Shape<5>& shape, std::uint64_t seed) { return normal<double, 5>(shape, seed); };
    const Result<double> want = run<double>(one, Conv3dVariant::reference, make);
    for (Isa isa : supported_isas())
      for (Conv3dVariant variant : {Conv3dVariant::direct, Conv3dVariant::im2col}) {
        CAPTURE(std::string(isa_name(isa)));
        const ScopedIsa scoped(isa);
        const Result<double> got = run<double>(one, variant, make);
        CHECK(distance(got.y, want.y) <= 1e-12);
        CHECK(distance(got.dx, want.dx) <= 1e-12);
        CHECK(distance(got.dw, want.dw) <= 1e-12);
        CHECK(distance(got.db, want.db) <= 1e-12);
      }
  }
}

TEST_CASE("conv3d: without a bias, without its gradient, with an empty batch") {
  const Conv3dSpec spec;
  for (Conv3dVariant variant : {Conv3dVariant::direct, Conv3dVariant::im2col, Conv3dVariant::reference}) {
    Workspace ws;
    const auto x = whole<float, 5>({2, 2, 3, 4, 5}, 1), w = whole<float, 5>({3, 2, 3, 3, 3}, 2);
    Tensor<float, 5> y({2, 3, 3, 4, 5}), with_zeros(y.shape()), dw(w.shape()), dw_with(w.shape());
    Tensor<float, 1> zeros({3}), db({3});
    kernels::conv3d_forward<float>(x, w, {}, y, spec, ws, variant);
    kernels::conv3d_forward<float>(x, w, zeros, with_zeros, spec, ws, variant);
    CHECK(same(y, with_zeros));
    kernels::conv3d_backward_weights<float>(x, y, dw, {}, spec, ws, variant);
    kernels::conv3d_backward_weights<float>(x, y, dw_with, db, spec, ws, variant);
    CHECK(same(dw, dw_with));

    Tensor<float, 5> no_x({0, 2, 3, 4, 5}), no_y({0, 3, 3, 4, 5});
    kernels::conv3d_forward<float>(no_x, w, zeros, no_y, spec, ws, variant);
    kernels::conv3d_backward_data<float>(no_y, w, no_x, spec, ws, variant);
    kernels::conv3d_backward_weights<float>(no_x, no_y, dw, db, spec, ws, variant);
    CHECK(same(dw, dw_with));
  }
}

TEST_CASE("conv3d: gradients agree with differences") {
  const Conv3dCase cases[] = {{{2, 3, 3, 5, 4}, 4, {}},
                              {{2, 2, 5, 7, 6}, 3, {{3, 2, 3}, {2, 3, 1}, {1, 0, 2}}},
                              {{3, 4, 9, 1, 1}, 5, {{5, 1, 1}, {2, 1, 1}, {2, 0, 0}}}};
  for (const Conv3dCase& one : cases)
    for (int threads : {1, 2}) {
      CAPTURE(title(one));
      set_num_threads(threads);
      Workspace ws;
      const auto& [KT, KH, KW] = one.spec.kernel;
      auto x = normal<double, 5>(one.x, 1), w = normal<double, 5>({one.out_channels, one.x[1], KT, KH, KW}, 2);
      auto b = normal<double, 1>({one.out_channels}, 3);
      Tensor<double, 5> y(kernels::conv3d_output_shape(one.x, one.out_channels, one.spec));
      Tensor<double, 5> dx(x.shape()), dw(w.shape());
      Tensor<double, 1> db(b.shape());
      const auto dy = normal<double, 5>(y.shape(), 4);  // the loss is sum(y * dy)
      const auto loss = [&] {
        kernels::conv3d_forward<double>(x, w, b, y, one.spec, ws);
        return (y.array() * dy.array()).sum();
      };
      kernels::conv3d_backward_data<double>(dy, w, dx, one.spec, ws);
      kernels::conv3d_backward_weights<double>(x, dy, dw, db, one.spec, ws);
      for (const GradientReport& report : {check_gradient("x", x.view().flat(), dx.view().flat(), loss),
                                           check_gradient("w", w.view().flat(), dw.view().flat(), loss),
                                           check_gradient("b", b, db, loss)}) {
        CAPTURE(report.name);
        CHECK(report.worst <= 1e-7);
        CHECK(report.largest > 0);
      }
    }
  set_num_threads(0);
}

TEST_CASE_TEMPLATE("conv3d: the same to the bit for any number of threads", Real, float, double) {
  const Conv3dCase cases[] = {{{3, 3, 6, 16, 16}, 16, {}},
                              {{9, 24, 4, 4, 4}, 40, {}},
                              {{6, 2, 16, 12, 16}, 8, {{3, 3, 3}, {2, 2, 2}, {1, 1, 1}}},
                              {{33, 3, 128, 1, 1}, 16, {{7, 1, 1}, {4, 1, 1}, {3, 0, 0}}},
                              {{1, 8, 24, 30, 31}, 2, {}},
                              {{33, 8, 8, 6, 8}, 16, {{3, 3, 3}, {1, 2, 2}, {1, 1, 1}}}};
  std::vector<std::pair<Conv3dCase, Conv3dVariant>> pairs;
  for (const Conv3dCase& one : cases)
    for (Conv3dVariant variant : {Conv3dVariant::direct, Conv3dVariant::im2col}) pairs.emplace_back(one, variant);
  for (Isa isa : supported_isas())
    for (const auto& [one, variant] : pairs) {
      const ScopedIsa scoped(isa);
      CAPTURE(title(one));
      CAPTURE(std::string(isa_name(isa)));
      INFO(std::string(kernels::conv3d_variant_name<Real>(one.x, one.out_channels, one.spec, variant)));
      const auto make = [](const Shape<5>& shape, std::uint64_t seed) { return normal<Real, 5>(shape, seed); };
      set_num_threads(1);
      const Result<Real> want = run<Real>(one, variant, make);
      const auto check_same = [&](const Result<Real>& got) {
        CHECK(same(got.y, want.y));
        CHECK(same(got.dx, want.dx));
        CHECK(same(got.dw, want.dw));
        CHECK(same(got.db, want.db));
      };
      for (int threads : {2, 3, 8}) {
        set_num_threads(threads);
        check_same(run<Real>(one, variant, make));
      }
      Result<Real> nested[2];  // inside a parallel loop it runs on the loop's thread
      parallel_for(2, [&](Index i) { nested[i] = run<Real>(one, variant, make); });
      check_same(nested[0]);
      check_same(nested[1]);
      set_num_threads(0);
    }
}

TEST_CASE("conv3d: memory is asked for once") {
  Workspace ws;
  const auto x = whole<float, 5>({3, 4, 8, 9, 10}, 1), w = whole<float, 5>({6, 4, 3, 3, 3}, 2);
  Tensor<float, 5> y({3, 6, 8, 9, 10}), dx(x.shape()), dw(w.shape());
  const auto step = [&] {
    kernels::conv3d_forward<float>(x, w, {}, y, {}, ws);
    kernels::conv3d_backward_data<float>(y, w, dx, {}, ws);
    kernels::conv3d_backward_weights<float>(x, y, dw, {}, {}, ws);
  };
  step();
  const std::size_t capacity = ws.capacity();
  step();
  CHECK(ws.capacity() == capacity);
}

TEST_CASE("conv3d: shapes that do not fit are refused by name") {
  Workspace ws;
  const Tensor<float, 5> x({2, 3, 4, 5, 6}), w({8, 3, 3, 3, 3});
  Tensor<float, 5> y({2, 8, 4, 5, 6}), dx(x.shape()), dw(w.shape());
  Tensor<float, 1> b({7});
  const Conv3dSpec spec;
  CHECK_THROWS_WITH_AS(kernels::conv3d_output_shape({1, 3, 2, 5, 5}, 8, {{3, 3, 3}, {1, 1, 1}, {0, 1, 1}}),
                       "conv3d: kernel (3, 3, 3) with padding (0, 1, 1) does not fit into x of shape (1, 3, 2, 5, 5)",
                       Error);
  CHECK_THROWS_AS(kernels::conv3d_output_shape({1, 3, 2, 5, 5}, 8, {{3, 3, 3}, {0, 1, 1}, {1, 1, 1}}), Error);
  CHECK_THROWS_AS(kernels::conv3d_output_shape({1, 3, 2, 5, 5}, 8, {{3, 0, 3}, {1, 1, 1}, {1, 1, 1}}), Error);
  CHECK_THROWS_AS(kernels::conv3d_output_shape({1, 3, 2, 5, 5}, 8, {{3, 3, 3}, {1, 1, 1}, {1, -1, 1}}), Error);
  CHECK_THROWS_AS(kernels::conv3d_output_shape({1, 3, 2, 5, 5}, 0, spec), Error);
  CHECK_THROWS_WITH_AS(
      kernels::conv3d_forward<float>(Tensor<float, 5>({2, 4, 4, 5, 6}), w, {}, y, spec, ws),
      "conv3d_forward x: want (any, 3, any, any, any), got (2, 4, 4, 5, 6)", Error);
  CHECK_THROWS_WITH_AS(kernels::conv3d_forward<float>(x, w, b, y, spec, ws), "conv3d_forward b: want (8), got (7)",
                       Error);
  CHECK_THROWS_WITH_AS(kernels::conv3d_backward_data<float>(x, w, dx, spec, ws),
                       "conv3d_backward_data dy: want (2, 8, 4, 5, 6), got (2, 3, 4, 5, 6)", Error);
  const Conv3dSpec flat{{1, 3, 3}, {1, 1, 1}, {0, 1, 1}};
  CHECK_THROWS_WITH_AS(kernels::conv3d_backward_weights<float>(x, y, dw, {}, flat, ws),
                       "conv3d_backward_weights dw: want (any, any, 1, 3, 3), got (8, 3, 3, 3, 3)", Error);
}
