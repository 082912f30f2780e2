#include <doctest/doctest.h>

#include <limits>

#include "stac3dl/core/random.hpp"
#include "stac3dl/core/tensor.hpp"
#include "stac3dl/kernels/optimiser_ref.hpp"

using namespace stac3dl;

namespace {

template <class Real>
Tensor<Real, 1> noise(Index n, std::uint64_t seed) {
  const Random random(seed);
  Tensor<Real, 1> x({n});
  for (Index i = 0; i < n; ++i) x[i] = static_cast<Real>(random.normal_at(static_cast<std::uint64_t>(i)));
  return x;
}

template <class Real>
double largest_difference(const Tensor<Real, 1>& a, const Tensor<Real, 1>& b) {
  return static_cast<double>((a.array() - b.array()).abs().maxCoeff());
}

template <class Real>
struct State {
  Tensor<Real, 1> w, first, second;
  explicit State(Index n) : w(noise<Real>(n, 7)), first({n}), second({n}) {}
  bool operator==(const State& o) const {
    return (w.array() == o.w.array()).all() && (first.array() == o.first.array()).all() &&
           (second.array() == o.second.array()).all();
  }
};

/// Five updates; `update(g, state, t)`.
template <class Real, class Update>
State<Real> run(Index n, Update&& update) {
  State<Real> state(n);
  for (Index t = 1; t <= 5; ++t) update(noise<Real>(n, 100 + static_cast<std::uint64_t>(t)), state, t);
  return state;
}

}  // namespace

TEST_CASE_TEMPLATE("sgd_step and adam_step equal their plain twins", Real, float, double) {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const double tolerance = 40 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    for (Index n : {1, 3, 7, 8, 9, 15, 16, 17, 31, 2047, 2049, 10001}) {
      CAPTURE(n);
      for (const SgdStep& s :
           {SgdStep{0.1, 0, 0.05, false}, SgdStep{0.1, 0.9, 0.05, false}, SgdStep{0.1, 0.9, 0, true}}) {
        const auto fast =
            run<Real>(n, [&](const auto& g, auto& a, Index) { kernels::sgd_step<Real>(g, a.w, a.first, s); });
        const auto plain =
            run<Real>(n, [&](const auto& g, auto& a, Index) { kernels::sgd_step_ref<Real>(g, a.w, a.first, s); });
        CHECK(largest_difference(fast.w, plain.w) <= tolerance);
        CHECK(largest_difference(fast.first, plain.first) <= 4 * tolerance);
      }
      for (bool decoupled : {false, true}) {
        const auto step = [&](Index t) { return AdamStep{0.1, 0.9, 0.99, 1e-6, 0.05, decoupled, t}; };
        const auto fast = run<Real>(
            n, [&](const auto& g, auto& a, Index t) { kernels::adam_step<Real>(g, a.w, a.first, a.second, step(t)); });
        const auto plain = run<Real>(n, [&](const auto& g, auto& a, Index t) {
          kernels::adam_step_ref<Real>(g, a.w, a.first, a.second, step(t));
        });
        CHECK(largest_difference(fast.w, plain.w) <= tolerance);
        CHECK(largest_difference(fast.first, plain.first) <= tolerance);
        CHECK(largest_difference(fast.second, plain.second) <= tolerance);
      }
    }
  }
}

TEST_CASE("sum_of_squares and scale_gradient") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    CHECK(kernels::sum_of_squares<double>(Tensor<double, 1>({3}, {3, -4, 12})) == 169);
    CHECK(kernels::sum_of_squares<float>(CView<float, 1>()) == 0);
    const auto x = noise<float>(50000, 3);
    CHECK(kernels::sum_of_squares<float>(x) == doctest::Approx(kernels::sum_of_squares_ref<float>(x)).epsilon(1e-13));
    auto a = x, b = x;
    kernels::scale_gradient<float>(a, 0.3f);
    kernels::scale_gradient_ref<float>(b, 0.3f);
    CHECK((a.array() == b.array()).all());
  }
}

TEST_CASE("optimiser kernels: the same bits on 1, 2, 3 and 8 threads") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(isa_name(isa));
    const Index n = 300001;
    const auto sgd = [&] {
      return run<float>(n, [](const auto& g, auto& a, Index) {
        kernels::sgd_step<float>(g, a.w, a.first, {0.1, 0.9, 0.05, true});
      });
    };
    const auto adam = [&] {
      return run<float>(n, [](const auto& g, auto& a, Index t) {
        kernels::adam_step<float>(g, a.w, a.first, a.second, {0.1, 0.9, 0.999, 1e-8, 0.05, true, t});
      });
    };
    set_num_threads(1);
    const auto sgd_one = sgd(), adam_one = adam();
    const double squares = kernels::sum_of_squares<float>(adam_one.w);
    for (int threads : {2, 3, 8}) {
      set_num_threads(threads);
      CHECK(sgd() == sgd_one);
      CHECK(adam() == adam_one);
      CHECK(kernels::sum_of_squares<float>(adam_one.w) == squares);
    }
    set_num_threads(0);
  }
}

TEST_CASE("optimiser kernels refuse sizes that differ") {
  Tensor<double, 1> w({3}), g({2}), v({3});
  CHECK_THROWS_WITH_AS(kernels::sgd_step<double>(g, w, v, {0.1}),
                       "sgd_step: want 3 gradients and as many of each state, got 2, 3 and 3", Error);
  CHECK_THROWS_AS(kernels::sgd_step<double>(w, w, g, SgdStep{0.1, 0.9}), Error);
  CHECK_THROWS_AS(kernels::adam_step<double>(w, w, v, g, AdamStep{0.1}), Error);
  AdamStep none{0.1};
  none.update = 0;
  CHECK_THROWS_WITH_AS(kernels::adam_step<double>(w, w, v, v, none), "adam_step: updates are counted from 1, got 0",
                       Error);
}
