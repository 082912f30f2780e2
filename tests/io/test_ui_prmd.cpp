#include <doctest/doctest.h>

#include "ui_prmd_files.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("load_ui_prmd: trials in order, plain and packed, in metres") {
  TempFolder folder;
  write_ui_prmd(folder, "m02_s10_e01");
  write_ui_prmd(folder, "m01_s02_e03", false, 28, true);
  write_ui_prmd(folder, "m01_s02_e03", true, 40);
  for (int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    const UiPrmdData data = load_ui_prmd(folder.path());
    REQUIRE(data.recordings.size() == 3);
    CHECK(data.recordings[0].id == "m01_s02_e03");
    CHECK(data.recordings[1].id == "m01_s02_e03_inc");
    CHECK(data.recordings[2].id == "m02_s10_e01");
    CHECK(data.correct == std::vector<std::uint8_t>{1, 0, 1});
    CHECK(data.recordings[2].subject == "s10");
    CHECK(data.recordings[2].label == 1);
    CHECK(ui_prmd::movements()[1] == "hurdle step");
    const Stream& stream = data.recordings[0].stream("skeleton");
    CHECK(stream.frames.shape() == Shape<4>{28, 3, 22, 1});
    CHECK(stream.times[27] == doctest::Approx(0.9));
    check_stream(stream);
    CHECK(stream.frames(5, 0, 0, 0) == doctest::Approx(0.01));   // the waist
    CHECK(stream.frames(5, 1, 5, 0) == doctest::Approx(0.06));   // six links up to the tip of the head
    CHECK(stream.frames(5, 1, 13, 0) == doctest::Approx(0.07));  // the right hand: chest, collar, arm
    CHECK(stream.frames(5, 2, 21, 0) == doctest::Approx(0.05));  // the right toes
  }
  set_num_threads(0);
}

TEST_CASE("load_ui_prmd: choices") {
  TempFolder folder;
  for (const char* trial : {"m01_s01_e01", "m01_s02_e01", "m03_s02_e01"}) write_ui_prmd(folder, trial);
  CHECK(load_ui_prmd(folder.path(), {.people = {2}, .incorrect = false}).recordings.size() == 2);
  CHECK(load_ui_prmd(folder.path(), {.movements = {3}, .incorrect = false}).recordings[0].id == "m03_s02_e01");
  CHECK_ERROR(load_ui_prmd(folder.path()), "Incorrect Segmented Movements/Kinect/Angles: no such folder");
  CHECK_ERROR(load_ui_prmd(folder.path(), {.people = {2, 7}, .incorrect = false}), "no trials of person 7");
  CHECK_ERROR(load_ui_prmd(folder.path(), {.correct = false, .incorrect = false}), "neither correct nor incorrect");
  CHECK_ERROR(load_ui_prmd(folder / "none"), "none: no such folder");
}

TEST_CASE("load_ui_prmd: fixed bones are medians of the trial") {
  TempFolder folder;
  write_ui_prmd(folder, "m01_s01_e01");
  write_text(ui_prmd_path(folder, "m01_s01_e01", "angles"), ui_prmd_rows(3, "0"));
  write_text(ui_prmd_path(folder, "m01_s01_e01", "positions"),
             ui_prmd_rows(1, "1") + ui_prmd_rows(1, "7") + ui_prmd_rows(1, "2"));
  const auto load = [&](bool fixed) {
    return load_ui_prmd(folder.path(), {.incorrect = false, .fixed_bones = fixed}).recordings[0].streams[0].frames;
  };
  CHECK(load(false)(1, 0, 1, 0) == doctest::Approx(0.14));
  CHECK(load(true)(1, 0, 1, 0) == doctest::Approx(0.09));  // the waist stays at 7 cm, the spine's 2 cm are the median
}

TEST_CASE("load_ui_prmd: odd names, missing and double files") {
  TempFolder folder;
  CHECK_ERROR(load_ui_prmd(folder.path()), "Segmented Movements/Kinect/Angles: no such folder");
  write_ui_prmd(folder, "m01_s01_e01");
  const auto load = [&] { return load_ui_prmd(folder.path(), {.incorrect = false}); };
  write_text(ui_prmd_path(folder, "notes", "angles"), "x");
  write_text(ui_prmd_path(folder, "m01_s01_e02", "angles").parent_path() / "m01_s01_e02_positions.txt", "x");
  write_text(ui_prmd_path(folder, "m1_s01_e02", "positions"), "x");
  CHECK(load().ignored.size() == 3);
  write_text(ui_prmd_path(folder, "m01_s01_e02", "angles"), ui_prmd_rows(2, "0"));
  CHECK_ERROR(load(), "m01_s01_e02_angles.txt: there are no positions of trial m01_s01_e02");
  std::filesystem::remove(ui_prmd_path(folder, "m01_s01_e02", "angles"));
  write_text(ui_prmd_path(folder, "m01_s01_e02", "positions"), ui_prmd_rows(2, "0"));
  CHECK_ERROR(load(), "there are no angles of trial m01_s01_e02");
  std::filesystem::remove(ui_prmd_path(folder, "m01_s01_e02", "positions"));
  write_text(ui_prmd_path(folder, "m01_s01_e01", "angles").string() + ".gz", gzip(ui_prmd_rows(30, "0")));
  CHECK_ERROR(load(), "m01_s01_e01_angles.txt.gz; keep one of them");
  write_ui_prmd(folder, "m11_s01_e01");
  CHECK_ERROR(load(), "movement 11, want 1 to 10");
}

TEST_CASE("load_ui_prmd: hostile files are named, with the line") {
  TempFolder folder;
  write_ui_prmd(folder, "m01_s01_e01");
  const auto load = [&] { return load_ui_prmd(folder.path(), {.incorrect = false, .file_budget = 100000}); };
  const auto angles = ui_prmd_path(folder, "m01_s01_e01", "angles");
  write_text(angles, ui_prmd_rows(29, "0"));
  CHECK_ERROR(load(), "m01_s01_e01_positions.txt: 30 frames, but 29 in ");
  write_text(angles, ui_prmd_rows(29, "0") + "1,2,3\n");
  CHECK_ERROR(load(), "m01_s01_e01_angles.txt: line 30: want 66 numbers, got 3");
  write_text(angles, ui_prmd_rows(29, "0") + ui_prmd_rows(1, "nan"));
  CHECK_ERROR(load(), "m01_s01_e01_angles.txt: line 30, column 1: want a finite number, got \"nan\"");
  write_text(angles, "");
  CHECK_ERROR(load(), "m01_s01_e01_angles.txt: no rows");
  write_text(angles, gzip(std::string(1 << 20, '\n')));
  CHECK_ERROR(load(), "budget of 100000 bytes");
}
