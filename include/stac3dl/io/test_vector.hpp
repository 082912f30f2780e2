/// io/test_vector.hpp - a question with a known answer, kept in a model file and asked again when it is loaded.
///
/// The question is a seed: one example of normal numbers, two steps long (variant c3d: the configured frames), nothing
/// masked.  The answer is the logits and, if there is that head, the key points.  Kernels for another processor may
/// round differently, so answers agree to 1e-4 of the RMS of the expected one; wrong weights, a wrong reading of the
/// configuration or a broken kernel are orders of magnitude away.
#pragma once

#include <cmath>

#include "stac3dl/io/json_fields.hpp"
#include "stac3dl/model/sta_c3dl.hpp"

STAC3DL_NAMESPACE_BEGIN

struct TestVector {
  std::uint64_t seed = 1;                 ///< of the question
  std::vector<double> logits, keypoints;  ///< the answer
};
template <class Visit>
void visit_fields(TestVector& t, Visit&& visit) {
  visit("seed", t.seed), visit("logits", t.logits), visit("keypoints", t.keypoints);
}

/// The example that a seed stands for.  Numbers are rounded to float, so that both precisions get the same.
template <std::floating_point Real>
Batch<Real> test_batch(const ModelConfig& config, const ModelPlan& plan, std::uint64_t seed) {
  Batch<Real> batch;
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const ModalityConfig& c = config.modalities[m];
    const Index frames = config.variant == Variant::c3d ? c.frames : 2 * plan.modalities[m].time_factor;
    auto& input = batch.inputs.emplace_back();
    input.x.resize({1, c.channels, frames, c.height, c.width});
    input.frames.resize({1, frames});
    input.frames.fill(1);
    const Random random({seed, 0x7e57, m});
    parallel_chunks(input.x.size(), 4096, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        input.x[i] = static_cast<Real>(static_cast<float>(random.normal_at(static_cast<std::uint64_t>(i))));
    });
  }
  batch.labels = {0};
  return batch;
}

/// How many numbers the question and what the encoders make of it are, at least: what asking costs in memory.
inline double test_size(const ModelConfig& config, const ModelPlan& plan) {
  double numbers = 0;
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const ModalityConfig& c = config.modalities[m];
    const auto volume = [](Index channels, const Axes& size) {
      return static_cast<double>(channels) * static_cast<double>(size[0]) * static_cast<double>(size[1]) *
             static_cast<double>(size[2]);
    };
    double all = volume(c.channels, {c.frames, c.height, c.width});
    for (std::size_t b = 0; b < plan.modalities[m].blocks.size(); ++b)
      all += static_cast<double>(config.streams) * volume(c.blocks[b].channels, plan.modalities[m].blocks[b].convolved);
    const Index frames = config.variant == Variant::c3d ? c.frames : 2 * plan.modalities[m].time_factor;
    numbers += all * static_cast<double>(frames) / static_cast<double>(c.frames);
  }
  return numbers;
}

/// What the model answers.
template <std::floating_point Real>
TestVector answer_test(const StaC3d<Real>& model, std::uint64_t seed) {
  const Batch<Real> batch = test_batch<Real>(model.config(), model.plan(), seed);
  typename StaC3d<Real>::Pass pass;
  model.infer(batch, pass);
  TestVector answer{seed, {}, {}};
  answer.logits.assign(pass.logits.begin(), pass.logits.end());
  answer.keypoints.assign(pass.keypoints.begin(), pass.keypoints.end());
  return answer;
}

namespace detail {
inline void compare_answers(const std::string& what, const std::vector<double>& got, const std::vector<double>& want) {
  check(got.size() == want.size(), what, ": want ", want.size(), " numbers, got ", got.size());
  double squares = 0, worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    squares += want[i] * want[i];
    const double difference = std::abs(got[i] - want[i]);
    if (!(difference <= worst)) worst = difference;  // NaN stays
  }
  const double rms = want.empty() ? 0 : std::sqrt(squares / static_cast<double>(want.size()));
  check(worst <= 1e-4 * rms + 1e-12, what, ": the answer to the stored test input differs by ", worst,
        ", want at most 1e-4 of its RMS ", rms,
        "; the file was made by a build that computes differently, or one of the two is broken");
}
}  // namespace detail

/// Throws "what: ..." unless the model answers as it did when `want` was made.
template <std::floating_point Real>
void check_answer(const std::string& what, const StaC3d<Real>& model, const TestVector& want) {
  const TestVector got = answer_test(model, want.seed);
  detail::compare_answers(what + ": logits", got.logits, want.logits);
  detail::compare_answers(what + ": key points", got.keypoints, want.keypoints);
}

STAC3DL_NAMESPACE_END
