#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/clean.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("sort_by_time: stable, of equal times the first is kept, masks move along") {
  Stream stream = signal("s", {3, 1, 2, 1, 3, 3, 0}, [n = 0](double) mutable { return n++; });
  stream.valid = Tensor<std::uint8_t, 1>({7}, {1, 0, 1, 1, 1, 1, 1});
  const SortReport report = sort_by_time(stream);
  CHECK(stream.times == std::vector<double>{0, 1, 2, 3});
  const float want[] = {6, 1, 2, 0};
  for (Index i = 0; i < 4; ++i) CHECK(stream.frames[i] == want[i]);
  CHECK(stream.valid[1] == 0);
  CHECK(stream.valid[0] == 1);
  CHECK(report.backward == 3);
  CHECK(report.repeated == 3);
  CHECK(report.first_offence == 1);
  CHECK(report.longest_gap == 1);
  check_stream(stream);
}

TEST_CASE("sort_by_time: leaves what is in order; refuses times that are no numbers") {
  Stream stream = signal("s", {0, 1, 5}, [](double t) { return t; });
  const float* before = stream.frames.data();
  const SortReport report = sort_by_time(stream);
  CHECK(stream.frames.data() == before);
  CHECK(report.first_offence == -1);
  CHECK(report.longest_gap == 4);
  stream.times[1] = INFINITY;
  CHECK_ERROR(sort_by_time(stream), "sort_by_time: stream s has time inf at frame 1");
  Stream empty;
  CHECK(sort_by_time(empty).first_offence == -1);
}

TEST_CASE("fill_no_return: the median over time of the returns at the place") {
  Stream stream{"depth", {0, 1, 2, 3, 4}, Tensor<float, 4>({5, 1, 1, 3}, {5, 0, 7,  //
                                                                          0, 0, 7,  //
                                                                          1, 0, 0,  //
                                                                          3, 0, 9,  //
                                                                          0, 0, 9}), {}};
  CHECK(fill_no_return(stream) == 8);
  const float want[] = {5, 9, 7, 3, 9, 7, 1, 9, 9, 3, 9, 9, 3, 9, 9};  // the place without returns gets the others' 9
  for (Index i = 0; i < 15; ++i) CHECK(stream.frames[i] == want[i]);
  CHECK(fill_no_return(stream) == 0);
  Stream blind{"depth", {0, 1}, Tensor<float, 4>({2, 1, 1, 2}), {}};
  CHECK(fill_no_return(blind) == 0);
  Stream empty;
  CHECK(fill_no_return(empty) == 0);
}

TEST_CASE("take_square_root: of what is above 0") {
  Stream stream{"mat", {0, 1}, Tensor<float, 4>({2, 1, 1, 2}, {0, 4, -3, 144}), {}};
  take_square_root(stream);
  CHECK(stream.frames[1] == doctest::Approx(2));
  CHECK(stream.frames[2] == 0);
  CHECK(stream.frames[3] == doctest::Approx(12));
}
