// Matrix products of numbers split into two or three bfloat16: whole numbers exactly, fractions with the accuracy said,
// both ways of running (tile registers, plain loops), hostile sizes, what is not finite.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "stac3dl/kernels/gemm_ref.hpp"
#include "stac3dl/kernels/lstm_products.hpp"
#include "stac3dl/nn/parameter.hpp"

#include "poison.hpp"

using namespace stac3dl;
using kernels::gemm_detail::Factor;

namespace {

/// The plain loops, and tile registers where there are any: body(parts).
template <class Body>
void for_both_ways(Body&& body) {
  for (Isa used : {Isa::portable, Isa::amx})
    for (int parts : {2, 3}) {
      if (used > best_isa()) continue;
      ScopedIsa use(used);
      CAPTURE(std::string(isa_name(used)));
      CAPTURE(parts);
      body(parts);
    }
}

Factor<float> lines(const Tensor<float, 2>& x, Transpose t) {
  return t == Transpose::yes ? Factor<float>{x.data(), 1, x.size(1)} : Factor<float>{x.data(), x.size(1), 1};
}
Shape<2> stored(Index lines, Index terms, Transpose t) {
  return t == Transpose::yes ? Shape<2>{terms, lines} : Shape<2>{lines, terms};
}

/// c (M, N) (+)= a b, asked of the kernel itself: gemm would leave small ones to others.
void product(const Tensor<float, 2>& a, Transpose ta, const Tensor<float, 2>& b, Transpose tb, Index K, Store store,
             int parts, Tensor<float, 2>& c) {
  Workspace ws;
  testing::poison(ws, 4 * (c.size(0) * K + K * c.size(1)) + 65536);
  const Factor<float> right =
      tb == Transpose::yes ? Factor<float>{b.data(), K, 1} : Factor<float>{b.data(), 1, c.size(1)};
  kernels::gemm_detail::split_product(
      {c.size(0), c.size(1), K, lines(a, ta), right, c.data(), c.size(1), 1, store == Store::add}, parts, ws);
}

void compare_whole(int parts, Index M, Index N, Index K, Transpose ta, Transpose tb, Store store) {
  CAPTURE(M);
  CAPTURE(N);
  CAPTURE(K);
  const auto fill = [](Tensor<float, 2>& x, std::uint64_t seed, Index most) {
    Random random(seed);
    for (Index i = 0; i < x.size(); ++i)
      x[i] = static_cast<float>(static_cast<Index>(random.below(2 * most + 1)) - most);
  };
  Tensor<float, 2> a(stored(M, K, ta)), b(stored(K, N, tb)), got({M, N}), want({M, N});
  fill(a, 1, K <= 100 ? 1000 : 20), fill(b, 2, 100);  // a of ten digits, more than one bfloat16 holds
  fill(want, 3, 9);
  if (store == Store::add)
    got = want;
  else
    got.fill(std::numeric_limits<float>::quiet_NaN());
  product(a, ta, b, tb, K, store, parts, got);
  Workspace ws;
  kernels::gemm_ref<float>(a, ta, b, tb, want, store, ws);
  Index wrong = 0;
  for (Index i = 0; i < got.size(); ++i) wrong += !(got[i] == want[i]);
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("gemm of split numbers: whole numbers exactly, at hostile sizes") {
  for_both_ways([](int parts) {
    for (Index M : {1, 15, 16, 17, 33})
      for (Index N : {1, 16, 31, 49})
        for (Index K : {1, 31, 32, 33, 70})
          for (Transpose ta : {Transpose::no, Transpose::yes})
            for (Transpose tb : {Transpose::no, Transpose::yes})
              for (Store store : {Store::overwrite, Store::add}) compare_whole(parts, M, N, K, ta, tb, store);
  });
}

TEST_CASE("gemm of split numbers: more lines and terms than a slab holds") {
  for_both_ways([](int parts) {
    compare_whole(parts, 2100, 20, 40, Transpose::no, Transpose::yes, Store::overwrite);
    compare_whole(parts, 20, 2100, 40, Transpose::yes, Transpose::no, Store::add);
    compare_whole(parts, 40, 33, 4200, Transpose::no, Transpose::no, Store::overwrite);
    compare_whole(parts, 2060, 2070, 3, Transpose::yes, Transpose::yes, Store::add);
  });
}

TEST_CASE("gemm of split numbers: fractions with the accuracy of their parts") {
  const Index M = 70, N = 90, K = 1500;
  Tensor<float, 2> a({M, K}), b({K, N}), c({M, N});
  fill_normal(a, 1, Random(4)), fill_normal(b, 1, Random(5));
  for (Index i = 0; i < a.size(); i += 7) a[i] *= 1e-3f;  // of many sizes
  for_both_ways([&](int parts) {
    product(a, Transpose::no, b, Transpose::no, K, Store::overwrite, parts, c);
    double largest = 0, squares = 0;
    for (Index i = 0; i < M; ++i)
      for (Index j = 0; j < N; ++j) {
        double want = 0;
        for (Index k = 0; k < K; ++k) want += double(a(i, k)) * double(b(k, j));
        largest = std::max(largest, std::abs(want - double(c(i, j)))), squares += want * want;
      }
    const double rms = std::sqrt(squares / static_cast<double>(M * N));
    CAPTURE(largest / rms);
    CHECK(largest <= (parts == 3 ? 4e-6 : 5e-5) * rms);  // float's own sums of 1500 terms: about 2e-6
    CHECK(largest > (parts == 3 ? 0 : 5e-6 * rms));
  });
}

TEST_CASE("gemm of split numbers: one term alone is right to the last digits of its parts") {
  Tensor<float, 2> a({16, 32}), b({32, 16}), c({16, 16});
  fill_normal(a, 1, Random(6)), fill_normal(b, 1, Random(7));
  for (Index i = 0; i < 16; ++i)
    for (Index k = 1; k < 32; ++k) a(i, k) = 0;
  for_both_ways([&](int parts) {
    product(a, Transpose::no, b, Transpose::no, 32, Store::overwrite, parts, c);
    double worst = 0;
    for (Index i = 0; i < 16; ++i)
      for (Index j = 0; j < 16; ++j) {
        const double want = double(a(i, 0)) * double(b(0, j));
        worst = std::max(worst, std::abs(double(c(i, j)) - want) / std::abs(want));
      }
    CHECK(worst <= (parts == 3 ? 4 * std::numeric_limits<float>::epsilon() : 0x1p-15f));
  });
}

TEST_CASE("gemm of split numbers: what is not finite makes NaN, in its row and column alone") {
  const float infinite = std::numeric_limits<float>::infinity();
  for_both_ways([&](int parts) {
    Tensor<float, 2> a({20, 40}), b({40, 50}), c({20, 50});
    a.fill(1), b.fill(2);
    a(3, 7) = infinite, a(4, 8) = -infinite, a(5, 1) = std::nanf(""), b(39, 49) = infinite;
    product(a, Transpose::no, b, Transpose::no, 40, Store::overwrite, parts, c);
    CHECK(c(0, 0) == 80);
    for (Index i : {3, 4, 5}) CHECK(std::isnan(c(i, 11)));
    CHECK(std::isnan(c(19, 49)));
    CHECK(c(19, 48) == 80);
    a.fill(1e30f), b.fill(1e-30f);
    product(a, Transpose::no, b, Transpose::no, 40, Store::overwrite, parts, c);
    CHECK(c(2, 2) == doctest::Approx(40).epsilon(parts == 3 ? 1e-6 : 1e-5));
  });
}

TEST_CASE("gemm of split numbers: the LSTM's products with weights split once are gemm's") {
  if (best_isa() != Isa::amx) return;
  const Index U = 130;
  Tensor<float, 2> wh({4 * U, U}), h({40, U}), dz({40, 4 * U});
  fill_normal(wh, 1, Random(1)), fill_normal(h, 1, Random(2)), fill_normal(dz, 1, Random(3));
  const auto run = [&](Transpose way, Accuracy accuracy, const Tensor<float, 2>& x, Tensor<float, 2>& y) {
    Workspace ws;
    Workspace::Scope scope(ws);
    y.fill(1);
    const kernels::detail::LstmProducts<float> products(wh, way, x.size(0), accuracy, ws);
    products.add(x, y, ws);
  };
  const auto compare = [&](Transpose way, const Tensor<float, 2>& x, Index columns) {
    Tensor<float, 2> exact({40, columns}), standard({40, columns}), vectors({40, columns});
    {
      ScopedIsa use(Isa::amx);
      run(way, Accuracy::exact, x, exact);
      run(way, Accuracy::standard, x, standard);
    }
    ScopedIsa use(Isa::avx512);
    run(way, Accuracy::standard, x, vectors);
    const float rms = std::sqrt(vectors.array().square().mean());
    CHECK(rms > 5);
    CHECK((exact.array() - vectors.array()).abs().maxCoeff() <= 5e-6f * rms);
    CHECK((standard.array() - vectors.array()).abs().maxCoeff() <= 1e-4f * rms);
    CHECK((standard.array() - exact.array()).abs().maxCoeff() > 5e-6f * rms);
  };
  compare(Transpose::yes, h, 4 * U);
  compare(Transpose::no, dz, U);
}

TEST_CASE("gemm of split numbers: the same bits on any number of threads") {
  for_both_ways([](int parts) {
    Tensor<float, 2> a({200, 300}), b({300, 180}), one({200, 180}), many({200, 180});
    fill_normal(a, 1, Random(6)), fill_normal(b, 1, Random(7));
    set_num_threads(1);
    product(a, Transpose::no, b, Transpose::no, 300, Store::overwrite, parts, one);
    for (int threads : {2, 3, 8}) {
      set_num_threads(threads);
      product(a, Transpose::no, b, Transpose::no, 300, Store::overwrite, parts, many);
      CHECK((many.array() == one.array()).all());
    }
    set_num_threads(0);
  });
}
