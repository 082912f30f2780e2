#include <doctest/doctest.h>

#include "stac3dl/data/exercise_source.hpp"

using namespace stac3dl;

namespace {
GeneratedExercises small_clips(Index first = 0, Index subjects = 2) {
  ExerciseOptions o;
  o.frames = 16, o.height = o.width = 24, o.fps = 4;
  o.depth = o.skeleton = o.heart_rate = o.respiration = true;
  return GeneratedExercises(o, 4, first, subjects, 12);
}
bool same(const Sample& a, const Sample& b) {
  return std::equal(a.inputs[0].x.begin(), a.inputs[0].x.end(), b.inputs[0].x.begin());
}
}  // namespace

TEST_CASE("what was measured is taken off: mean 0, deviation 1 over the measured samples") {
  const GeneratedExercises clips = small_clips();
  const ExerciseSource source(clips, ExerciseSource::measure(clips, clips.size()));
  std::vector<Sample> samples;
  for (Index i = 0; i < source.size(); ++i) samples.push_back(source.sample(i));
  for (std::size_t m = 0; m < 5; ++m) {
    const ModalityStatistics s = sample_statistics(samples, m);
    for (std::size_t c = 0; c < s.mean.size(); ++c) {
      CHECK(s.mean[c] == doctest::Approx(0).epsilon(1e-3));
      CHECK(s.scale[c] == doctest::Approx(1).epsilon(1e-3));
    }
  }
}

TEST_CASE("evaluation always sees the same, training something new in each epoch") {
  const GeneratedExercises clips = small_clips();
  const ExerciseSource source(clips, ExerciseSource::measure(clips, 4));
  CHECK(same(source.sample(3), source.sample(3)));
  CHECK(same(source.sample(3, 1), source.sample(3, 1)));
  CHECK_FALSE(same(source.sample(3, 1), source.sample(3, 2)));
  ExercisePreparation fixed = source.preparation();
  fixed.fresh_each_epoch = false;
  const ExerciseSource steady(clips, fixed);
  CHECK(same(steady.sample(3, 1), steady.sample(3, 2)));
}

TEST_CASE("frame orders and shuffled labels") {
  const GeneratedExercises clips = small_clips();
  ExercisePreparation preparation = ExerciseSource::measure(clips, 4);
  preparation.order = FrameOrder::one_frame;
  const Sample s = ExerciseSource(clips, preparation).sample(0);
  for (Index t = 1; t < 16; ++t)
    CHECK((s.inputs[0].x.slice(1).slice(t).flat().array() == s.inputs[0].x.slice(1).slice(0).flat().array()).all());
  preparation.order = FrameOrder::natural;
  preparation.shuffled_labels = true;
  const ExerciseSource random_labels(clips, preparation);
  int agree = 0;
  for (Index i = 0; i < clips.size(); ++i) {
    agree += random_labels.sample(i).label == clips.label(i);
    CHECK(random_labels.sample(i).label == random_labels.sample(i, 3).label);
  }
  CHECK(agree < 10);
}

TEST_CASE("motion gain and wrong preparations") {
  const GeneratedExercises clips = small_clips();
  ExercisePreparation preparation = ExerciseSource::measure(clips, 4);
  const Sample plain = ExerciseSource(clips, preparation).sample(1);
  preparation.motion_gain = {3, 1, 1, 1, 1};
  const Sample strong = ExerciseSource(clips, preparation).sample(1);
  const auto spread = [](const Sample& s) {
    const auto red = s.inputs[0].x.slice(0);
    return static_cast<double>((red.slice(9).flat().array() - red.slice(2).flat().array()).abs().sum());
  };
  CHECK(spread(strong) == doctest::Approx(3 * spread(plain)).epsilon(1e-3));
  preparation.motion_gain = {3};
  CHECK_THROWS_WITH_AS(ExerciseSource(clips, preparation), "ExerciseSource: 5 inputs, motion gains of 1", Error);
  preparation.motion_gain.clear(), preparation.statistics.pop_back();
  CHECK_THROWS_WITH_AS(ExerciseSource(clips, preparation), "ExerciseSource: 5 inputs, statistics of 4", Error);
}

TEST_CASE("sample_statistics counts valid places only; a constant channel has scale 1") {
  Sample s;
  s.inputs.resize(1);
  s.inputs[0].x = Tensor<float, 4>({2, 3, 2, 1}, {1, 2, 3, 4, 90, 90, 7, 7, 7, 7, 90, 90});
  s.inputs[0].frames = Tensor<std::uint8_t, 1>({3}, {1, 1, 0});
  ModalityStatistics all = sample_statistics({s}, 0);
  CHECK(all.mean[0] == doctest::Approx(2.5));
  CHECK(all.scale[0] == doctest::Approx(std::sqrt(1.25)));
  CHECK(all.mean[1] == doctest::Approx(7));
  CHECK(all.scale[1] == 1);
  s.inputs[0].positions = Tensor<std::uint8_t, 2>({3, 2}, {1, 0, 1, 0, 1, 1});
  CHECK(sample_statistics({s}, 0).mean[0] == doctest::Approx(2));
  s.inputs[0].frames.fill(0);
  CHECK_THROWS_AS(sample_statistics({s}, 0), Error);
  CHECK_THROWS_WITH_AS(sample_statistics({s}, 1), "sample_statistics: modality 1 of 1", Error);
  s.inputs[0].frames.fill(1), s.inputs[0].x[0] = std::nanf("");
  CHECK_THROWS_AS(sample_statistics({s}, 0), Error);
}

TEST_CASE("centre_on_joint takes off the joint's mean place") {
  Window w;
  w.x = Tensor<float, 4>({3, 2, 2, 1}, {1, 5, 3, 5, 0, 1, 0, 1, 2, 2, 2, 2});
  centre_on_joint(w, 0);
  CHECK(w.x(0, 0, 0, 0) == -1);
  CHECK(w.x(0, 1, 0, 0) == 1);
  CHECK(w.x(0, 0, 1, 0) == 3);
  CHECK(w.x(1, 0, 1, 0) == 1);
  CHECK(w.x(2, 1, 1, 0) == 0);
  CHECK_THROWS_AS(centre_on_joint(w, 2), Error);
}
