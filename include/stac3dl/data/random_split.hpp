/// data/random_split.hpp - recordings drawn at random for the test: fast to do, and as a rule wrong.
///
/// Clips that were cut from one video, and recordings of one person, are nearly copies of each other.  Drawn at random
/// they end up on both sides, and the score says how well a model remembers them.  random_split() therefore refuses a
/// draw that does this, with the reason, unless it is told that the leak is meant.
#pragma once

#include "stac3dl/data/splits.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Whether a person or a group may be on both sides of a split.
enum class Leaks { refuse, allow };

/// As check_split(), but where `leaks` allows it a person or a group may be on both sides.
inline void check_leaks(const std::vector<Recording>& recordings, const Split& split, Leaks leaks, const char* what) {
  if (leaks == Leaks::allow) return;
  try {
    check_split(recordings, split);
  } catch (const Error& error) {
    fail(what, ": ", error.what(),
         "; what is nearly the same would be learned and tested, and the score would say "
         "nothing about the next one (Leaks::allow does it all the same)");
  }
}

/// `test_share` of the recordings, rounded, at least one, are tested; which ones depends on `seed` alone.
inline Split random_split(const std::vector<Recording>& recordings, double test_share, std::uint64_t seed,
                          Leaks leaks = Leaks::refuse) {
  const Index count = static_cast<Index>(recordings.size());
  check(count >= 2 && test_share > 0 && test_share < 1,
        "random_split: want 2 recordings or more and a share between 0 "
        "and 1, got ",
        count, " and ", test_share);
  std::vector<Index> order(recordings.size());
  for (Index r = 0; r < count; ++r) order[static_cast<std::size_t>(r)] = r;
  Random(seed).shuffle(order);
  const Index tested = std::clamp<Index>(std::llround(test_share * static_cast<double>(count)), 1, count - 1);
  Split split;
  split.test.assign(order.begin(), order.begin() + tested);
  split.train.assign(order.begin() + tested, order.end());
  std::sort(split.test.begin(), split.test.end());
  std::sort(split.train.begin(), split.train.end());
  std::set<std::string> people;
  for (Index r : split.test)
    if (const std::string& person = recordings[static_cast<std::size_t>(r)].subject; !person.empty())
      people.insert(person);
  split.test_people.assign(people.begin(), people.end());
  check_leaks(recordings, split, leaks, "random_split");
  return split;
}

STAC3DL_NAMESPACE_END
