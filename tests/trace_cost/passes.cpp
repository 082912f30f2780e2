// A small model that nobody traces: inference, forward and backward over one generated clip.  tools/trace_cost builds
// it twice, with the recorder compiled in and off, and with STAC3DL_RECORDING=0, and counts what run_passes() executes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "stac3dl/data/generated_exercises.hpp"
#include "stac3dl/model/presets.hpp"
#include "stac3dl/model/sta_c3dl.hpp"
#if STAC3DL_RECORDING
#include "stac3dl/inspect/trace_model.hpp"
#endif

using namespace stac3dl;

namespace {
StaC3d<float>& model() {
  static StaC3d<float> model(presets::tiny(GeneratedExercises::classes()), 1);
  return model;
}
StaC3d<float>::Pass inference, training;
Batch<float> batch;
}  // namespace

extern "C" __attribute__((noinline)) void run_passes() {
  model().infer(batch, inference);
  model().forward(batch, training, Mode::training, Random(3));
  training.d_logits.fill(0.01f);
  model().backward(batch, training);
}

int main(int arguments, char** argument) {
  const GeneratedExercises people(ExerciseOptions{}, 1, 0, 1, 1);
  collate<float>({people.sample(0)}, batch);
  std::vector<double> times;
  for (int i = arguments > 1 ? std::atoi(argument[1]) : 1; i-- > 0;) {
    const auto start = std::chrono::steady_clock::now();
    run_passes();
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%.3f\n", 1e3 * times[times.size() / 2]);
#if STAC3DL_RECORDING
  if (arguments > 2) std::puts(trace(model(), batch).table().c_str());  // compiled in, and not called
#endif
}
