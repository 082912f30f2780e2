// Winograd's transforms along one axis, as tables and as code on registers of every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "stac3dl/core/random.hpp"
#include "stac3dl/kernels/winograd.hpp"

using namespace stac3dl;
using kernels::WinogradDepth;

namespace {
enum class Transform { input, output, output_back, weight, weight_back };
}  // namespace

// transform(what, from, to): numbers of one vector after the other, done by the instruction set's own vectors.
#if defined(__GNUC__)
#define TEST_TARGET(features) __attribute__((target(features)))
#else
#define TEST_TARGET(features)
#endif
#define TEST_WINOGRAD_LINE(set, attribute)                                                          \
  namespace stac3dl::kernels::set {                                                                 \
  template <int M>                                                                                  \
  attribute void test_line(Transform what, int inputs, int outputs, const float* from, float* to) { \
    using P = Pack<float>;                                                                          \
    P in[8], out[8];                                                                                \
    for (int i = 0; i < inputs; ++i) in[i] = P::load(from + i * P::width);                          \
    for (int i = 0; i < 8; ++i) out[i] = P::zero();                                                 \
    if (what == Transform::input) WinogradLine<M>::input(in, out);                                  \
    if (what == Transform::output) WinogradLine<M>::output(in, out);                                \
    if (what == Transform::output_back) WinogradLine<M>::output_back(in, out);                      \
    if (what == Transform::weight) WinogradLine<M>::weight(in, out);                                \
    if (what == Transform::weight_back) WinogradLine<M>::weight_back(in, out);                      \
    for (int i = 0; i < outputs; ++i) out[i].store(to + i * P::width);                              \
  }                                                                                                 \
  inline Index test_width() { return Pack<float>::width; }                                          \
  }
TEST_WINOGRAD_LINE(isa_portable, )
#if STAC3DL_X86_ISAS
TEST_WINOGRAD_LINE(isa_avx2, TEST_TARGET("avx2,fma,f16c"))
TEST_WINOGRAD_LINE(isa_avx512, TEST_TARGET("avx2,fma,f16c,avx512f,avx512dq,avx512bw,avx512vl"))
#endif

namespace stac3dl::kernels {
template <int M>
void test_line(Transform what, int inputs, int outputs, const float* from, float* to) {
  STAC3DL_DISPATCH(test_line<M>(what, inputs, outputs, from, to));
}
inline Index test_width() { STAC3DL_DISPATCH(test_width()); }
}  // namespace stac3dl::kernels

namespace {

struct Matrix {
  int rows = 0, columns = 0;
  double at[6][6] = {};
};

/// The matrix of a transform, from unit vectors; every lane must give the same.
template <int M>
Matrix matrix_of(Transform what) {
  constexpr int T = M + 2;
  Matrix matrix;
  matrix.rows = what == Transform::output ? M : what == Transform::weight_back ? 3 : T;
  matrix.columns = what == Transform::output_back ? M : what == Transform::weight ? 3 : T;
  const Index width = kernels::test_width();
  for (int j = 0; j < matrix.columns; ++j) {
    std::vector<float> from(static_cast<std::size_t>(6 * width), 0.f), to(static_cast<std::size_t>(6 * width), 0.f);
    std::fill_n(from.begin() + j * width, width, 1.f);
    kernels::test_line<M>(what, matrix.columns, matrix.rows, from.data(), to.data());
    for (int i = 0; i < matrix.rows; ++i) {
      const float* row = to.data() + i * width;
      CHECK(std::all_of(row, row + width, [&](float value) { return value == row[0]; }));
      matrix.at[i][j] = static_cast<double>(row[0]);
    }
  }
  return matrix;
}

bool transposed(const Matrix& a, const Matrix& b) {
  bool same = a.rows == b.columns && a.columns == b.rows;
  for (int i = 0; same && i < a.rows; ++i)
    for (int j = 0; j < a.columns; ++j) same = same && std::abs(a.at[i][j] - b.at[j][i]) <= 1e-7;
  return same;
}

WinogradDepth table_of(const Matrix& B, const Matrix& G, const Matrix& A) {
  WinogradDepth depth{3, A.rows, B.columns, B.rows, {}, {}, {}};
  for (int p = 0; p < depth.points; ++p) {
    for (int i = 0; i < depth.inputs; ++i) depth.B[p][i] = B.at[p][i];
    for (int k = 0; k < 3; ++k) depth.G[p][k] = G.at[p][k];
    for (int t = 0; t < depth.tile; ++t) depth.A[t][p] = A.at[t][p];
  }
  return depth;
}

/// Largest difference of y = A' ((G g) * (B' d)) from the correlation y[t] = sum of g[k] d[t + k], over all unit
/// vectors g and d.  `first` and `last`: the inputs that may differ from 0.
double worst_of(const WinogradDepth& depth, int first, int last) {
  double worst = 0;
  for (int k = 0; k < depth.taps; ++k)
    for (int i = first; i < last; ++i)
      for (int t = 0; t < depth.tile; ++t) {
        double y = 0;
        for (int p = 0; p < depth.points; ++p) y += depth.A[t][p] * depth.G[p][k] * depth.B[p][i];
        worst = std::max(worst, std::abs(y - (i == t + k ? 1 : 0)));
      }
  return worst;
}

template <int M>
void check_line(double tolerance) {
  CAPTURE(M);
  static_assert(kernels::isa_portable::WinogradLine<M>::points == M + 2);
  const Matrix A = matrix_of<M>(Transform::output), G = matrix_of<M>(Transform::weight);
  CHECK(transposed(matrix_of<M>(Transform::output_back), A));
  CHECK(transposed(matrix_of<M>(Transform::weight_back), G));
  const WinogradDepth line = table_of(matrix_of<M>(Transform::input), G, A);
  CHECK(line.tile == M);
  CHECK(line.inputs == M + 2);
  CHECK(line.points == M + 2);
  CHECK(worst_of(line, 0, line.inputs) <= tolerance);

  // and on numbers that are not unit vectors, different ones in every lane
  const Index width = kernels::test_width();
  constexpr int T = M + 2;
  std::vector<float> d(static_cast<std::size_t>(6 * width)), g(d), o(d), u(d), y(d);
  Random random(5);
  for (float& value : d) value = static_cast<float>(random.normal());
  for (float& value : g) value = static_cast<float>(random.normal());
  kernels::test_line<M>(Transform::input, T, T, d.data(), o.data());
  kernels::test_line<M>(Transform::weight, 3, T, g.data(), u.data());
  for (std::size_t i = 0; i < o.size(); ++i) o[i] *= u[i];
  kernels::test_line<M>(Transform::output, T, M, o.data(), y.data());
  double worst = 0;
  for (Index lane = 0; lane < width; ++lane)
    for (int t = 0; t < M; ++t) {
      double want = 0;
      for (int k = 0; k < 3; ++k)
        want += static_cast<double>(g[static_cast<std::size_t>(k * width + lane)]) *
                static_cast<double>(d[static_cast<std::size_t>((t + k) * width + lane)]);
      worst = std::max(worst, std::abs(static_cast<double>(y[static_cast<std::size_t>(t * width + lane)]) - want));
    }
  CHECK(worst <= 1e-5);
}

/// Sum of |difference| of the tables.
double difference(const WinogradDepth& a, const WinogradDepth& b) {
  double sum = std::abs(a.taps - b.taps) + std::abs(a.tile - b.tile) + std::abs(a.points - b.points);
  for (int p = 0; p < 6; ++p) {
    for (int i = 0; i < 6; ++i) sum += std::abs(a.B[p][i] - b.B[p][i]);
    for (int k = 0; k < 3; ++k) sum += std::abs(a.G[p][k] - b.G[p][k]);
    for (int t = 0; t < 4; ++t) sum += std::abs(a.A[t][p] - b.A[t][p]);
  }
  return sum;
}

}  // namespace

TEST_CASE("winograd_line: transforms are a correlation, and those of the gradients their transposes") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    check_line<2>(0);
    check_line<3>(1e-6);  // sixths are rounded
    check_line<4>(1e-6);
  }
}

TEST_CASE("winograd_depth: every table is a correlation") {
  CHECK(worst_of(kernels::winograd_depth_single, 0, 1) == 0);
  CHECK(worst_of(kernels::winograd_depth_2, 0, 4) == 0);
  CHECK(worst_of(kernels::winograd_depth_4, 0, 6) <= 1e-14);
  CHECK(worst_of(kernels::winograd_depth_of_points(1, 2), 0, 6) <= 1e-14);
  // the pair's outer planes are padding, of which it takes no notice
  CHECK(worst_of(kernels::winograd_depth_pair, 1, 3) == 0);
  for (const auto& row : kernels::winograd_depth_pair.B) CHECK((row[0] == 0 && row[3] == 0));
  for (const WinogradDepth* depth : {&kernels::winograd_depth_single, &kernels::winograd_depth_2,
                                     &kernels::winograd_depth_4, &kernels::winograd_depth_pair})
    CHECK(depth->inputs == depth->tile + depth->taps - 1);
}

TEST_CASE("winograd_depth: the depth axis takes the same points as the inner ones") {
  for (Isa isa : supported_isas()) {
    const ScopedIsa scoped(isa);
    CAPTURE(std::string(isa_name(isa)));
    CHECK(difference(table_of(matrix_of<4>(Transform::input), matrix_of<4>(Transform::weight),
                              matrix_of<4>(Transform::output)),
                     kernels::winograd_depth_4) <= 1e-6);
    CHECK(difference(table_of(matrix_of<2>(Transform::input), matrix_of<2>(Transform::weight),
                              matrix_of<2>(Transform::output)),
                     kernels::winograd_depth_2) == 0);
  }
}
