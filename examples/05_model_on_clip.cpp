// The model on one generated clip: what goes in, what comes out, where it looks.  Untrained, so it does not know yet.
#include <cstdio>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

int main() {
  // A person doing a squat: 32 frames of 64 x 64.
  ExerciseOptions options;
  const GeneratedExercises people(options, 1, 0, 1, GeneratedExercises::classes());
  Batch<float> batch;
  collate({people.sample(0)}, batch);

  ModelConfig config = presets::tiny(GeneratedExercises::classes());
  StaC3d<float> model(config, 1);
  std::printf("tiny: %ld parameters, %.0f million multiplications for its 16 frames\n",
              static_cast<long>(parameter_count(model)), static_cast<double>(model.plan().conv_macs) / 1e6);

  // Time is not fixed: 32 frames give L = 4 steps where 16 gave 2.
  auto ready = prepare(model);
  const auto& out = ready(batch);
  std::printf("input %s -> tokens %s -> probabilities %s\n", to_string(batch.inputs[0].x.shape()).c_str(),
              to_string(out.tokens.shape()).c_str(), to_string(out.probabilities.shape()).c_str());

  // alpha says when, beta says where; each row of beta is a 4 x 4 picture.
  double alpha = 0, beta = 0;
  for (Index l = 0; l < out.alpha.size(1); ++l) alpha += static_cast<double>(out.alpha(0, l));
  for (Index p = 0; p < out.beta.size(2); ++p) beta += static_cast<double>(out.beta(0, 0, p));
  std::printf("%ld steps, alpha sums to %.3f; %ld places, beta of a step sums to %.3f\n",
              static_cast<long>(out.alpha.size(1)), alpha, static_cast<long>(out.beta.size(2)), beta);

  // A stretch of the recording that is missing is a mask, and gets no attention.
  for (Index t = 0; t < 8; ++t) batch.inputs[0].frames(0, t) = 0;
  std::printf("first second masked: alpha[0] = %g\n", static_cast<double>(ready(batch).alpha(0, 0)));
}
