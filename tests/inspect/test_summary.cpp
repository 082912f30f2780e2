// Summary of layers of one's own and of the library, and of a model that says nothing of its layers.
#include <doctest/doctest.h>

#include <sstream>

#include "../train/tiny_model.hpp"
#include "stac3dl/inspect/summary.hpp"
#include "stac3dl/nn/activation.hpp"
#include "stac3dl/nn/pool3d.hpp"

using namespace stac3dl;

namespace {
/// y = x + a, for (rows, A).
struct Shift {
  using Scalar = float;
  struct Cache {};
  Parameter<float, 1> a{{4}};
  Shape<2> plan(const Shape<2>& x, Cache&) const { return x; }
  void forward(CView<float, 2> x, View<float, 2> y, Cache&, Workspace&) const {
    for (Index i = 0; i < x.size(); ++i) y[i] = x[i] + a.value[i % 4];
  }
  void backward(CView<float, 2>, CView<float, 2>, CView<float, 2>, View<float, 2>, const Cache&, Workspace&) {}
  template <class Visit>
  void visit_params(Visit&& visit) {
    visit("a", a);
  }
};
struct CountedShift : Shift {
  Index macs(const Shape<2>& x) const { return 7 * x[0]; }
};
}  // namespace

TEST_CASE("summary: layers one after the other") {
  Conv3d<float> conv(2, 3, {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}}, true, Random(1));
  Relu<float, 5> relu;
  MaxPool3d<float> pool(Pool3dSpec{{1, 2, 2}, {1, 2, 2}, {0, 0, 0}, false});
  Tensor<float, 5> x({2, 2, 4, 6, 8});
  fill_normal(x, 1, Random(2));
  const Summary s = summary(x, "conv", conv, "relu", relu, "pool", pool);
  REQUIRE(s.layers.size() == 3);
  CHECK(s.layers[0].name == "conv");
  CHECK(s.layers[0].output == std::vector<Index>{2, 3, 4, 6, 8});
  CHECK(s.layers[0].parameters == 3 * 2 * 27 + 3);
  CHECK(s.layers[0].macs == 2 * 3 * 4 * 6 * 8 * 2 * 27);
  CHECK(s.layers[0].activation_bytes == 2 * 3 * 4 * 6 * 8 * 4);
  CHECK(s.layers[1].parameters == 0);
  CHECK(s.layers[1].macs == unknown_macs);
  CHECK(s.layers[2].output == std::vector<Index>{2, 3, 4, 3, 4});
  for (const LayerSummary& l : s.layers) CHECK(l.seconds > 0);
  CHECK(s.macs() == s.layers[0].macs);  // of what is known
  CHECK(s.parameters() == 3 * 2 * 27 + 3);
  CHECK(s.seconds == doctest::Approx(s.layers[0].seconds + s.layers[1].seconds + s.layers[2].seconds));
  CHECK(s.share_of_peak(1000, 1e-6) == doctest::Approx(2e9 / s.peak));

  Linear<float> fc(4, 5, Random(1));
  Lstm<float> lstm(3, 2, 2, true, Random(1));
  CHECK(layer_macs(fc, Shape<2>{7, 4}) == 7 * 4 * 5);
  CHECK(layer_macs(lstm, Shape<3>{5, 7, 3}) == 5 * 7 * 2 * 8 * ((3 + 2) + (4 + 2)));
}

TEST_CASE("summary: a layer of one's own, with and without a count of its multiplications") {
  Shift shift;
  CountedShift counted;
  const Summary s = summary(Tensor<float, 2>({10, 4}), "shift", shift, "counted", counted);
  CHECK(s.layers[0].macs == unknown_macs);
  CHECK(s.layers[1].macs == 70);
  CHECK(s.layers[1].parameters == 4);
  std::ostringstream out;
  out << s;
  CHECK(out.str() == s.text());
  CHECK(out.str().find("layer     output  parameters  million MACs  output kB") == 0);
  CHECK(out.str().find("shift    (10, 4)           4             ?        0.2") != std::string::npos);
}

TEST_CASE("summary: a model that tells nothing of its layers has parameters and time") {
  const tiny::Model<float> model(12, 20, 3, 1);
  Batch<float> batch;
  const tiny::Patterns patterns;
  collate<float>({patterns.sample(0), patterns.sample(1)}, batch);
  const Summary s = summary(model, batch);
  REQUIRE(s.layers.size() == 2);
  CHECK(s.layers[0].name == "fc1");
  CHECK(s.layers[0].parameters == 12 * 20 + 20);
  CHECK(s.layers[1].parameters == 20 * 3 + 3);
  CHECK(s.seconds > 0);
  CHECK(s.layers[0].seconds == 0);
}

TEST_CASE("fma peak: one thread of two at most, and double half of float") {
  const int before = num_threads();
  set_num_threads(1);
  const double single = fma_peak<float>(), two = fma_peak<double>();
  set_num_threads(before);
  CHECK(single > 1e9);  // a multiply-add a nanosecond: any CPU of this century
  CHECK(two < 0.8 * single);
}
