// Cases of average pooling and of max pooling with overlapping windows: sizes of pool.cpp, and of sensors.
#include <memory>
#include <string>

#include "case.hpp"
#include "stac3dl/nn/pool3d.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct WindowShape {
  const char* name;
  Shape<5> x;
  Pool3dSpec spec;
};
const WindowShape window_shapes[] = {
    {"2x2x2.56", {1, 128, 16, 56, 56}, {}},
    {"2x2x2.28", {1, 256, 8, 28, 28}, {}},
    {"1x2x2.depth", {32, 16, 16, 12, 16}, {{1, 2, 2}, {1, 2, 2}}},
    {"2x1x1.signal", {32, 16, 128, 1, 1}, {{2, 1, 1}, {2, 1, 1}}},
    {"3x3x3s1.28", {1, 64, 8, 28, 28}, {{3, 3, 3}, {1, 1, 1}, {1, 1, 1}}},
    {"3x3x3s2.28", {1, 64, 8, 28, 28}, {{3, 3, 3}, {2, 2, 2}, {1, 1, 1}}},
    {"pool5", {8, 512, 2, 7, 7}, {{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}},
};

template <class Pool>
struct Pooled {
  explicit Pooled(const WindowShape& s) : pool(s.spec), x(s.x), dx(s.x), y(pool.plan(s.x, cache)), dy(y) {
    fill(x), fill(dy);
    pool.forward(x, y, cache, workspace);
  }
  Pool pool;
  typename Pool::Cache cache;
  Tensor<float, 5> x, dx, y, dy;
  Workspace workspace;
};

template <class Pool>
void add_windows(std::vector<Case>& cases, const std::string& task) {
  for (const WindowShape& s : window_shapes) {
    const double bytes = 4.0 * static_cast<double>(element_count(s.x) + element_count(Pool(s.spec).output_shape(s.x)));
    const auto add = [&](const char* pass, auto run) {
      const auto make = [s, run]() -> Run { return [k = std::make_shared<Pooled<Pool>>(s), run] { run(*k); }; };
      cases.push_back({task + pass, s.name, "stac3dl", make, 0, bytes});
    };
    add(".forward", [](Pooled<Pool>& k) { k.pool.forward(k.x, k.y, k.cache, k.workspace); });
    add(".backward", [](Pooled<Pool>& k) { k.pool.backward(k.x, k.y, k.dy, k.dx, k.cache, k.workspace); });
  }
}

std::vector<Case> window_cases() {
  std::vector<Case> cases;
  add_windows<AvgPool3d<float>>(cases, "average_pool");
  add_windows<MaxPool3d<float>>(cases, "max_pool");
  return cases;
}
const Register here(window_cases);

}  // namespace
}  // namespace bench
