#include <doctest/doctest.h>

#include "picture_files.hpp"
#include "stac3dl/io/ucf101.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
const std::string classes = "2 HandstandPushups\r\n1 ApplyEyeMakeup\r\n";
const std::string train =
    "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1\r\nHandstandPushups/v_HandStandPushups_g09_c02.avi 2\r\n\r\n";
const std::string test =
    "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\nHandstandPushups/v_HandStandPushups_g08_c02.avi\n";
ClipSplit parse(const std::string& c, const std::string& a, const std::string& b, Leaks leaks = Leaks::refuse) {
  return parse_ucf101_split(c, a, b, "videos", "u: ", leaks);
}
}  // namespace

TEST_CASE("UCF101: an official split") {
  const ClipSplit clips = parse(classes, train, test);
  CHECK(clips.classes == std::vector<std::string>{"ApplyEyeMakeup", "HandstandPushups"});
  CHECK(clips.split.train == std::vector<Index>{0, 1});
  CHECK(clips.split.test == std::vector<Index>{2, 3});
  const Recording& clip = clips.recordings[1];
  CHECK(clip.id == "HandstandPushups/v_HandStandPushups_g09_c02");
  CHECK(clip.group == "HandstandPushups_g09");  // group 8 of another action is another video
  CHECK(clip.label == 1);
  CHECK(clip.source == "videos/HandstandPushups/v_HandStandPushups_g09_c02.avi");
  CHECK(clip.streams.empty());
}

TEST_CASE("UCF101: a split that leaks is refused unless forced") {
  const std::string leak = test + "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c02.avi\n";
  CHECK_ERROR(parse(classes, train, leak), "u: split: split: group ApplyEyeMakeup_g08 is on both sides");
  CHECK_ERROR(parse(classes, train, leak), "the score would say nothing about the next one (Leaks::allow");
  CHECK(parse(classes, train, leak, Leaks::allow).split.test.size() == 3);
  const auto clips = parse(classes, train, test);
  CHECK(random_split(clips.recordings, 0.5, 1).test.size() == 2);  // four clips of four groups
  auto more = parse(classes, train, leak, Leaks::allow).recordings;
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    refused += error_of([&] { random_split(more, 0.4, seed); }) != "no error";
  CHECK(refused > 5);
}

TEST_CASE("UCF101: hostile lists") {
  CHECK_ERROR(parse("", train, test), "u: classInd.txt: no actions");
  CHECK_ERROR(parse("1 A\n3 B\n", train, test), "action \"B\" has number 3, want 2");
  CHECK_ERROR(parse("1 A\n1 B\n", train, test), "line 2: action \"1 B\" is listed twice");
  CHECK_ERROR(parse("1 A\n2 A\n", train, test), "is listed twice");
  CHECK_ERROR(parse("one A\n", train, test), "line 1: want a number and the name of an action, got \"one A\"");
  CHECK_ERROR(parse("1 ../A\n", train, test), "want a number and the name of an action");
  CHECK_ERROR(parse("1\n", train, test), "want a number and the name of an action");
  CHECK_ERROR(parse(classes, "", test), "u: split: 0 clips to train and 2 to test");
  CHECK_ERROR(parse(classes, train + train, test), "clip \"ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01\" is listed twice");
  CHECK_ERROR(parse(classes, "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 2", test),
              "u: train list: line 1: number 2 for \"ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi\", want 1");
  CHECK_ERROR(parse(classes, "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi", test), "want the action's number behind");
  for (const char* bad : {"ApplyEyeMakeup/../../etc/passwd 1", "ApplyEyeMakeup/v_ApplyEyeMakeup_g8_c01.avi 1",
                          "v_ApplyEyeMakeup_g08_c01.avi 1", "ApplyEyeMakeup/v_HandStandPushups_g08_c01.avi 1",
                          "ApplyEyeMakeup/ 1", "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01/x.avi 1"})
    CHECK_ERROR(parse(classes, bad, test), "u: train list: line 1: want a clip like");
  CHECK_ERROR(parse(classes, "Other/v_Other_g08_c01.avi 1", test), "action \"Other\" is not in the list of actions");
}

TEST_CASE("UCF101: lists in a folder, a clip that is a folder of frames") {
  TempFolder folder;
  write_text(folder / "classInd.txt", classes);
  write_text(folder / "trainlist02.txt", train);
  write_text(folder / "testlist02.txt", test);
  ClipSplit clips = read_ucf101_split(folder.path(), folder.path(), 2);
  CHECK_ERROR(read_ucf101_split(folder.path(), folder.path(), 1), "trainlist01.txt: no such file");
  CHECK_ERROR(read_ucf101_split(folder.path(), folder.path(), 4), "split 4, want 1, 2 or 3");
  std::filesystem::create_directories(clips.recordings[0].source);
  for (int n : {1, 2})
    write_text(clips.recordings[0].source + "/00000" + std::to_string(n) + ".bmp", bmp_bytes(4, 4, 255, 0, 0));
  load_clip(clips.recordings[0], {.frames = {.height = 2, .width = 2}});
  CHECK(clips.recordings[0].stream("rgb").frames.shape() == Shape<4>{2, 3, 2, 2});
  CHECK(clips.recordings[0].stream("rgb").times[1] == doctest::Approx(0.04));
  CHECK_ERROR(load_clip(clips.recordings[0]), "has a stream rgb already");
  CHECK_ERROR(load_clip(clips.recordings[1]), "v_HandStandPushups_g09_c02.avi");
}
