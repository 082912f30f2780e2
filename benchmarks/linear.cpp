// Cases of the fully connected layer: FC6, FC7 and FC8 of the paper's preset.  At batch 1 the bound is reading weights.
#include "stac3dl/nn/linear.hpp"

#include <memory>

#include "case.hpp"
#include "linear_shapes.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct Layer {
  explicit Layer(const LinearShape& s)
      : linear(s.inputs, s.outputs, Random(1)), x({s.rows, s.inputs}), dx(x), y({s.rows, s.outputs}), dy(y) {
    fill(x), fill(dy);
  }
  void infer() { linear.infer(x, y, workspace); }
  void train() {
    linear.forward(x, y, cache, workspace);
    linear.backward(x, y, dy, dx, cache, workspace);
  }
  Linear<float> linear;
  Linear<float>::Cache cache;
  Tensor<float, 2> x, dx, y, dy;
  Workspace workspace;
};

std::vector<Case> linear_cases() {
  std::vector<Case> cases;
  for (const LinearShape& s : linear_shapes) {
    const auto infer = [s]() -> Run { return [k = std::make_shared<Layer>(s)] { k->infer(); }; };
    const auto train = [s]() -> Run { return [k = std::make_shared<Layer>(s)] { k->train(); }; };
    cases.push_back({"linear.infer", s.name(), "stac3dl", infer, s.flops(), s.bytes()});
    // At least: the weights in forward and in backward, and their gradient read and written.
    cases.push_back({"linear.train", s.name(), "stac3dl", train, 3 * s.flops(), 4 * s.bytes()});
  }
  return cases;
}
const Register here(linear_cases);

}  // namespace
}  // namespace bench
