#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/check_bones.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// A chain 0 - 1 - 2 - 3 of bones of 1, and 4 beside it on 0; it swings about the root.
Stream chain() {
  const auto times = even_times(0, 4, 10);
  Stream s{"skeleton", times, Tensor<float, 4>({static_cast<Index>(times.size()), 3, 5, 1}), {}};
  for (Index t = 0; t < s.size(); ++t) {
    const float angle = 0.1f * static_cast<float>(t);
    for (Index j = 0; j < 4; ++j) {
      s.frames(t, Index{0}, j, Index{0}) = static_cast<float>(j) * std::cos(angle);
      s.frames(t, Index{1}, j, Index{0}) = static_cast<float>(j) * std::sin(angle);
    }
    s.frames(t, Index{2}, Index{4}, Index{0}) = 1;
  }
  return s;
}
const CheckBones check_chain{{-1, 0, 1, 2, 0}, 0.3, 2};
}  // namespace

TEST_CASE("check_bones: a body that moves is possible") {
  Stream s = chain();
  CHECK(check_chain.apply(s) == StepCount{});
  CHECK(s.places.empty());
}

TEST_CASE("check_bones: the joint that is wrong is masked, not its neighbours") {
  Stream s = chain();
  s.frames(Index{7}, Index{2}, Index{1}, Index{0}) = 5;    // joint 1: both bones on it are too long
  s.frames(Index{9}, Index{2}, Index{3}, Index{0}) = 5;    // joint 3, at the end
  s.frames(Index{11}, Index{2}, Index{0}, Index{0}) = -5;  // the root
  CHECK(check_chain.apply(s).masked == 3);
  for (Index t = 0; t < s.size(); ++t)
    for (Index j = 0; j < 5; ++j)
      CHECK(counts(s, t, j) == !((t == 7 && j == 1) || (t == 9 && j == 3) || (t == 11 && j == 0)));
}

TEST_CASE("check_bones: within the tolerance nothing is said; masked joints have no bones") {
  Stream s = chain();
  s.frames(Index{7}, Index{2}, Index{4}, Index{0}) = 1.29f;
  s.frames(Index{9}, Index{2}, Index{4}, Index{0}) = 9;
  mask_place(s, 9, 4);
  CHECK(check_chain.apply(s) == StepCount{});
  CHECK_ERROR((CheckBones{{-1, 0, 3, 2}, 0.3, 2}.check_options()), "check_bones: parents[2] is 3");
  CHECK_ERROR(CheckBones{}.check_options(), "parents is empty");
  CHECK_ERROR((CheckBones{{-1, 0}, 0.3, 2}.apply(s)), "want (T, 3 or more, 2, 1)");
}
