// An LSTM learns to continue a sine: 30 steps are given, it guesses the next value at every step.
#include <cmath>
#include <cstdio>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

/// A model is a struct of layers; visit_params is the one list of what is learned.
struct Forecaster {
  Lstm<float> lstm{1, 16, 1, false, Random({1, 0})};
  Linear<float> readout{16, 1, Random({1, 1}), Init::glorot};

  template <class Visit>
  void visit_params(Visit&& visit) {
    lstm.visit_params(scoped("lstm.", visit));
    readout.visit_params(scoped("readout.", visit));
  }
};

int main() {
  constexpr Index steps = 30, waves = 16;  // time-major: (L, B, features)
  Tensor<float, 3> x({steps, waves, 1}), next({steps, waves, 1});
  for (Index b = 0; b < waves; ++b)
    for (Index l = 0; l < steps; ++l) {
      const double phase = 0.4 * static_cast<double>(b), at = 0.3 * static_cast<double>(l);
      x(l, b, 0) = static_cast<float>(std::sin(at + phase));
      next(l, b, 0) = static_cast<float>(std::sin(at + 0.3 + phase));
    }

  Forecaster model;
  Optimiser<float> adam({.kind = OptimiserKind::adam});
  Lstm<float>::Cache lstm_cache;
  Linear<float>::Cache readout_cache;
  Workspace workspace;
  Tensor<float, 3> h(model.lstm.plan(x.shape(), lstm_cache)), dh(h.shape()), guess(next.shape()), d_guess(next.shape());
  const Shape<2> rows{steps * waves, 16}, values{steps * waves, 1};

  for (int epoch = 0; epoch <= 300; ++epoch) {
    model.lstm.forward(x, h, lstm_cache, workspace);
    model.readout.forward(h.view().reshape(rows), guess.view().reshape(values), readout_cache, workspace);

    // Mean squared error and its gradient.
    d_guess.array() = (guess.array() - next.array()) * (2.0f / static_cast<float>(guess.size()));
    const float error = (guess.array() - next.array()).square().mean();
    if (epoch % 100 == 0) std::printf("epoch %3d: mean squared error %s\n", epoch,
                                      error < 1e-3f ? "below 0.001" : error < 0.1f ? "below 0.1" : "above 0.1");
    zero_grad(model);
    model.readout.backward(h.view().reshape(rows), guess.view().reshape(values), d_guess.view().reshape(values),
                           dh.view().reshape(rows), readout_cache, workspace);
    model.lstm.backward(x, h, dh, {}, lstm_cache, workspace);
    adam.step(model, 0.01);
  }
}
