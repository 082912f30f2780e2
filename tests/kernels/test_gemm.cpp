// The matrix product: whole numbers against the plain twin, exactly, at hostile sizes; bits on 1, 2, 3 and 8 threads.
#include <doctest/doctest.h>

#include <limits>

#include "stac3dl/nn/parameter.hpp"
#include "stac3dl/kernels/gemm_ref.hpp"

#include "poison.hpp"

using namespace stac3dl;

namespace {

template <class Real>
Tensor<Real, 2> whole_numbers(Shape<2> shape, std::uint64_t seed) {
  Tensor<Real, 2> x(shape);
  Random random(seed);
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(static_cast<Index>(random.below(7)) - 3);
  return x;
}

template <class Real>
void compare(Index M, Index N, Index K, Transpose ta, Transpose tb, Store store, Workspace& ws) {
  CAPTURE(M);
  CAPTURE(N);
  CAPTURE(K);
  CAPTURE(ta == Transpose::yes);
  CAPTURE(tb == Transpose::yes);
  const auto a = whole_numbers<Real>(ta == Transpose::yes ? Shape<2>{K, M} : Shape<2>{M, K}, 1);
  const auto b = whole_numbers<Real>(tb == Transpose::yes ? Shape<2>{N, K} : Shape<2>{K, N}, 2);
  auto got = whole_numbers<Real>({M, N}, 3), want = got;
  if (store == Store::overwrite) got.fill(std::numeric_limits<Real>::quiet_NaN());
  testing::poison(ws, 4 * (M * K + K * N) + 4096);
  kernels::gemm<Real>(a, ta, b, tb, got, store, ws);
  kernels::gemm_ref<Real>(a, ta, b, tb, want, store, ws);
  Index wrong = 0;
  for (Index i = 0; i < got.size(); ++i) wrong += !(got[i] == want[i]);
  CHECK(wrong == 0);
}

template <class Real>
void compare_all(Index M, Index N, Index K, Workspace& ws) {
  for (Transpose ta : {Transpose::no, Transpose::yes})
    for (Transpose tb : {Transpose::no, Transpose::yes})
      for (Store store : {Store::overwrite, Store::add}) compare<Real>(M, N, K, ta, tb, store, ws);
}

}  // namespace

TEST_CASE_TEMPLATE("gemm equals its twin on whole numbers", Real, float, double) {
  Workspace ws;
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    for (Index M : {1, 2, 3, 5, 8, 9, 17, 23})
      for (Index N : {1, 2, 7, 16, 17, 49, 65})
        for (Index K : {0, 1, 3, 16, 31, 70}) compare_all<Real>(M, N, K, ws);
    for (Shape<3> s : {Shape<3>{0, 3, 2}, {3, 0, 2}, {300, 401, 5}, {67, 130, 500}, {3, 801, 333}, {1, 2100, 97},
                       {1, 37, 4500}, {6, 37, 4500}, {301, 1, 300}, {301, 6, 300}, {512, 196, 20}, {129, 33, 450},
                       {13, 700, 40}, {210, 65, 600}})
      compare_all<Real>(s[0], s[1], s[2], ws);
  }
}

TEST_CASE("gemm multiplies numbers worked out by hand") {
  Workspace ws;
  const Tensor<float, 2> a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {7, 8, 9, 10, 11, 12});
  Tensor<float, 2> c({2, 2}), d({3, 3});
  kernels::gemm<float>(a, Transpose::no, b, Transpose::no, c, Store::overwrite, ws);
  CHECK((c.array() == Tensor<float, 1>({4}, {58, 64, 139, 154}).array()).all());
  kernels::gemm<float>(a, Transpose::yes, b, Transpose::yes, d, Store::overwrite, ws);
  CHECK((d.array() == Tensor<float, 1>({9}, {39, 49, 59, 54, 68, 82, 69, 87, 105}).array()).all());
}

TEST_CASE_TEMPLATE("gemm is accurate on fractions", Real, float, double) {
  Workspace ws;
  Tensor<Real, 2> a({40, 700}), b({700, 90}), got({40, 90}), want({40, 90});
  fill_normal(a, 1, Random(4)), fill_normal(b, 1, Random(5));
  kernels::gemm<Real>(a, Transpose::no, b, Transpose::no, got, Store::overwrite, ws);
  kernels::gemm_ref<Real>(a, Transpose::no, b, Transpose::no, want, Store::overwrite, ws);
  const Real scale = want.array().abs().maxCoeff();
  CHECK((got.array() - want.array()).abs().maxCoeff() <= 50 * std::numeric_limits<Real>::epsilon() * scale);
}

TEST_CASE("gemm gives the same bits on any number of threads, also inside a parallel loop") {
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    for (Shape<3> s : {Shape<3>{300, 500, 400}, {512, 196, 300}, {3, 2000, 300}, {1, 5000, 300}, {8, 700, 3000}}) {
      for (Transpose tb : {Transpose::no, Transpose::yes}) {
        Tensor<float, 2> a({s[0], s[2]}), b(tb == Transpose::yes ? Shape<2>{s[1], s[2]} : Shape<2>{s[2], s[1]});
        fill_normal(a, 1, Random(6)), fill_normal(b, 1, Random(7));
        Tensor<float, 2> one({s[0], s[1]});
        const auto product = [&](View<float, 2> c) {
          Workspace ws;
          kernels::gemm<float>(a, Transpose::no, b, tb, c, Store::overwrite, ws);
        };
        set_num_threads(1);
        product(one);
        for (int threads : {2, 3, 8}) {
          set_num_threads(threads);
          Tensor<float, 2> many({s[0], s[1]});
          product(many);
          CHECK((many.array() == one.array()).all());
          std::array<Tensor<float, 2>, 2> inside{Tensor<float, 2>({s[0], s[1]}), Tensor<float, 2>({s[0], s[1]})};
          parallel_for(2, [&](Index i) { product(inside[static_cast<std::size_t>(i)]); });
          for (const auto& c : inside) CHECK((c.array() == one.array()).all());
        }
      }
    }
  }
  set_num_threads(0);
}

TEST_CASE("gemm asks for no memory the second time") {
  Workspace ws;
  const auto a = whole_numbers<float>({100, 200}, 1), b = whole_numbers<float>({200, 150}, 2);
  Tensor<float, 2> c({100, 150});
  kernels::gemm<float>(a, Transpose::no, b, Transpose::no, c, Store::overwrite, ws);
  const auto held = ws.capacity();
  kernels::gemm<float>(a, Transpose::no, b, Transpose::no, c, Store::overwrite, ws);
  CHECK(ws.capacity() == held);
}

TEST_CASE("gemm names factors that do not fit") {
  Workspace ws;
  Tensor<float, 2> a({2, 3}), b({4, 5}), c({2, 5});
  CHECK_THROWS_WITH_AS(kernels::gemm<float>(a, Transpose::no, b, Transpose::no, c, Store::overwrite, ws),
                       "gemm b: want (3, 5), got (4, 5)", Error);
}
