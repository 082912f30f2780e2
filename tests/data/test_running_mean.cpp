#include <doctest/doctest.h>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/data/running_mean.hpp"
#include "stac3dl/data/windows.hpp"

using namespace stac3dl;

TEST_CASE("running mean: at every frame that of the whole window, masked frames left out") {
  constexpr Index length = 16, values = 5;
  RunningMean running(length, values);
  Random random(2);
  std::vector<std::vector<float>> frames;
  std::vector<bool> valid;
  for (Index t = 0; t < 500; ++t) {
    frames.emplace_back();
    for (Index i = 0; i < values; ++i) frames.back().push_back(static_cast<float>(1000 + random.normal()));
    valid.push_back(random.chance(0.8));
    running.push(CView<float, 1>(frames.back().data(), {values}), valid.back());
    const std::size_t first = frames.size() > 16 ? frames.size() - 16 : 0;
    for (std::size_t i = 0; i < 5; ++i) {
      double sum = 0, squares = 0, n = 0;
      for (std::size_t k = first; k < frames.size(); ++k)
        if (valid[k]) sum += static_cast<double>(frames[k][i]), n += 1;
      const double mean = n > 0 ? sum / n : 0;
      for (std::size_t k = first; k < frames.size(); ++k)
        if (valid[k])
          squares += (static_cast<double>(frames[k][i]) - mean) * (static_cast<double>(frames[k][i]) - mean);
      CHECK(running.mean(static_cast<Index>(i)) == static_cast<float>(mean));
      if (n > 0)
        CHECK(running.deviation(static_cast<Index>(i)) == doctest::Approx(std::sqrt(squares / n)).epsilon(1e-4));
      CHECK(static_cast<double>(running.valid()) == n);
    }
  }
  CHECK(running.size() == 16);
}

TEST_CASE("running mean: motion gain on the newest frame is that of scale_motion on the window") {
  RunningMean running(8, 3);
  Window window{Tensor<float, 4>({1, 8, 1, 3}), {}, {}};
  for (Index i = 0; i < 24; ++i) window.x[i] = std::sin(static_cast<float>(i * i));
  for (Index t = 0; t < 8; ++t) running.push(window.x.slice(0).slice(t).flat());
  const Window before = window;
  scale_motion(window, 4);
  for (Index i = 0; i < 3; ++i)
    CHECK(window.x[21 + i] ==
          doctest::Approx(running.mean(i) + 4 * (before.x[21 + i] - running.mean(i))).epsilon(1e-5));
  CHECK_ERROR(RunningMean(0, 1), "RunningMean: want a length");
}
