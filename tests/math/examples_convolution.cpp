// Worked examples of the convolution: equation (1), the ways to compute it, and Winograd's tiles.
#include "stac3dl/kernels/conv3d.hpp"
#include "worked.hpp"

namespace worked {
namespace kn = stac3dl::kernels;

/// Equation (1): 2 frames of 2 x 3, a 2 x 2 x 2 kernel, no padding: two outputs.
void convolution(Worked& w) {
  const Conv3dSpec spec{{2, 2, 2}, {1, 1, 1}, {0, 0, 0}};
  Tensor<double, 5> x({1, 1, 2, 2, 3}, {1, 2, 0, 0, 1, 3, 2, 0, 1, 1, 1, 0});
  Tensor<double, 5> k({1, 1, 2, 2, 2}, {1, 0, 0, -1, 0, 2, 1, 0});
  Tensor<double, 1> b({1}, {0.5});
  const Tensor<double, 5> dy({1, 1, 1, 1, 2}, {1, -2});
  Tensor<double, 5> y(dy.shape()), y_fast(dy.shape());
  const auto forward = [&] {
    kn::conv3d_forward_ref<double>(x, k, b, y, spec, w.ws);
    return against(dy, y);
  };
  forward();
  kn::conv3d_forward<double>(x, k, b, y_fast, spec, w.ws);
  w.show("X", x), w.show("W", k), w.show("b", b);
  w.both("Y", y, y_fast);

  Tensor<double, 5> dx(x.shape()), dx_fast(x.shape()), dk(k.shape()), dk_fast(k.shape());
  Tensor<double, 1> db({1}), db_fast({1});
  kn::conv3d_backward_data_ref<double>(dy, k, dx, spec, w.ws);
  kn::conv3d_backward_data<double>(dy, k, dx_fast, spec, w.ws);
  kn::conv3d_backward_weights_ref<double>(x, dy, dk, db, spec, w.ws);
  kn::conv3d_backward_weights<double>(x, dy, dk_fast, db_fast, spec, w.ws);
  w.show("dY", dy);
  w.both("dX", dx, dx_fast), w.both("dW", dk, dk_fast), w.both("db", db, db_fast);
  w.slope("convolution dX", x, dx, forward), w.slope("convolution dW", k, dk, forward);
  w.slope("convolution db", b, db, forward);
}

/// im2col: the same convolution as one matrix product; columns are outputs, rows are taps.
void im2col(Worked& w) {
  const Conv3dSpec spec{{2, 2, 2}, {1, 1, 1}, {0, 0, 0}};
  const Tensor<double, 5> x({1, 1, 2, 2, 3}, {1, 2, 0, 0, 1, 3, 2, 0, 1, 1, 1, 0});
  const Tensor<double, 5> k({1, 1, 2, 2, 2}, {1, 0, 0, -1, 0, 2, 1, 0});
  Tensor<double, 2> columns({8, 2});
  for (Index tap = 0; tap < 8; ++tap)
    for (Index j = 0; j < 2; ++j) columns(tap, j) = x(0, 0, tap / 4, tap / 2 % 2, tap % 2 + j);
  Tensor<double, 5> y({1, 1, 1, 1, 2}), y_direct(y.shape()), y_im2col(y.shape());
  for (Index j = 0; j < 2; ++j)
    for (Index tap = 0; tap < 8; ++tap) y[j] += k[tap] * columns(tap, j);
  kn::conv3d_forward<double>(x, k, {}, y_direct, spec, w.ws, Conv3dVariant::direct);
  kn::conv3d_forward<double>(x, k, {}, y_im2col, spec, w.ws, Conv3dVariant::im2col);
  w.show("W flat", Tensor<double, 1>(k.view().flat()));
  w.show("columns", columns);
  w.both("W columns", y, y_direct), w.same("im2col", y, y_im2col);
}

/// F(2,3) along one axis: four products for two outputs of three taps.
void winograd(Worked& w) {
  const kn::WinogradDepth& f = kn::winograd_depth_2;
  const Tensor<double, 1> d({4}, {1, 2, -1, 3}), g({3}, {2, 1, 4});
  Tensor<double, 1> v({4}), u({4}), m({4}), y({2}), direct({2});
  for (std::size_t t = 0; t < 4; ++t) {
    const Index i = static_cast<Index>(t);
    for (std::size_t n = 0; n < 4; ++n) v[i] += f.B[t][n] * d[static_cast<Index>(n)];
    for (std::size_t n = 0; n < 3; ++n) u[i] += f.G[t][n] * g[static_cast<Index>(n)];
    m[i] = u[i] * v[i];
    for (std::size_t o = 0; o < 2; ++o) y[static_cast<Index>(o)] += f.A[o][t] * m[i];
  }
  for (Index o = 0; o < 2; ++o)
    for (Index k = 0; k < 3; ++k) direct[o] += g[k] * d[o + k];
  w.show("d", d), w.show("g", g), w.show("B' d", v), w.show("G g", u), w.show("product", m), w.show("A' product", y);
  w.both("direct", direct, y);
}

/// The tiles of three axes against plain loops, all passes; nothing to show.
void winograd_volume(Worked& w) {
  const Conv3dSpec spec;
  const auto fill = [](auto& x, double step) {
    for (Index i = 0; i < x.size(); ++i) x[i] = std::sin(step * static_cast<double>(i + 1));
  };
  const auto single = []<int R>(const Tensor<double, R>& x) {
    Tensor<float, R> y(x.shape());
    for (Index i = 0; i < x.size(); ++i) y[i] = static_cast<float>(x[i]);
    return y;
  };
  Tensor<double, 5> x({1, 5, 4, 6, 6}), k({3, 5, 3, 3, 3}), dy({1, 3, 4, 6, 6}), y(dy.shape()), dx(x.shape());
  Tensor<double, 5> dk(k.shape());
  Tensor<float, 5> y_fast(dy.shape()), dx_fast(x.shape()), dk_fast(k.shape());
  fill(x, 0.7), fill(k, 1.3), fill(dy, 2.1);
  const Tensor<float, 5> x4 = single(x), k4 = single(k), dy4 = single(dy);
  const Shape<5>&from = x.shape(), &to = y.shape();
  const kn::WinogradProblem forward = kn::winograd_forward_problem(from, to, spec);
  const kn::WinogradProblem data = kn::winograd_data_problem(from, to, spec);
  for (const int tile : {2, 4}) {
    const kn::WinogradDepth& depth = tile == 2 ? kn::winograd_depth_2 : kn::winograd_depth_4;
    dk_fast.fill(0), dk.fill(0);
    kn::conv3d_forward_ref<double>(x, k, {}, y, spec, w.ws);
    kn::conv3d_forward_winograd(kn::winograd_plan(forward, depth, tile), x4, k4, {}, y_fast, w.ws);
    kn::conv3d_backward_data_ref<double>(dy, k, dx, spec, w.ws);
    kn::conv3d_backward_data_winograd(kn::winograd_plan(data, depth, tile), dy4, k4, dx_fast, w.ws);
    kn::conv3d_backward_weights_ref<double>(x, dy, dk, {}, spec, w.ws);
    kn::conv3d_backward_weights_winograd(kn::winograd_plan(forward, depth, tile), x4, dy4, dk_fast, {}, w.ws);
    w.same("tiles Y", y, y_fast, 1e-4), w.same("tiles dX", dx, dx_fast, 1e-4), w.same("tiles dW", dk, dk_fast, 1e-4);
  }
  w.say("a volume of 4 x 6 x 6, 5 to 3 channels: F(2,2,2) and F(4,4,4) agree with plain loops, forward and backward");
}

}  // namespace worked
