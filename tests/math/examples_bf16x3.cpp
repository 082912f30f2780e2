// Worked examples of the convolution in split numbers: one sum by hand, what is lost with fewer products, how the
// layers of the preset `paper` are cut.
#include <cmath>
#include <cstdio>

#include "stac3dl/core/random.hpp"
#include "stac3dl/kernels/conv3d.hpp"
#include "worked.hpp"

namespace worked {
namespace kn = stac3dl::kernels;

namespace {
struct Halves {
  double high, low, rest;
};
Halves split(double x) {
  const auto bf16 = [](double v) { return static_cast<double>(kn::to_float(kn::to_bf16(static_cast<float>(v)))); };
  const double high = bf16(x), low = bf16(x - high);
  return {high, low, x - high - low};
}
template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}
}  // namespace

/// A sum of two products; all numbers whole and below 2^24, so that the kernel's sums in float have no error of theirs.
void bf16x3(Worked& w) {
  const Tensor<double, 1> x({2}, {1001, 1234567}), k({2}, {517, 3});
  Tensor<double, 1> parts[3] = {Tensor<double, 1>({2}), Tensor<double, 1>({2}), Tensor<double, 1>({2})}, first({2}),
                    hl({2}), lh({2}), ll({2});
  const auto show = [&](const char* name, const Tensor<double, 1>& v) {
    for (Index i = 0; i < 2; ++i) {
      const Halves s = split(v[i]);
      parts[0][i] = s.high, parts[1][i] = s.low, parts[2][i] = s.rest;
    }
    w.show(name, v), w.show("  high", parts[0]), w.show("  low", parts[1]), w.show("  lost", parts[2]);
  };
  show("x", x), show("w", k);
  double exact = 0, three = 0, one = 0;
  for (Index i = 0; i < 2; ++i) {
    const Halves a = split(x[i]), b = split(k[i]);
    first[i] = a.high * b.high, hl[i] = a.high * b.low, lh[i] = a.low * b.high, ll[i] = a.low * b.low;
    exact += x[i] * k[i], three += first[i] + hl[i] + lh[i], one += first[i];
  }
  w.show("high high", first), w.show("high low", hl), w.show("low high", lh), w.show("low low", ll);

  // The same as a convolution of two channels and one place, whose weights have their middle tap alone.
  const Conv3dSpec spec{{1, 3, 3}, {1, 1, 1}, {0, 1, 1}};
  const auto variant = Conv3dVariant::bf16x3;
  Tensor<float, 5> xs({1, 2, 1, 1, 1}), ks({1, 2, 1, 3, 3}), y({1, 1, 1, 1, 1}), dy(y.shape(), 1), dx(xs.shape());
  Tensor<float, 5> dk(ks.shape());
  for (Index c = 0; c < 2; ++c) xs[c] = static_cast<float>(x[c]), ks[c * 9 + 4] = static_cast<float>(k[c]);
  kn::conv3d_forward<float>(xs, ks, {}, y, spec, w.ws, variant);
  kn::conv3d_backward_data<float>(dy, ks, dx, spec, w.ws, variant);
  kn::conv3d_backward_weights<float>(xs, dy, dk, {}, spec, w.ws, variant);
  Tensor<double, 5> dx_want(xs.shape()), dk_want(ks.shape());
  for (Index c = 0; c < 2; ++c) {
    const Halves a = split(x[c]), b = split(k[c]);
    dx_want[c] = b.high + b.low, dk_want[c * 9 + 4] = a.high + a.low;
  }
  w.both("three", Tensor<double, 5>(y.shape(), three), y, 0);
  w.show("exact", Tensor<double, 1>({1}, exact));
  w.both("dx, dy = 1", dx_want, dx, 0);
  w.same("bf16x3 dw", dk_want, dk, 0);
  w.show("dw, dy = 1", Tensor<double, 1>({2}, {dk_want[4], dk_want[13]}));
  w.say(formatted("three products are off by %.0f, %.1e of the sum; high high alone by %.0f, %.1e", exact - three,
                  (exact - three) / exact, exact - one, (exact - one) / exact));
}

/// 400 sums of 512 products of random numbers: what is lost by what is left out.  In double, so that nothing else is.
void bf16x3_kept(Worked& w) {
  constexpr Index sums = 400, terms = 512;
  const char* const names[] = {"high high", "and high low, low high", "and low low"};
  double worst[3] = {}, squares[3] = {}, square = 0;
  const Random random(1);
  for (Index s = 0; s < sums; ++s) {
    double exact = 0, kept[3] = {};
    for (Index t = 0; t < terms; ++t) {
      const auto draw = [&](Index i) {
        return static_cast<double>(static_cast<float>(random.normal_at(static_cast<std::uint64_t>(i))));
      };
      const double x = draw(2 * (s * terms + t)), k = draw(2 * (s * terms + t) + 1);
      const Halves a = split(x), b = split(k);
      const double one = a.high * b.high, three = one + a.high * b.low + a.low * b.high;
      exact += x * k, kept[0] += one, kept[1] += three, kept[2] += three + a.low * b.low;
    }
    square += exact * exact;
    for (int i = 0; i < 3; ++i) {
      const double off = std::abs(kept[i] - exact);
      worst[i] = std::max(worst[i], off), squares[i] += off * off;
    }
  }
  const double rms = std::sqrt(square / sums);
  w.say("| products kept | error over RMS, root mean square | largest of 400 |");
  w.say("|:--|--:|--:|");
  for (int i = 0; i < 3; ++i)
    w.say(formatted("| %d: %s | %.1e | %.1e |", i == 0 ? 1 : i + 2, names[i], std::sqrt(squares[i] / sums) / rms,
                    worst[i] / rms));
}

/// A volume with odd sizes against plain loops, all passes; nothing to show.
void bf16x3_volume(Worked& w) {
  const Conv3dSpec spec;
  const auto variant = Conv3dVariant::bf16x3;
  const auto fill = [](auto& x, double step) {
    for (Index i = 0; i < x.size(); ++i) x[i] = std::sin(step * static_cast<double>(i + 1));
  };
  const auto single = []<int R>(const Tensor<double, R>& x) {
    Tensor<float, R> y(x.shape());
    for (Index i = 0; i < x.size(); ++i) y[i] = static_cast<float>(x[i]);
    return y;
  };
  Tensor<double, 5> x({1, 5, 4, 5, 7}), k({3, 5, 3, 3, 3}), dy({1, 3, 4, 5, 7}), y(dy.shape()), dx(x.shape());
  Tensor<double, 5> dk(k.shape());
  Tensor<float, 5> y_fast(dy.shape()), dx_fast(x.shape()), dk_fast(k.shape());
  fill(x, 0.7), fill(k, 1.3), fill(dy, 2.1);
  const Tensor<float, 5> x4 = single(x), k4 = single(k), dy4 = single(dy);
  kn::conv3d_forward_ref<double>(x, k, {}, y, spec, w.ws);
  kn::conv3d_backward_data_ref<double>(dy, k, dx, spec, w.ws);
  kn::conv3d_backward_weights_ref<double>(x, dy, dk, {}, spec, w.ws);
  kn::conv3d_forward<float>(x4, k4, {}, y_fast, spec, w.ws, variant);
  kn::conv3d_backward_data<float>(dy4, k4, dx_fast, spec, w.ws, variant);
  kn::conv3d_backward_weights<float>(x4, dy4, dk_fast, {}, spec, w.ws, variant);
  w.same("Y", y, y_fast, 1e-3), w.same("dX", dx, dx_fast, 1e-3), w.same("dW", dk, dk_fast, 1e-3);
  w.say("a volume of 4 x 5 x 7, 5 to 3 channels: three products agree with plain loops, forward and backward");
}

/// How the layers of `paper` are cut, one clip.
void bf16x3_plans(Worked& w) {
  struct Layer {
    const char* name;
    Index in, out, frames, side;
  };
  const Layer layers[] = {{"conv2a", 64, 128, 16, 56}, {"conv3a", 128, 256, 8, 28}, {"conv3b", 256, 256, 8, 28},
                          {"conv4a", 256, 512, 4, 14}, {"conv4b", 512, 512, 4, 14}, {"conv5a, b", 512, 512, 2, 7}};
  w.say(
      "| layer | depth | sums of a plane, wanted | tasks: groups x bands x regions | V, MB | U, MB | products for one "
      "of (1) |");
  w.say("|:--|:--|--:|--:|--:|--:|--:|");
  for (const Layer& l : layers) {
    const Shape<5> x{1, l.in, l.frames, l.side, l.side}, y{1, l.out, l.frames, l.side, l.side};
    const kn::WinogradPlan plan = kn::conv3d_bf16x3_plan(x, y, {});
    const kn::Bf16x3Sizes s(plan);
    const Index points = plan.depth->points, places = s.band * s.bands;
    const double products = static_cast<double>(s.items * points * s.in32 * s.out32 * 1024 * places) * 9 * 3;
    const double wanted = static_cast<double>(l.in * l.out * 27 * l.frames * l.side * l.side);
    w.say(formatted("| `%s` | F(%d,3), %d points | %ld, %ld | %ld x %ld x %ld | %.1f | %.1f | %.2f |", l.name,
                    plan.depth->tile, plan.depth->points, static_cast<long>(places), static_cast<long>(l.side * l.side),
                    static_cast<long>(s.groups()), static_cast<long>(s.bands), static_cast<long>(s.regions()),
                    static_cast<double>(s.items * s.item_inputs(points)) * 2e-6,
                    static_cast<double>(plan.weights_size()) * 4e-6, products / wanted));
  }
}

}  // namespace worked
