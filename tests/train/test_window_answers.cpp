#include <doctest/doctest.h>

#include "../data/streams.hpp"
#include "../io/temp_folder.hpp"
#include "stac3dl/data/window_source.hpp"
#include "stac3dl/train/metrics.hpp"
#include "stac3dl/train/window_answers.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// Two recordings of three windows each, the last two of a list of six.
WindowSource six_windows() {
  std::vector<Recording> list;
  for (const char* person : {"a", "b", "c"})
    for (Index label : {0, 1}) list.push_back(small_recording(person, label, 12 + 0.4 * static_cast<double>(label)));
  const auto recordings = std::make_shared<const std::vector<Recording>>(std::move(list));
  WindowOptions options;
  options.modalities = {{"camera", 4, 4.0, {}}};
  return {recordings, {4, 5}, options, compute_statistics(*recordings, {0, 1, 2, 3}, options)};
}
const Tensor<float, 2> six_answers({6, 2}, {1, 0, 1, 0, 0, 1, 0.25f, 0.75f, 0.5f, 0.5f, 0, 1});

}  // namespace

TEST_CASE("average_neighbours: a window and those beside it, never of another recording") {
  const WindowSource source = six_windows();
  REQUIRE(source.size() == 6);
  const Tensor<float, 2> means = average_neighbours<float>(source, six_answers, 1);
  const double first[] = {1, 2.0 / 3, 0.5, 0.375, 0.25, 0.25};
  for (Index i = 0; i < 6; ++i) {
    CHECK(means(i, 0) == doctest::Approx(first[i]));
    CHECK(means(i, 1) == doctest::Approx(1 - first[i]));
  }
  const Tensor<float, 2> alone = average_neighbours<float>(source, six_answers, 0);
  CHECK(std::equal(alone.begin(), alone.end(), six_answers.begin()));
  const Tensor<float, 2> all = average_neighbours<float>(source, six_answers, 100);
  const RecordingAnswers whole = by_recording<float>(source, six_answers);
  for (Index i = 0; i < 6; ++i) CHECK(all(i, 0) == doctest::Approx(whole.probabilities(i / 3, 0)));
  CHECK_ERROR(average_neighbours<float>(source, six_answers, -1), "reach is -1, want 0 or more");
  CHECK_ERROR(average_neighbours<float>(source, CView<float, 2>(six_answers.data(), {5, 2}), 1),
              "want (6, any), got (5, 2)");
}

TEST_CASE("by_recording answers with the mean of the windows") {
  const Tensor<float, 2> p({5, 2}, {0.75f, 0.25f, 0.125f, 0.875f, 0.25f, 0.75f, 0.5f, 0.5f, 0.5f, 0.5f});
  const auto r = by_recording<float>(p, {0, 1, 0, 0, 1}, {7, 3, 7, 7, 3});
  CHECK(r.recordings == std::vector<Index>{7, 3});
  CHECK(r.labels == std::vector<Index>{0, 1});
  CHECK(r.probabilities(0, 0) == 0.5);
  CHECK(r.probabilities(1, 0) == 0.3125);
  CHECK(r.probabilities(1, 1) == 0.6875);
  CHECK(confusion<double>(r.probabilities, r.labels).accuracy() == 1);
  CHECK_THROWS_WITH_AS(by_recording<float>(p, {0, 1, 1, 0, 1}, {7, 3, 7, 7, 3}),
                       "by_recording: recording 7 has windows labelled 0 and 1", Error);
  CHECK_THROWS_AS(by_recording<float>(p, {0, 1}, {7, 3}), Error);
}

TEST_CASE("by_recording of a source: recordings and labels are the source's") {
  const WindowSource source = six_windows();
  const RecordingAnswers whole = by_recording<float>(source, six_answers);
  CHECK(whole.recordings == std::vector<Index>{4, 5});
  CHECK(whole.labels == std::vector<Index>{0, 1});
  CHECK(whole.probabilities(0, 0) == doctest::Approx(2.0 / 3));
  CHECK(whole.probabilities(1, 1) == doctest::Approx(0.75));
  CHECK_ERROR(by_recording<float>(source, CView<float, 2>(six_answers.data(), {5, 2})), "want (6, any), got (5, 2)");
}
