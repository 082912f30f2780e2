/// The published data set itself, where STAC3DL_MEX_DIR names its folder.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "stac3dl/data/mex_windows.hpp"
#include "stac3dl/data/splits.hpp"
#include "stac3dl/io/mex.hpp"

using namespace stac3dl;

TEST_CASE("MEx as published") {
  const char* folder = std::getenv("STAC3DL_MEX_DIR");
  if (!folder) {
    MESSAGE("skipped: STAC3DL_MEX_DIR does not name the folder of the MEx data set");
    return;
  }
  MexData data = load_mex(folder);
  CHECK(data.recordings.size() == 239);
  CHECK(data.report.files.size() == 956);
  CHECK(data.report.ignored.empty());
  CHECK(data.report.rows() == 3057927);
  CHECK(data.report.times_without_fraction() == 3769);
  std::set<std::string> backward, disordered;
  for (const MexFileReport& file : data.report.files) {
    if (file.order.backward > 0) backward.insert(file.stream + file.path);
    if (file.order.first_offence >= 0) disordered.insert(file.stream + file.path);
  }
  CHECK(backward.size() == 15);
  CHECK(disordered.size() == 38);
  for (const std::string& file : disordered) CHECK(file.substr(0, 3) == "mat");
  CHECK(people_of(data.recordings).size() == 30);
  Index takes_of_22 = 0;
  for (const Recording& recording : data.recordings) {
    const double length = overlap(recording).length();
    CHECK(length > 16);
    CHECK(length < 118);
    takes_of_22 += recording.subject == "22";
  }
  CHECK(takes_of_22 == 7);

  prepare_mex(data.recordings);
  const auto recordings = std::make_shared<const std::vector<Recording>>(std::move(data.recordings));
  const Split split = hold_out(*recordings, {"25", "26", "27", "28", "29", "30"});
  const WindowOptions options = mex_windows();
  const auto statistics = compute_statistics(*recordings, split.train, options);
  const WindowSource train(recordings, split.train, options, statistics, mex_augment(options), 1);
  const WindowSource test(recordings, split.test, options, statistics);
  CHECK(train.size() == 4024);
  CHECK(test.size() == 1013);
  for (Index i = 0; i < test.size(); i += 50)
    for (const Sample& sample : {test.sample(i), train.sample(i, 2)})
      for (const Window& window : sample.inputs) CHECK(window.x.array().abs().maxCoeff() < 200);
}
