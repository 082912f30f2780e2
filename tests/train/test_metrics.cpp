#include <doctest/doctest.h>

#include "stac3dl/train/metrics.hpp"

using namespace stac3dl;

namespace {

/// Class 2 is never seen but once answered, class 3 neither.
ConfusionMatrix example() {
  ConfusionMatrix m(4);
  for (int i = 0; i < 6; ++i) m.add(0, 0);
  for (int i = 0; i < 2; ++i) m.add(0, 1);
  for (int i = 0; i < 3; ++i) m.add(1, 1);
  m.add(1, 2);
  return m;
}

}  // namespace

TEST_CASE("ConfusionMatrix: accuracy, precision, recall, F1") {
  const auto m = example();
  CHECK(m.total() == 12);
  CHECK(m.correct() == 9);
  CHECK(m.accuracy() == 0.75);
  CHECK(m.samples(0) == 8);
  CHECK(m.answers(1) == 5);
  CHECK(m.precision(0) == 1);
  CHECK(m.recall(0) == 0.75);
  CHECK(m.f1(0) == doctest::Approx(6.0 / 7));
  CHECK(m.precision(1) == 0.6);
  CHECK(m.recall(1) == 0.75);
  CHECK(m.f1(1) == doctest::Approx(2.0 / 3));
  CHECK(m.precision(2) == 0);
  CHECK(m.recall(2) == 0);
  CHECK(m.f1(2) == 0);
  CHECK(m.f1(3) == 0);
  CHECK(m.macro_f1() == doctest::Approx((6.0 / 7 + 2.0 / 3 + 0) / 3));  // class 3 does not occur
  CHECK(ConfusionMatrix(3).accuracy() == 0);
  CHECK(ConfusionMatrix(3).macro_f1() == 0);
  ConfusionMatrix wrong(2);
  CHECK_THROWS_WITH_AS(wrong.add(2, 0), "ConfusionMatrix::add: classes 2 and 0, want 0 to 1", Error);
  CHECK_THROWS_AS(wrong.add(0, -1), Error);
}

TEST_CASE("ConfusionMatrix: tables as text and as Markdown") {
  const auto m = example();
  CHECK(m.table({"squat", "lunge", "a", "b"}).text() ==
        "truth \\ answer  squat  lunge  a  b\n"
        "----------------------------------\n"
        "squat               6      2  0  0\n"
        "lunge               0      3  1  0\n"
        "a                   0      0  0  0\n"
        "b                   0      0  0  0\n");
  CHECK(m.scores({"squat", "lunge", "a", "b"}).text() ==
        "class               samples  precision  recall     F1\n"
        "-----------------------------------------------------\n"
        "squat                     8     100.00   75.00  85.71\n"
        "lunge                     4      60.00   75.00  66.67\n"
        "a                         0       0.00       -   0.00\n"
        "b                         0          -       -      -\n"
        "accuracy, macro F1       12              75.00  50.79\n");
  ConfusionMatrix two(2);
  two.add(0, 0);
  CHECK(two.table({"größer", "a|b"}).markdown() ==
        "| truth \\ answer | größer | a\\|b |\n"
        "|:---------------|-------:|-----:|\n"
        "| größer         |      1 |    0 |\n"
        "| a\\|b           |      0 |    0 |\n");
  CHECK(two.table().text().substr(0, 20) == "truth \\ answer  0  1");
  CHECK_THROWS_AS(two.table({"one"}), Error);
}

TEST_CASE("confusion takes the largest probability, the first of equal ones") {
  const Tensor<float, 2> p({3, 3}, {0.2f, 0.5f, 0.3f, 0.4f, 0.4f, 0.2f, 0.1f, 0.1f, 0.8f});
  const auto m = confusion<float>(p, {1, 1, 2});
  CHECK(m.count(1, 1) == 1);
  CHECK(m.count(1, 0) == 1);
  CHECK(m.count(2, 2) == 1);
  CHECK_THROWS_AS(confusion<float>(p, {1, 1}), Error);
  CHECK_THROWS_AS(confusion<float>(p, {1, 1, 3}), Error);
}
