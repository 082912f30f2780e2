/// data/group_folds.hpp - folds for recordings that are known by group (clips of one video), with balanced classes.
///
/// Groups are dealt out whole, the largest first (equal ones in order of their names), each to the fold where
///   sum over folds and classes of (recordings)^2
/// grows least, to the first of several: what keeps every class as even over the folds as whole groups allow.
#pragma once

#include <map>

#include "stac3dl/data/splits.hpp"

STAC3DL_NAMESPACE_BEGIN

/// For each recording the fold, 0 to k - 1, in which it is tested.  A recording without a group is one of its own.
inline std::vector<Index> deal_groups(const std::vector<Recording>& recordings, Index k) {
  struct Group {
    std::map<Index, Index> classes;  // recordings of each
    std::vector<std::size_t> members;
  };
  std::map<std::pair<std::string, std::string>, Group> named;
  for (std::size_t r = 0; r < recordings.size(); ++r) {
    const Recording& recording = recordings[r];
    Group& group = named[{recording.group, recording.group.empty() ? recording.id : ""}];
    ++group.classes[recording.label], group.members.push_back(r);
  }
  check(k >= 2 && k <= static_cast<Index>(named.size()), "group_folds: want 2 to ", named.size(),
        " folds (the number of groups), got ", k);
  std::vector<const Group*> order;
  for (const auto& [name, group] : named) order.push_back(&group);
  std::stable_sort(order.begin(), order.end(),
                   [](const Group* a, const Group* b) { return a->members.size() > b->members.size(); });

  std::vector<std::map<Index, Index>> filled(static_cast<std::size_t>(k));
  std::vector<Index> fold(recordings.size());
  for (const Group* group : order) {
    std::size_t best = 0;
    Index least = std::numeric_limits<Index>::max();
    for (std::size_t f = 0; f < filled.size(); ++f) {
      Index growth = 0;
      for (const auto& [label, count] : group->classes) growth += count * (2 * filled[f][label] + count);
      if (growth < least) least = growth, best = f;
    }
    for (const auto& [label, count] : group->classes) filled[best][label] += count;
    for (const std::size_t r : group->members) fold[r] = static_cast<Index>(best);
  }
  return fold;
}

/// The splits of these folds: split f tests fold f and trains the others; recordings of fold -1 are in none.
inline std::vector<Split> splits_of(const std::vector<Recording>& recordings, const std::vector<Index>& fold) {
  check(fold.size() == recordings.size(), "splits_of: ", recordings.size(), " recordings, folds of ", fold.size());
  std::vector<Split> splits;
  for (Index f = 0; f <= *std::max_element(fold.begin(), fold.end()); ++f) {
    Split& split = splits.emplace_back();
    for (std::size_t r = 0; r < fold.size(); ++r)
      if (fold[r] >= 0) (fold[r] == f ? split.test : split.train).push_back(static_cast<Index>(r));
    check_split(recordings, split);
  }
  return splits;
}

/// k folds; every recording is tested in exactly one, no group or person is on both sides.
inline std::vector<Split> group_folds(const std::vector<Recording>& recordings, Index k) {
  return splits_of(recordings, deal_groups(recordings, k));
}

STAC3DL_NAMESPACE_END
