#include "stac3dl/kernels/attention_rows.hpp"

#include "lstm_cases.hpp"

using namespace stac3dl;
namespace k = stac3dl::kernels::detail;

TEST_CASE_TEMPLATE("row sums of whole numbers are exact at every length and address", Real, float, double) {
  Tensor<Real, 1> a({80}), b({80}), c({80}), y({80});
  for (Index i = 0; i < 80; ++i)
    a[i] = static_cast<Real>(i % 5 - 2), b[i] = static_cast<Real>(i % 7 - 3), c[i] = static_cast<Real>(i % 3 - 1);
  for (Index n = 0; n <= 67; ++n)
    for (Index shift : {0, 1, 3}) {
      CAPTURE(n);
      Real want = 0;
      for (Index i = 0; i < n; ++i) want += a[i + shift] * b[i + shift];
      CHECK(k::dot(a.data() + shift, b.data() + shift, n) == want);

      y.fill(2);
      k::add_scaled(y.data() + shift, Real(3), a.data(), n);
      for (Index i = 0; i < n; ++i) CHECK(y[i + shift] == 2 + 3 * a[i]);
      CHECK(y[n + shift] == 2);

      y.fill(2);
      k::mix(y.data() + shift, Real(2), a.data(), Real(3), b.data(), Real(5), c.data(), n);
      for (Index i = 0; i < n; ++i) CHECK(y[i + shift] == 2 * a[i] + 3 * b[i] + 5 * c[i]);
      CHECK(y[n + shift] == 2);
    }
}

TEST_CASE("a dot product gives the same bits wherever it lies") {
  const auto a = cases::normal<float>(Shape<1>{61}, 1), b = cases::normal<float>(Shape<1>{61}, 2);
  const float want = k::dot(a.data(), b.data(), 61);
  for (Index shift = 1; shift < 16; ++shift) {
    Tensor<float, 1> a2({80}), b2({80});
    std::copy(a.begin(), a.end(), a2.data() + shift);
    std::copy(b.begin(), b.end(), b2.data() + 16 - shift);
    CHECK(k::dot(a2.data() + shift, b2.data() + 16 - shift, 61) == want);
  }
}

TEST_CASE("parts are added to what is there") {
  const Tensor<double, 2> parts({3, 2}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
  Tensor<double, 1> out({2}, 10.0);
  k::add_parts<double>(parts, out);
  CHECK(out[0] == 19);
  CHECK(out[1] == 22);
}
