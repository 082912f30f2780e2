// Cases of the LSTM sequence: x (L, B, U) -> y (L, B, U), and a training step's forward and backward together.
#include "stac3dl/nn/lstm.hpp"

#include <memory>

#include "case.hpp"
#include "sequence_shapes.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct Sequence {
  Sequence(const LstmShape& s, Accuracy accuracy)
      : lstm(s.units, s.units, 1, false, Random(1)), x({s.steps, s.batch, s.units}), y(x), dy(x), dx(x) {
    lstm.plan(x.shape(), cache);
    lstm.set_accuracy(accuracy);
    fill(x), fill(dy);
  }
  void infer() { lstm.infer(x, y, {}, nullptr, workspace); }
  void train() {
    lstm.forward(x, y, cache, workspace);
    lstm.backward(x, y, dy, dx, cache, workspace);
  }

  Lstm<float> lstm;
  Lstm<float>::Cache cache;
  Tensor<float, 3> x, y, dy, dx;
  Workspace workspace;
};

std::vector<Case> lstm_cases() {
  std::vector<Case> cases;
  for (const LstmShape& s : lstm_shapes)
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::exact}) {
      const auto timed = [=](void (Sequence::*run)()) {
        return [=]() -> Run { return [=, k = std::make_shared<Sequence>(s, accuracy)] { (*k.*run)(); }; };
      };
      const char* const engine = accuracy == Accuracy::exact ? "stac3dl.exact" : "stac3dl";
      cases.push_back({"lstm.infer", s.name(), engine, timed(&Sequence::infer), s.flops()});
      cases.push_back({"lstm.train", s.name(), engine, timed(&Sequence::train), 3 * s.flops()});
    }
  return cases;
}
const Register here(lstm_cases);

}  // namespace
}  // namespace bench
