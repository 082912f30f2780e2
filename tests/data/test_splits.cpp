#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/splits.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// Seven people with two recordings each, mixed up.
std::vector<Recording> fourteen() {
  std::vector<Recording> recordings(14);
  for (std::size_t r = 0; r < 14; ++r) {
    recordings[r].id = "r" + std::to_string(r);
    recordings[r].subject = "p" + std::to_string(r * 3 % 7);
  }
  return recordings;
}
}  // namespace

TEST_CASE("hold_out: the named people are tested, all others train") {
  const auto recordings = fourteen();
  const Split split = hold_out(recordings, {"p1", "p6"});
  CHECK(split.train.size() == 10);
  CHECK(split.test.size() == 4);
  for (Index r : split.test) {
    const std::string& person = recordings[static_cast<std::size_t>(r)].subject;
    CHECK((person == "p1" || person == "p6"));
  }
  CHECK_ERROR(hold_out(recordings, {"p7"}), "hold_out: no recordings of person p7");
  CHECK_ERROR(hold_out(recordings, {}), "14 recordings to train and 0 to test");
  CHECK_ERROR(hold_out(recordings, people_of(recordings)), "0 recordings to train and 14 to test");
}

TEST_CASE("k_folds and leave_one_subject_out: every person is tested once") {
  const auto recordings = fourteen();
  for (const std::uint64_t seed : {0u, 5u})
    for (const Index k : {2, 3, 7}) {
      const auto folds = k_folds(recordings, k, seed);
      CHECK(static_cast<Index>(folds.size()) == k);
      std::vector<int> tested(14);
      for (const Split& split : folds) {
        check_split(recordings, split);
        CHECK(split.train.size() + split.test.size() == 14);
        for (Index r : split.test) ++tested[static_cast<std::size_t>(r)];
      }
      CHECK(tested == std::vector<int>(14, 1));
    }
  CHECK(k_folds(recordings, 3)[1].test_people == std::vector<std::string>{"p1", "p4"});
  CHECK(k_folds(recordings, 3, 5)[1].test_people == k_folds(recordings, 3, 5)[1].test_people);
  const auto each = leave_one_subject_out(recordings);
  CHECK(each.size() == 7);
  CHECK(each[2].test_people == std::vector<std::string>{"p2"});
  CHECK(each[2].test.size() == 2);
  CHECK_ERROR(k_folds(recordings, 1), "want 2 to 7 folds");
  CHECK_ERROR(k_folds(recordings, 8), "want 2 to 7 folds");
}

TEST_CASE("check_split: a person or a group on both sides is refused") {
  auto recordings = fourteen();  // r0 and r7 are of p0
  CHECK_ERROR(check_split(recordings, {{0, 1}, {7}, {}}), "split: person p0 is on both sides (recording r7)");
  CHECK_ERROR(check_split(recordings, {{0, 1}, {1}, {}}), "recording r1 is listed twice");
  CHECK_ERROR(check_split(recordings, {{0, 14}, {1}, {}}), "recording 14 of 14");
  recordings[0].group = recordings[1].group = "video";
  CHECK_ERROR(check_split(recordings, {{0}, {1}, {}}), "split: group video is on both sides (recording r1)");
  check_split(recordings, {{0, 1}, {2}, {}});
  recordings[3].subject.clear();
  CHECK_ERROR(people_of(recordings), "people_of: recording r3 names no subject");
}
