/// data/generated_exercises.hpp - the embedded data set: a drawn person does one of twelve rehabilitation exercises.
///
///   ExerciseOptions options;                       // easy, RGB alone, 32 frames of 64 x 64, 8 a second
///   GeneratedExercises train(options, 1, 0, 80, 24), test(options, 1, 80, 20, 24);   // other people
///   Sample s = train.sample(5);                    // any index, any thread, always the same clip
///
/// What a clip holds: exercise_recording.hpp.  Subjects are numbered; train and test take disjoint ranges.
#pragma once

#include <string>
#include <vector>

#include "stac3dl/data/exercise_recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The recordings of consecutively numbered subjects.  Labels go round, so that classes are balanced to within one.
class GeneratedExercises {
 public:
  /// Error where an option makes no sense, or a number is below its least.
  GeneratedExercises(const ExerciseOptions& options, std::uint64_t seed, Index first_subject, Index subjects,
                     Index recordings_per_subject)
      : options_(options), seed_(seed), first_(first_subject), subjects_(subjects),
        recordings_(recordings_per_subject) {
    options.check_valid();
    check(first_subject >= 0, "GeneratedExercises: first_subject must not be negative, got ", first_subject);
    check(subjects >= 1 && recordings_per_subject >= 1,
          "GeneratedExercises: want at least one subject and recording, got ", subjects, " and ",
          recordings_per_subject);
  }

  Index size() const { return subjects_ * recordings_; }  ///< Clips: subjects times recordings.
  static Index classes() { return static_cast<Index>(exercises::exercise_list.size()); }  ///< K.
  /// Names of the classes, by label.
  static const std::vector<std::string>& class_names() {
    static const std::vector<std::string> names = [] {
      std::vector<std::string> list;
      for (const auto& e : exercises::exercise_list) list.emplace_back(e.name);
      return list;
    }();
    return names;
  }
  const ExerciseOptions& options() const { return options_; }  ///< As given.
  /// Who is seen in clip i; no two objects with other ranges of subjects share one.
  Index subject(Index i) const { return first_ + checked(i) / recordings_; }
  /// Which of its subject's recordings clip i is.
  Index recording(Index i) const { return checked(i) % recordings_; }
  /// Counted on over all subjects: with fewer recordings than classes another part of the classes is each subject's.
  Index label(Index i) const { return (first_ * recordings_ + checked(i)) % classes(); }

  std::uint64_t seed() const { return seed_; }  ///< Seed of everything drawn.

  /// Recording i; with `round` above 0 another one of the same subject and class, as many as one likes.
  ExerciseRecording open(Index i, std::uint64_t round = 0) const {
    const Index number = recording(i) + static_cast<Index>(round) * recordings_;
    return ExerciseRecording(options_, seed_, subject(i), number, label(i));
  }
  Sample sample(Index i) const { return open(i).sample(); }  ///< Draws clip i.
  /// Draws another recording of the same subject and class for each `round`.
  Sample sample(Index i, std::uint64_t round) const { return open(i, round).sample(); }

  /// Several at once, on all threads; the same to the bit for any number of them.
  std::vector<Sample> samples(const std::vector<Index>& indices) const {
    std::vector<Sample> out(indices.size());
    parallel_for(static_cast<Index>(indices.size()), [&](Index k) {
      out[static_cast<std::size_t>(k)] = sample(indices[static_cast<std::size_t>(k)]);
    });
    return out;
  }

 private:
  Index checked(Index i) const {
    check(i >= 0 && i < size(), "GeneratedExercises: sample ", i, " of ", size());
    return i;
  }

  ExerciseOptions options_;
  std::uint64_t seed_;
  Index first_, subjects_, recordings_;
};

STAC3DL_NAMESPACE_END
