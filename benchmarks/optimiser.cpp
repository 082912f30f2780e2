// Cases of the optimisers' steps, all state in one pass: FC7's weights, and as many as the whole of the paper's preset.
#include "stac3dl/kernels/optimiser.hpp"

#include <memory>

#include "case.hpp"
#include "stac3dl/core/tensor.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct State {
  explicit State(Index size) : g({size}), w(g), first(g), second(g) { fill(g), fill(w); }
  Tensor<float, 1> g, w, first, second;
};

std::vector<Case> optimiser_cases() {
  std::vector<Case> cases;
  for (Index size : {16'777'216, 76'540'478}) {
    const std::string shape = std::to_string(size);
    const auto add = [&](const char* task, double words, auto step) {
      const auto make = [size, step]() -> Run { return [s = std::make_shared<State>(size), step] { step(*s); }; };
      cases.push_back({task, shape, "stac3dl", make, 0, 4 * words * static_cast<double>(size)});
    };
    // Words moved for each weight: the gradient read; weight and states read and written.
    add("optimiser.sgd", 5, [](State& s) {
      kernels::sgd_step<float>(s.g, s.w, s.first, {.rate = 1e-6, .momentum = 0.9, .decay = 5e-4});
    });
    add("optimiser.adamw", 7, [](State& s) {
      kernels::adam_step<float>(s.g, s.w, s.first, s.second, {.rate = 1e-6, .decay = 0.01, .decoupled = true});
    });
  }
  return cases;
}
const Register here(optimiser_cases);

}  // namespace
}  // namespace bench
