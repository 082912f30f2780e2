#include <doctest/doctest.h>

#include <numeric>

#include "stac3dl/data/random_split.hpp"

using namespace stac3dl;

namespace {
std::vector<Recording> recordings(int count, int groups) {
  std::vector<Recording> all;
  for (int r = 0; r < count; ++r)
    all.push_back({std::to_string(r), "", groups > 0 ? "g" + std::to_string(r % groups) : "", "", 0, {}});
  return all;
}
}  // namespace

TEST_CASE("random_split: everyone once, the share asked for, the same for a seed") {
  const auto all = recordings(20, 0);
  const Split split = random_split(all, 0.3, 7);
  CHECK(split.test.size() == 6);
  std::vector<Index> both = split.train;
  both.insert(both.end(), split.test.begin(), split.test.end());
  std::sort(both.begin(), both.end());
  std::vector<Index> want(20);
  std::iota(want.begin(), want.end(), Index{0});
  CHECK(both == want);
  CHECK(random_split(all, 0.3, 7).test == split.test);
  CHECK(random_split(all, 0.3, 8).test != split.test);
  CHECK(random_split(all, 1e-9, 1).test.size() == 1);
  CHECK_THROWS_AS(random_split(all, 1, 1), Error);
  CHECK_THROWS_AS(random_split(recordings(1, 0), 0.5, 1), Error);
}

TEST_CASE("random_split: refused, with the reason, where groups or people are torn apart; allowed by force") {
  const auto all = recordings(20, 4);
  std::string message;
  try {
    random_split(all, 0.5, 1);
  } catch (const Error& error) {
    message = error.what();
  }
  INFO(message);
  CHECK(message.find("random_split: split: group g") != message.npos);
  CHECK(message.find("is on both sides") != message.npos);
  CHECK(message.find("(Leaks::allow does it all the same)") != message.npos);
  CHECK(random_split(all, 0.5, 1, Leaks::allow).test.size() == 10);
  auto people = recordings(6, 0);
  for (Recording& recording : people) recording.subject = "p";
  CHECK_THROWS_AS(random_split(people, 0.5, 1), Error);
  CHECK(random_split(people, 0.5, 1, Leaks::allow).test_people == std::vector<std::string>{"p"});
}
