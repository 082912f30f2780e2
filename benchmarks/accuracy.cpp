// Results of the convolution beside sums in double, place by place.  Layers are C3D's: kernel 3, stride 1, padding 1.
#include "accuracy.hpp"

#include <cmath>

#include "stac3dl/core/random.hpp"

namespace bench {
namespace {

constexpr Index outputs_sampled = 5000, weights_sampled = 2000;

struct Data {
  explicit Data(const C3dLayer& l)
      : x(l.x_shape(1)), w({l.out_channels, l.in_channels, 3, 3, 3}), dy(l.y_shape(1)) {
    const auto normal = [](Tensor<float, 5>& t, double deviation, std::uint64_t stream) {
      const Random random({7, stream});
      parallel_chunks(t.size(), 4096, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
          t.data()[i] = static_cast<float>(deviation * random.normal_at(static_cast<std::uint64_t>(i)));
      });
    };
    normal(x, 1, 1), normal(w, std::sqrt(2.0 / (27.0 * static_cast<double>(l.in_channels))), 2), normal(dy, 1, 3);
    for (float& value : x) value = std::max(value, 0.0f);
  }
  Tensor<float, 5> x, w, dy;
};

/// Sum over channels and the kernel of image[c, place + sign (k - 1)] weight(c, k), outside the image 0.
template <class Weight>
double sum_around(CView<float, 4> image, const Shape<5>& at, Index sign, Weight&& weight) {
  double sum = 0;
  const auto& size = image.shape();
  for (Index i = 0; i < 27; ++i) {
    const Index k[3] = {i / 9, i / 3 % 3, i % 3};
    const Index t = at[2] + sign * (k[0] - 1), h = at[3] + sign * (k[1] - 1), w = at[4] + sign * (k[2] - 1);
    if (t < 0 || h < 0 || w < 0 || t >= size[1] || h >= size[2] || w >= size[3]) continue;
    for (Index c = 0; c < size[0]; ++c) sum += double(image(c, t, h, w)) * double(weight(c, k[0], k[1], k[2]));
  }
  return sum;
}
/// Sum over places of dy[o, place] x[c, place + k - 1].
double sum_over_places(const Data& d, const Shape<5>& at) {
  const CView<float, 3> dy = d.dy.slice(0).slice(at[0]), x = d.x.slice(0).slice(at[1]);
  const auto [T, H, W] = dy.shape();
  double sum = 0;
  for (Index t = std::max<Index>(0, 1 - at[2]); t < std::min(T, T + 1 - at[2]); ++t)
    for (Index h = std::max<Index>(0, 1 - at[3]); h < std::min(H, H + 1 - at[3]); ++h)
      for (Index w = std::max<Index>(0, 1 - at[4]); w < std::min(W, W + 1 - at[4]); ++w)
        sum += double(dy(t, h, w)) * double(x(t + at[2] - 1, h + at[3] - 1, w + at[4] - 1));
  return sum;
}

template <class Exact>
double error_of(CView<float, 5> result, Index samples, Exact&& exact) {
  std::vector<double> wanted(static_cast<std::size_t>(samples)), off(wanted);
  const Random random({11});
  parallel_for(samples, [&](Index s) {
    const auto place = static_cast<Index>(random.uniform_at(static_cast<std::uint64_t>(s)) * double(result.size()));
    const auto i = static_cast<std::size_t>(s);
    wanted[i] = exact(unravel(place, result.shape()));
    off[i] = std::fabs(double(result.data()[place]) - wanted[i]);
  });
  double squares = 0;
  for (double value : wanted) squares += value * value;
  return *std::max_element(off.begin(), off.end()) / std::sqrt(squares / static_cast<double>(samples));
}

}  // namespace

Conv3dErrors conv3d_errors(const C3dLayer& layer, const Conv3dMode& mode) {
  const Data d(layer);
  Conv3dJob job(d.x.shape(), layer.out_channels, {}, mode);
  job.set_x(d.x), job.set_w(d.w), job.plan_backward_data(), job.plan_backward_weights(), job.set_dy(d.dy);
  job.prepare_weights();
  job.forward(), job.backward_data(), job.backward_weights();
  const auto y = job.y(), dx = job.dx(), dw = job.dw();
  return {error_of(y, outputs_sampled,
                   [&](const Shape<5>& at) {
                     return sum_around(d.x.slice(0), at, 1, [&](Index c, Index i, Index j, Index k) {
                       return d.w(at[1], c, i, j, k);
                     });
                   }),
          error_of(dx, outputs_sampled,
                   [&](const Shape<5>& at) {
                     return sum_around(d.dy.slice(0), at, -1, [&](Index o, Index i, Index j, Index k) {
                       return d.w(o, at[1], i, j, k);
                     });
                   }),
          error_of(dw, weights_sampled, [&](const Shape<5>& at) { return sum_over_places(d, at); })};
}

}  // namespace bench
