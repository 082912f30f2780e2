// Weights in bf16 and int8: rounding, stated errors, plain twins, every instruction set, bits on any number of threads.
#include <doctest/doctest.h>

#include <cmath>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/linear_narrow_ref.hpp"

using namespace stac3dl;
using kernels::Bf16;

namespace {
struct Layer {
  Index R, I, O;
  Tensor<float, 2> x, w;
  Tensor<float, 1> b, scale;
  std::vector<Bf16> half;
  std::vector<std::int8_t> byte;
  explicit Layer(const Shape<3>& s)
      : R(s[0]), I(s[1]), O(s[2]), x(random_tensor<float>(Shape<2>{R, I}, 1)),
        w(random_tensor<float>(Shape<2>{O, I}, 2)), b(random_tensor<float>(Shape<1>{O}, 3)), scale({O}),
        half(static_cast<std::size_t>(O * I)), byte(half.size()) {
    kernels::quantise_bf16<2>(w, {half.data(), {O, I}});
    kernels::quantise_int8(w, {byte.data(), {O, I}}, scale);
  }
  BasicView<const Bf16, 2> halves() const { return {half.data(), {O, I}}; }
  BasicView<const std::int8_t, 2> bytes() const { return {byte.data(), {O, I}}; }
  /// sum over i of |w x| and |x| of one output.
  double size(Index r, Index o, bool weighted) const {
    double sum = 0;
    for (Index i = 0; i < I; ++i) sum += std::abs(static_cast<double>(x(r, i)) * (weighted ? w(o, i) : 1.0f));
    return sum;
  }
  double exact(Index r, Index o) const {
    double sum = b(o);
    for (Index i = 0; i < I; ++i) sum += static_cast<double>(x(r, i)) * w(o, i);
    return sum;
  }
};
}  // namespace

TEST_CASE("bf16 rounds to the nearest, ties to even") {
  using kernels::to_bf16, kernels::to_float;
  CHECK(to_float(to_bf16(1.0f)) == 1.0f);
  CHECK(to_float(to_bf16(-3.5f)) == -3.5f);
  CHECK(to_bf16(1.00390625f).bits == to_bf16(1.0f).bits);         // half way: the even one is below
  CHECK(to_float(to_bf16(1.01171875f)) == 1.015625f);             // half way: the even one is above
  CHECK(std::isinf(to_float(to_bf16(3.4e38f))));
  CHECK(std::isnan(to_float(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  const auto x = random_tensor<float>(Shape<1>{1000}, 9);
  for (float v : x) CHECK(std::abs(to_float(to_bf16(v)) - v) <= std::ldexp(std::abs(v), -8));
}

TEST_CASE("narrow linear layers equal their twins and keep to the stated error") {
  for (Isa isa : supported_isas()) {
    ScopedIsa use(isa);
    for (const Shape<3>& s : {Shape<3>{1, 1, 1}, {1, 300, 61}, {3, 5, 7}, {5, 64, 48}, {9, 17, 2}, {0, 4, 3},
                              {1, 2048, 200}, {6, 1000, 100}}) {
      CAPTURE(isa_name(isa));
      CAPTURE(to_string(s));
      const Layer l(s);
      for (CView<float, 1> bias : {l.b.view(), CView<float, 1>()}) {
        Tensor<float, 2> y({l.R, l.O}, NAN), want({l.R, l.O});
        kernels::linear_bf16_forward(l.x, l.halves(), bias, y);
        kernels::linear_bf16_forward_ref(l.x, l.halves(), bias, want);
        CHECK(difference(y, want) <= 1e-5);
        if (bias)
          for (Index i = 0; i < y.size(); ++i) {
            const Index r = i / l.O, o = i % l.O;
            CHECK(std::abs(y[i] - l.exact(r, o)) <= (std::ldexp(1.0, -8) + 1e-5) * l.size(r, o, true) + 1e-6);
          }
        y.fill(NAN);
        kernels::linear_int8_forward(l.x, l.bytes(), l.scale, bias, y);
        kernels::linear_int8_forward_ref(l.x, l.bytes(), l.scale, bias, want);
        CHECK(difference(y, want) <= 1e-5);
        if (bias)
          for (Index i = 0; i < y.size(); ++i) {
            const Index r = i / l.O, o = i % l.O;
            const double bound = 0.5 * l.scale(o) * l.size(r, o, false) + 1e-5 * l.size(r, o, true) + 1e-6;
            CHECK(std::abs(y[i] - l.exact(r, o)) <= bound);
          }
      }
    }
  }
}

TEST_CASE("narrow linear layers give the same bits on any number of threads") {
  const Layer l({3, 700, 500});
  CHECK(same_on_all_threads([&] {
    Tensor<float, 2> y({3, 500});
    kernels::linear_bf16_forward(l.x, l.halves(), l.b, y);
    return y;
  }));
  CHECK(same_on_all_threads([&] {
    Tensor<float, 2> y({3, 500});
    kernels::linear_int8_forward(l.x, l.bytes(), l.scale, l.b, y);
    return y;
  }));
}

TEST_CASE("narrow linear layers: rows of zeros, and shapes that do not fit") {
  const Tensor<float, 2> w({2, 3}, {0, 0, 0, 1, -2, 0.5f}), x({1, 3}, {1, 1, 1});
  std::int8_t q[6];
  Tensor<float, 1> scale({2});
  kernels::quantise_int8(w, {q, {2, 3}}, scale);
  CHECK(scale(0) == 0);
  CHECK((q[0] == 0 && q[3] == 64 && q[4] == -127 && q[5] == 32));
  Tensor<float, 2> y({1, 2}), wrong({2, 2});
  kernels::linear_int8_forward(x, {q, {2, 3}}, scale, {}, y);
  CHECK(y(0, 0) == 0);
  CHECK_THROWS_AS(kernels::linear_int8_forward(x, {q, {2, 3}}, scale, {}, wrong), Error);
  CHECK_THROWS_AS(kernels::linear_int8_forward(x, {q, {3, 2}}, scale, {}, y), Error);
}
