// Worked examples of what turns features into a class: equations (4) and (14), linear layers, products, softmax, loss.
#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/activation_ref.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/kernels/cross_entropy_ref.hpp"
#include "stac3dl/kernels/gemm_ref.hpp"
#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/kernels/linear_ref.hpp"
#include "stac3dl/kernels/pool3d.hpp"
#include "stac3dl/kernels/softmax.hpp"
#include "stac3dl/kernels/softmax_ref.hpp"
#include "worked.hpp"

namespace worked {
namespace {
namespace kn = stac3dl::kernels;
using Matrix = Tensor<double, 2>;
using Vector = Tensor<double, 1>;

/// A layer's numbers: y = x w' + b, and its gradients, plain and fast.
struct Dense {
  Matrix w;
  Vector b;
  Matrix y, dx, dw;
  Vector db;
  Dense(Matrix weight, Vector bias, Index inputs)
      : w(std::move(weight)), b(std::move(bias)), y({1, b.size()}), dx({1, inputs}), dw(w.shape()), db({b.size()}) {}

  const Matrix& forward(Worked& at, const Matrix& x) {
    Matrix fast(y.shape());
    kn::linear_forward_ref<double>(x, w, b, y, at.ws), kn::linear_forward<double>(x, w, b, fast, at.ws);
    at.same("linear y", y, fast);
    return y;
  }
  const Matrix& backward(Worked& at, const Matrix& x, const Matrix& dy) {
    Matrix dxf(dx.shape()), dwf(w.shape());
    Vector dbf(b.shape());
    kn::linear_backward_data_ref<double>(dy, w, dx, at.ws), kn::linear_backward_data<double>(dy, w, dxf, at.ws);
    kn::linear_backward_weights_ref<double>(x, dy, dw, db, at.ws);
    kn::linear_backward_weights<double>(x, dy, dwf, dbf, at.ws);
    at.same("linear dx", dx, dxf), at.same("linear dw", dw, dwf), at.same("linear db", db, dbf);
    return dx;
  }
};

Matrix relu_of(Worked& at, const Matrix& x) {
  Matrix y(x.shape()), fast(x.shape());
  kn::relu_forward_ref<double>(x.view().flat(), y.view().flat()),
      kn::relu_forward<double>(x.view().flat(), fast.view().flat());
  at.same("relu", y, fast);
  return y;
}
Matrix relu_back(Worked& at, const Matrix& y, const Matrix& dy) {
  Matrix dx(y.shape()), fast(y.shape());
  kn::relu_backward_ref<double>(y.view().flat(), dy.view().flat(), dx.view().flat());
  kn::relu_backward<double>(y.view().flat(), dy.view().flat(), fast.view().flat());
  at.same("relu back", dx, fast);
  return dx;
}

const std::vector<Index> first{0};  ///< the right class

/// Loss, probabilities and the gradient of the logits.
struct Loss {
  double value = 0;
  Matrix p, dz;
  Loss(Worked& at, const Matrix& z) : p(z.shape()), dz(z.shape()) {
    Matrix soft(z.shape()), fast(z.shape()), dzf(z.shape());
    value = kn::cross_entropy_forward_ref<double>(z, first, 0, p);
    const double again = kn::cross_entropy<double>(z, first, 0, dzf);
    kn::cross_entropy_backward_ref<double>(p, first, 0, dz);
    kn::softmax_forward_ref<double>(z, {}, soft), kn::softmax_forward<double>(z, {}, fast);
    at.same("softmax", p, soft), at.same("softmax", p, fast), at.same("dz", dz, dzf);
    check(std::abs(value - again) < 1e-12, "loss: plain ", value, ", fast ", again);
  }
};
}  // namespace

/// Equation (4): two steps of 2 x 3 places, one channel, through pool5, two layers and softmax.
void c3d_classifier(Worked& w) {
  Tensor<double, 5> g({1, 1, 2, 2, 3}, {1, 0.5, 0, 0.2, 2, 0.1, 0, 0.3, 1, 0.4, 0, 0.7}), dg(g.shape()), dgf(g.shape());
  Pool3dSpec pool5;
  pool5.ceil_mode = true;
  Tensor<double, 5> y({1, 1, 1, 1, 2}), yf(y.shape());
  Tensor<std::uint16_t, 5> choice(y.shape());
  Dense fc6(Matrix({2, 2}, {1, -1, 0.5, 1}), Vector({2}, {0, -0.5}), 2);
  Dense fc8(Matrix({2, 2}, {1, 0, -1, 1}), Vector({2}, {0.1, 0}), 2);
  Matrix x({1, 2});
  const auto forward = [&] {
    kn::max_pool3d_forward_ref<double>(g, y, choice, pool5), kn::max_pool3d_forward<double>(g, yf, {}, pool5);
    w.same("pool5", y, yf);
    x = Matrix(y.view().reshape(x.shape()));
    return Loss(w, fc8.forward(w, relu_of(w, fc6.forward(w, x)))).value;
  };
  forward();
  const Matrix hidden = relu_of(w, fc6.y);
  const Loss loss(w, fc8.y);
  const Matrix dx = fc6.backward(w, x, relu_back(w, hidden, fc8.backward(w, hidden, loss.dz)));
  const CView<double, 5> dy = dx.view().reshape(y.shape());
  kn::max_pool3d_backward_ref<double>(dy, choice, dg, pool5), kn::max_pool3d_backward<double>(dy, choice, dgf, pool5);
  w.show("G[l]", g), w.show("pool5", y), w.show("W6", fc6.w), w.show("b6", fc6.b), w.show("relu(FC6)", hidden);
  w.show("W8", fc8.w), w.show("b8", fc8.b), w.show("logits", fc8.y), w.show("p", loss.p);
  w.say("loss          " + number(loss.value) + "   (class 0 is right)");
  w.say(""), w.show("dlogits", loss.dz), w.show("dW8", fc8.dw), w.show("dW6", fc6.dw), w.show("dpool5", fc6.dx);
  w.both("dG[l]", dg, dgf);
  w.slope("c3d G", g, dg, forward);
}

/// Equation (14): two features, two hidden layers of two, two classes; no dropout.
void classifier(Worked& w) {
  Matrix f({1, 2}, {0.5, -1});
  Dense fc6(Matrix({2, 2}, {1, -1, -1, 0.5}), Vector({2}, {0, 0.5}), 2);
  Dense fc7(Matrix({2, 2}, {1, 1, -0.5, 2}), Vector({2}, {0.5, 1}), 2);
  Dense fc8(Matrix({2, 2}, {1, -1, 0, 1}), Vector({2}, {0, 0.5}), 2);
  const auto forward = [&] {
    return Loss(w, fc8.forward(w, relu_of(w, fc7.forward(w, relu_of(w, fc6.forward(w, f)))))).value;
  };
  forward();
  const Matrix a6 = relu_of(w, fc6.y), a7 = relu_of(w, fc7.y);
  const Loss loss(w, fc8.y);
  const Matrix d7 = relu_back(w, a7, fc8.backward(w, a7, loss.dz));
  const Matrix d6 = relu_back(w, a6, fc7.backward(w, a6, d7));
  Matrix df = fc6.backward(w, f, d6);
  w.show("F", f), w.show("W6", fc6.w), w.show("b6", fc6.b), w.show("FC6", fc6.y), w.show("relu", a6);
  w.show("W7", fc7.w), w.show("b7", fc7.b), w.show("FC7", fc7.y), w.show("relu", a7);
  w.show("W8", fc8.w), w.show("b8", fc8.b), w.show("logits", fc8.y), w.show("p", loss.p);
  w.say("loss          " + number(loss.value) + "   (class 0 is right)");
  w.say(""), w.show("dlogits", loss.dz), w.show("dFC7", d7), w.show("dFC6", d6), w.show("dF", df);
  w.show("dW8", fc8.dw), w.show("dW7", fc7.dw), w.show("dW6", fc6.dw);
  w.slope("head F", f, df, forward);
}

void linear(Worked& w) {
  Matrix x({2, 2}, {1, 2, 0, -1}), weight({2, 2}, {1, 3, -1, 0.5}), y({2, 2}), yf({2, 2}), dx({2, 2}), dxf({2, 2});
  Matrix dw({2, 2}), dwf({2, 2});
  Vector b({2}, {0.5, 0}), db({2}), dbf({2});
  const Matrix dy({2, 2}, {1, 0, 2, -1});
  const auto forward = [&] {
    kn::linear_forward_ref<double>(x, weight, b, y, w.ws);
    return against(dy, y);
  };
  forward(), kn::linear_forward<double>(x, weight, b, yf, w.ws);
  kn::linear_backward_data_ref<double>(dy, weight, dx, w.ws), kn::linear_backward_data<double>(dy, weight, dxf, w.ws);
  kn::linear_backward_weights_ref<double>(x, dy, dw, db, w.ws);
  kn::linear_backward_weights<double>(x, dy, dwf, dbf, w.ws);
  w.show("x", x), w.show("w", weight), w.show("b", b), w.both("y", y, yf);
  w.show("dy", dy), w.both("dx", dx, dxf), w.both("dw", dw, dwf), w.both("db", db, dbf);
  w.slope("linear x", x, dx, forward), w.slope("linear w", weight, dw, forward), w.slope("linear b", b, db, forward);
}

void gemm(Worked& w) {
  const Matrix a({2, 2}, {1, 2, 3, 4}), b({2, 2}, {0, 1, 1, -1});
  Matrix c({2, 2}), cf({2, 2}), s({2, 2}), sf({2, 2});
  const auto product = [&](Transpose ta, Transpose tb, Store store) {
    kn::gemm_ref<double>(a, ta, b, tb, c, store, w.ws), kn::gemm<double>(a, ta, b, tb, cf, store, w.ws);
  };
  w.show("A", a), w.show("B", b);
  product(Transpose::no, Transpose::no, Store::overwrite), w.both("A B", c, cf);
  product(Transpose::yes, Transpose::no, Store::overwrite), w.both("A' B", c, cf);
  product(Transpose::no, Transpose::yes, Store::overwrite), w.both("A B'", c, cf);
  product(Transpose::no, Transpose::no, Store::add), w.both("A B' + A B", c, cf);
}

void softmax(Worked& w) {
  Matrix x({2, 3}, {1, 2, 3, 0, 7, 1}), y({2, 3}), yf({2, 3}), dx({2, 3}), dxf({2, 3});
  const Tensor<std::uint8_t, 2> mask({2, 3}, {1, 1, 1, 1, 0, 1});
  const Matrix dy({2, 3}, {1, 0, 0, 1, 5, 2});
  const auto forward = [&] {
    kn::softmax_forward_ref<double>(x, mask, y);
    return against(dy, y);
  };
  forward(), kn::softmax_forward<double>(x, mask, yf);
  kn::softmax_backward_ref<double>(y, dy, dx), kn::softmax_backward<double>(y, dy, dxf);
  w.show("x", x), w.show("valid", mask), w.both("y", y, yf), w.show("dy", dy), w.both("dx", dx, dxf);
  w.slope("softmax x", x, dx, forward);
}

void cross_entropy(Worked& w) {
  Matrix z({2, 3}, {2, 1, 0, 0, 0, 1}), p({2, 3}), dz({2, 3}), dzf({2, 3});
  const std::vector<Index> labels{0, 1};
  const auto forward = [&] { return kn::cross_entropy_forward_ref<double>(z, labels, 0.3, p); };
  const double loss = forward(), fast = kn::cross_entropy<double>(z, labels, 0.3, dzf);
  check(std::abs(loss - fast) < 1e-12, "cross entropy: plain ", loss, ", fast ", fast);
  kn::cross_entropy_backward_ref<double>(p, labels, 0.3, dz);
  Matrix t({2, 3}, 0.1);
  t(0, 0) = t(1, 1) = 0.8;
  w.show("logits", z), w.say("labels        0 and 1, smoothing 0.3"), w.show("t", t), w.show("p", p);
  w.say("loss          " + number(loss)), w.both("dlogits", dz, dzf);
  w.slope("cross entropy", z, dz, forward);
}

}  // namespace worked
