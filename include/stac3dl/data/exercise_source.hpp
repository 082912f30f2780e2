/// data/exercise_source.hpp - generated exercises ready for a model: what training and evaluation draw from.
///
///   ExerciseSource train(clips, ExerciseSource::measure(clips));    // statistics of the training people
///   ExerciseSource test(other_clips, train.preparation());
///   train.sample(i, epoch): a recording that no earlier epoch had, of the same subject and class
///   test.sample(i):         always the same
#pragma once

#include "stac3dl/data/frame_order.hpp"
#include "stac3dl/data/generated_exercises.hpp"
#include "stac3dl/data/prepare_window.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What a model may learn from the order of frames.
enum class FrameOrder { natural, shuffled, one_frame };

/// What is done to generated clips before a model sees them.
struct ExercisePreparation {
  std::vector<ModalityStatistics> statistics;  ///< one an input
  std::vector<double> motion_gain;             ///< one an input, or empty: all 1
  FrameOrder order = FrameOrder::natural;      ///< natural, or frames in another order
  bool fresh_each_epoch = true;                ///< sample(i, epoch) is a new recording in each epoch
  bool shuffled_labels = false;                ///< labels drawn at random: nothing can be learnt
};

class ExerciseSource {
 public:
  /// `preparation.statistics` has one entry an input; so has `motion_gain`, or none.  Error otherwise.
  ExerciseSource(GeneratedExercises clips, ExercisePreparation preparation)
      : clips_(std::move(clips)), preparation_(std::move(preparation)) {
    const std::size_t inputs = input_count(clips_.options());
    check(preparation_.statistics.size() == inputs, "ExerciseSource: ", inputs, " inputs, statistics of ",
          preparation_.statistics.size());
    check(preparation_.motion_gain.empty() || preparation_.motion_gain.size() == inputs, "ExerciseSource: ", inputs,
          " inputs, motion gains of ", preparation_.motion_gain.size());
  }

  /// Statistics of each input over the first `samples` clips.
  static ExercisePreparation measure(const GeneratedExercises& clips, Index samples = 96) {
    std::vector<Index> chosen(static_cast<std::size_t>(std::min(samples, clips.size())));
    std::iota(chosen.begin(), chosen.end(), Index{0});
    std::vector<Sample> first = clips.samples(chosen);
    for (Sample& s : first) centre_skeleton(clips.options(), s);
    ExercisePreparation preparation;
    for (std::size_t m = 0; m < input_count(clips.options()); ++m)
      preparation.statistics.push_back(sample_statistics(first, m));
    return preparation;
  }

  const GeneratedExercises& clips() const { return clips_; }               ///< Where clips come from.
  const ExercisePreparation& preparation() const { return preparation_; }  ///< As given.
  Index size() const { return clips_.size(); }                             ///< Clips.
  Index label(Index i) const { return clips_.label(i); }                   ///< Class of clip i.

  Sample sample(Index i) const { return prepare(i, 0, clips_.sample(i)); }  ///< Clip i as it always is.
  /// Clip i as it is in this epoch.
  Sample sample(Index i, std::uint64_t epoch) const {
    const std::uint64_t round = preparation_.fresh_each_epoch ? epoch : 0;
    return prepare(i, epoch, clips_.sample(i, round));
  }

 private:
  static std::size_t input_count(const ExerciseOptions& o) {
    return static_cast<std::size_t>(o.rgb + o.depth + o.skeleton + o.heart_rate + o.respiration);
  }
  static void centre_skeleton(const ExerciseOptions& o, Sample& s) {
    if (o.skeleton) centre_on_joint(s.inputs[static_cast<std::size_t>(o.rgb + o.depth)], exercises::pelvis);
  }

  Sample prepare(Index i, std::uint64_t epoch, Sample s) const {
    const Random random({clips_.seed(), static_cast<std::uint64_t>(clips_.subject(i)),
                         static_cast<std::uint64_t>(clips_.recording(i)), epoch, 0x0de7});
    if (preparation_.order == FrameOrder::shuffled) s = shuffled_frames(s, random);
    if (preparation_.order == FrameOrder::one_frame) s = one_frame_repeated(s, random);
    centre_skeleton(clips_.options(), s);
    for (std::size_t m = 0; m < s.inputs.size(); ++m) {
      normalise(s.inputs[m], preparation_.statistics[m]);
      if (!preparation_.motion_gain.empty()) scale_motion(s.inputs[m], preparation_.motion_gain[m]);
    }
    if (preparation_.shuffled_labels) {
      // The same for every epoch: a label that could be learnt by heart, but says nothing about anybody else.
      Random label({clips_.seed(), static_cast<std::uint64_t>(clips_.subject(i)),
                    static_cast<std::uint64_t>(clips_.recording(i)), 0x1abe1});
      s.label = static_cast<Index>(label.below(static_cast<std::uint64_t>(GeneratedExercises::classes())));
    }
    return s;
  }

  GeneratedExercises clips_;
  ExercisePreparation preparation_;
};

STAC3DL_NAMESPACE_END
