// Worked examples of pooling, of layouts, of narrow weights and of key points.
#include "stac3dl/kernels/blocked.hpp"
#include "stac3dl/kernels/cell_mean.hpp"
#include "stac3dl/kernels/cell_mean_ref.hpp"
#include "stac3dl/kernels/linear_bf16.hpp"
#include "stac3dl/kernels/linear_int8.hpp"
#include "stac3dl/kernels/linear_narrow_ref.hpp"
#include "stac3dl/kernels/pool3d.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/kernels/soft_argmax_ref.hpp"
#include "stac3dl/kernels/tokens.hpp"
#include "stac3dl/kernels/tokens_ref.hpp"
#include "stac3dl/train/keypoint_loss.hpp"
#include "worked.hpp"

namespace worked {
namespace kn = stac3dl::kernels;

void pooling(Worked& w) {
  Tensor<double, 5> x({1, 1, 2, 2, 4}, {1, 5, 2, 0, 3, 4, 2, 1, 0, 2, 7, 1, 6, 1, 3, 3}), dx(x.shape()), dxf(x.shape());
  const Tensor<double, 5> dy({1, 1, 1, 1, 2}, {1, -2});
  Tensor<double, 5> y(dy.shape()), yf(dy.shape());
  Tensor<std::uint16_t, 5> choice(dy.shape());
  const Pool3dSpec spec;
  const auto largest = [&] {
    kn::max_pool3d_forward_ref<double>(x, y, choice, spec);
    return against(dy, y);
  };
  largest(), kn::max_pool3d_forward<double>(x, yf, {}, spec);
  kn::max_pool3d_backward_ref<double>(dy, choice, dx, spec), kn::max_pool3d_backward<double>(dy, choice, dxf, spec);
  w.show("x[t]", x), w.both("max", y, yf), w.show("choice", choice), w.show("dy", dy), w.both("dx of max", dx, dxf);
  w.slope("max pool", x, dx, largest);
  const auto mean = [&] {
    kn::avg_pool3d_forward_ref<double>(x, y, spec);
    return against(dy, y);
  };
  mean(), kn::avg_pool3d_forward<double>(x, yf, spec);
  kn::avg_pool3d_backward_ref<double>(dy, dx, spec), kn::avg_pool3d_backward<double>(dy, dxf, spec);
  w.both("mean", y, yf), w.both("dx of mean", dx, dxf);
  w.slope("average pool", x, dx, mean);
}

void tokens(Worked& w) {
  const Tensor<double, 5> g({1, 3, 1, 2, 2}, {1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8});
  Tensor<double, 4> t({1, 1, 4, 3}), tf(t.shape());
  Tensor<double, 5> back(g.shape()), back_fast(g.shape());
  kn::to_tokens_ref<double>(g, t), kn::to_tokens<double>(g, tf);
  kn::from_tokens_ref<double>(t, back), kn::from_tokens<double>(t, back_fast);
  w.show("G[c]", g), w.both("tokens[p]", t, tf), w.both("and back", back, back_fast);
  w.same("round trip", g, back);
}

/// Five frames of one place into two cells, which share the middle frame; the first frame is masked.
void cell_mean(Worked& w) {
  Tensor<double, 5> x({1, 1, 5, 1, 1}, {9, 1, 2, 4, 6}), dx(x.shape()), dxf(x.shape());
  const Tensor<std::uint8_t, 2> frames({1, 5}, {0, 1, 1, 1, 1});
  const Tensor<double, 4> dy({2, 1, 1, 1}, {1, 3});
  Tensor<double, 4> y({2, 1, 1, 1}), yf({2, 1, 1, 1});
  const auto forward = [&] {
    kn::cell_mean_forward_ref<double>(x, frames, {}, 5, {2, 1, 1}, y);
    return against(dy, y);
  };
  forward(), kn::cell_mean_forward<double>(x, frames, {}, 5, {2, 1, 1}, yf);
  kn::cell_mean_backward_ref<double>(dy, frames, {}, 5, {2, 1, 1}, dx);
  kn::cell_mean_backward<double>(dy, frames, {}, 5, {2, 1, 1}, dxf);
  w.show("x[t]", x), w.show("valid", frames), w.both("y[l]", y, yf), w.show("dy[l]", dy), w.both("dx[t]", dx, dxf);
  w.slope("cell mean", x, dx, forward);
}

void blocked(Worked& w) {
  Tensor<float, 5> x({1, 2, 1, 1, 3}, {1, 2, 3, 4, 5, 6}), back(x.shape());
  kn::BlockedTensor<float> b;
  b.resize(x.shape());
  kn::to_blocked(x, b.view()), kn::from_blocked(b.view(), back);
  Tensor<double, 2> lanes({3, 4}), plain({1, 6}, {1, 2, 3, 4, 5, 6});
  for (Index i = 0; i < 3; ++i)
    for (Index c = 0; c < 4; ++c) lanes(i, c) = static_cast<double>(b.view().data[i * kn::channel_block + c]);
  Tensor<float, 2> flat(back.view().reshape(Shape<2>{1, 6}));
  w.show("x[c]", x), w.show("blocked", lanes), w.same("round trip", plain, flat);
}

void narrow_weights(Worked& w) {
  const Tensor<float, 2> x({1, 2}, {1, -2}), k({2, 2}, {0.3f, -1.27f, 1, 0.01f});
  Tensor<std::int8_t, 2> q({2, 2});
  Tensor<float, 1> scale({2});
  Tensor<float, 2> plain({1, 2}), fast({1, 2}), rounded({2, 2});
  Tensor<double, 2> y({1, 2});
  const auto shown = [&](const char* label) {
    for (Index o = 0; o < 2; ++o) y[o] = static_cast<double>(plain[o]);
    w.both(label, y, fast, 1e-6);
  };
  for (Index o = 0; o < 2; ++o)
    for (Index i = 0; i < 2; ++i) y[o] += static_cast<double>(k(o, i)) * static_cast<double>(x[i]);
  w.show("x", x), w.show("w", k), w.show("y in float", y);
  kn::quantise_int8(k, q, scale);
  kn::linear_int8_forward_ref(x, q, scale, {}, plain), kn::linear_int8_forward(x, q, scale, {}, fast);
  w.show("q", q), w.show("s", scale), shown("y in int8");
  std::vector<kn::Bf16> bits(4);
  for (std::size_t i = 0; i < 4; ++i)
    bits[i] = kn::to_bf16(k[static_cast<Index>(i)]), rounded[static_cast<Index>(i)] = kn::to_float(bits[i]);
  const BasicView<const kn::Bf16, 2> narrow(bits.data(), {2, 2});
  kn::linear_bf16_forward_ref(x, narrow, {}, plain), kn::linear_bf16_forward(x, narrow, {}, fast);
  w.show("w in bf16", rounded), shown("y in bf16");
}

/// One joint's heat map of 2 x 2, its point, and the loss.
void soft_argmax(Worked& w) {
  Tensor<double, 5> z({1, 1, 1, 2, 2}, {0, 2, 0, 1}), p(z.shape()), pf(z.shape()), dz(z.shape()), dzf(z.shape());
  Tensor<double, 4> point({1, 1, 1, 2}), pointf({1, 1, 1, 2}), d({1, 1, 1, 2});
  const Tensor<double, 4> target({1, 2, 1, 2}, {0.75, 0.25, 0.75, 0.35});
  StepTargets<double> y;
  step_targets<double>(target, {}, 1, 0, y);
  const auto forward = [&] {
    kn::soft_argmax_forward_ref<double>(z, p, point);
    return keypoint_loss<double>(point, y, 1, d);
  };
  const double loss = forward();
  kn::soft_argmax_forward<double>(z, pf, pointf);
  kn::soft_argmax_backward_ref<double>(p, point, d, dz), kn::soft_argmax_backward<double>(p, point, d, dzf);
  w.show("z", z), w.both("p", p, pf), w.both("(x, y)", point, pointf), w.show("target", y.points);
  w.say("loss          " + number(loss)), w.show("d(x, y)", d), w.both("dz", dz, dzf);
  w.slope("soft-argmax", z, dz, forward);
}

}  // namespace worked
