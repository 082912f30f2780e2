#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/group_folds.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// Groups as "name label label ...", mixed up.
std::vector<Recording> clips(const std::vector<std::pair<std::string, std::vector<Index>>>& groups) {
  std::vector<Recording> list;
  for (const auto& [name, labels] : groups)
    for (const Index label : labels) {
      Recording r;
      r.id = "r" + std::to_string(list.size()), r.group = name, r.label = label;
      list.push_back(r);
    }
  Random(4).shuffle(list);
  return list;
}
}  // namespace

TEST_CASE("group_folds: whole groups, the largest first, each class spread evenly") {
  const auto list =
      clips({{"a", {0, 0, 0}}, {"b", {1, 1, 1}}, {"c", {0, 0}}, {"d", {1, 1}}, {"e", {0}}, {"f", {1}}, {"", {0, 1}}});
  // a to fold 0; b has no class in common with it and goes to the first as well; c and d to fold 1, which e, f and the
  // two without a group then fill up
  const auto fold = deal_groups(list, 2);
  std::map<std::string, std::set<Index>> folds;
  std::array<std::array<int, 2>, 2> count{};
  for (std::size_t r = 0; r < list.size(); ++r) {
    folds[list[r].group].insert(fold[r]);
    ++count[static_cast<std::size_t>(fold[r])][static_cast<std::size_t>(list[r].label)];
  }
  for (const char* group : {"a", "b"}) CHECK(folds[group] == std::set<Index>{0});
  for (const char* group : {"c", "d", "e", "f"}) CHECK(folds[group].size() == 1);
  for (const auto& of_fold : count)
    for (const int n : of_fold) CHECK((n == 3 || n == 4));
  const auto splits = group_folds(list, 2);
  REQUIRE(splits.size() == 2);
  CHECK(splits[0].test == splits[1].train);
  CHECK(splits[0].train.size() + splits[0].test.size() == list.size());
  CHECK_ERROR(group_folds(list, 1), "group_folds: want 2 to 8 folds (the number of groups), got 1");
  CHECK_ERROR(group_folds(list, 9), "got 9");
}

TEST_CASE("splits_of: recordings of fold -1 are on neither side, a leak is an error") {
  const auto list = clips({{"a", {0}}, {"b", {0}}, {"c", {1, 1}}, {"d", {1}}});
  std::vector<Index> fold;
  for (const Recording& r : list) fold.push_back(r.group == "c" ? -1 : r.group == "a" ? 0 : 1);
  const auto splits = splits_of(list, fold);
  REQUIRE(splits.size() == 2);
  CHECK(splits[0].test.size() == 1);
  CHECK(splits[0].train.size() == 2);
  for (std::size_t r = 0, c = 0; r < list.size(); ++r)
    if (list[r].group == "c") fold[r] = static_cast<Index>(c++);
  CHECK_ERROR(splits_of(list, fold), "split: group c is on both sides");
  CHECK_ERROR(splits_of(list, {0, 1}), "splits_of: 5 recordings, folds of 2");
}
