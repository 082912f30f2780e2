#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/check_range.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("check_range: what a sensor cannot read becomes a gap; the limits are readings") {
  const float values[] = {-8, 8, 8.01f, NAN, -INFINITY, 0};
  Stream stream =
      signal("thigh", {0, 1, 2, 3, 4, 5}, [&](double t) { return static_cast<double>(values[static_cast<int>(t)]); });
  const StepCount count = CheckRange{-8, 8}.apply(stream);
  CHECK(count == StepCount{0, 3, 0});
  const int want[] = {1, 1, 0, 0, 0, 1};
  for (Index t = 0; t < 6; ++t) CHECK(static_cast<int>(stream.valid[t]) == want[t]);
  CHECK(stream.places.empty());
  CHECK(CheckRange{-8, 8}.apply(stream) == StepCount{});  // what is masked is not masked again
}

TEST_CASE("check_range: pixels one by one; a joint goes with any of its coordinates") {
  Stream depth{"depth", {0, 1}, Tensor<float, 4>({2, 1, 1, 3}, {0, 0.5f, 2, 0.25f, 0.25f, 0.25f}), {}};
  CHECK(CheckRange{1e-4, 1}.apply(depth).masked == 2);
  CHECK(depth.valid.empty());
  CHECK(depth.places.shape() == Shape<2>{2, 3});
  CHECK(static_cast<int>(depth.places(0, 0)) + depth.places(0, 2) == 0);
  CHECK(depth.places.slice(1).array().minCoeff() == 1);
  Stream skeleton{"s", {0}, Tensor<float, 4>({1, 3, 2, 1}, {0, 0, 0, 99, 0, 0}), {}};  // joint 1 has y = 99
  CHECK(CheckRange{-5, 5}.apply(skeleton).masked == 1);
  CHECK(static_cast<int>(skeleton.places(0, 0)) == 1);
  CHECK(static_cast<int>(skeleton.places(0, 1)) == 0);
}

TEST_CASE("check_range: refuses a range that is none") {
  CHECK_ERROR((CheckRange{1, 0}.check_options()), "check_range: want finite low <= high, got 1 and 0");
  CHECK_ERROR((CheckRange{0, INFINITY}.check_options()), "finite");
}
