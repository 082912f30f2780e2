#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/even_rate.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
constexpr double tau = 6.283185307179586;
double height(const Stream& s) {  // of a sine, its ends left out
  double most = 0;
  for (Index t = 20; t < s.size() - 20; ++t) most = std::max(most, std::abs(static_cast<double>(s.frames[t])));
  return most;
}
Stream sine_at(double hertz, double new_rate) {
  Stream s = signal("s", even_times(0, 30, 200), [&](double t) { return std::sin(tau * hertz * t); });
  EvenRate{new_rate, RateMode::mean, 0.1}.apply(s);
  return s;
}
}  // namespace

TEST_CASE("even_rate mean: slow sines pass, fast ones are gone instead of folding back") {
  CHECK(sine_at(1, 20).size() == 601);
  CHECK(height(sine_at(1, 20)) == doctest::Approx(1).epsilon(0.02));
  CHECK(height(sine_at(4.9, 20)) > 0.98);
  for (const double hertz : {14.1, 17.0, 19.3, 23.0, 41.0, 79.0}) CHECK(height(sine_at(hertz, 20)) < 0.01);
  const Stream s = sine_at(3, 20);  // without delay
  for (Index t = 20; t < s.size() - 20; ++t)
    CHECK(std::abs(static_cast<double>(s.frames[t]) - std::sin(tau * 3 * s.times[static_cast<std::size_t>(t)])) < 0.03);
}

TEST_CASE("even_rate mean: a constant stays, jitter and short holes or not; long holes are masked") {
  Random random(1);
  std::vector<double> times;
  for (double t : even_times(0, 20, 100))
    if (!random.chance(0.3) && !(t > 8 && t < 9.5)) times.push_back(t + random.uniform(0, 0.009));
  Stream s = signal("s", times, [](double) { return 4.0; });
  EvenRate{25, RateMode::mean, 0.2}.apply(s);
  Index masked = 0;
  for (Index t = 1; t < s.size() - 1; ++t) {  // bins at the ends may lack a half
    const double time = s.times[static_cast<std::size_t>(t)];
    CHECK((counts(s, t) || (time > 7.9 && time < 9.6)));
    if (counts(s, t)) CHECK(s.frames[t] == doctest::Approx(4));
    masked += !counts(s, t);
  }
  CHECK(masked > 35);
  CHECK(masked < 40);
}

TEST_CASE("even_rate nearest and blend: by hand, at the middles of the bins of the clock") {
  const auto stream = [] { return signal("s", {0.1, 0.6, 1.9, 2.2}, [](double t) { return 10 * t; }); };
  Stream nearest = stream(), blend = stream();
  EvenRate{1, RateMode::nearest, 2}.apply(nearest);
  CHECK(nearest.times == std::vector<double>{0.5, 1.5, 2.5});
  CHECK(nearest.frames[0] == 6);
  CHECK(nearest.frames[1] == 19);
  CHECK(nearest.frames[2] == 22);
  EvenRate{1, RateMode::blend, 2}.apply(blend);
  CHECK(blend.frames[0] == doctest::Approx(5));   // the line through 0.1 and 0.6
  CHECK(blend.frames[1] == doctest::Approx(15));  // through 0.6 and 1.9
  CHECK(blend.frames[2] == 22);                   // alone, within half a bin
  Stream holed = stream();
  EvenRate{1, RateMode::blend, 1}.apply(holed);  // 1.3 s from 0.6 to 1.9 is a gap
  CHECK(counts(holed, 0));
  CHECK(holed.frames[1] == 19);  // but 1.9 is within half a bin of 1.5
  Stream fine = stream();
  EvenRate{10, RateMode::nearest, 0.2}.apply(fine);
  CHECK(fine.size() == 22);
  CHECK_FALSE(counts(fine, 12));
  CHECK(fine.frames[12] == 0);
}

TEST_CASE("even_rate: two stretches of a recording fall on the same frames") {
  const Stream whole = signal("s", even_times(1000.003, 1010, 31), [](double t) { return std::sin(t); });
  const StreamView part = whole.slice(1004.2, 1020);
  Stream all = whole, later{"s", {part.times.begin(), part.times.end()}, Tensor<float, 4>(part.frames), {}};
  EvenRate{7, RateMode::mean, 0.2}.apply(all), EvenRate{7, RateMode::mean, 0.2}.apply(later);
  for (Index t = 10; t < later.size(); ++t) {
    const Index same = all.size() - later.size() + t;
    CHECK(later.times[static_cast<std::size_t>(t)] == all.times[static_cast<std::size_t>(same)]);
    CHECK(later.frames[t] == all.frames[same]);
  }
}

TEST_CASE("even_rate: joints that are masked keep their masks") {
  Stream s = picture("p", even_times(0, 4, 20), {3, 4, 1});
  for (Index t = 20; t < 50; ++t) mask_place(s, t, 2);
  for (const RateMode mode : {RateMode::nearest, RateMode::blend, RateMode::mean}) {
    Stream even = s;
    EvenRate{10, mode, 0.2}.apply(even);
    for (Index t = 1; t < even.size() - 1; ++t) {
      const double time = even.times[static_cast<std::size_t>(t)];
      CHECK(counts(even, t, 1));
      CHECK(even.frames(t, Index{1}, Index{3}, Index{0}) == doctest::Approx(130 + time).epsilon(1e-3));
      if (time > 1.1 && time < 2.3) CHECK_FALSE(counts(even, t, 2));
      if (time < 0.9 || time > 2.6) CHECK(counts(even, t, 2));
    }
  }
}

TEST_CASE("even_rate: memory is bounded, whatever the times say") {
  Stream s = signal("s", {0, 1e12}, [](double t) { return t; });
  CHECK_ERROR((EvenRate{1000, RateMode::nearest, 1}.apply(s)), "more than 8 GiB");
  Stream absent{"s", {}, Tensor<float, 4>({0, 1, 2, 2}), {}};
  CHECK((EvenRate{10, RateMode::mean, 1}.apply(absent)) == StepCount{});
  CHECK_ERROR((EvenRate{0, RateMode::mean, 1}.check_options()), "want a rate above 0");
  CHECK_ERROR((EvenRate{1, RateMode::mean, 0}.check_options()), "max_gap");
}
