// Cases of max pooling with window = stride: C3D's four pools at batch 1 and 8.
#include <memory>

#include "case.hpp"
#include "pool_shapes.hpp"
#include "stac3dl/nn/pool3d.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct Pooled {
  explicit Pooled(const PoolShape& s)
      : pool({s.window, s.window, {0, 0, 0}, false, true}), x(s.x), dx(s.x), y(pool.plan(s.x, cache)), dy(y) {
    fill(x), fill(dy);
    pool.forward(x, y, cache, workspace);
  }
  MaxPool3d<float> pool;
  MaxPool3d<float>::Cache cache;
  Tensor<float, 5> x, dx, y, dy;
  Workspace workspace;
};

std::vector<Case> pool_cases() {
  std::vector<Case> cases;
  for (const PoolShape& s : pool_shapes) {
    const auto add = [&](const char* task, auto run) {
      const auto make = [s, run]() -> Run { return [k = std::make_shared<Pooled>(s), run] { run(*k); }; };
      cases.push_back({task, s.name(), "stac3dl", make, 0, s.bytes()});
    };
    add("pool.infer", [](Pooled& k) { k.pool.infer(k.x, k.y); });
    add("pool.forward", [](Pooled& k) { k.pool.forward(k.x, k.y, k.cache, k.workspace); });
    add("pool.backward", [](Pooled& k) { k.pool.backward(k.x, k.y, k.dy, k.dx, k.cache, k.workspace); });
  }
  return cases;
}
const Register here(pool_cases);

}  // namespace
}  // namespace bench
