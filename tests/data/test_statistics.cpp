#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/statistics.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// Two recordings of a stream with 2 channels and 1 place; the third is nobody's business.
std::vector<Recording> three() {
  std::vector<Recording> recordings(3);
  for (Recording& r : recordings) r.streams.resize(1), r.streams[0].name = "s", r.id = "r";
  recordings[0].streams[0].times = {0, 1};
  recordings[0].streams[0].frames = Tensor<float, 4>({2, 2, 1, 1}, {1, 10, 3, 10});
  recordings[1].streams[0].times = {0, 1};
  recordings[1].streams[0].frames = Tensor<float, 4>({2, 2, 1, 1}, {5, 10, 99, 99});
  recordings[1].streams[0].valid = Tensor<std::uint8_t, 1>({2}, {1, 0});
  recordings[2].streams[0].times = {0};
  recordings[2].streams[0].frames = Tensor<float, 4>({1, 2, 1, 1}, {1e6f, 1e6f});
  return recordings;
}
}  // namespace

TEST_CASE("compute_statistics: over valid frames of the chosen recordings alone") {
  const auto recordings = three();
  const ModalityStatistics s = compute_statistics(recordings, {0, 1}, "s");
  CHECK(s.mean[0] == doctest::Approx(3));
  CHECK(s.scale[0] == doctest::Approx(std::sqrt(8.0 / 3)));
  CHECK(s.mean[1] == 10);
  CHECK(s.scale[1] == 1);  // it never changes
}

TEST_CASE("compute_statistics: pooled channels, and about 0") {
  const auto recordings = three();
  const ModalityStatistics pooled = compute_statistics(recordings, {0, 1}, "s", {.pooled = true});
  CHECK(pooled.mean[0] == doctest::Approx(6.5));
  CHECK(pooled.mean[1] == pooled.mean[0]);
  CHECK(pooled.scale[0] == doctest::Approx(std::sqrt(335.0 / 6 - 6.5 * 6.5)));
  const ModalityStatistics about_0 = compute_statistics(recordings, {0, 1}, "s", {.centred = false});
  CHECK(about_0.mean[0] == 0);
  CHECK(about_0.scale[0] == doctest::Approx(std::sqrt(35.0 / 3)));
}

TEST_CASE("compute_statistics: the same to the bit on any number of threads") {
  std::vector<Recording> recordings;
  std::vector<Index> chosen;
  for (Index i = 0; i < 9; ++i) {
    recordings.push_back(small_recording("p", 0, 3.0 + 0.37 * static_cast<double>(i)));
    chosen.push_back(i);
  }
  set_num_threads(1);
  const ModalityStatistics one = compute_statistics(recordings, chosen, "camera");
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    const ModalityStatistics many = compute_statistics(recordings, chosen, "camera");
    CHECK(many.mean == one.mean);
    CHECK(many.scale == one.scale);
  }
  set_num_threads(0);
  // 10 y + x over 2x3 places plus the time: mean 6 + mean time
  CHECK(one.mean[0] > 6);
}

TEST_CASE("compute_statistics: what it refuses") {
  auto recordings = three();
  CHECK_ERROR(compute_statistics(recordings, {}, "s"), "no recordings");
  CHECK_ERROR(compute_statistics(recordings, {3}, "s"), "recording 3 of 3");
  CHECK_ERROR(compute_statistics(recordings, {0}, "t"), "no stream \"t\"");
  recordings[1].streams[0] = signal("s", {0}, [](double) { return 1.0; });
  CHECK_ERROR(compute_statistics(recordings, {0, 1}, "s"), "stream s has 2 channels, but 1");
  recordings[0].streams[0].frames[0] = std::nanf("");
  CHECK_ERROR(compute_statistics(recordings, {0}, "s"), "channel 0 holds values that are not finite");
  recordings[0].streams[0] = Stream{"s", {}, Tensor<float, 4>({0, 2, 1, 1}), {}};
  CHECK_ERROR(compute_statistics(recordings, {0}, "s"), "absent from all 1 chosen");
}
