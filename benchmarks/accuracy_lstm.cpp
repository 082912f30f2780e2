// Results of the LSTM, forward and backward through all steps, beside the same layer in double.
#include <algorithm>

#include "../tests/kernels/error_over_rms.hpp"
#include "accuracy.hpp"
#include "stac3dl/nn/lstm.hpp"

namespace bench {
namespace {

/// One training step of a layer whose numbers are those of a float.
template <class Real>
struct Step {
  Step(const LstmShape& s, Accuracy accuracy)
      : lstm(s.units, s.units, 1, false, Random(1)), x({s.steps, s.batch, s.units}), y(x), dy(x), dx(x) {
    const Lstm<float> numbers(s.units, s.units, 1, false, Random(1));
    const auto copy = [](const auto& from, auto& to) { std::copy(from.begin(), from.end(), to.begin()); };
    copy(numbers.weights(0).weight_x.value, lstm.weights(0).weight_x.value);
    copy(numbers.weights(0).weight_h.value, lstm.weights(0).weight_h.value);
    Tensor<float, 3> normal(x.shape());
    fill_normal(normal, 1, Random(2)), copy(normal, x);
    fill_normal(normal, 1, Random(3)), copy(normal, dy);
    lstm.set_accuracy(accuracy);
    lstm.plan(x.shape(), cache);
    lstm.forward(x, y, cache, workspace);
    lstm.backward(x, y, dy, dx, cache, workspace);
  }

  Lstm<Real> lstm;
  typename Lstm<Real>::Cache cache;
  Tensor<Real, 3> x, y, dy, dx;
  Workspace workspace;
};

}  // namespace

LstmErrors lstm_errors(const LstmShape& shape, Accuracy accuracy) {
  using testing::error_over_rms;
  const Step<float> got(shape, accuracy);
  const Step<double> want(shape, accuracy);
  const auto& g = got.lstm.weights(0);
  const auto& w = want.lstm.weights(0);
  return {error_over_rms(got.y, want.y), error_over_rms(got.dx, want.dx),
          error_over_rms(g.weight_x.grad, w.weight_x.grad), error_over_rms(g.weight_h.grad, w.weight_h.grad)};
}

}  // namespace bench
