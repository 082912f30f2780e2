#include <doctest/doctest.h>

#include "stac3dl/io/hmdb51.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("HMDB51: titles, split from the right") {
  CHECK(hmdb51_title("April_09_brush_hair_u_nm_np1_ba_goo_0.avi", "brush_hair") == "April_09");
  CHECK(hmdb51_title("a_run_run_u_nm_np1_ba_goo_0.avi", "run") == "a_run");
  CHECK(hmdb51_title("Best Of, v.2 [#1!]_run_f_cm_np2_le_med_12.avi", "run") == "Best Of, v.2 [#1!]");
  CHECK(hmdb51_title("odd.avi", "run") == "odd");
  CHECK(hmdb51_title("x_walk_f_cm_np2_le_med_12.avi", "run") == "x_walk_f_cm_np2_le_med_12");
}

TEST_CASE("HMDB51: an official split with odd names") {
  TempFolder folder;
  write_text(folder / "run_test_split1.txt",
             "Best Of, v.2 $(rm x) [#1!]_run_f_cm_np2_le_med_1.avi 1 \r\nb_run_f_cm_np1_le_med_0.avi "
             "2\r\nc_run_f_cm_np1_le_med_0.avi 0\r\n");
  write_text(folder / "brush_hair_test_split1.txt",
             "April_09_brush_hair_u_nm_np1_ba_goo_0.avi 1\nb_brush_hair_u_nm_np1_ba_goo_0.avi 2\n");
  write_text(folder / "brush_hair_test_split2.txt", "x");
  const ClipSplit clips = read_hmdb51_split(folder.path(), "videos", 1);
  CHECK(clips.classes == std::vector<std::string>{"brush_hair", "run"});
  CHECK(clips.recordings.size() == 4);
  CHECK(clips.split.train == std::vector<Index>{0, 1});
  CHECK(clips.split.test == std::vector<Index>{2, 3});
  CHECK(clips.unused == 1);
  CHECK(clips.recordings[1].source == "videos/run/Best Of, v.2 $(rm x) [#1!]_run_f_cm_np2_le_med_1.avi");
  CHECK(clips.recordings[1].group == "run/Best Of, v.2 $(rm x) [#1!]");
  CHECK(clips.recordings[1].label == 1);
  CHECK(clips.recordings[3].id == "run/b_run_f_cm_np1_le_med_0");
}

TEST_CASE("HMDB51: hostile lists, and splits that leak") {
  TempFolder folder;
  const auto with = [&](const std::string& text, Leaks leaks = Leaks::refuse) {
    write_text(folder / "run_test_split3.txt", text);
    return read_hmdb51_split(folder.path(), "videos", 3, leaks);
  };
  CHECK_ERROR(read_hmdb51_split(folder / "none", "v", 1), "none: no such folder");
  CHECK_ERROR(read_hmdb51_split(folder.path(), "v", 1), "no lists; want files such as brush_hair_test_split1.txt");
  CHECK_ERROR(read_hmdb51_split(folder.path(), "v", 0), "split 0, want 1, 2 or 3");
  CHECK_ERROR(with("a.avi 3\n"), "run_test_split3.txt: line 1: want the name of a clip and 0, 1 or 2, got \"a.avi 3\"");
  for (const char* bad : {"a.avi", "a.avi one", "../a.avi 1", "b/a.avi 1", ".hidden.avi 1", " 1", "a\\b.avi 1"})
    CHECK_ERROR(with(bad), "want the name of a clip and 0, 1 or 2");
  CHECK_ERROR(with("a_run_f_cm_np1_le_med_0.avi 1\n"), "1 clips to train and 0 to test");
  CHECK_ERROR(with("a.avi 1\na.avi 2\n"), "clip \"run/a\" is listed twice");
  const std::string leak = "a_run_f_cm_np1_le_med_0.avi 1\na_run_u_nm_np1_le_med_1.avi 2\n";
  CHECK_ERROR(with(leak), "group run/a is on both sides");
  CHECK(with(leak, Leaks::allow).split.test.size() == 1);
}
