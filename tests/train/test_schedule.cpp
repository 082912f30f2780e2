#include <doctest/doctest.h>

#include "stac3dl/train/schedule.hpp"

using namespace stac3dl;

TEST_CASE("Schedule: constant, with warm-up") {
  const Schedule plain({.kind = ScheduleKind::constant, .rate = 0.5}, 10, 3);
  for (Index s : {0, 7, 29, 1000}) CHECK(plain.rate(s) == 0.5);
  const Schedule warm({.kind = ScheduleKind::constant, .rate = 0.5, .warmup_epochs = 0.4}, 10, 3);
  CHECK(warm.warmup_steps() == 4);
  CHECK(warm.rate(0) == 0.125);
  CHECK(warm.rate(1) == 0.25);
  CHECK(warm.rate(3) == 0.5);
  CHECK(warm.rate(4) == 0.5);
}

TEST_CASE("Schedule: steps") {
  const ScheduleOptions options{
      .kind = ScheduleKind::step, .rate = 1, .warmup_epochs = 0.5, .every_epochs = 2, .factor = 0.25};
  const Schedule s(options, 4, 9);
  CHECK(s.rate(0) == 0.5);
  CHECK(s.rate(1) == 1);
  CHECK(s.rate(9) == 1);
  CHECK(s.rate(10) == 0.25);
  CHECK(s.rate(17) == 0.25);
  CHECK(s.rate(18) == 0.0625);
}

TEST_CASE("Schedule: cosine from rate to final_rate") {
  const Schedule s({.rate = 1, .warmup_epochs = 1, .final_rate = 0.2}, 4, 7);  // 4 warm-up steps, 24 steps down
  CHECK(s.total_steps() == 28);
  CHECK(s.rate(3) == 1);
  CHECK(s.rate(4) == 1);
  CHECK(s.rate(12) == doctest::Approx(0.2 + 0.8 * 0.75).epsilon(1e-14));  // a third: cos = 1/2
  CHECK(s.rate(16) == doctest::Approx(0.6).epsilon(1e-14));
  CHECK(s.rate(20) == doctest::Approx(0.2 + 0.8 * 0.25).epsilon(1e-14));
  CHECK(s.rate(28) == 0.2);
  CHECK(s.rate(1000) == 0.2);
  for (Index i = 5; i < 28; ++i) CHECK(s.rate(i) < s.rate(i - 1));
  const Schedule all_warm({.rate = 1, .warmup_epochs = 9, .final_rate = 0.2}, 4, 7);  // warm-up longer than training
  CHECK(all_warm.rate(27) == doctest::Approx(28.0 / 36));
}

TEST_CASE("Schedule refuses what makes no sense") {
  CHECK_THROWS_WITH_AS(Schedule({.rate = 0}, 4, 7), "Schedule: rate is 0, want more than 0", Error);
  CHECK_THROWS_AS(Schedule({.rate = 1, .final_rate = 2}, 4, 7), Error);
  CHECK_THROWS_AS(Schedule({.warmup_epochs = -1}, 4, 7), Error);
  CHECK_THROWS_AS(Schedule({.kind = ScheduleKind::step, .every_epochs = 0.1}, 4, 7), Error);
  CHECK_THROWS_AS(Schedule({}, 0, 7), Error);
}
