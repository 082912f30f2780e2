#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/whole_steps.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("sort_by_time step: any order, or only what is not too late") {
  const auto stream = [] { return signal("s", {0, 2, 1, 5, 1.5, 4.8, 5, 6}, [](double t) { return t; }); };
  Stream all = stream(), timely = stream();
  CHECK(SortByTime{}.apply(all) == StepCount{0, 0, 1});
  CHECK(all.times == std::vector<double>{0, 1, 1.5, 2, 4.8, 5, 6});
  CHECK(SortByTime{1}.apply(timely) == StepCount{0, 0, 2});  // 1.5 came when 5 was there
  CHECK(timely.times == std::vector<double>{0, 1, 2, 4.8, 5, 6});
  CHECK(SortByTime{}.reach().whole);
  CHECK_FALSE(SortByTime{1}.reach().whole);
  CHECK_ERROR(SortByTime{-1}.check_options(), "lateness");
}

TEST_CASE("fill_no_return, square_root and standardise steps do what their functions do") {
  Stream s{"depth", {0, 1, 2}, Tensor<float, 4>({3, 1, 1, 2}, {4, 9, 0, 16, 4, 0}), {}};
  CHECK(FillNoReturn{}.apply(s) == StepCount{2, 0, 0});
  SquareRoot{}.apply(s);
  CHECK(s.frames[2] == doctest::Approx(2));
  CHECK(s.frames[5] == doctest::Approx(4));
  Standardise::by({{1.0f}, {2.0f}}).apply(s);
  CHECK(s.frames[0] == doctest::Approx(0.5));
  CHECK(s.frames[3] == doctest::Approx(1.5));
  CHECK(FillNoReturn{}.reach().whole);
  CHECK_ERROR(Standardise{}.check_options(), "a mean and a scale for each channel");
  CHECK_ERROR((Standardise{{0}, {0}}.check_options()), "scales above 0");
  CHECK_ERROR((Standardise{{0, 0}, {1, 1}}.apply(s)), "stream depth has 1 channels, statistics 2");
}
