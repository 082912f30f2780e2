#include <doctest/doctest.h>

#include "stac3dl/inspect/gradient_check.hpp"
#include "stac3dl/nn/pool3d.hpp"

using namespace stac3dl;

static_assert(Layer<MaxPool3d<float>, 5>);
static_assert(Layer<MaxPool3d<double>, 5>);
static_assert(Layer<AvgPool3d<float>, 5>);
static_assert(Layer<AvgPool3d<double>, 5>);

namespace {

/// Forward, backward and the gradient of sum(y * dy); `choices` reads the cache.
template <class Pool, class Choices>
void check_pool(Pool pool, Choices choices) {
  typename Pool::Cache cache;
  Workspace ws;
  Tensor<double, 5> x({2, 3, 4, 5, 7}), dx(x.shape());
  fill_normal(x, 1, Random(2));
  Tensor<double, 5> y(pool.plan(x.shape(), cache)), inferred(y.shape()), dy(y.shape());
  CHECK(y.shape() == pool.output_shape(x.shape()));
  fill_normal(dy, 1, Random(4));
  const auto loss = [&] {
    pool.forward(x, y, cache, ws);
    return (y.array() * dy.array()).sum();
  };
  loss();
  pool.infer(x, inferred);
  CHECK((y.array() == inferred.array()).all());
  pool.backward(x, y, dy, dx, cache, ws);
  const auto report =
      check_gradient("x", x.view().flat(), dx.view().flat(), loss, [&] { return choices(cache); });
  CHECK(report.worst <= 1e-7);
  CHECK(report.largest > 0);
  pool.backward(x, y, dy, {}, cache, ws);  // no dx wanted
  CHECK(parameter_count(pool) == 0);
}

}  // namespace

TEST_CASE("MaxPool3d and AvgPool3d: gradients agree with differences") {
  for (const Pool3dSpec& spec : {Pool3dSpec{}, Pool3dSpec{{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true},
                                 Pool3dSpec{{3, 3, 3}, {2, 2, 2}, {1, 1, 1}}}) {
    check_pool(MaxPool3d<double>(spec), [](const auto& cache) { return fold_values(1, cache.choice.view()); });
    check_pool(AvgPool3d<double>(spec), [](const auto&) { return std::uint64_t{0}; });
  }
}
