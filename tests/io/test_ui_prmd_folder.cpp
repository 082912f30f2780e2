/// The published data set itself, where STAC3DL_UI_PRMD_DIR names its folder.
#include <doctest/doctest.h>

#include <cstdlib>

#include "stac3dl/data/splits.hpp"
#include "stac3dl/io/ui_prmd.hpp"

using namespace stac3dl;

namespace {

const char* folder() {
  const char* folder = std::getenv("STAC3DL_UI_PRMD_DIR");
  if (!folder) MESSAGE("skipped: STAC3DL_UI_PRMD_DIR does not name the folder of the UI-PRMD data set");
  return folder;
}

/// How far a joint travels in a trial: the diagonal of the box around its places, in metres.
double travel(const Recording& recording, Index joint) {
  const Tensor<float, 4>& x = recording.stream("skeleton").frames;
  double squares = 0;
  for (Index c = 0; c < 3; ++c) {
    float low = x(0, c, joint, 0), high = low;
    for (Index t = 1; t < x.size(0); ++t)
      low = std::min(low, x(t, c, joint, 0)), high = std::max(high, x(t, c, joint, 0));
    squares += static_cast<double>(high - low) * static_cast<double>(high - low);
  }
  return std::sqrt(squares);
}
double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}
/// Medians over the correct squats of how far feet and waist travel.
std::pair<double, double> squat_travel(const char* root, UiPrmdOptions options) {
  options.movements = {1}, options.incorrect = false;
  std::vector<double> feet, waist;
  for (const Recording& recording : load_ui_prmd(root, options).recordings) {
    for (Index foot : {16, 20}) feet.push_back(travel(recording, foot));
    waist.push_back(travel(recording, 0));
  }
  return {median(feet), median(waist)};
}

}  // namespace

TEST_CASE("UI-PRMD as published: all 2,000 trials") {
  if (!folder()) return;
  const UiPrmdData data = load_ui_prmd(folder());
  CHECK(data.recordings.size() == 2000);
  CHECK(data.ignored.empty());
  CHECK(std::count(data.correct.begin(), data.correct.end(), 1) == 1000);
  CHECK(people_of(data.recordings).size() == 10);
  Index shortest = 1000, longest = 0;
  std::vector<int> per_movement(10);
  for (const Recording& recording : data.recordings) {
    const Stream& stream = recording.stream("skeleton");
    check_stream(stream);
    CHECK(stream.frames.array().abs().maxCoeff() < 6);  // the camera's room
    shortest = std::min(shortest, stream.size()), longest = std::max(longest, stream.size());
    ++per_movement[static_cast<std::size_t>(recording.label)];
  }
  CHECK(shortest == 28);
  CHECK(longest == 179);
  CHECK(per_movement == std::vector<int>(10, 200));
}

TEST_CASE("UI-PRMD: in a squat the feet stand and the waist goes down; with another order of turns they do not") {
  if (!folder()) return;
  TurnOrder order{0, 1, 2};
  int stand = 0;
  do {
    const auto [feet, waist] = squat_travel(folder(), {.order = order});
    INFO("order ", order[0], order[1], order[2], ": feet ", feet, " m, waist ", waist, " m");
    CHECK(waist >= 0.25);
    if (order == ui_prmd::order)
      CHECK(feet <= 0.15);
    else
      CHECK(feet > 0.5);
    stand += feet <= 0.15;
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(stand == 1);
}

TEST_CASE("UI-PRMD: fixed bones keep their lengths") {
  if (!folder()) return;
  const UiPrmdOptions some{.movements = {1}, .people = {1}, .incorrect = false, .fixed_bones = true};
  for (const Recording& recording : load_ui_prmd(folder(), some).recordings) {
    const Tensor<float, 4>& x = recording.stream("skeleton").frames;
    for (Index j = 1; j < 22; ++j) {
      const Index parent = ui_prmd::parents[static_cast<std::size_t>(j)];
      double low = 1e9, high = 0;
      for (Index t = 0; t < x.size(0); ++t) {
        double squares = 0;
        for (Index c = 0; c < 3; ++c) squares += std::pow(static_cast<double>(x(t, c, j, 0) - x(t, c, parent, 0)), 2);
        low = std::min(low, std::sqrt(squares)), high = std::max(high, std::sqrt(squares));
      }
      CHECK(high - low < 1e-5);
    }
  }
  CHECK(squat_travel(folder(), {.fixed_bones = true}).second >= 0.25);
}
