#include <doctest/doctest.h>

#include "mex_files.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
constexpr int depth = 0, mat = 1, thigh = 2, wrist = 3;
}

TEST_CASE("load_mex: recordings in order, plain and packed, streams on their grids") {
  TempFolder folder;
  write_mex(folder, "02", "07");
  write_mex(folder, "02", "04", "2", 12, true);
  write_mex(folder, "02", "04", "1");
  write_mex(folder, "01", "01");
  for (int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    const MexData data = load_mex(folder.path());
    REQUIRE(data.recordings.size() == 4);
    const char* ids[] = {"01_01_1", "02_04_1", "02_04_2", "02_07_1"};
    for (std::size_t r = 0; r < 4; ++r) CHECK(data.recordings[r].id == ids[r]);
    const Recording& last = data.recordings[3];
    CHECK(last.subject == "02");
    CHECK(last.label == 6);
    CHECK(mex_classes()[6] == "superman");
    CHECK(last.stream("depth").grid() == Shape<3>{1, 12, 16});
    CHECK(last.stream("mat").grid() == Shape<3>{1, 32, 16});
    CHECK(last.stream("thigh").grid() == Shape<3>{3, 1, 1});
    CHECK(last.stream("wrist").size() == 481);
    CHECK(last.stream("wrist").frames(7, 0, 0, 0) == 7);
    CHECK(last.stream("wrist").frames(7, 2, 0, 0) == 1);
    CHECK(overlap(last).begin == doctest::Approx(100.3));
    CHECK(overlap(last).end == doctest::Approx(112));
    CHECK(data.report.files.size() == 16);
    CHECK(data.report.rows() == 4 * (121 + 181 + 481 + 481));
    CHECK(data.report.disordered_files() == 0);
    CHECK(contains(data.report.summary(), "16 files, 5056 rows; times out of order in 0 files"));
    CHECK_ERROR(last.stream("camera"), "recording 02_07_1: no stream \"camera\"; it has depth, mat, thigh, wrist");
  }
  set_num_threads(0);
}

TEST_CASE("load_mex: only some people") {
  TempFolder folder;
  for (const char* person : {"01", "02", "30"}) write_mex(folder, person, "03");
  const MexData data = load_mex(folder.path(), {.people = {30, 1}});
  REQUIRE(data.recordings.size() == 2);
  CHECK(data.recordings[1].subject == "30");
  CHECK_ERROR(load_mex(folder.path(), {.people = {1, 3}}), "no recordings of person 03");
}

TEST_CASE("load_mex: unsorted and repeated times are mended and counted; strict refuses them") {
  TempFolder folder;
  write_mex(folder, "01", "05");
  write_text(mex_path(folder, thigh, "01", "05"), "100,0,0,0\n100.2,2,0,0\n\n100.1,1,0,0\n100.2,9,0,0\n104,4,0,0\n");
  const MexData data = load_mex(folder.path());
  const Stream& stream = data.recordings[0].stream("thigh");
  CHECK(stream.times == std::vector<double>{100, 100.1, 100.2, 104});
  CHECK(stream.frames(1, 0, 0, 0) == 1);
  CHECK(stream.frames(2, 0, 0, 0) == 2);  // the first of two frames at 100.2
  const MexFileReport& report = data.report.files[2];
  CHECK(report.stream == "thigh");
  CHECK(report.rows == 5);
  CHECK(report.blank_lines == 1);
  CHECK(report.order.backward == 1);
  CHECK(report.order.repeated == 1);
  CHECK(report.order.longest_gap == doctest::Approx(3.8));
  CHECK(data.report.disordered_files() == 1);
  CHECK_ERROR(load_mex(folder.path(), {.strict = true}), "01/05_act_1.csv: line 4: time is not later");
}

TEST_CASE("load_mex: a missing sensor is an error or, when allowed, an absent stream") {
  TempFolder folder;
  write_mex(folder, "01", "05");
  std::filesystem::remove(mex_path(folder, mat, "01", "05"));
  CHECK_ERROR(load_mex(folder.path()), "pm_1.0_1.0/01/05_pm_1.csv: no such file (nor .csv.gz)");
  const MexData data = load_mex(folder.path(), {.allow_missing_sensor = true});
  CHECK(data.recordings[0].stream("mat").absent());
  CHECK(data.recordings[0].stream("mat").grid() == Shape<3>{1, 32, 16});
  CHECK(data.report.missing == std::vector<std::string>{"01_05_1/mat"});
  CHECK(overlap(data.recordings[0]).length() > 11);
  std::filesystem::remove_all(folder / "act");  // a whole sensor that is not there
  CHECK_ERROR(load_mex(folder.path()), "no such file");
  CHECK(load_mex(folder.path(), {.allow_missing_sensor = true}).report.missing.size() == 2);
}

TEST_CASE("load_mex: .csv and .csv.gz of one recording side by side") {
  TempFolder folder;
  write_mex(folder, "01", "05");
  const auto path = mex_path(folder, wrist, "01", "05");
  write_text(path.string() + ".gz", gzip(mex_rows(3, 40, 0, 3)));
  CHECK_ERROR(load_mex(folder.path()), "05_acw_1.csv and ");
  CHECK_ERROR(load_mex(folder.path()), "05_acw_1.csv.gz; keep one of them");
}

TEST_CASE("load_mex: empty and absent folders, odd names") {
  TempFolder folder;
  CHECK_ERROR(load_mex(folder / "nowhere"), "nowhere: no such folder");
  CHECK_ERROR(load_mex(folder.path()), "no recordings; want files such as act/01/01_act_1.csv");
  std::filesystem::create_directories(folder.path() / "act" / "01");
  CHECK_ERROR(load_mex(folder.path()), "no recordings; want files such as");
  write_mex(folder, "01", "05");
  write_text(folder.path() / "act" / "notes.txt", "x");
  write_text(folder.path() / "act" / "01" / "05_acw_1.csv", "x");  // the wrist's tag in the thigh's folder
  CHECK(load_mex(folder.path()).report.ignored.size() == 2);
  CHECK_ERROR(load_mex(folder.path(), {.strict = true}), "not the name of a recording (strict)");
  write_mex(folder, "01", "08");
  CHECK_ERROR(load_mex(folder.path()), ": exercise 8, want 1 to 7");
}

TEST_CASE("load_mex: a bad file stops the load and is named") {
  TempFolder folder;
  write_mex(folder, "01", "05");
  const auto path = mex_path(folder, depth, "01", "05");
  write_text(path, mex_rows(191, 10, 0, 1));
  CHECK_ERROR(load_mex(folder.path()), "05_dc_1.csv: line 1: want 192 numbers behind the time, got 191");
  write_text(path, "");
  CHECK_ERROR(load_mex(folder.path()), "05_dc_1.csv: no rows");
  std::filesystem::remove(path);
  const std::string packed = gzip(mex_rows(192, 10, 0, 9));
  write_text(path.string() + ".gz", packed.substr(0, packed.size() / 2));
  CHECK_ERROR(load_mex(folder.path()), "05_dc_1.csv.gz: gzip data is cut off at offset");
  CHECK_ERROR(load_mex(folder.path(), {.file_budget = 1000}), "budget of 1000 bytes");
}
