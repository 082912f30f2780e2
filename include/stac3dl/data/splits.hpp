/// data/splits.hpp - who trains and who is tested.  A person is never on both sides, nor is a group (clips cut from one
/// video): a model that has seen a person knows the person, and its score says nothing about the next one.
#pragma once

#include <set>

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Indices of recordings, both sides in order.
struct Split {
  std::vector<Index> train, test;        ///< indices of recordings
  std::vector<std::string> test_people;  ///< who is in `test`
};

/// Everyone in the recordings, once, in order.  A recording without a subject is an error: it could be anyone's.
inline std::vector<std::string> people_of(const std::vector<Recording>& recordings) {
  std::set<std::string> people;
  for (const Recording& recording : recordings) {
    check(!recording.subject.empty(), "people_of: recording ", recording.id, " names no subject");
    people.insert(recording.subject);
  }
  return {people.begin(), people.end()};
}

/// Throws if a person or a group is on both sides, if a recording is listed twice, or if a side is empty.
inline void check_split(const std::vector<Recording>& recordings, const Split& split) {
  check(!split.train.empty() && !split.test.empty(), "split: ", split.train.size(), " recordings to train and ",
        split.test.size(), " to test; want some on both sides");
  std::set<Index> listed;
  const auto at = [&](Index r) -> const Recording& {
    check(r >= 0 && r < static_cast<Index>(recordings.size()), "split: recording ", r, " of ", recordings.size());
    const Recording& recording = recordings[static_cast<std::size_t>(r)];
    check(listed.insert(r).second, "split: recording ", recording.id, " is listed twice");
    return recording;
  };
  std::set<std::string> people, groups;
  for (Index r : split.train) {
    const Recording& recording = at(r);
    people.insert(recording.subject), groups.insert(recording.group);
  }
  for (Index r : split.test) {
    const Recording& recording = at(r);
    check(recording.subject.empty() || !people.contains(recording.subject), "split: person ", recording.subject,
          " is on both sides (recording ", recording.id, ")");
    check(recording.group.empty() || !groups.contains(recording.group), "split: group ", recording.group,
          " is on both sides (recording ", recording.id, ")");
  }
}

/// These people are tested, all others train.
inline Split hold_out(const std::vector<Recording>& recordings, const std::vector<std::string>& test_people) {
  const std::vector<std::string> people = people_of(recordings);
  for (const std::string& person : test_people)
    check(std::binary_search(people.begin(), people.end(), person), "hold_out: no recordings of person ", person);
  Split split{{}, {}, test_people};
  for (std::size_t r = 0; r < recordings.size(); ++r) {
    const bool test = std::find(test_people.begin(), test_people.end(), recordings[r].subject) != test_people.end();
    (test ? split.test : split.train).push_back(static_cast<Index>(r));
  }
  check_split(recordings, split);
  return split;
}

/// k folds; every person is tested in exactly one.  Fold f tests the people f, f + k, f + 2k, ... in order of their
/// names, or in an order shuffled by `seed` if that is not 0.
inline std::vector<Split> k_folds(const std::vector<Recording>& recordings, Index k, std::uint64_t seed = 0) {
  std::vector<std::string> people = people_of(recordings);
  check(k >= 2 && k <= static_cast<Index>(people.size()), "k_folds: want 2 to ", people.size(),
        " folds (the number of people), got ", k);
  if (seed != 0) Random(seed).shuffle(people);
  std::vector<Split> folds;
  for (Index f = 0; f < k; ++f) {
    std::vector<std::string> test;
    for (std::size_t p = static_cast<std::size_t>(f); p < people.size(); p += static_cast<std::size_t>(k))
      test.push_back(people[p]);
    folds.push_back(hold_out(recordings, test));
  }
  return folds;
}

/// As many folds as people; each tests one.
inline std::vector<Split> leave_one_subject_out(const std::vector<Recording>& recordings) {
  return k_folds(recordings, static_cast<Index>(people_of(recordings).size()));
}

STAC3DL_NAMESPACE_END
