#include "lstm_cases.hpp"
#include "stac3dl/kernels/attention_rows.hpp"

using namespace stac3dl;

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
// The rows' functions of the instruction set in use.
template <class Real>
Real test_dot(const Real* a, const Real* b, Index n) {
  STAC3DL_DISPATCH(dot<Real>(a, b, n));
}
template <class Real>
void test_add_scaled(Real* y, Real s, const Real* x, Index n) {
  STAC3DL_DISPATCH(add_scaled<Real>(y, s, x, n));
}
template <class Real>
void test_set_scaled(Real* y, Real s, const Real* x, Index n) {
  STAC3DL_DISPATCH(set_scaled<Real>(y, s, x, n));
}
template <class Real>
void test_mix(Real* y, Real a, const Real* x1, Real b, const Real* x2, Real c, const Real* x3, Index n) {
  STAC3DL_DISPATCH(mix<Real>(y, a, x1, b, x2, c, x3, n));
}
template <class Real>
Real test_exp_row(Real* w, Index n, Real top) {
  STAC3DL_DISPATCH(exp_row<Real>(w, n, top));
}
template <class Real>
void test_add_parts(CView<Real, 2> parts, View<Real, 1> out) {
  STAC3DL_DISPATCH(add_parts<Real>(parts, out));
}
template <class Real, class Valid>
void test_softmax_row(Real* w, Index n, const Valid& valid) {
  STAC3DL_DISPATCH(softmax_row<Real>(w, n, valid));
}
}  // namespace kernels
STAC3DL_NAMESPACE_END

TEST_CASE_TEMPLATE("row sums of whole numbers are exact at every length and address", Real, float, double) {
  using namespace kernels;
  Tensor<Real, 1> a({80}), b({80}), c({80}), y({80});
  for (Index i = 0; i < 80; ++i)
    a[i] = static_cast<Real>(i % 5 - 2), b[i] = static_cast<Real>(i % 7 - 3), c[i] = static_cast<Real>(i % 3 - 1);
  for (Isa isa : supported_isas())
    for (Index n = 0; n <= 67; ++n)
      for (Index shift : {0, 1, 3}) {
        const ScopedIsa scoped(isa);
        CAPTURE(isa_name(isa));
        CAPTURE(n);
        Real want = 0;
        for (Index i = 0; i < n; ++i) want += a[i + shift] * b[i + shift];
        CHECK(test_dot(a.data() + shift, b.data() + shift, n) == want);

        y.fill(2);
        test_add_scaled(y.data() + shift, Real(3), a.data(), n);
        for (Index i = 0; i < n; ++i) CHECK(y[i + shift] == 2 + 3 * a[i]);
        CHECK(y[n + shift] == 2);

        y.fill(std::numeric_limits<Real>::quiet_NaN());
        test_set_scaled(y.data() + shift, Real(3), a.data(), n);
        for (Index i = 0; i < n; ++i) CHECK(y[i + shift] == 3 * a[i]);
        CHECK(std::isnan(y[n + shift]));

        y.fill(2);
        test_mix(y.data() + shift, Real(2), a.data(), Real(3), b.data(), Real(5), c.data(), n);
        for (Index i = 0; i < n; ++i) CHECK(y[i + shift] == 2 * a[i] + 3 * b[i] + 5 * c[i]);
        CHECK(y[n + shift] == 2);
      }
}

TEST_CASE("a dot product gives the same bits wherever it lies") {
  const auto a = cases::normal<float>(Shape<1>{61}, 1), b = cases::normal<float>(Shape<1>{61}, 2);
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    const float want = kernels::test_dot(a.data(), b.data(), 61);
    for (Index shift = 1; shift < 16; ++shift) {
      Tensor<float, 1> a2({80}), b2({80});
      std::copy(a.begin(), a.end(), a2.data() + shift);
      std::copy(b.begin(), b.end(), b2.data() + 16 - shift);
      CHECK(kernels::test_dot(a2.data() + shift, b2.data() + 16 - shift, 61) == want);
    }
  }
}

TEST_CASE_TEMPLATE("exponentials of a row and their sum", Real, float, double) {
  const double precision = sizeof(Real) == 4 ? 1e-6 : 1e-14;
  for (Isa isa : supported_isas())
    for (Index n : {1, 3, 4, 7, 8, 9, 15, 16, 17, 40}) {
      const ScopedIsa scoped(isa);
      CAPTURE(isa_name(isa));
      CAPTURE(n);
      Tensor<Real, 1> w({n + 1}, Real(7));
      for (Index i = 0; i < n; ++i) w[i] = static_cast<Real>(-0.7 * static_cast<double>(i) + 3);
      double want = 0;
      for (Index i = 0; i < n; ++i) want += std::exp(-0.7 * static_cast<double>(i));
      CHECK(kernels::test_exp_row(w.data(), n, Real(3)) == doctest::Approx(want).epsilon(precision));
      for (Index i = 0; i < n; ++i)
        CHECK(static_cast<double>(w[i]) ==
              doctest::Approx(std::exp(-0.7 * static_cast<double>(i))).epsilon(20 * precision));
      CHECK(w[n] == 7);
    }
}

TEST_CASE("masked softmax of a row: masked entries are not read, a NaN that counts makes all of them NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    Tensor<double, 1> w({5}, {std::log(1.0), nan, std::log(2.0), std::log(5.0), nan});
    kernels::test_softmax_row(w.data(), 5, [](Index i) { return i % 4 != 0 ? i > 1 : i == 0; });
    CHECK(w[0] == doctest::Approx(0.125).epsilon(1e-14));
    CHECK(w[1] == 0);
    CHECK(w[2] == doctest::Approx(0.25).epsilon(1e-14));
    CHECK(w[3] == doctest::Approx(0.625).epsilon(1e-14));
    CHECK(w[4] == 0);
    for (Index at = 0; at < 3; ++at) {
      Tensor<double, 1> bad({4}, {1.0, 2.0, 3.0, 4.0});
      bad[at] = nan;
      kernels::test_softmax_row(bad.data(), 4, [](Index i) { return i < 3; });
      for (Index i = 0; i < 3; ++i) CHECK(std::isnan(bad[i]));
      CHECK(bad[3] == 0);
    }
    Tensor<double, 1> none({3}, nan);
    kernels::test_softmax_row(none.data(), 3, [](Index) { return false; });
    for (double x : none) CHECK(x == 0);
  }
}

TEST_CASE("parts are added to what is there") {
  const Tensor<double, 2> parts({3, 2}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    Tensor<double, 1> out({2}, 10.0);
    kernels::test_add_parts<double>(parts, out);
    CHECK(out[0] == 19);
    CHECK(out[1] == 22);
  }
}

TEST_CASE("chunks: what is little work stays together, what is much is cut finely") {
  CHECK(kernels::work_grain(0, 100) == 1);
  CHECK(kernels::work_grain(100, 100) == 100);
  CHECK(kernels::work_grain(1000, 100) == 80);  // 8 microseconds a chunk
  CHECK(kernels::work_grain(159, 100) == 159);  // under 16 microseconds
  CHECK(kernels::work_grain(1000000, 100) == 15625);
  CHECK(kernels::work_grain(8, 1e6) == 1);
}
