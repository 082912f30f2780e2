// Results of the LSTM, forward and backward through all steps, beside the same layer in double.
#include <cmath>

#include "accuracy.hpp"
#include "stac3dl/nn/lstm.hpp"

namespace bench {
namespace {

template <class To, class From>
void convert(const From& from, To& to) {
  for (Index i = 0; i < from.size(); ++i) to[i] = static_cast<typename To::Scalar>(from[i]);
}

/// One training step of a layer whose numbers are those of a float.
template <class Real>
struct Step {
  Step(const LstmShape& s, Accuracy accuracy)
      : lstm(s.units, s.units, 1, false, Random(1)), x({s.steps, s.batch, s.units}), y(x), dy(x), dx(x) {
    const Lstm<float> numbers(s.units, s.units, 1, false, Random(1));
    convert(numbers.weights(0).weight_x.value, lstm.weights(0).weight_x.value);
    convert(numbers.weights(0).weight_h.value, lstm.weights(0).weight_h.value);
    Tensor<float, 3> normal(x.shape());
    fill_normal(normal, 1, Random(2)), convert(normal, x);
    fill_normal(normal, 1, Random(3)), convert(normal, dy);
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

template <int R>
double error_of(const Tensor<float, R>& result, const Tensor<double, R>& exact) {
  double largest = 0, squares = 0;
  for (Index i = 0; i < exact.size(); ++i) {
    largest = std::max(largest, std::fabs(double(result[i]) - exact[i]));
    squares += exact[i] * exact[i];
  }
  return largest / std::sqrt(squares / static_cast<double>(exact.size()));
}

}  // namespace

LstmErrors lstm_errors(const LstmShape& shape, Accuracy accuracy) {
  const Step<float> got(shape, accuracy);
  const Step<double> want(shape, accuracy);
  const auto& g = got.lstm.weights(0);
  const auto& w = want.lstm.weights(0);
  return {error_of(got.y, want.y), error_of(got.dx, want.dx), error_of(g.weight_x.grad, w.weight_x.grad),
          error_of(g.weight_h.grad, w.weight_h.grad)};
}

}  // namespace bench
